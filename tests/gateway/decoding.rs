//! Events that no honest function URL sends: refused or served, and nothing panics.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::{TestGateway, event, render};

async fn gateway() -> TestGateway {
    TestGateway::serving(&[
        json!({ "routeKey": "ANY /{proxy+}", "integration": { "type": "AWS_PROXY", "uri": "echo" } }),
    ])
    .await
}

/// An event with one thing changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut event = event("GET /v1/x?a=1\naccept: */*");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
    event
}

fn headers(count: usize) -> Value {
    (0..count).map(|index| (format!("x-{index}"), json!("1"))).collect::<serde_json::Map<_, _>>().into()
}

#[tokio::test]
async fn a_malformed_event_is_a_400_and_a_merely_odd_one_is_served() {
    let gateway = gateway().await;
    let long = "x".repeat(100_000);
    let cases: Vec<(Value, &str)> = vec![
        (with("/rawPath", json!("/v1/a b\"c")), "200"),
        (with("/rawPath", json!("/v1/caf\u{e9}")), "200"),
        (with("/rawPath", json!(format!("/v1/{long}"))), "400"),
        (with("/rawPath", json!(format!("/v1/{}", "\"".repeat(16_000)))), "200"),
        (with("/rawQueryString", json!(long)), "400"),
        (with("/rawPath", json!("/v1/a%2Fb")), "200"),
        (with("/rawPath", json!("/v1/%zz")), "400"),
        (with("/rawPath", json!("/v1/a/%2e%2e/admin")), "400"),
        (with("/rawPath", json!("/v1/a\\b")), "400"),
        (with("/rawPath", json!("/v1/a\u{0}b")), "400"),
        (with("/rawPath", json!("/v1/a\r\nb")), "400"),
        (with("/rawPath", json!("/v1/%ff")), "400"),
        (with("/rawPath", json!("v1/x")), "200"),
        (with("/rawPath", json!("http://evil/v1/x")), "404"),
        (with("/rawPath", Value::Null), "404"),
        (with("/rawPath", json!(7)), "400"),
        (with("/rawQueryString", json!("a=\"b c\"&d=<>^`{}|\\")), "200"),
        (with("/rawQueryString", json!("a=%zz&%")), "200"),
        (with("/rawQueryString", json!("a=\u{1}")), "400"),
        (with("/rawQueryString", json!("a=\n")), "400"),
        (with("/rawQueryString", json!(["a"])), "400"),
        (with("/rawQueryString", Value::Null), "200"),
        (with("/headers", Value::Null), "200"),
        (with("/headers", json!({})), "200"),
        (with("/headers", json!("accept: */*")), "400"),
        (with("/headers", json!({ "accept": ["a", "b"] })), "400"),
        (with("/headers/host", json!("not a host/../")), "200"),
        (with("/headers/host", json!("")), "200"),
        (with("/headers/x-forwarded-proto", json!("java script:")), "200"),
        (with("/headers/x-forwarded-proto", json!("h\u{e9}")), "200"),
        (with("/headers", headers(2_000)), "200"),
        (with("/headers", headers(40_000)), "400"),
        (with("/headers/x-forwarded-port", json!("eighty")), "200"),
        (with("/headers/na me", json!("x")), "400"),
        (with("/headers/", json!("x")), "400"),
        (with("/headers/x", json!("a\r\nb: c")), "400"),
        (with("/headers/x", json!("a\u{0}")), "400"),
        (with("/headers/x", json!("caf\u{e9}")), "200"),
        (with("/headers/x", json!(long)), "200"),
        (with("/headers/content-length", json!("minus one")), "200"),
        (with("/headers/cookie", json!("a=1; b=2")), "200"),
        (with("/cookies", json!(["a=1", "b=2\r\nx: y"])), "200"),
        (with("/cookies", json!("a=1")), "400"),
        (with("/body", json!("{}")), "200"),
        (with("/body", json!({ "a": 1 })), "400"),
        (with("/body", Value::Null), "200"),
        (with("/isBase64Encoded", json!("yes")), "400"),
        (with("/requestContext", Value::Null), "400"),
        (with("/requestContext", json!({})), "400"),
        (with("/requestContext/http/method", json!("GET /x")), "400"),
        (with("/requestContext/http/method", json!("")), "400"),
        (with("/requestContext/http/method", json!("BREW")), "405"),
        (with("/requestContext/http/sourceIp", json!("not an address")), "200"),
        (with("/requestContext/domainName", json!("a b/c")), "200"),
        (with("/requestContext/domainName", Value::Null), "200"),
        (with("/requestContext/timeEpoch", json!(-1)), "400"),
        (with("/requestContext/timeEpoch", json!("soon")), "400"),
        (with("/requestContext/time", Value::Null), "200"),
        (json!({}), "400"),
        (json!([]), "400"),
        (json!("event"), "400"),
        (Value::Null, "400"),
    ];
    for (event, status) in cases {
        let answer = gateway.send_event(&event).await;
        let brief: String = event.to_string().chars().take(300).collect();
        assert_eq!(answer.split('\n').next(), Some(status), "{brief}\n{answer}");
        if status == "400" {
            let expected = "400\ncontent-type: application/json\nx-amzn-errortype: BadRequestException\n\n\
                            {\"message\":\"Bad Request\"}";
            assert_eq!(answer, expected, "{brief}");
        }
    }
}

