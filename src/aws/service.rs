//! The AWS services that are called, and where each is.

use http::Uri;

use crate::environment::Aws;

/// A service that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    DynamoDb,
    Lambda,
    /// Only the operator's tool asks it who calls.
    Sts,
}

impl Service {
    /// The name in the scope of signatures, and the first label of the service's host.
    pub const fn signing_name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Lambda => "lambda",
            Self::Sts => "sts",
        }
    }

    /// The URL at which it is called: the one that the environment says, or the region's own.
    pub fn endpoint(self, aws: &Aws) -> Uri {
        let given = match self {
            Self::DynamoDb => &aws.dynamodb_endpoint,
            Self::Lambda => &aws.lambda_endpoint,
            Self::Sts => &aws.sts_endpoint,
        };
        if let Some(url) = given {
            return url.parse().expect("the environment was read");
        }
        let region = &aws.region;
        // A region that is no host's label is found out when nothing answers there.
        let is_label = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let host = match is_label {
            true => format!("{}.{region}.{}", self.signing_name(), domain(region)),
            false => "invalid.region".to_owned(),
        };
        Uri::builder()
            .scheme("https")
            .authority(host)
            .path_and_query("/")
            .build()
            .expect("labels make a host")
    }
}

/// The domain of a region's partition (botocore's `partitions.json`).
fn domain(region: &str) -> &'static str {
    const DOMAINS: [(&str, &str); 6] = [
        ("cn-", "amazonaws.com.cn"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
        ("eusc-", "amazonaws.eu"),
    ];
    let found = DOMAINS.iter().find(|(prefix, _)| region.starts_with(prefix));
    found.map_or("amazonaws.com", |(_, domain)| domain)
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
        ];
        for (service, region, endpoint, expected) in table {
            let aws = Aws {
                region: region.to_owned(),
                access_key_id: String::new(),
                secret_access_key: Secret(String::new()),
                session_token: None,
                dynamodb_endpoint: endpoint.map(str::to_owned),
                lambda_endpoint: endpoint.map(str::to_owned),
                sts_endpoint: endpoint.map(str::to_owned),
            };
            assert_eq!(service.endpoint(&aws).to_string(), expected);
        }
    }
}
