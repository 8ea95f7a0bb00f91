//! Functions that fail, time out, or cannot take the request.

use std::time::Duration;

use serde_json::{Value, json};

use super::{FAILED, route, stream};
use crate::harness::TestGateway;

#[tokio::test]
async fn a_failing_function_is_a_generic_5xx_and_only_the_log_names_the_cause() {
    let forbidden = FAILED.replacen("502", "500", 1);
    let cases = [
        ("reflect", FAILED, "INTEGRATION_FAILURE", "Unhandled: Error"),
        ("busy", FAILED, "INTEGRATION_FAILURE", "TooManyRequestsException"),
        ("broken", FAILED, "INTEGRATION_FAILURE", "ServiceException"),
        ("gone", FAILED, "INTEGRATION_FAILURE", "ResourceNotFoundException"),
        ("forbidden", &forbidden, "API_CONFIGURATION_ERROR", "AccessDeniedException"),
    ];
    let modes =
        [json!({}), json!({ "payloadFormatVersion": "1.0" }), stream(), json!({ "invocationType": "Event" })];
    let mut routes = Vec::new();
    for (function, ..) in cases {
        for (nth, mode) in modes.iter().enumerate() {
            routes.push(route(&format!("GET /{function}/{nth}"), function, mode));
        }
    }
    let gateway = TestGateway::serving(&routes).await;
    for (function, expected, response_type, cause) in cases {
        for nth in 0..modes.len() {
            // Whoever leaves an event is not told how the function ends.
            if function == "reflect" && nth == 3 {
                continue;
            }
            let request = format!("GET /v1/{function}/{nth}");
            assert_eq!(gateway.send(&request).await, expected, "{request}");
            assert_eq!(gateway.calls().len(), 1, "{request}: an event is sent once");
            let line: Value = serde_json::from_str(gateway.log_lines().last().unwrap()).unwrap();
            assert_eq!(line["errorResponseType"], response_type, "{line}");
            assert!(line["integrationErrorMessage"].as_str().unwrap().contains(cause), "{line}");
        }
    }
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_a_504() {
    let short = json!({ "timeoutInMillis": 50 });
    let streamed = json!({ "timeoutInMillis": 50, "responseTransferMode": "STREAM" });
    let mut gateway = TestGateway::serving(&[
        route("GET /short", "never", &short),
        route("GET /stream", "never", &streamed),
        route("GET /long", "never", &json!({})),
    ])
    .await;
    let expected = "504\ncontent-type: application/json\nx-amzn-errortype: InternalServerErrorException\n\n\
                    {\"message\": \"Endpoint request timed out\"}";
    assert_eq!(gateway.send("GET /v1/short").await, expected);
    assert_eq!(gateway.send("GET /v1/stream").await, expected);
    // The route's 29 seconds are more than the Lambda has left; 200 ms of that are the gateway's own.
    gateway.time_left = Duration::from_millis(250);
    assert_eq!(gateway.send("GET /v1/long").await, expected);
    gateway.time_left = Duration::from_millis(100);
    assert_eq!(gateway.send("GET /v1/long").await, expected);
    let limits: Vec<Value> = gateway
        .log_lines()
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["integrationErrorMessage"].clone())
        .collect();
    let words =
        ["50ms", "50ms", "50ms", "0ns"].map(|limit| format!("integration gave no answer within {limit}"));
    assert_eq!(limits, words);
}

#[tokio::test]
async fn a_body_of_five_megabytes_passes_and_one_over_lambdas_limit_does_not_reach_the_function() {
    let gateway = TestGateway::serving(&[
        route("POST /2", "reflect", &json!({})),
        route("POST /event", "reflect", &json!({ "invocationType": "Event" })),
    ])
    .await;
    let large = "x".repeat(5_000_000);
    assert_eq!(
        gateway.send(&format!("POST /v1/2\n\n{large}")).await,
        format!("200\ncontent-type: application/json\n\n{large}")
    );
    assert_eq!(gateway.calls(), ["reflect"]);

    let too_large = "413\ncontent-type: application/json\nx-amzn-errortype: RequestTooLargeException\n\n\
                     {\"message\":\"Request Too Long\"}";
    let request = format!("POST /v1/2\n\n{large}{large}");
    assert_eq!(gateway.send(&request).await, too_large);
    assert_eq!(gateway.send(&format!("POST /v1/event\n\n{large}")).await, too_large);
    assert_eq!(gateway.calls(), [] as [&str; 0]);
}
