//! Access by a client's address and by the API's policy, before anybody is called.

mod address_lists;
mod explained;
mod item_problems;
mod resource_policy;
mod signers;
mod spellings;

use serde_json::{Value, json};

use crate::harness::{TestGateway, event};

const FORBIDDEN: &str = "403\ncontent-type: application/json\nx-amzn-errortype: AccessDeniedException\n\n{\"message\":\"Forbidden\"}";

/// An item with further words.
fn with(mut item: Value, words: &Value) -> Value {
    item.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    item
}

fn api(words: &Value) -> Value {
    with(json!({ "routeKey": "$api" }), words)
}

fn mock(route_key: &str, words: &Value) -> Value {
    let integration = json!({ "type": "MOCK", "body": { "ok": true } });
    with(json!({ "routeKey": route_key, "integration": integration }), words)
}

/// Sends a request from an address.
async fn send_from(world: &TestGateway, address: &str, request: &str) -> String {
    let mut event = event(request);
    event["requestContext"]["http"]["sourceIp"] = json!(address);
    world.send_event(&event).await
}

/// The status of each request from an address, with what the log says of those that are refused.
async fn outcomes(world: &TestGateway, requests: &[(&str, &str)]) -> String {
    let mut told = String::new();
    for (address, request) in requests {
        let answer = send_from(world, address, request).await;
        let line = world.last_line();
        let cause = line["errorMessage"].as_str().unwrap_or_default();
        let first = request.lines().collect::<Vec<_>>().join(", ");
        told += format!("{address} {first}: {} {cause}", &answer[..3]).trim_end();
        told.push('\n');
    }
    told
}
