//! The ARN of the method that a request asks for: functions get it, and refusals of IAM callers name it.

use crate::{context::Context, policy_document::literal_path};

/// Makes ARNs as API Gateway has them: `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path`.
#[derive(Clone, Debug, Default)]
pub struct MethodArns {
    /// The gateway's own.
    region: String,
}

impl MethodArns {
    pub fn new(region: &str) -> Self {
        Self { region: region.to_owned() }
    }

    /// The ARN for a function, which may copy it into a policy.
    pub fn of(&self, context: &Context<'_>) -> String {
        self.with_account(&context.request.origin.account_id, context)
    }

    /// The same for a client, who learns the last four digits of the account only.
    pub fn masked(&self, context: &Context<'_>) -> String {
        let account = &context.request.origin.account_id;
        let end = account.get(account.len().saturating_sub(4)..).unwrap_or_default();
        self.with_account(&format!("********{end}"), context)
    }

    fn with_account(&self, account: &str, context: &Context<'_>) -> String {
        let region = &self.region;
        let partition = match region.split('-').next() {
            Some("cn") => "aws-cn",
            _ if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        let (api, stage) = (&context.request.origin.api_id, context.stage);
        let (method, path) = (context.routed_method(), literal_path(context.path));
        format!("arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{method}{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestRequest;

    #[test]
    fn an_arn_is_of_the_gateways_region_and_a_client_does_not_see_the_whole_account() {
        let mut world = TestRequest::new("");
        world.request.origin.account_id = "444455556666".to_owned();
        world.request.origin.api_id = "abc".to_owned();
        let cases = [
            ("eu-west-1", "arn:aws:execute-api:eu-west-1:", ":abc/v1/GET/orders/7"),
            ("cn-north-1", "arn:aws-cn:execute-api:cn-north-1:", ":abc/v1/GET/orders/7"),
            ("us-gov-west-1", "arn:aws-us-gov:execute-api:us-gov-west-1:", ":abc/v1/GET/orders/7"),
        ];
        for (region, start, end) in cases {
            let arns = MethodArns::new(region);
            assert_eq!(arns.of(&world.context()), format!("{start}444455556666{end}"));
            assert_eq!(arns.masked(&world.context()), format!("{start}********6666{end}"));
        }
    }
}
