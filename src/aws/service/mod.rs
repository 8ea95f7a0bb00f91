//! The AWS services that can be called, by their data: names, protocols, places.
//!
//! A new service is a variant and a row of the table.

mod address;
mod partition;
mod table;

pub use self::{address::ServiceAddress, table::JsonApi};
use self::{partition::partition, table::Row};
use crate::environment::Aws;

/// A service that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    DynamoDb,
    Lambda,
    Sqs,
    Sns,
    EventBridge,
    StepFunctions,
    /// Of executions that a caller waits for: Step Functions has another host for them.
    StepFunctionsSync,
    Kinesis,
    Firehose,
    S3,
    Sts,
    IotData,
    Ses,
    SesV2,
    Batch,
    Comprehend,
    Translate,
    Textract,
    Rekognition,
    Polly,
    AppConfig,
    AppConfigData,
    Ssm,
    SecretsManager,
    Kms,
    CognitoIdp,
    Ecs,
    Athena,
    Scheduler,
    SageMakerRuntime,
    BedrockRuntime,
    CloudWatch,
    CloudWatchLogs,
    CloudFormation,
    /// That of REST APIs and that of HTTP APIs: both are at one host.
    ApiGateway,
    /// One for all regions of a partition.
    Iam,
}

/// The way in which requests to a service are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningForm {
    /// Paths are encoded once more than they are sent.
    General,
    /// Paths are signed as they are sent, and the hash of the body is a header.
    S3,
}

impl Service {
    /// The service that the `uri` of an API Gateway integration names: `dynamodb`, `runtime.sagemaker`.
    pub fn named(name: &str) -> Option<Self> {
        table::ALL.into_iter().find(|service| service.row().names.contains(&name))
    }

    /// The names of all services, as [`Service::named`] takes them.
    pub fn names() -> Vec<&'static str> {
        let mut names: Vec<_> = table::ALL.into_iter().filter_map(|service| service.name()).collect();
        names.sort_unstable();
        names
    }

    /// The name in the `uri` of an API Gateway integration; `None` of what only has another's.
    pub fn name(self) -> Option<&'static str> {
        self.row().names.first().copied()
    }

    /// The end of `AWS_ENDPOINT_URL_…`: the SDKs' own id of the service.
    pub const fn id(self) -> &'static str {
        self.row().id
    }

    /// The name in the scope of signatures.
    pub const fn signing_name(self) -> &'static str {
        self.row().signing_name
    }

    /// The protocol of JSON with an `X-Amz-Target`, if the service speaks it.
    pub const fn json_api(self) -> Option<JsonApi> {
        self.row().json
    }

    /// The version of the service's Query API, if it has one.
    pub const fn query_version(self) -> Option<&'static str> {
        self.row().query
    }

    pub const fn signing_form(self) -> SigningForm {
        match self.row().host {
            table::Host::S3 => SigningForm::S3,
            table::Host::Regional { .. } | table::Host::IotData | table::Host::Iam => SigningForm::General,
        }
    }

    /// The region in the scope of signatures.
    pub fn signing_region(self, region: &str) -> &str {
        match self.row().host {
            table::Host::Regional { .. } | table::Host::S3 | table::Host::IotData => region,
            table::Host::Iam => partition(region).iam_region,
        }
    }

    /// The URL at which it is called in the region of the environment.
    pub fn endpoint(self, aws: &Aws) -> http::Uri {
        ServiceAddress::of(self).endpoint(aws)
    }

    const fn row(self) -> Row {
        table::row(self)
    }
}

#[cfg(test)]
mod tests;
