//! The event of an authorizer of type `TOKEN`.

use serde::Serialize;

use super::AskedAuthorizer;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenEvent<'a> {
    r#type: &'static str,
    authorization_token: &'a str,
    method_arn: &'a str,
}

/// The event, as JSON. It has one identity source.
pub fn authorizer_event(asked: &AskedAuthorizer<'_>) -> Vec<u8> {
    let authorization_token = asked.identity.first().copied().unwrap_or_default();
    let event = TokenEvent { r#type: "TOKEN", authorization_token, method_arn: asked.arn };
    serde_json::to_vec(&event).expect("an event has string keys only")
}
