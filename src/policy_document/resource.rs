//! The resources of a statement: which stage, method and path it is about.
//!
//! Of an ARN only what stands behind the API's id counts. Region, account and id are those of the API Gateway that a
//! policy comes from, and a denial of it must hold here.

use std::borrow::Cow;

use super::element::Element;
use crate::{path, policy_document::Wildcard};

const EXPECTED: &str =
    "*, execute-api:/STAGE/METHOD/path or arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path";
const EXPECTED_API: &str = "an API's id without * before its end";

/// A pattern for [`requested`] resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePattern(Wildcard);

impl ResourcePattern {
    pub fn parse(element: &Element<'_>) -> Option<Self> {
        let text = element.text(EXPECTED)?;
        let behind_id = match behind_api_id(text) {
            Ok(pattern) => pattern,
            Err(expected) => return element.fault(expected),
        };
        let literal = |text: &str| {
            path::decode_all_but_slashes(text)
                .map(Cow::into_owned)
                .ok_or("a path whose escapes are whole and UTF-8")
        };
        match Wildcard::parse(&behind_id, literal) {
            Ok(pattern) => Some(Self(pattern)),
            Err(expected) => element.fault(expected),
        }
    }

    pub fn matches(&self, resource: &str) -> bool {
        self.0.matches(resource)
    }
}

/// What is asked for, as patterns have it: `/v1/GET/orders/7`, of a canonical path.
pub fn requested(stage: &str, method: &str, path: &str) -> String {
    let path = path::decode_all_but_slashes(path).unwrap_or(Cow::Borrowed(path));
    format!("/{stage}/{method}{path}")
}

/// A canonical path for an ARN that a function may copy into a policy: there it is this path and no wildcard.
pub fn literal_path(path: &str) -> Cow<'_, str> {
    const SPECIAL: [char; 3] = ['*', '?', '$'];
    if !path.contains(SPECIAL) {
        return Cow::Borrowed(path);
    }
    path.replace('*', "%2A").replace('?', "%3F").replace('$', "%24").into()
}

/// The pattern for what stands behind an API's id, with its slash.
fn behind_api_id(text: &str) -> Result<String, &'static str> {
    if text == "*" {
        return Ok(text.to_owned());
    }
    if let Some(rest) = text.strip_prefix("execute-api:") {
        return if rest.starts_with('/') || rest == "*" { Ok(rest.to_owned()) } else { Err(EXPECTED) };
    }
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().ok_or(EXPECTED);
    let (arn, partition, service) = (next()?, next()?, next()?);
    let (_region, _account, resource) = (next()?, next()?, next()?);
    let is_partition = partition == "*" || partition.starts_with("aws");
    if arn != "arn" || !is_partition || service != "execute-api" {
        return Err(EXPECTED);
    }
    let (id, rest) = match resource.find('/') {
        Some(slash) => resource.split_at(slash),
        None => (resource, ""),
    };
    // A star at the end of the id may also stand for what follows, slashes included.
    match (id.strip_suffix('*').unwrap_or(id).contains('*'), id.ends_with('*')) {
        (true, _) => Err(EXPECTED_API),
        (false, true) => Ok(format!("*{rest}")),
        (false, false) if rest.is_empty() => Err(EXPECTED),
        (false, false) => Ok(rest.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::json;

    use super::*;

    fn pattern(text: &str) -> Result<ResourcePattern, String> {
        let (value, faults) = (json!(text), RefCell::default());
        let pattern = ResourcePattern::parse(&Element::document(&value, &faults));
        pattern.ok_or_else(|| faults.take().remove(0).expected)
    }

    #[test]
    fn a_resource_is_a_stage_a_method_and_a_path() {
        let cases = [
            ("*", "GET /orders", true),
            ("execute-api:*", "GET /orders", true),
            ("execute-api:/*", "GET /", true),
            ("execute-api:/v1/GET/orders/*", "GET /orders/7", true),
            ("execute-api:/v1/GET/orders/*", "GET /orders", false),
            ("execute-api:/v1/GET/orders/*", "POST /orders/7", false),
            ("execute-api:/v2/*", "GET /orders/7", false),
            ("execute-api:/*/GET/orders", "GET /orders", true),
            ("execute-api:/v1/GET/orders/?", "GET /orders/7", true),
            ("execute-api:/v1/GET/orders/?", "GET /orders/77", false),
            ("arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/GET/orders", "GET /orders", true),
            ("arn:aws:execute-api:eu-west-1:111122223333:abc123/v1/GET/orders", "GET /Orders", false),
            ("arn:aws-cn:execute-api:*:*:*/*/GET/orders", "GET /orders", true),
            ("arn:aws:execute-api:*:*:*", "GET /orders", true),
            ("arn:aws:execute-api:*:*:abc*", "GET /orders", true),
            ("arn:aws:execute-api:*:*:*/GET/orders", "GET /orders", true),
            ("arn:aws:execute-api:*:*:*/GET/orders", "PUT /orders", false),
            // One spelling is another's.
            ("execute-api:/v1/GET/%6Frders/caf%C3%A9", "GET /orders/caf%C3%A9", true),
            ("execute-api:/v1/GET/orders/caf?", "GET /orders/caf%C3%A9", true),
            ("execute-api:/v1/GET/orders/é b", "GET /orders/%C3%A9%20b", true),
            ("execute-api:/v1/GET/orders/@me", "GET /orders/%40me", true),
            ("execute-api:/v1/GET/a%2fb", "GET /a%2Fb", true),
            ("execute-api:/v1/GET/a/b", "GET /a%2Fb", false),
            ("execute-api:/v1/GET/a%2Fb", "GET /a%252Fb", false),
            ("execute-api:/v1/GET/a${*}", "GET /a*", true),
            ("execute-api:/v1/GET/a%2A", "GET /a*", true),
            ("execute-api:/v1/GET/a%2A", "GET /ab", false),
        ];
        for (text, request, expected) in cases {
            let (method, path) = request.split_once(' ').unwrap();
            let resource = requested("v1", method, path);
            assert_eq!(pattern(text).unwrap().matches(&resource), expected, "{text} {request}");
        }
    }

    #[test]
    fn a_text_that_is_no_resource_says_what_would_be_one() {
        let cases = [
            ("", EXPECTED),
            ("v1/GET/orders", EXPECTED),
            ("execute-api:v1/GET/orders", EXPECTED),
            ("arn:aws:s3:::bucket/*", EXPECTED),
            ("arn:aws:execute-api:*", EXPECTED),
            ("arn:aws:execute-api:eu-west-1:111122223333:abc123", EXPECTED),
            ("arn:aws:execute-api:eu-west-1:111122223333:a*c/v1/GET/x", EXPECTED_API),
            ("execute-api:/v1/GET/%zz", "a path whose escapes are whole and UTF-8"),
            ("execute-api:/v1/GET/%2*", "a path whose escapes are whole and UTF-8"),
            ("execute-api:/v1/GET/%ff", "a path whose escapes are whole and UTF-8"),
            ("execute-api:/v1/GET/${aws:username}", "a text without policy variables (${…})"),
        ];
        for (text, expected) in cases {
            assert_eq!(pattern(text), Err(expected.to_owned()), "{text}");
        }
    }
}
