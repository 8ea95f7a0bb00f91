//! The AWS services that are called, and where each is.

use http::Uri;

use crate::environment::Aws;

/// A service that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    DynamoDb,
    Lambda,
    /// Those below are called by the operator's tool only.
    Sts,
    CloudFormation,
    CloudWatchLogs,
    /// One for all regions of a partition.
    Iam,
}

impl Service {
    /// The name in the scope of signatures, and the first label of the service's host.
    pub const fn signing_name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Lambda => "lambda",
            Self::Sts => "sts",
            Self::CloudFormation => "cloudformation",
            Self::CloudWatchLogs => "logs",
            Self::Iam => "iam",
        }
    }

    /// The region in the scope of signatures.
    pub fn signing_region(self, region: &str) -> &str {
        match self {
            Self::DynamoDb | Self::Lambda | Self::Sts | Self::CloudFormation | Self::CloudWatchLogs => region,
            Self::Iam => partition(region).iam_region,
        }
    }

    /// The URL at which it is called: the one that the environment says, or the region's own.
    pub fn endpoint(self, aws: &Aws) -> Uri {
        let given = match self {
            Self::DynamoDb => &aws.dynamodb_endpoint,
            Self::Lambda => &aws.lambda_endpoint,
            Self::Sts => &aws.sts_endpoint,
            Self::CloudFormation | Self::CloudWatchLogs | Self::Iam => &aws.other_endpoint,
        };
        if let Some(url) = given {
            return url.parse().expect("the environment was read");
        }
        let region = &aws.region;
        // A region that is no host's label is found out when nothing answers there.
        let is_label = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let host = match (is_label, self) {
            (false, _) => "invalid.region".to_owned(),
            (true, Self::Iam) => partition(region).iam_host.to_owned(),
            (
                true,
                Self::DynamoDb | Self::Lambda | Self::Sts | Self::CloudFormation | Self::CloudWatchLogs,
            ) => {
                format!("{}.{region}.{}", self.signing_name(), partition(region).domain)
            }
        };
        Uri::builder()
            .scheme("https")
            .authority(host)
            .path_and_query("/")
            .build()
            .expect("labels make a host")
    }
}

/// A group of regions with accounts of its own.
struct Partition {
    domain: &'static str,
    iam_host: &'static str,
    iam_region: &'static str,
}

/// The partition of a region (botocore's `partitions.json` and `endpoints.json`).
#[rustfmt::skip]
fn partition(region: &str) -> Partition {
    const PARTITIONS: [(&str, [&str; 3]); 8] = [
        ("cn-",     ["amazonaws.com.cn", "iam.cn-north-1.amazonaws.com.cn",     "cn-north-1"]),
        ("us-gov-", ["amazonaws.com",    "iam.us-gov.amazonaws.com",            "us-gov-west-1"]),
        ("us-iso-", ["c2s.ic.gov",       "iam.us-iso-east-1.c2s.ic.gov",        "us-iso-east-1"]),
        ("us-isob-", ["sc2s.sgov.gov",   "iam.us-isob-east-1.sc2s.sgov.gov",    "us-isob-east-1"]),
        ("us-isof-", ["csp.hci.ic.gov",  "iam.us-isof-south-1.csp.hci.ic.gov",  "us-isof-south-1"]),
        ("eu-isoe-", ["cloud.adc-e.uk",  "iam.eu-isoe-west-1.cloud.adc-e.uk",   "eu-isoe-west-1"]),
        ("eusc-",   ["amazonaws.eu",     "iam.eusc-de-east-1.amazonaws.eu",     "eusc-de-east-1"]),
        ("",        ["amazonaws.com",    "iam.amazonaws.com",                   "us-east-1"]),
    ];
    let found = PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix));
    let (_, [domain, iam_host, iam_region]) = found.expect("the last prefix is everything's");
    Partition { domain, iam_host, iam_region }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Secret;

    #[test]
    fn a_service_is_where_its_region_or_the_environment_says() {
        let table = [
            (Service::Lambda, "eu-central-1", None, "https://lambda.eu-central-1.amazonaws.com/"),
            (Service::DynamoDb, "us-gov-west-1", None, "https://dynamodb.us-gov-west-1.amazonaws.com/"),
            (Service::DynamoDb, "cn-north-1", None, "https://dynamodb.cn-north-1.amazonaws.com.cn/"),
            (Service::Sts, "eu-west-1", None, "https://sts.eu-west-1.amazonaws.com/"),
            (Service::Lambda, "us-iso-east-1", None, "https://lambda.us-iso-east-1.c2s.ic.gov/"),
            (Service::Lambda, "eusc-de-east-1", None, "https://lambda.eusc-de-east-1.amazonaws.eu/"),
            (Service::Lambda, "local", Some("http://127.0.0.1:9000/x"), "http://127.0.0.1:9000/x"),
            (Service::CloudWatchLogs, "eu-west-1", None, "https://logs.eu-west-1.amazonaws.com/"),
            (Service::CloudFormation, "eu-west-1", None, "https://cloudformation.eu-west-1.amazonaws.com/"),
            (Service::Iam, "eu-west-1", None, "https://iam.amazonaws.com/"),
            (Service::Iam, "cn-northwest-1", None, "https://iam.cn-north-1.amazonaws.com.cn/"),
            (Service::Iam, "local", Some("http://127.0.0.1:9000/x"), "http://127.0.0.1:9000/x"),
        ];
        for (service, region, endpoint, expected) in table {
            let aws = Aws {
                region: region.to_owned(),
                access_key_id: String::new(),
                secret_access_key: Secret(String::new()),
                session_token: None,
                dynamodb_endpoint: endpoint.map(str::to_owned),
                lambda_endpoint: endpoint.map(str::to_owned),
                other_endpoint: endpoint.map(str::to_owned),
                sts_endpoint: endpoint.map(str::to_owned),
            };
            assert_eq!(service.endpoint(&aws).to_string(), expected);
        }
    }

    #[test]
    fn only_iam_is_signed_for_another_region() {
        assert_eq!(Service::CloudFormation.signing_region("eu-west-1"), "eu-west-1");
        assert_eq!(Service::Iam.signing_region("eu-west-1"), "us-east-1");
        assert_eq!(Service::Iam.signing_region("us-gov-east-1"), "us-gov-west-1");
    }
}
