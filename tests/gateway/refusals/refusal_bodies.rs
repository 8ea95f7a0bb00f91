//! The bytes of every refusal, and the secrets that none of them tells.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Known, ROWS, Row, SECRET, api, send};

const REQUEST_ID: &str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";

/// The answer where there is no route, whatever other methods the path has; `None`: there are two.
fn one_answer(unmatched: &str) -> Option<(u16, &'static str, &'static str)> {
    match unmatched {
        "AWS_REST" => Some((
            403,
            "MissingAuthenticationTokenException",
            r#"{"message":"Missing Authentication Token"}"#,
        )),
        "AWS_HTTP" => Some((404, "NotFoundException", r#"{"message":"Not Found"}"#)),
        _ => None,
    }
}

/// The form in which an API wants its refusals.
struct Form {
    /// `unmatchedRoutes`.
    unmatched: &'static str,
    /// `problemDetails`.
    has_details: bool,
}

/// The answer in the form that the API has chosen.
fn expected(row: &Row, form: &Form) -> String {
    let (variant, _, known, mut status, mut error_type, mut body, mut headers) = *row;
    if let ("RouteNotFound" | "MethodNotAllowed", Some(answer)) = (variant, one_answer(form.unmatched)) {
        ((status, error_type, body), headers) = (answer, "");
    }
    let (allow, [retry, challenge]) = match headers {
        headers if headers.starts_with("allow") || headers.starts_with("accept") => (headers, [""; 2]),
        headers if headers.starts_with("www") => ("", ["", headers]),
        headers => ("", [headers, ""]),
    };
    if !form.has_details || known == Known::Nothing {
        return format!(
            "{status}\n{allow}content-type: application/json\n{retry}{challenge}x-amzn-errortype: {error_type}\n\n{body}"
        );
    }
    let message = match row.1 {
        "GET /v1/list?limit=x" => json!("$request.querystring.limit is no whole number from 1 to 1000"),
        "POST /v1/items\n\n{\"id\":7}" => json!("$request.body.id cannot be used"),
        "POST /v1/items\n\n{}" => json!("$request.body.id cannot be used"),
        _ => {
            let body: Value = serde_json::from_str(body).unwrap();
            match body.get("message").or(body.get("Message")).unwrap() {
                Value::Null => json!("Internal server error"),
                message => message.clone(),
            }
        }
    };
    let errors = match variant {
        "ParameterViolations" => {
            r#","errors":[{"parameter":"page","detail":"instance type (string) does not match any allowed primitive type (allowed: [\"integer\"])"}]"#
        }
        "BodyViolations" => {
            r#","errors":[{"pointer":"","detail":"object has missing required properties ([\"id\"])"}]"#
        }
        _ => "",
    };
    let title = StatusCode::from_u16(status).unwrap().canonical_reason().unwrap();
    format!(
        "{status}\n{allow}content-type: application/problem+json\n{retry}{challenge}x-amzn-errortype: {error_type}\n\n\
         {{\"type\":\"about:blank\",\"title\":\"{title}\",\"status\":{status},\"detail\":{message},\
         \"instance\":\"urn:uuid:{REQUEST_ID}\",\"requestId\":\"{REQUEST_ID}\"{errors}}}"
    )
}

#[tokio::test]
async fn every_refusal_has_amazons_bytes_in_each_form_that_the_api_can_choose() {
    let words = ["HTTP", "AWS_REST", "AWS_HTTP"];
    for (unmatched, has_details) in words.into_iter().flat_map(|word| [(word, false), (word, true)]) {
        let gateway = api(&json!({ "unmatchedRoutes": unmatched, "problemDetails": has_details })).await;
        for row in &ROWS {
            let answer = send(&gateway, row.1).await;
            assert_eq!(answer, expected(row, &Form { unmatched, has_details }), "{} by {:.60}", row.0, row.1);
        }
        assert!(send(&gateway, "GET /v1/items/taken").await.starts_with("200\n"), "the gateway lives on");
    }
}

#[tokio::test]
async fn no_refusal_tells_a_table_an_arn_or_a_cause() {
    let words =
        "$context.error.message $context.error.messageString $context.error.responseType $context.requestId";
    let header = |word: &str| json!({ "gatewayresponse.header.x-why": word });
    let customised = json!({ "gatewayResponses": {
        "DEFAULT_4XX": { "responseTemplates": { "text/plain": words }, "responseParameters": header("context.error.message") },
        "DEFAULT_5XX": { "responseTemplates": { "text/plain": words }, "responseParameters": header("context.error.messageString") } } });
    for words in
        [json!({}), json!({ "problemDetails": true }), json!({ "unmatchedRoutes": "AWS_REST" }), customised]
    {
        let gateway = api(&words).await;
        for row in &ROWS {
            let answer = send(&gateway, row.1).await;
            let secrets = [
                "arn:",
                "123456789012",
                "salaries",
                "tollgate",
                "127.0.0.1",
                "localhost",
                SECRET,
                "gone",
                "panics",
            ];
            for secret in secrets {
                // The signer's own, and the route's without its account.
                let is_known = secret == "arn:" && row.0 == "CallerNotAllowed";
                assert!(is_known || !answer.contains(secret), "{} tells {secret}: {answer}", row.0);
            }
            let line: Value = serde_json::from_str(gateway.log_lines().last().unwrap()).unwrap();
            let message =
                [&line["errorMessage"], &line["integrationErrorMessage"]].into_iter().find_map(Value::as_str);
            // What a client may know of its own values, and of its token.
            let is_secret = |cause: &&str| {
                row.0 != "InvalidToken"
                    && cause.len() > 8
                    && *cause != "X-Tenant, page"
                    && !cause.starts_with("$request.")
            };
            for cause in message.unwrap().split(": ").filter(is_secret) {
                assert!(!answer.contains(cause), "{} tells its cause, {cause}: {answer}", row.0);
            }
        }
    }
}
