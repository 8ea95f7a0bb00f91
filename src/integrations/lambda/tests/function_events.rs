//! Events: what API Gateway was recorded to send, whole.

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};

use super::Scene;
use crate::functions::{event_v1, event_v2, media_types::BinaryMediaTypes};

fn v1(scene: &Scene, binary: &[&str]) -> Value {
    let patterns: Arc<[String]> = binary.iter().map(|&pattern| pattern.to_owned()).collect();
    serde_json::from_slice(&scene.view(|context| event_v1::event(context, &BinaryMediaTypes::new(&patterns))))
        .unwrap()
}

fn v2(scene: &Scene) -> Value {
    serde_json::from_slice(&scene.view(event_v2::event)).unwrap()
}

/// One case of the recording `lambda_proxy_event_1.0`.
struct Recorded {
    name: &'static str,
    /// After the gateway has canonicalised it.
    target: &'static str,
    path: &'static str,
    proxy: Option<&'static str>,
    query: Value,
    multi_value_query: Value,
}

/// Recorded from Amazon API Gateway (REST API, AWS_PROXY, payload format 1.0) on 2024-08-02: localstack/localstack,
/// `tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json`, `test_lambda_aws_proxy_integration`
/// (Apache-2.0, Copyright LocalStack contributors). Routes: `ANY /{proxy+}` and `ANY /hardcoded` on a stage `stage`.
#[rustfmt::skip]
fn recorded() -> Vec<Recorded> {
    let none = || Value::Null;
    let row = |name, target, path, proxy, query, multi_value_query|
        Recorded { name, target, path, proxy, query, multi_value_query };
    vec![
        row("without-trailing-slash",        "/stage/proxy-value",               "/proxy-value",               Some("proxy-value"),               none(), none()),
        row("with-trailing-slash",           "/stage/proxy-value/",              "/proxy-value/",              Some("proxy-value"),               none(), none()),
        row("with-double-slash",             "/stage/proxy-value//double-slash", "/proxy-value//double-slash", Some("proxy-value//double-slash"), none(), none()),
        // Sent as //stage/proxy-value: the leading slashes are one when the request has been decoded.
        row("with-prepended-slash-to-stage", "/stage/proxy-value",               "/proxy-value",               Some("proxy-value"),               none(), none()),
        row("with-prepended-slash",          "/stage//proxy-value",              "/proxy-value",               Some("proxy-value"),               none(), none()),
        row("without-trailing-slash-and-query-params", "/stage/proxy-value?urlparam=test", "/proxy-value", Some("proxy-value"),
            json!({"urlparam": "test"}), json!({"urlparam": ["test"]})),
        row("with-trailing-slash-and-query-params", "/stage/proxy-value/?urlparam=test", "/proxy-value/", Some("proxy-value"),
            json!({"urlparam": "test"}), json!({"urlparam": ["test"]})),
        row("with-path-encoded-email", "/stage/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com",
            "/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com",
            Some("proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com"), none(), none()),
        row("with-params-encoding",
            "/stage/proxy-value/api?dateTimeOffset=2023-06-12T18:05:10.123456+00:00&email=test%2Balias@gmail.com&plus=test+alias@gmail.com&url=https://www.google.com/&whitespace=foo%20bar&zhash=abort/",
            "/proxy-value/api", Some("proxy-value/api"),
            json!({
                "dateTimeOffset": "2023-06-12T18:05:10.123456 00:00", "email": "test+alias@gmail.com",
                "plus": "test alias@gmail.com", "url": "https://www.google.com/", "whitespace": "foo bar", "zhash": "abort/"
            }),
            json!({
                "dateTimeOffset": ["2023-06-12T18:05:10.123456 00:00"], "email": ["test+alias@gmail.com"],
                "plus": ["test alias@gmail.com"], "url": ["https://www.google.com/"], "whitespace": ["foo bar"], "zhash": ["abort/"]
            })),
        row("with-params-encoding-multi", "/stage/proxy-value?category=electronics&category=books&price=10&price=20&price=30",
            "/proxy-value", Some("proxy-value"),
            json!({"category": "books", "price": "30"}),
            json!({"category": ["electronics", "books"], "price": ["10", "20", "30"]})),
        row("hardcoded", "/stage//hardcoded", "/hardcoded", None, none(), none()),
    ]
}

