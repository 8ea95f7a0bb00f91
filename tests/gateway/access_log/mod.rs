//! The access log: one line a request, word for word, without secrets.

mod format;
mod sample_and_headers;
mod traces;

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::{REQUEST_ID, TestGateway};

async fn gateway() -> TestGateway {
    let routes = [
        json!({ "routeKey": "GET /orders/{id}", "integration": { "type": "MOCK", "body": "hello" } }),
        json!({ "routeKey": "ANY /reflect", "integration": { "type": "AWS_PROXY", "uri": "reflect" } }),
        json!({ "routeKey": "ANY /echo", "integration": { "type": "AWS_PROXY", "uri": "echo" } }),
        json!({ "routeKey": "GET /gone", "integration": { "type": "AWS_PROXY", "uri": "gone" } }),
    ];
    TestGateway::serving(&routes).await
}

#[tokio::test]
async fn each_request_is_one_line_of_the_access_log() {
    let gateway = gateway().await;
    for request in [
        "GET /v1/orders/17?page=2\nuser-agent: curl/8.0",
        "PUT /v1/orders/17",
        "GET /v1/reflect",
        "GET /v1/gone",
        "GET /nowhere",
        "GET /v1/../etc/passwd",
    ] {
        gateway.send(request).await;
    }
    gateway.answer("{}").await;
    expect![[r#"
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /orders/{id}","httpMethod":"GET","path":"/v1/orders/17","status":200,"responseLatency":0,"integrationLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":5,"sourceIp":"192.0.2.1","userAgent":"curl/8.0"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","httpMethod":"PUT","path":"/v1/orders/17","status":405,"responseLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":32,"sourceIp":"192.0.2.1","errorResponseType":"DEFAULT_4XX","errorMessage":"the path has no such method, only GET, HEAD"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"ANY /reflect","httpMethod":"GET","path":"/v1/reflect","status":502,"responseLatency":0,"integrationLatency":0,"awsEndpointRequestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":36,"sourceIp":"192.0.2.1","errorResponseType":"INTEGRATION_FAILURE","integrationErrorMessage":"integration failed: function error, Unhandled: Error"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /gone","httpMethod":"GET","path":"/v1/gone","status":502,"responseLatency":0,"integrationLatency":0,"awsEndpointRequestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":36,"sourceIp":"192.0.2.1","errorResponseType":"INTEGRATION_FAILURE","integrationErrorMessage":"integration failed: ResourceNotFoundException: ResourceNotFoundException: arn:aws:lambda:eu-west-1:123456789012:function:gone (status 404)"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"none","httpMethod":"GET","path":"/nowhere","status":404,"responseLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":23,"sourceIp":"192.0.2.1","errorResponseType":"RESOURCE_NOT_FOUND","errorMessage":"no stage serves host abc123.lambda-url.eu-west-1.on.aws and path /nowhere"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"none","httpMethod":"GET","status":400,"responseLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":25,"sourceIp":"192.0.2.1","errorResponseType":"DEFAULT_4XX","errorMessage":"malformed request: a dot segment"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"none","status":400,"responseLatency":0,"responseLength":25,"errorResponseType":"DEFAULT_4XX","errorMessage":"malformed request: the event has no requestContext"}"#]].assert_eq(&gateway.log_lines().join("\n"));
}

#[tokio::test]
async fn only_a_request_that_called_an_aws_service_has_its_request_id_in_its_line() {
    let lambda = |uri: &str, words: Value| {
        let mut integration = json!({ "type": "AWS_PROXY", "uri": uri });
        integration.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        integration
    };
    let gateway = TestGateway::serving(&[
        json!({ "routeKey": "GET /mock", "integration": { "type": "MOCK", "body": "hello" } }),
        json!({ "routeKey": "GET /cached", "cachingEnabled": true, "integration": lambda("echo", json!({})) }),
        json!({ "routeKey": "GET /stream", "integration": lambda("echo", json!({ "responseTransferMode": "STREAM" })) }),
        json!({ "routeKey": "GET /event", "integration": lambda("echo", json!({ "invocationType": "Event" })) }),
        json!({ "routeKey": "GET /busy", "integration": lambda("busy", json!({})) }),
        json!({ "routeKey": "GET /failing", "integration": lambda("reflect", json!({})) }),
        json!({ "routeKey": "GET /never", "integration": lambda("never", json!({ "timeoutInMillis": 50 })) }),
    ])
    .await;
    let table = [
        ("mock", None),
        ("cached", Some(REQUEST_ID)),
        // From the cache.
        ("cached", None),
        ("stream", Some(REQUEST_ID)),
        ("event", Some(REQUEST_ID)),
        ("busy", Some(REQUEST_ID)),
        ("failing", Some(REQUEST_ID)),
        // Lambda has said nothing.
        ("never", None),
    ];
    for (path, expected) in table {
        gateway.send(&format!("GET /v1/{path}")).await;
        let line = gateway.last_line();
        assert_eq!(line["awsEndpointRequestId"].as_str(), expected, "{line}");
    }
}

#[tokio::test]
async fn the_access_log_holds_no_secret() {
    const CANARY: &str = "canary-5f0c";
    let gateway = gateway().await;
    for path in ["/v1/orders/17", "/v1/reflect", "/v1/echo", "/v1/gone", "/v1/nothing", "/nowhere", "/v1/%zz"]
    {
        for method in ["GET", "POST"] {
            let secrets = format!(
                "authorization: Bearer {CANARY}\nx-api-key: {CANARY}\ncookie: session={CANARY}\n\
                 x-tollgate-origin: {CANARY}"
            );
            gateway
                .send(&format!("{method} {path}?token={CANARY}\n{secrets}\n\n{{\"password\":\"{CANARY}\"}}"))
                .await;
        }
    }
    for broken in [
        r#"{"statusCode":200,"body":{"token":"canary-5f0c"}}"#,
        r#"{"statusCode":200,"body":"x","headers":"canary-5f0c"}"#,
        r#"{"statusCode":200,"cookies":"canary-5f0c"}"#,
        r#"{"statusCode":"canary-5f0c"}"#,
        r#"{"statusCode":200,"body":"canary-5f0c","isBase64Encoded":true}"#,
        r#"{"statusCode":200,"headers":{"set-cookie":"canary-5f0c\r\n"}}"#,
    ] {
        assert!(
            gateway.send(&format!("POST /v1/reflect\n\n{broken}")).await.starts_with("502\n"),
            "{broken}"
        );
    }
    let event = r#"{"requestContext":{},"cookies":"session=canary-5f0c"}"#;
    assert_eq!(gateway.answer(event).await.metadata_prelude.status_code, 400);
    let lines = gateway.log_lines();
    assert_eq!(lines.len(), 21);
    for line in lines {
        assert!(!line.contains(CANARY), "{line}");
        assert!(line.len() < 550, "{} bytes: {line}", line.len());
    }
}

#[tokio::test]
async fn a_line_of_the_access_log_stays_short_however_long_the_request_is() {
    let gateway = gateway().await;
    for request in [
        format!("GET /v1/orders/{}", "\"".repeat(10_000)),
        format!("GET /{}", "x".repeat(10_000)),
        format!("{} /v1/orders/17", "X".repeat(10_000)),
        format!("GET /v1/orders/17\nuser-agent: {}", "x".repeat(10_000)),
    ] {
        gateway.send(&request).await;
    }
    for line in gateway.log_lines() {
        assert!(line.len() < 2_000, "{} bytes: {line}", line.len());
    }
}
