//! Names of functions: a name, a partial or a full ARN, each with an alias or a version if need be.

use std::fmt;

use http::uri::PathAndQuery;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::item::Fields;

/// The text around a function's ARN in the `uri` of API Gateway's own integrations.
const API_GATEWAY_PREFIX: &str = "arn:aws";
const API_GATEWAY_PATH: &str = ":lambda:path/";
const API_GATEWAY_SUFFIXES: [&str; 2] = ["/invocations", "/response-streaming-invocations"];

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A function in a form that the Invoke API takes for its `FunctionName`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionName(String);

impl FunctionName {
    /// The forms that [`FunctionName::parse`] takes, for problems.
    pub const EXPECTED: &'static str = "a function: name, name:alias, account:function:name, or an ARN";

    /// Reads the function that a field names, which has to be there. What is wrong is reported, and `None`.
    pub fn read<'a>(fields: &Fields<'a>, name: &'a str) -> Option<Self> {
        let text = fields.require(name, fields.resolved_string(name), Self::EXPECTED)?;
        let function = Self::parse(&text);
        if function.is_none() {
            fields.problem(name, &Value::from(text).to_string(), Self::EXPECTED);
        }
        function
    }

    /// Reads `name`, `123456789012:function:name`, `function:name` or a function's ARN, each also with
    /// `:alias`, `:version` or `:$LATEST`; and the `uri` that API Gateway writes around such an ARN.
    pub fn parse(text: &str) -> Option<Self> {
        let function = without_api_gateway(text.trim());
        let parts: Vec<&str> = function.split(':').collect();
        let own = match parts.as_slice() {
            [arn, partition, lambda, region, account, "function", own @ ..] => {
                let is_lambda = *arn == "arn" && partition.starts_with("aws") && *lambda == "lambda";
                (is_lambda && is_word(region) && is_account(account)).then_some(own)?
            }
            [account, "function", own @ ..] if is_account(account) => own,
            ["function", own @ ..] if !own.is_empty() => own,
            own => own,
        };
        match own {
            [name] if is_name(name) => {}
            [name, qualifier] if is_name(name) && is_qualifier(qualifier) => {}
            _ => return None,
        }
        Some(Self(function.to_owned()))
    }

    /// The path at which it is called for all of its response, or for none.
    pub fn invocations_path(&self) -> PathAndQuery {
        path(format!("/2015-03-31/functions/{}/invocations", self.encoded()))
    }

    /// The path at which it is called for its response piece by piece.
    pub fn streaming_invocations_path(&self) -> PathAndQuery {
        path(format!("/2021-11-15/functions/{}/response-streaming-invocations", self.encoded()))
    }

    fn encoded(&self) -> percent_encoding::PercentEncode<'_> {
        utf8_percent_encode(&self.0, RESERVED)
    }

    /// The account that it says; `None`: that of the gateway.
    pub fn account(&self) -> Option<&str> {
        self.0.split(':').find(|part| is_account(part)).filter(|_| self.0.contains(":function:"))
    }

    /// Its own name: without account, region, alias and version.
    pub fn name(&self) -> &str {
        let parts: Vec<&str> = self.0.split(':').collect();
        match parts.as_slice() {
            [.., "function", name] | [.., "function", name, _] | [name, ..] => name,
            [] => &self.0,
        }
    }
}

/// As it is called: without what API Gateway writes around it.
impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn path(text: String) -> PathAndQuery {
    PathAndQuery::from_maybe_shared(text).expect("an encoded name is part of a path")
}

/// `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations` → `ARN`.
fn without_api_gateway(text: &str) -> &str {
    let Some((before, path)) = text.split_once(API_GATEWAY_PATH) else { return text };
    if !before.starts_with(API_GATEWAY_PREFIX) || !before.contains(":apigateway:") {
        return text;
    }
    let Some((_, function)) = path.split_once("/functions/") else { return text };
    API_GATEWAY_SUFFIXES.iter().find_map(|suffix| function.strip_suffix(suffix)).unwrap_or(text)
}

fn is_name(text: &str) -> bool {
    text.len() <= 140 && is_word(text)
}

fn is_qualifier(text: &str) -> bool {
    text == "$LATEST" || text.len() <= 128 && is_word(text)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_that_lambda_and_api_gateway_write() {
        const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
        let cases = [
            ("orders", Some("orders")),
            (" orders ", Some("orders")),
            ("orders:live", Some("orders:live")),
            ("orders:7", Some("orders:7")),
            ("orders:$LATEST", Some("orders:$LATEST")),
            ("function", Some("function")),
            ("function:orders", Some("function:orders")),
            ("123456789012:function:orders:live", Some("123456789012:function:orders:live")),
            (ARN, Some(ARN)),
            (
                "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:orders:7",
                Some("arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:orders:7"),
            ),
            (
                "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:orders/invocations",
                Some(ARN),
            ),
            (
                "arn:aws:apigateway:eu-west-1:lambda:path/2021-11-15/functions/arn:aws:lambda:eu-west-1:123456789012:function:orders/response-streaming-invocations",
                Some(ARN),
            ),
            ("", None),
            ("orders:", None),
            (":live", None),
            ("orders:live:7", None),
            ("orders/../other", None),
            ("orders?Qualifier=live", None),
            ("or ders", None),
            ("12:function:orders", None),
            ("arn:aws:sqs:eu-west-1:123456789012:queue", None),
            ("arn:aws:lambda:eu-west-1:123456789012:layer:orders", None),
            ("arn:aws:lambda::123456789012:function:orders", None),
            ("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/orders", None),
            ("arn:aws:apigateway:eu-west-1:dynamodb:action/GetItem", None),
        ];
        for (text, expected) in cases {
            let parsed = FunctionName::parse(text);
            assert_eq!(parsed.as_ref().map(|function| function.0.as_str()), expected, "{text}");
        }
    }

    #[test]
    fn a_name_is_encoded_in_the_path_of_its_calls() {
        let function =
            FunctionName::parse("arn:aws:lambda:eu-west-1:123456789012:function:a-b_C:$LATEST").unwrap();
        let encoded = "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aa-b_C%3A%24LATEST";
        assert_eq!(function.invocations_path(), *format!("/2015-03-31/functions/{encoded}/invocations"));
        assert_eq!(
            function.streaming_invocations_path(),
            *format!("/2021-11-15/functions/{encoded}/response-streaming-invocations"),
        );
    }
}
