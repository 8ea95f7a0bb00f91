//! The places of AWS services that are elsewhere than in AWS: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>

use std::collections::BTreeMap;

use super::bad;

const ALL: &str = "AWS_ENDPOINT_URL";

/// The services' ids in the names of variables, as the SDKs have them.
pub const SERVICE_IDS: [&str; 35] = [
    "API_GATEWAY",
    "APPCONFIG",
    "APPCONFIGDATA",
    "ATHENA",
    "BATCH",
    "BEDROCK_RUNTIME",
    "CLOUDFORMATION",
    "CLOUDWATCH",
    "CLOUDWATCH_LOGS",
    "COGNITO_IDENTITY_PROVIDER",
    "COMPREHEND",
    "DYNAMODB",
    "ECS",
    "EVENTBRIDGE",
    "FIREHOSE",
    "IAM",
    "IOT_DATA_PLANE",
    "KINESIS",
    "KMS",
    "LAMBDA",
    "POLLY",
    "REKOGNITION",
    "S3",
    "SAGEMAKER_RUNTIME",
    "SCHEDULER",
    "SECRETS_MANAGER",
    "SES",
    "SESV2",
    "SFN",
    "SNS",
    "SQS",
    "SSM",
    "STS",
    "TEXTRACT",
    "TRANSLATE",
];

/// URLs of services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    of_services: BTreeMap<&'static str, String>,
    of_others: Option<String>,
}

impl Endpoints {
    /// Reads the variables of all services.
    ///
    /// # Errors
    ///
    /// One of them is no URL.
    pub(super) fn read(get: &impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let read = |name: &str| {
            let Some(url) = get(name) else { return Ok(None) };
            let parsed: Result<http::Uri, _> = url.parse();
            let absolute = parsed.is_ok_and(|uri| uri.scheme().is_some() && uri.host().is_some());
            if absolute { Ok(Some(url)) } else { Err(bad(name, &url, "a URL such as http://127.0.0.1:8000")) }
        };
        let mut of_services = BTreeMap::new();
        for id in SERVICE_IDS {
            of_services.extend(read(&format!("{ALL}_{id}"))?.map(|url| (id, url)));
        }
        Ok(Self { of_services, of_others: read(ALL)? })
    }

    /// All services are at one place.
    pub fn all_at(url: &str) -> Self {
        Self { of_services: BTreeMap::new(), of_others: Some(url.to_owned()) }
    }

    /// The same with another place of one service.
    pub fn with(mut self, id: &'static str, url: &str) -> Self {
        self.of_services.insert(id, url.to_owned());
        self
    }

    /// The URL of a service; `None`: its region's own.
    pub fn of(&self, id: &str) -> Option<&str> {
        self.of_services.get(id).or(self.of_others.as_ref()).map(String::as_str)
    }
}
