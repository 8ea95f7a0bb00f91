//! Authorizers from outside: who gets in, with what, and what of the caller is seen where.

mod authorization_items;
mod authorizer_items;
mod cached_callers;
mod caller_facts;
mod fetched_keys;
pub mod functions;
pub mod iam;
pub mod issuer;
mod route_authorization;
mod throttled_callers;
mod tokens;
mod vectors;

use serde_json::{Value, json};
use tollgate::{deployment::PublishOutcome, error::Problem};

use self::issuer::Issuer;
use crate::harness::TestGateway;

/// Stage `v1` with our issuer's authorizer `users`, further words of `$api`, and these routes.
async fn serving(api: &Value, routes: &[Value]) -> TestGateway {
    let world = TestGateway::new();
    world.put_route(&api_item(api));
    routes.iter().for_each(|route| world.put_route(route));
    world.go_live().await;
    world
}

fn api_item(words: &Value) -> Value {
    let users = Issuer::ours().authorizer(&json!({}));
    let mut api = json!({ "routeKey": "$api", "authorizers": { "users": users } });
    api.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    api
}

/// A route that says `hello`, with further words of its item.
fn route(route_key: &str, words: &Value) -> Value {
    let mut route = json!({ "routeKey": route_key, "integration": { "type": "MOCK", "body": "hello" } });
    route.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    route
}

/// A request with a token.
fn with_token(request: &str, token: &str) -> String {
    format!("{request}\nauthorization: Bearer {token}")
}

/// Problems and warnings of a stage with this `$api` item and these routes, without table and stage.
async fn told(api: &Value, routes: &[Value]) -> String {
    told_by(&TestGateway::new(), api, routes).await
}

/// The same, as this gateway tells it.
pub async fn told_by(world: &TestGateway, api: &Value, routes: &[Value]) -> String {
    world.put_route(api);
    routes.iter().for_each(|route| world.put_route(route));
    let (kind, notes) = match world.publish("v1").await {
        PublishOutcome::Invalid { problems, .. } => ("problem", problems),
        PublishOutcome::Published { warnings, .. } => ("warning", warnings),
        other => panic!("{other:?}"),
    };
    let line = |note: &Problem| {
        let note = note.to_string().replace("tollgate-routes [stage=v1 routeKey=", "[");
        format!("{kind} {note}")
    };
    notes.iter().map(line).collect::<Vec<_>>().join("\n")
}

const HELLO: &str = "200\ncontent-type: application/json\n\nhello";

/// The whole refusal of a token on a route that asks for these scopes.
fn refused(scopes: &str, description: &str) -> String {
    format!(
        "401\ncontent-type: application/json\nwww-authenticate: Bearer scope=\"{scopes}\" error=\"invalid_token\" \
         error_description=\"{description}\"\nx-amzn-errortype: UnauthorizedException\n\n{{\"message\":\"Unauthorized\"}}"
    )
}

const NO_TOKEN: &str = "401\ncontent-type: application/json\nwww-authenticate: Bearer\n\
    x-amzn-errortype: UnauthorizedException\n\n{\"message\":\"Unauthorized\"}";