#[test]
fn an_event_1_0_is_what_api_gateway_was_recorded_to_send() {
    for Recorded { name, target, path, proxy, query, multi_value_query } in recorded() {
        let (resource, route_key) =
            if proxy.is_some() { ("/{proxy+}", "ANY /{proxy+}") } else { ("/hardcoded", "ANY /hardcoded") };
        let method = if name == "with-params-encoding-multi" { Method::POST } else { Method::GET };
        let mut scene = Scene::new(method.clone(), target, route_key)
            .header("accept", b"*/*")
            .header("authorization", b"Bearer token123;API key456")
            .header("host", b"api1.lambda-url.eu-west-1.on.aws")
            .header("x-forwarded-for", b"192.0.2.1");
        if let Some(value) = proxy {
            scene = scene.parameter("proxy", value);
        }
        let body = if method == Method::POST { json!("{\"message\": \"hello world\"}") } else { Value::Null };
        if let Value::String(text) = &body {
            scene = scene.body(text.clone());
        }
        let expected = json!({
            "resource": resource,
            "path": path,
            "httpMethod": method.as_str(),
            "headers": {
                "accept": "*/*",
                "authorization": "Bearer token123;API key456",
                "host": "api1.lambda-url.eu-west-1.on.aws",
                "x-forwarded-for": "192.0.2.1"
            },
            "multiValueHeaders": {
                "accept": ["*/*"],
                "authorization": ["Bearer token123;API key456"],
                "host": ["api1.lambda-url.eu-west-1.on.aws"],
                "x-forwarded-for": ["192.0.2.1"]
            },
            "queryStringParameters": query,
            "multiValueQueryStringParameters": multi_value_query,
            "pathParameters": proxy.map(|value| json!({ "proxy": value })),
            "stageVariables": null,
            "requestContext": {
                "accountId": "111111111111",
                "apiId": "api1",
                "deploymentId": "d1",
                "domainName": "api1.lambda-url.eu-west-1.on.aws",
                "domainPrefix": "api1",
                "extendedRequestId": "request-1",
                "httpMethod": method.as_str(),
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
                    "userAgent": "python-requests/testing",
                    "userArn": null
                },
                "path": target.split('?').next(),
                "protocol": "HTTP/1.1",
                "requestId": "request-1",
                "requestTime": "14/Apr/2025:22:12:48 +0000",
                "requestTimeEpoch": 1_744_668_768_000_u64,
                "resourceId": route_key,
                "resourcePath": resource,
                "stage": "stage"
            },
            "body": body,
            "isBase64Encoded": false
        });
        assert_eq!(v1(&scene, &[]), expected, "{name}");
    }
}

#[test]
fn an_event_2_0_is_an_http_apis() {
    let mut scene = Scene::new(Method::POST, "/stage/p/a%20b%2Fc?a=1&b=x+y&a=%32&e", "POST /p/{id}")
        .parameter("id", "a%20b%2Fc")
        .header("content-type", b"application/json")
        .header("x-many", b"one")
        .header("x-many", b"two")
        .body("{\"n\": 1.50}");
    scene.request.cookies = vec!["a=1".to_owned(), "b=2".to_owned()];
    scene.stage_variables.insert("table".to_owned(), "orders".to_owned());
    let expected = json!({
        "version": "2.0",
        "routeKey": "POST /p/{id}",
        "rawPath": "/stage/p/a%20b%2Fc",
        "rawQueryString": "a=1&b=x+y&a=%32&e",
        "cookies": ["a=1", "b=2"],
        "headers": { "content-type": "application/json", "x-many": "one,two" },
        "queryStringParameters": { "a": "1,2", "b": "x y", "e": "" },
        "requestContext": {
            "accountId": "111111111111",
            "apiId": "api1",
            "domainName": "api1.lambda-url.eu-west-1.on.aws",
            "domainPrefix": "api1",
            "http": {
                "method": "POST",
                "path": "/stage/p/a%20b%2Fc",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "python-requests/testing"
            },
            "requestId": "request-1",
            "routeKey": "POST /p/{id}",
            "stage": "stage",
            "time": "14/Apr/2025:22:12:48 +0000",
            "timeEpoch": 1_744_668_768_000_u64
        },
        "pathParameters": { "id": "a b/c" },
        "stageVariables": { "table": "orders" },
        "body": "{\"n\": 1.50}",
        "isBase64Encoded": false
    });
    assert_eq!(v2(&scene), expected);
}

#[test]
fn a_missing_part_of_a_request_is_null_in_events_1_0_and_left_out_in_2_0() {
    let scene = Scene::new(Method::GET, "/stage/x", "$default");
    let (event_1, event_2) = (v1(&scene, &[]), v2(&scene));
    let nulls: Vec<_> = event_1
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, value)| value.is_null())
        .map(|(name, _)| name)
        .collect();
    let expected = [
        "body",
        "multiValueQueryStringParameters",
        "pathParameters",
        "queryStringParameters",
        "resource",
        "stageVariables",
    ];
    assert_eq!(nulls, expected);
    let members: Vec<_> = event_2.as_object().unwrap().keys().collect();
    let expected =
        ["headers", "isBase64Encoded", "rawPath", "rawQueryString", "requestContext", "routeKey", "version"];
    assert_eq!(members, expected);
}

