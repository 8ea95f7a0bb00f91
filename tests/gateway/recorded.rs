//! Recordings of Amazon API Gateway in payload format 1.0, compared with the gateway from outside.
//!
//! Recordings: localstack/localstack, `tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json`
//! (Apache-2.0, Copyright LocalStack contributors).

use serde_json::{Value, json};

use crate::harness::{START, TestGateway};

const BROKEN: &str = "502\ncontent-type: application/json\nx-amzn-errortype: InternalServerErrorException\n\n{\"message\": \"Internal server error\"}";

/// Name, the function's result, the client's answer, and the `content-length` where it was recorded.
type RecordedAnswer = (&'static str, &'static str, &'static str, Option<usize>);

/// Recorded on 2024-11-15, commit 8b9a79f, `test_aws_proxy_response_payload_format_validation`. The API has no
/// binary media types. Repeated headers were recorded joined.
#[rustfmt::skip]
const ANSWERS: [RecordedAnswer; 15] = [
    ("no-body",             r#"{"statusCode":200}"#,                                                    "200\ncontent-type: application/json\n\n", None),
    ("with-headers",        r#"{"statusCode":200,"headers":{"test-header":"value","header-bool":true}}"#, "200\ncontent-type: application/json\nheader-bool: true\ntest-header: value\n\n", Some(0)),
    ("with-headers-null",   r#"{"statusCode":200,"headers":null}"#,                                     "200\ncontent-type: application/json\n\n", Some(0)),
    ("wrong-format",        r#"{"statusCode":200,"wrongValue":"value"}"#,                               BROKEN, None),
    ("empty-response",      r#"{}"#,                                                                    BROKEN, None),
    ("b64-encoded-true",    r#"{"statusCode":200,"body":"dGVzdC1kYXRh","isBase64Encoded":true}"#,       "200\ncontent-type: application/json\n\ndGVzdC1kYXRh", None),
    ("b64-encoded-false",   r#"{"statusCode":200,"body":"dGVzdC1kYXRh"}"#,                              "200\ncontent-type: application/json\n\ndGVzdC1kYXRh", None),
    ("multi-headers-valid", r#"{"statusCode":200,"multiValueHeaders":{"test-multi":["value1","value2"]}}"#, "200\ncontent-type: application/json\ntest-multi: value1, value2\n\n", Some(0)),
    ("multi-headers-overwrite", r#"{"statusCode":200,"multiValueHeaders":{"test-multi":["value-multi"]},"headers":{"test-multi":"value-solo"}}"#, "200\ncontent-type: application/json\ntest-multi: value-multi, value-solo\n\n", Some(0)),
    ("multi-headers-overwrite-casing", r#"{"statusCode":200,"multiValueHeaders":{"tesT-Multi":["value-multi"]},"headers":{"test-multi":"value-solo"}}"#, "200\ncontent-type: application/json\ntest-multi: value-multi, value-solo\n\n", Some(0)),
    ("multi-headers-invalid", r#"{"statusCode":200,"multiValueHeaders":{"test-multi-invalid":"value1"}}"#, BROKEN, None),
    ("invalid-status-code", r#"{"statusCode":"test"}"#,                                                 BROKEN, None),
    ("status-code-str",     r#"{"statusCode":"201"}"#,                                                  "201\ncontent-type: application/json\n\n", None),
    ("just-string",         r#""justAString""#,                                                         BROKEN, None),
    ("only-headers",        r#"{"headers":{"test-header":"value"}}"#,                                   "200\ncontent-type: application/json\ntest-header: value\n\n", None),
];

#[tokio::test]
async fn a_functions_answer_is_read_as_api_gateway_was_recorded_to_read_it() {
    let reflect = json!({ "type": "AWS_PROXY", "uri": "reflect", "payloadFormatVersion": "1.0" });
    let gateway =
        TestGateway::serving(&[json!({ "routeKey": "POST /reflect", "integration": reflect })]).await;
    for (name, output, expected, content_length) in ANSWERS {
        let answer = gateway.send(&format!("POST /v1/reflect\n\n{output}")).await;
        assert_eq!(answer, expected, "{name}: {output}");
        // The gateway sends none itself, because a function URL frames the body: its length stands for it.
        if let Some(length) = content_length {
            assert_eq!(answer.split_once("\n\n").unwrap().1.len(), length, "{name}");
        }
    }
}

/// Name, method and target as sent; of the event `path`, `requestContext.path`, the parameter `proxy`, and the
/// query's parameters with all their values.
struct RecordedEvent {
    name: &'static str,
    request: &'static str,
    path: &'static str,
    whole_path: &'static str,
    proxy: Option<&'static str>,
    query: &'static [(&'static str, &'static [&'static str])],
}

const fn row(
    name: &'static str,
    request: &'static str,
    path: &'static str,
    whole_path: &'static str,
    proxy: Option<&'static str>,
    query: &'static [(&'static str, &'static [&'static str])],
) -> RecordedEvent {
    RecordedEvent { name, request, path, whole_path, proxy, query }
}

/// Recorded on 2024-08-02, `test_lambda_aws_proxy_integration`. Routes: `ANY /{proxy+}` and `ANY /hardcoded` on a
/// stage `stage`.
#[rustfmt::skip]
const EVENTS: [RecordedEvent; 11] = [
    row("without-trailing-slash",        "GET /stage/proxy-value",               "/proxy-value",               "/stage/proxy-value",               Some("proxy-value"),               &[]),
    row("with-trailing-slash",           "GET /stage/proxy-value/",              "/proxy-value/",              "/stage/proxy-value/",              Some("proxy-value"),               &[]),
    row("with-double-slash",             "GET /stage/proxy-value//double-slash", "/proxy-value//double-slash", "/stage/proxy-value//double-slash", Some("proxy-value//double-slash"), &[]),
    row("with-prepended-slash-to-stage", "GET //stage/proxy-value",              "/proxy-value",               "/stage/proxy-value",               Some("proxy-value"),               &[]),
    row("with-prepended-slash",          "GET /stage//proxy-value",              "/proxy-value",               "/stage//proxy-value",              Some("proxy-value"),               &[]),
    row("without-trailing-slash-and-query-params", "GET /stage/proxy-value?urlparam=test", "/proxy-value", "/stage/proxy-value", Some("proxy-value"), &[("urlparam", &["test"])]),
    row("with-trailing-slash-and-query-params", "GET /stage/proxy-value/?urlparam=test", "/proxy-value/", "/stage/proxy-value/", Some("proxy-value"), &[("urlparam", &["test"])]),
    row("with-path-encoded-email", "GET /stage/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com",
        "/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com", "/stage/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com",
        Some("proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com"), &[]),
    row("with-params-encoding",
        "GET /stage/proxy-value/api?dateTimeOffset=2023-06-12T18:05:10.123456+00:00&email=test%2Balias@gmail.com&plus=test+alias@gmail.com&url=https://www.google.com/&whitespace=foo%20bar&zhash=abort/",
        "/proxy-value/api", "/stage/proxy-value/api", Some("proxy-value/api"),
        &[("dateTimeOffset", &["2023-06-12T18:05:10.123456 00:00"]), ("email", &["test+alias@gmail.com"]), ("plus", &["test alias@gmail.com"]),
          ("url", &["https://www.google.com/"]), ("whitespace", &["foo bar"]), ("zhash", &["abort/"])]),
    row("with-params-encoding-multi", "POST /stage/proxy-value?category=electronics&category=books&price=10&price=20&price=30",
        "/proxy-value", "/stage/proxy-value", Some("proxy-value"), &[("category", &["electronics", "books"]), ("price", &["10", "20", "30"])]),
    row("hardcoded",                     "GET /stage//hardcoded",                "/hardcoded",                 "/stage//hardcoded",                None,                              &[]),
];

/// The headers of the recorded `full_event`. Names are in lower case, because a function URL makes them so before
/// the gateway sees them; values that differ from recording to recording stand for themselves. `via` and the
/// others of CloudFront are what a client or a proxy sent, as far as the gateway can tell.
const HEADERS: [(&str, &str); 19] = [
    ("accept", "*/*"),
    ("accept-encoding", "gzip, deflate"),
    ("authorization", "Bearer token123;API key456"),
    ("cloudfront-forwarded-proto", "https"),
    ("cloudfront-is-desktop-viewer", "true"),
    ("cloudfront-is-mobile-viewer", "false"),
    ("cloudfront-is-smarttv-viewer", "false"),
    ("cloudfront-is-tablet-viewer", "false"),
    ("cloudfront-viewer-asn", "16509"),
    ("cloudfront-viewer-country", "DE"),
    ("content-type", "application/json;charset=utf-8"),
    ("host", "abc123.lambda-url.eu-west-1.on.aws"),
    ("user-agent", "python-requests/testing"),
    ("via", "1.1 0123456789abcdef.cloudfront.net (CloudFront)"),
    ("x-amz-cf-id", "cf-id"),
    ("x-amzn-trace-id", "Root=1-67fd8b60-0123456789abcdef01234567"),
    ("x-forwarded-for", "192.0.2.1, 198.51.100.7"),
    ("x-forwarded-port", "443"),
    ("x-forwarded-proto", "https"),
];

async fn stage() -> (TestGateway, String) {
    let gateway = TestGateway::new();
    for route_key in ["ANY /{proxy+}", "ANY /hardcoded"] {
        let echo = json!({ "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": "1.0" });
        gateway.put_route(&json!({ "stage": "stage", "routeKey": route_key, "integration": echo }));
    }
    gateway.publish("stage").await;
    gateway.refresh().await;
    let deployment_id = gateway.store.stage("stage").await.unwrap().unwrap().deployment_id.unwrap();
    (gateway, deployment_id)
}

/// The whole event, every field.
fn expected(case: &RecordedEvent, body: &Value, deployment_id: &str) -> Value {
    let RecordedEvent { request, path, whole_path, proxy, query, .. } = case;
    let method = request.split(' ').next().unwrap();
    let resource = if proxy.is_some() { "/{proxy+}" } else { "/hardcoded" };
    let object = |pairs: Vec<(&str, Value)>| {
        Value::Object(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    };
    let unless_empty = |value: Value| if query.is_empty() { Value::Null } else { value };
    let user_agent = HEADERS.iter().find(|(name, _)| *name == "user-agent").unwrap().1;
    json!({
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": object(HEADERS.iter().map(|(name, value)| (*name, json!(value))).collect()),
        "multiValueHeaders": object(HEADERS.iter().map(|(name, value)| (*name, json!([value]))).collect()),
        "queryStringParameters": unless_empty(object(query.iter().map(|(name, values)| (*name, json!(values.last()))).collect())),
        "multiValueQueryStringParameters": unless_empty(object(query.iter().map(|(name, values)| (*name, json!(values))).collect())),
        "pathParameters": proxy.map(|value| json!({ "proxy": value })),
        "stageVariables": null,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "deploymentId": deployment_id,
            "domainName": "abc123.lambda-url.eu-west-1.on.aws",
            "domainPrefix": "abc123",
            "extendedRequestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "httpMethod": method,
            "identity": {
                "accessKey": null,
                "accountId": null,
                "caller": null,
                "cognitoAuthenticationProvider": null,
                "cognitoAuthenticationType": null,
                "cognitoIdentityId": null,
                "cognitoIdentityPoolId": null,
                "principalOrgId": null,
                "sourceIp": "192.0.2.1",
                "user": null,
                "userAgent": user_agent,
                "userArn": null
            },
            "path": whole_path,
            "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "requestTime": "14/Apr/2025:22:12:48 +0000",
            "requestTimeEpoch": START,
            // Amazon has a random id here.
            "resourceId": format!("ANY {resource}"),
            "resourcePath": resource,
            "stage": "stage"
        },
        "body": body,
        "isBase64Encoded": false
    })
}

#[tokio::test]
async fn an_event_is_what_api_gateway_was_recorded_to_send() {
    let (gateway, deployment_id) = stage().await;
    let headers: Vec<_> = HEADERS.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    for case in EVENTS {
        let body = if case.request.starts_with("POST") {
            json!("{\"message\": \"hello world\"}")
        } else {
            Value::Null
        };
        let request =
            format!("{}\n{}\n\n{}", case.request, headers.join("\n"), body.as_str().unwrap_or_default());
        assert_eq!(gateway.json(&request).await, expected(&case, &body, &deployment_id), "{}", case.name);
    }
}
