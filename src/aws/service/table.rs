//! The table of services: a row each.
//!
//! Source: botocore's service models (`serviceId`, `endpointPrefix`, `signingName`, `protocols`, `targetPrefix`,
//! `apiVersion`), with which a test compares it.

use super::Service;

/// The data of a service.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The end of `AWS_ENDPOINT_URL_…`.
    pub id: &'static str,
    /// In the `uri` of API Gateway's integrations; the first is the usual one.
    pub names: &'static [&'static str],
    pub signing_name: &'static str,
    pub host: Host,
    pub json: Option<JsonApi>,
    /// The version of the Query API.
    pub query: Option<&'static str>,
}

/// The JSON protocol of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonApi {
    /// `application/x-amz-json-1.0`.
    pub content_type: &'static str,
    /// The part of `X-Amz-Target` before the dot and the action.
    pub target: &'static str,
}

/// The form of a service's host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// `{label}.{region}.amazonaws.com`; what has a subdomain is at `{subdomain}.{label}.{region}…`.
    Regional { label: &'static str },
    /// The same, with a bucket as a subdomain.
    S3,
    /// `data-ats.iot.{region}…`, in China with a dot; an account's own endpoint is `{subdomain}.iot.{region}…`.
    IotData,
    /// One for all regions of a partition.
    Iam,
}

const fn regional(label: &'static str) -> Host {
    Host::Regional { label }
}

const fn json10(target: &'static str) -> Option<JsonApi> {
    Some(JsonApi { content_type: "application/x-amz-json-1.0", target })
}

const fn json11(target: &'static str) -> Option<JsonApi> {
    Some(JsonApi { content_type: "application/x-amz-json-1.1", target })
}

const fn rest(
    id: &'static str,
    names: &'static [&'static str],
    signing_name: &'static str,
    host: Host,
) -> Row {
    Row { id, names, signing_name, host, json: None, query: None }
}

/// A service that speaks JSON; its one name is in URIs, in its host and in signatures.
const fn json(id: &'static str, name: &'static [&'static str; 1], api: Option<JsonApi>) -> Row {
    Row { json: api, ..rest(id, name, name[0], regional(name[0])) }
}

/// The same of one that takes forms.
const fn query(id: &'static str, name: &'static [&'static str; 1], version: &'static str) -> Row {
    Row { query: Some(version), ..rest(id, name, name[0], regional(name[0])) }
}

pub const ALL: [Service; 36] = [
    Service::DynamoDb,
    Service::Lambda,
    Service::Sqs,
    Service::Sns,
    Service::EventBridge,
    Service::StepFunctions,
    Service::StepFunctionsSync,
    Service::Kinesis,
    Service::Firehose,
    Service::S3,
    Service::Sts,
    Service::IotData,
    Service::Ses,
    Service::SesV2,
    Service::Batch,
    Service::Comprehend,
    Service::Translate,
    Service::Textract,
    Service::Rekognition,
    Service::Polly,
    Service::AppConfig,
    Service::AppConfigData,
    Service::Ssm,
    Service::SecretsManager,
    Service::Kms,
    Service::CognitoIdp,
    Service::Ecs,
    Service::Athena,
    Service::Scheduler,
    Service::SageMakerRuntime,
    Service::BedrockRuntime,
    Service::CloudWatch,
    Service::CloudWatchLogs,
    Service::CloudFormation,
    Service::ApiGateway,
    Service::Iam,
];

/// The whole table.
#[rustfmt::skip]
pub const fn row(service: Service) -> Row {
    match service {
        Service::DynamoDb          => json("DYNAMODB", &["dynamodb"], json10("DynamoDB_20120810")),
        Service::Lambda            => rest("LAMBDA", &["lambda"], "lambda", regional("lambda")),
        // What takes both is asked by forms, as API Gateway's users write them, unless the content type says JSON.
        Service::Sqs               => Row { json: json10("AmazonSQS"), ..query("SQS", &["sqs"], "2012-11-05") },
        Service::Sns               => query("SNS", &["sns"], "2010-03-31"),
        Service::EventBridge       => json("EVENTBRIDGE", &["events"], json11("AWSEvents")),
        Service::StepFunctions     => json("SFN", &["states"], json10("AWSStepFunctions")),
        Service::StepFunctionsSync => Row { json: json10("AWSStepFunctions"), ..rest("SFN", &[], "states", regional("sync-states")) },
        Service::Kinesis           => json("KINESIS", &["kinesis"], json11("Kinesis_20131202")),
        Service::Firehose          => json("FIREHOSE", &["firehose"], json11("Firehose_20150804")),
        Service::S3                => rest("S3", &["s3"], "s3", Host::S3),
        Service::Sts               => query("STS", &["sts"], "2011-06-15"),
        Service::IotData           => rest("IOT_DATA_PLANE", &["iotdata", "data.iot"], "iotdata", Host::IotData),
        Service::Ses               => Row { query: Some("2010-12-01"), ..rest("SES", &["email", "ses"], "ses", regional("email")) },
        Service::SesV2             => rest("SESV2", &["sesv2"], "ses", regional("email")),
        Service::Batch             => rest("BATCH", &["batch"], "batch", regional("batch")),
        Service::Comprehend        => json("COMPREHEND", &["comprehend"], json11("Comprehend_20171127")),
        Service::Translate         => json("TRANSLATE", &["translate"], json11("AWSShineFrontendService_20170701")),
        Service::Textract          => json("TEXTRACT", &["textract"], json11("Textract")),
        Service::Rekognition       => json("REKOGNITION", &["rekognition"], json11("RekognitionService")),
        Service::Polly             => rest("POLLY", &["polly"], "polly", regional("polly")),
        Service::AppConfig         => rest("APPCONFIG", &["appconfig"], "appconfig", regional("appconfig")),
        Service::AppConfigData     => rest("APPCONFIGDATA", &["appconfigdata"], "appconfig", regional("appconfigdata")),
        Service::Ssm               => json("SSM", &["ssm"], json11("AmazonSSM")),
        Service::SecretsManager    => json("SECRETS_MANAGER", &["secretsmanager"], json11("secretsmanager")),
        Service::Kms               => json("KMS", &["kms"], json11("TrentService")),
        Service::CognitoIdp        => json("COGNITO_IDENTITY_PROVIDER", &["cognito-idp"], json11("AWSCognitoIdentityProviderService")),
        Service::Ecs               => json("ECS", &["ecs"], json11("AmazonEC2ContainerServiceV20141113")),
        Service::Athena            => json("ATHENA", &["athena"], json11("AmazonAthena")),
        Service::Scheduler         => rest("SCHEDULER", &["scheduler"], "scheduler", regional("scheduler")),
        Service::SageMakerRuntime  => rest("SAGEMAKER_RUNTIME", &["runtime.sagemaker"], "sagemaker", regional("runtime.sagemaker")),
        Service::BedrockRuntime    => rest("BEDROCK_RUNTIME", &["bedrock-runtime"], "bedrock", regional("bedrock-runtime")),
        Service::CloudWatch        => query("CLOUDWATCH", &["monitoring"], "2010-08-01"),
        Service::CloudWatchLogs    => json("CLOUDWATCH_LOGS", &["logs"], json11("Logs_20140328")),
        Service::CloudFormation    => query("CLOUDFORMATION", &["cloudformation"], "2010-05-15"),
        Service::ApiGateway        => rest("API_GATEWAY", &[], "apigateway", regional("apigateway")),
        Service::Iam               => Row { query: Some("2010-05-08"), ..rest("IAM", &["iam"], "iam", Host::Iam) },
    }
}
