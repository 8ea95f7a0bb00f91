//! Non-proxy integrations: requests and answers that are mapped, around a function, a URL or nobody.

mod bodies;
mod functions;
mod headers;
mod hints;
mod mocks;
mod parameters;
mod problems;
mod services;
mod templates;
mod urls;

use serde_json::{Value, json};

use crate::harness::{Target, TestGateway};

/// A route with an integration of this type, and its other fields.
fn route(route_key: &str, kind: &str, more: Value) -> Value {
    let mut integration = json!({ "type": kind });
    integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "routeKey": route_key, "integration": integration })
}

/// `ANY /{proxy+}` to a URL of the target's, with further fields; every answer passes as 200 unless they say otherwise.
async fn http(target: &Target, path: &str, more: Value) -> TestGateway {
    let mut fields = json!({
        "uri": format!("http://127.0.0.1:{}{path}", target.port),
        "httpMethod": "ANY",
        "responses": { "default": { "statusCode": "200" } },
    });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let api = json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.1"] });
    TestGateway::serving(&[api, route("ANY /{proxy+}", "HTTP", fields)]).await
}

/// The refusal with this status and message.
fn refused(status: u16, message: &str) -> String {
    let error = if status == 415 { "BadRequestException" } else { "InternalServerErrorException" };
    format!(
        "{status}\ncontent-type: application/json\nx-amzn-errortype: {error}\n\n{{\"message\": \"{message}\"}}"
    )
}

fn misconfigured() -> String {
    refused(500, "Internal server error")
}
