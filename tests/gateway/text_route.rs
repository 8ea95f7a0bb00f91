//! A route that answers with a text, its answer, and the refusal of a stage that cannot be served.

use serde_json::{Value, json};

pub const UNAVAILABLE: &str = "503\ncontent-type: application/json\nretry-after: 1\n\
    x-amzn-errortype: ServiceUnavailableException\n\n{\"message\":\"Service Unavailable\"}";

/// `GET /` of a stage, which answers with this text.
pub fn text_route(stage: &str, body: &str) -> Value {
    let integration = json!({ "type": "MOCK", "headers": { "content-type": "text/plain" }, "body": body });
    json!({ "stage": stage, "routeKey": "GET /", "integration": integration })
}

/// The answer of such a route.
pub fn served(body: &str) -> String {
    format!("200\ncontent-type: text/plain\n\n{body}")
}
