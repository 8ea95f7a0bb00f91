//! Functions as targets: their events, their answers, and the refusals where there is none.

mod function_answers;
mod function_events;
mod function_failures;

use serde_json::{Value, json};

const FAILED: &str = "502\ncontent-type: application/json\nx-amzn-errortype: InternalServerErrorException\n\n\
                      {\"message\": \"Internal server error\"}";

fn route(route_key: &str, uri: &str, more: &Value) -> Value {
    let mut integration = json!({ "type": "AWS_PROXY", "uri": uri });
    integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "routeKey": route_key, "integration": integration })
}

fn stream() -> Value {
    json!({ "responseTransferMode": "STREAM" })
}
