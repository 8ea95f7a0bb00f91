//! CORS as a browser meets it: the API's policy, a route's own, and refusals that can be read.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::TestGateway;

async fn gateway() -> TestGateway {
    let mock = |route_key: &str| json!({ "routeKey": route_key, "integration": { "type": "MOCK" } });
    let mut own = mock("PUT /own");
    own["corsConfiguration"] =
        json!({ "allowOrigins": ["https://own.example.com"], "allowMethods": ["PUT"] });
    let api: Value = json!({ "routeKey": "$api", "corsConfiguration": {
        "allowOrigins": ["https://app.example.com"], "allowMethods": ["GET", "DELETE"],
        "allowHeaders": ["x-tenant"], "exposeHeaders": ["x-total"], "maxAge": 600, "allowCredentials": true } });
    TestGateway::serving(&[api, mock("GET /orders"), own]).await
}

#[tokio::test]
async fn preflights_are_answered_by_the_policy_of_the_route_that_will_be_called() {
    let gateway = gateway().await;
    let mut story = String::new();
    for (path, origin, method) in [
        ("/v1/orders", "https://app.example.com", "GET"),
        ("/v1/orders", "https://app.example.com", "DELETE"),
        ("/v1/orders", "https://app.example.com", "PATCH"),
        ("/v1/orders", "https://evil.example.com", "GET"),
        ("/v1/own", "https://own.example.com", "PUT"),
        ("/v1/own", "https://app.example.com", "PUT"),
        ("/v1/nothing", "https://app.example.com", "GET"),
        ("/v2/orders", "https://app.example.com", "GET"),
    ] {
        let request = format!("OPTIONS {path}\norigin: {origin}\naccess-control-request-method: {method}");
        story += &format!("> {path} {origin} {method}\n{}\n", gateway.send(&request).await.trim_end());
    }
    expect![[r#"
        > /v1/orders https://app.example.com GET
        204
        access-control-allow-credentials: true
        access-control-allow-headers: x-tenant
        access-control-allow-methods: GET,DELETE
        access-control-allow-origin: https://app.example.com
        access-control-max-age: 600
        vary: Origin
        > /v1/orders https://app.example.com DELETE
        204
        access-control-allow-credentials: true
        access-control-allow-headers: x-tenant
        access-control-allow-methods: GET,DELETE
        access-control-allow-origin: https://app.example.com
        access-control-max-age: 600
        vary: Origin
        > /v1/orders https://app.example.com PATCH
        204
        vary: Origin
        > /v1/orders https://evil.example.com GET
        204
        vary: Origin
        > /v1/own https://own.example.com PUT
        204
        access-control-allow-methods: PUT
        access-control-allow-origin: https://own.example.com
        vary: Origin
        > /v1/own https://app.example.com PUT
        204
        vary: Origin
        > /v1/nothing https://app.example.com GET
        404
        access-control-allow-credentials: true
        access-control-allow-origin: https://app.example.com
        access-control-expose-headers: x-total
        content-type: application/json
        vary: Origin
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}
        > /v2/orders https://app.example.com GET
        404
        content-type: application/json
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}
    "#]]
    .assert_eq(&story);
}

#[tokio::test]
async fn answers_and_refusals_carry_cors_headers_for_an_allowed_origin() {
    let gateway = gateway().await;
    let mut story = String::new();
    for request in [
        "GET /v1/orders\norigin: https://app.example.com",
        "GET /v1/orders\norigin: https://evil.example.com",
        "GET /v1/orders",
        "PUT /v1/orders\norigin: https://app.example.com",
        "GET /v1/nothing\norigin: https://app.example.com",
    ] {
        story += &format!("> {}\n{}\n", request.replace('\n', " "), gateway.send(request).await.trim_end());
    }
    expect![[r#"
        > GET /v1/orders origin: https://app.example.com
        200
        access-control-allow-credentials: true
        access-control-allow-origin: https://app.example.com
        access-control-expose-headers: x-total
        content-type: application/json
        vary: Origin
        > GET /v1/orders origin: https://evil.example.com
        200
        content-type: application/json
        vary: Origin
        > GET /v1/orders
        200
        content-type: application/json
        vary: Origin
        > PUT /v1/orders origin: https://app.example.com
        405
        access-control-allow-credentials: true
        access-control-allow-origin: https://app.example.com
        access-control-expose-headers: x-total
        allow: GET, HEAD, OPTIONS
        content-type: application/json
        vary: Origin
        x-amzn-errortype: MethodNotAllowedException

        {"message":"Method Not Allowed"}
        > GET /v1/nothing origin: https://app.example.com
        404
        access-control-allow-credentials: true
        access-control-allow-origin: https://app.example.com
        access-control-expose-headers: x-total
        content-type: application/json
        vary: Origin
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}
    "#]]
    .assert_eq(&story);
}