/// Content type, body, `binaryMediaTypes`; `[body, isBase64Encoded]` in 1.0 and in 2.0.
type EventCase = (Option<&'static [u8]>, &'static [u8], &'static [&'static str], Value, Value);

#[test]
fn a_body_is_never_lost_and_is_base64_where_it_must_be() {
    let png = b"\x89PNG\r\n".as_slice();
    #[rustfmt::skip]
    let cases: [EventCase; 7] = [
        (None,                             b"text",    &[],            json!(["text", false]),         json!(["text", false])),
        (None,                             b"",        &["*/*"],       json!([null, false]),           json!([null, false])),
        (Some(b"application/json"),        b"{}",      &["*/*"],       json!(["e30=", true]),          json!(["{}", false])),
        (Some(b"image/png"),               png,        &["image/png"], json!(["iVBORw0K", true]),      json!(["iVBORw0K", true])),
        (Some(b"image/png"),               png,        &[],            json!(["iVBORw0K", true]),      json!(["iVBORw0K", true])),
        (Some(b"text/plain"),              b"\xff",    &[],            json!(["/w==", true]),          json!(["/w==", true])),
        (Some(b"application/x-www-form-urlencoded"), b"a=1", &[],      json!(["a=1", false]),          json!(["YT0x", true])),
    ];
    for (content_type, bytes, binary, expected_1, expected_2) in cases {
        let mut scene = Scene::new(Method::POST, "/stage/x", "$default").body(bytes.to_vec());
        if let Some(content_type) = content_type {
            scene = scene.header("content-type", content_type);
        }
        let body = |event: Value| json!([event["body"], event["isBase64Encoded"]]);
        assert_eq!(body(v1(&scene, binary)), expected_1, "1.0 {content_type:?} {bytes:?}");
        assert_eq!(body(v2(&scene)), expected_2, "2.0 {content_type:?} {bytes:?}");
    }
}

#[test]
fn headers_of_one_connection_and_of_the_platform_stay_here() {
    let mut scene = Scene::new(Method::GET, "/stage/x", "$default")
        .header("connection", b"close, X-Hop")
        .header("x-hop", b"1")
        .header("keep-alive", b"timeout=5")
        .header("content-length", b"3")
        .header("content-md5", b"x")
        .header("expect", b"100-continue")
        .header("max-forwards", b"1")
        .header("proxy-authenticate", b"x")
        .header("server", b"x")
        .header("te", b"trailers")
        .header("trailer", b"x")
        .header("transfer-encoding", b"chunked")
        .header("upgrade", b"websocket")
        .header("www-authenticate", b"x")
        .header("x-tollgate-origin", b"secret")
        .header("via", b"1.1 proxy")
        .header("authorization", b"Bearer x")
        .header("x-api-key", b"key")
        .header("x-name", "Jos\u{e9}".as_bytes());
    scene.request.cookies = vec!["a=1".to_owned(), "b=\u{e9}".to_owned()];
    let kept =
        json!({ "authorization": "Bearer x", "via": "1.1 proxy", "x-api-key": "key", "x-name": "Jos%C3%A9" });
    assert_eq!(v2(&scene)["headers"], kept);
    let mut with_cookie = kept;
    with_cookie["cookie"] = json!("a=1; b=%C3%A9");
    assert_eq!(v1(&scene, &[])["headers"], with_cookie);
}

#[test]
fn a_client_cannot_take_away_what_the_platform_says() {
    let scene = Scene::new(Method::GET, "/stage/x", "GET /x")
        .header("connection", b"close, X-Forwarded-For, x-forwarded-proto, Host, X-Amzn-Trace-Id, X-Mine")
        .header("host", b"api1.lambda-url.eu-west-1.on.aws")
        .header("x-amzn-trace-id", b"Root=1")
        .header("x-forwarded-for", b"192.0.2.1")
        .header("x-forwarded-proto", b"https")
        .header("x-mine", b"1");
    let expected = json!({
        "host": "api1.lambda-url.eu-west-1.on.aws", "x-amzn-trace-id": "Root=1",
        "x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https",
    });
    assert_eq!((&v1(&scene, &[])["headers"], &v2(&scene)["headers"]), (&expected, &expected));
}
