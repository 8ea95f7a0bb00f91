//! The example API and its edits, served by the release binary.

use expect_test::expect;
use serde_json::{Value, json};

use super::RealGateway;
use crate::harness::soon;

/// Without the digits that the clock has a say in.
fn without_time(answer: &str) -> String {
    let Some((before, after)) = answer.split_once("\"createdAt\":") else { return answer.to_owned() };
    format!("{before}\"createdAt\":…{}", after.trim_start_matches(|digit: char| digit.is_ascii_digit()))
}

const STORY: [&str; 9] = [
    "GET /v1/health",
    "GET /v1/orders/1001",
    "POST /v1/orders\ncontent-type: application/json\n\n{\"id\":\"7\",\"sku\":\"ink\",\"quantity\":12345678901234567890123456789012345678}",
    "GET /v1/orders/7",
    "PUT /v1/orders/7\ncontent-type: application/json\n\n{\"quantity\":3}",
    "GET /v1/quotes/pen?quantity=3",
    "DELETE /v1/orders/7",
    "GET /v1/orders/7",
    "PATCH /v1/orders/7",
];

#[tokio::test]
async fn the_release_binary_serves_the_example_api() {
    let gateway = RealGateway::serving(&[]).await;
    let mut story = String::new();
    for request in STORY {
        let line = request.lines().next().unwrap_or_default();
        story += &format!("> {line}\n{}\n\n", without_time(&gateway.send(request).await));
    }
    expect![[r#"
        > GET /v1/health
        200
        content-type: application/json
        transfer-encoding: chunked

        {"status":"up"}

        > GET /v1/orders/1001
        200
        content-type: application/json
        transfer-encoding: chunked

        {"createdAt":…,"id":"1001","quantity":1,"sku":"pen"}

        > POST /v1/orders
        201
        content-type: application/json
        transfer-encoding: chunked

        {}

        > GET /v1/orders/7
        200
        content-type: application/json
        transfer-encoding: chunked

        {"createdAt":…,"id":"7","quantity":12345678901234567890123456789012345678,"sku":"ink"}

        > PUT /v1/orders/7
        200
        content-type: application/json
        transfer-encoding: chunked

        {"createdAt":…,"id":"7","quantity":3,"sku":"ink"}

        > GET /v1/quotes/pen?quantity=3
        200
        content-type: application/json
        transfer-encoding: chunked

        {"lines":[{"cents":7350,"name":"Fountain pen","quantity":3}],"shipping_cents":0,"total_cents":7350}

        > DELETE /v1/orders/7
        204



        > GET /v1/orders/7
        404
        content-type: application/json
        transfer-encoding: chunked
        x-amzn-errortype: NotFoundException

        {"message":"Not Found"}

        > PATCH /v1/orders/7
        405
        allow: DELETE, GET, HEAD, PUT
        content-type: application/json
        transfer-encoding: chunked
        x-amzn-errortype: MethodNotAllowedException

        {"message":"Method Not Allowed"}

    "#]]
    .assert_eq(&story);
    soon(gateway.world.stop()).await;
}

#[tokio::test]
async fn an_edit_goes_live_through_the_tables_stream_and_a_bad_one_is_refused() {
    let gateway = RealGateway::serving(&[]).await;
    assert!(gateway.send("GET /v1/hello").await.starts_with("404"));
    let hello =
        |body: &str| json!({ "routeKey": "GET /hello", "integration": { "type": "MOCK", "body": body } });
    gateway.put_route(&hello("moin"));
    assert!(gateway.until("200", "GET /v1/hello").await.ends_with("\nmoin"));

    gateway.put_route(&json!({ "routeKey": "GET /hello", "integration": { "type": "MOCKERY" } }));
    let line = soon(gateway.output.wait_for(|line| line.contains("ConfigurationInvalid"))).await;
    let line: Value = serde_json::from_str(&line.text).expect("JSON");
    assert_eq!(
        (line["level"].as_str(), line["stage"].as_str(), line["problems"].as_str()),
        (
            Some("ERROR"),
            Some("v1"),
            Some(
                "tollgate-routes [stage=v1 routeKey=GET /hello] integration.type: got \"MOCKERY\", \
                 expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3"
            )
        )
    );
    assert!(gateway.send("GET /v1/hello").await.ends_with("\nmoin"));
    soon(gateway.world.stop()).await;
}

#[tokio::test]
async fn the_first_line_of_a_process_says_the_version_of_the_gateway() {
    let gateway = RealGateway::serving(&[]).await;
    gateway.until("200", "GET /v1/health").await;
    soon(gateway.world.stop()).await;
    let lines = gateway.output.lines();
    let first = lines.iter().find(|line| line.function == "gateway").expect("a line");
    let first: Value = serde_json::from_str(&first.text).expect("JSON");
    assert_eq!(
        (first["gateway"].as_str(), first["message"].as_str()),
        (Some(env!("CARGO_PKG_VERSION")), Some("started"))
    );
}

#[tokio::test]
async fn a_thousand_requests_in_a_row_stay_in_one_process() {
    let gateway = RealGateway::serving(&[]).await;
    gateway.until("200", "GET /v1/health").await;
    let pids = gateway.pids();
    for _ in 0..1_000 {
        assert!(gateway.send("GET /v1/health").await.starts_with("200"));
    }
    assert_eq!(gateway.pids(), pids);
    soon(gateway.world.stop()).await;
    let served =
        |text: &str| text.contains("\"routeKey\":\"GET /health\"") && text.contains("\"status\":200");
    let lines = gateway.output.lines().iter().filter(|line| served(&line.text)).count();
    assert_eq!(lines, 1_001, "one line a request");
}
