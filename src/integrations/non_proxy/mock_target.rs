//! `MOCK` with templates: nobody is called, and the request's template says the status that chooses the response.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{
    integration_answer::{IntegrationAnswer, Selector},
    request_mapping::IntegrationRequest,
};
use crate::{
    error::GatewayError,
    template::{json_text, velocity::Value},
};

/// The answer to a request. Where no template made its body, it is the default one: what a client sends chooses nothing.
///
/// # Errors
/// [`GatewayError::MappingFailed`]: the template gives no whole number as `statusCode`.
pub fn answer(request: &IntegrationRequest) -> Result<IntegrationAnswer, GatewayError> {
    let mut answer = IntegrationAnswer {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        content_type: None,
        body: Bytes::new(),
        selector: Selector::Default,
    };
    if let Some(rendered) = request.rendered() {
        let words = "a MOCK's request template gives no statusCode from 100 to 599";
        answer.status = status(rendered).ok_or_else(|| GatewayError::MappingFailed(words.into()))?;
        answer.selector = Selector::of_status(answer.status);
    }
    Ok(answer)
}

/// `statusCode` of JSON, or of what API Gateway takes for it: `{statusCode: 200}`.
fn status(text: &str) -> Option<StatusCode> {
    let Ok(Value::Map(map)) = json_text::read(text) else { return None };
    let written = match map.borrow().get("statusCode")? {
        Value::Text(text) => text.to_string(),
        number @ Value::Number(_) => json_text::write(number).ok()?,
        Value::Null | Value::Boolean(_) | Value::List(_) | Value::Map(_) | Value::Host(_) => return None,
    };
    let status = written.trim().parse().ok().filter(|status| (100..=599).contains(status));
    status.and_then(|status: u16| StatusCode::from_u16(status).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_from_json_and_from_what_is_nearly_json() {
        let nested = format!("{{a: {}1{}, statusCode: 200}}", "[".repeat(10_000), "]".repeat(10_000));
        let cases = [
            (r#"{"statusCode": 200}"#, Some(200)),
            ("{statusCode: 200}", Some(200)),
            ("{statusCode:200}", Some(200)),
            (" {\n  'statusCode' : 404\n}\n", Some(404)),
            (r#"{"statusCode": "201"}"#, Some(201)),
            (r#"{"message": "a, \"b\": }", "statusCode": 204}"#, Some(204)),
            (r#"{"a": [1, {"statusCode": 500}], "statusCode": 302, "b": {"c": []}}"#, Some(302)),
            (r#"{"statusCode": 200, "statusCode": 201}"#, Some(201)),
            ("{statusCode: ok}", None),
            ("{statusCode: 200.5}", None),
            ("{statusCode: null}", None),
            ("{statusCode: -1}", None),
            ("{statusCode: 99}", None),
            ("{statusCode: 600}", None),
            ("{statusCode: 99999}", None),
            ("{}", None),
            ("", None),
            ("200", None),
            ("[200]", None),
            ("{statusCode: 200", None),
            (&nested, None),
        ];
        for (text, expected) in cases {
            assert_eq!(status(text).map(|status| status.as_u16()), expected, "{text:.80}");
        }
    }
}