#[tokio::test]
async fn an_event_that_is_no_json_is_a_400() {
    let gateway = gateway().await;
    let body_that_is_no_base64 = r#"{"isBase64Encoded":true,"body":"???","rawPath":"/v1/x","requestContext":{"http":{"method":"GET"}}}"#;
    let lone_surrogate = r#"{"rawPath":"/v1/\ud800","requestContext":{"http":{"method":"GET"}}}"#;
    for event in ["", "{", "nonsense", "[[[[", body_that_is_no_base64, lone_surrogate] {
        let answer = render(gateway.answer(event).await).await;
        assert!(answer.starts_with("400\n"), "{event}: {answer}");
    }
}

#[tokio::test]
async fn host_scheme_and_address_come_from_the_platform_or_a_trusted_proxy() {
    let routes =
        [json!({ "routeKey": "GET /{proxy+}", "integration": { "type": "AWS_PROXY", "uri": "echo" } })];
    let request = |secret: &str| {
        format!(
            "GET /v1/x\nx-forwarded-host: api.example.com\ncloudfront-viewer-address: 2001:db8::7:4711\n\
             x-forwarded-proto: gopher://\n{secret}"
        )
    };
    let gateway = TestGateway::with_environment(&[("TRUSTED_PROXY_SECRET", "hush-hush")]);
    gateway.put_route(&routes[0]);
    gateway.go_live().await;
    let mut story = String::new();
    for secret in ["accept: */*", "x-tollgate-origin: wrong", "x-tollgate-origin: hush-hush"] {
        let event = gateway.json(&request(secret)).await;
        let context = &event["requestContext"];
        story += &format!(
            "{} {} {} {} {} {}\n",
            context["domainName"],
            context["http"]["sourceIp"],
            event["headers"]["host"],
            event["headers"]["x-forwarded-proto"],
            event["headers"]["x-forwarded-host"],
            event["headers"]["x-tollgate-origin"]
        );
    }
    expect![[r#"
        "abc123.lambda-url.eu-west-1.on.aws" "192.0.2.1" "abc123.lambda-url.eu-west-1.on.aws" "https" null null
        "abc123.lambda-url.eu-west-1.on.aws" "192.0.2.1" "abc123.lambda-url.eu-west-1.on.aws" "https" null null
        "api.example.com" "2001:db8::7" "api.example.com" "https" "api.example.com" null
    "#]]
    .assert_eq(&story);
}

/// What a function of CloudFront says of the viewer comes before a header that the viewer may have sent itself.
#[tokio::test]
async fn the_viewers_address_is_the_trusted_proxys_word_and_no_viewers() {
    let gateway = TestGateway::with_environment(&[("TRUSTED_PROXY_SECRET", "hush-hush")]);
    gateway.put_route(
        &json!({ "routeKey": "GET /{proxy+}", "integration": { "type": "AWS_PROXY", "uri": "echo" } }),
    );
    gateway.go_live().await;
    let (sent, said) = ("x-tollgate-origin: hush-hush", "x-tollgate-viewer-ip: 198.51.100.9");
    let cases = [
        (format!("{sent}\n{said}"), "198.51.100.9"),
        (format!("{sent}\n{said}\ncloudfront-viewer-address: 203.0.113.66:4711"), "198.51.100.9"),
        (format!("{sent}\nx-tollgate-viewer-ip: 2001:db8::9"), "2001:db8::9"),
        // What cannot be read is nobody's word; the other header is not asked then.
        (format!("{sent}\nx-tollgate-viewer-ip: me\ncloudfront-viewer-address: 203.0.113.66:1"), "192.0.2.1"),
        (format!("{sent}\ncloudfront-viewer-address: 203.0.113.66:4711"), "203.0.113.66"),
        (format!("x-tollgate-origin: wrong\n{said}"), "192.0.2.1"),
        (said.to_owned(), "192.0.2.1"),
    ];
    for (headers, expected) in cases {
        let event = gateway.json(&format!("GET /v1/x\n{headers}")).await;
        assert_eq!(event["requestContext"]["http"]["sourceIp"], expected, "{headers}");
        assert_eq!(event["headers"]["x-tollgate-viewer-ip"], Value::Null, "{headers}");
    }
}

#[tokio::test]
async fn while_a_secret_is_rotated_the_new_one_and_the_old_one_are_good() {
    let variables = [("TRUSTED_PROXY_SECRET", "new-secret, old-secret"), ("REQUIRE_TRUSTED_PROXY", "true")];
    let gateway = TestGateway::with_environment(&variables);
    gateway.put_route(&json!({ "routeKey": "GET /x", "integration": { "type": "MOCK" } }));
    gateway.go_live().await;
    let cases = [
        ("new-secret", "200"),
        ("old-secret", "200"),
        ("new-secret, old-secret", "403"),
        ("new-secret,old-secret", "403"),
        (" old-secret", "403"),
        ("older-secret", "403"),
        (",", "403"),
        ("", "403"),
    ];
    for (secret, expected) in cases {
        let mut event = event("GET /v1/x");
        event["headers"]["x-tollgate-origin"] = json!(secret);
        let answer = gateway.send_event(&event).await;
        assert!(answer.starts_with(expected), "{secret:?}: {answer}");
    }
}

#[tokio::test]
async fn a_forwarded_scheme_that_is_not_http_reaches_functions_as_https() {
    let gateway = gateway().await;
    for scheme in ["h\u{e9}", "javascript:", "HTTPS", ""] {
        let answer = gateway.send_event(&with("/headers/x-forwarded-proto", json!(scheme))).await;
        let (_, event) = answer.split_once("\n\n").unwrap();
        let event: Value = serde_json::from_str(event).unwrap();
        assert_eq!(event["headers"]["x-forwarded-proto"], "https", "{scheme}");
    }
}

#[tokio::test]
async fn only_the_trusted_proxy_may_call_if_it_is_required() {
    let variables = [("TRUSTED_PROXY_SECRET", "hush-hush"), ("REQUIRE_TRUSTED_PROXY", "true")];
    let gateway = TestGateway::with_environment(&variables);
    gateway.put_route(&json!({ "routeKey": "GET /x", "integration": { "type": "MOCK" } }));
    gateway.go_live().await;
    let refused = "403\ncontent-type: application/json\nx-amzn-errortype: ForbiddenException\n\n\
                   {\"message\":\"Forbidden\"}";
    for secret in
        ["accept: */*", "x-tollgate-origin: ", "x-tollgate-origin: hush-hus", "x-tollgate-origin: hush-hushh"]
    {
        assert_eq!(gateway.send(&format!("GET /v1/x\n{secret}")).await, refused, "{secret}");
    }
    assert!(gateway.send("GET /v1/x\nx-tollgate-origin: hush-hush").await.starts_with("200\n"));
}
