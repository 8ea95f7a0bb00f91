//! The operator's commands about callers: `tollgate check --auth` and `tollgate auth explain`, the real program.

mod check_auth;
mod explain;
mod explain_functions;
mod explain_guards;

use serde_json::{Value, json};

use crate::{authorizers::issuer::Issuer, harness::TestGateway};

/// A moment that the tool, whose clock nobody can set, never sees: the year 2100.
const FAR: u64 = 4_102_444_800;

/// A table's write, or a read.
fn dynamodb(route_key: &str, action: &str, words: &Value) -> Value {
    let mut integration = json!({ "type": "DYNAMODB", "action": action, "tableName": "orders" });
    match action {
        "PutItem" => integration["item"] = json!({ "id": "$request.body.id" }),
        "Scan" => {}
        _ => integration["key"] = json!({ "id": "$request.body.id" }),
    }
    with(json!({ "routeKey": route_key, "integration": integration }), words)
}

fn mock(route_key: &str, words: &Value) -> Value {
    with(json!({ "routeKey": route_key, "integration": { "type": "MOCK" } }), words)
}

fn with(mut item: Value, words: &Value) -> Value {
    item.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    item
}

/// A stage `v1` with our issuer as the authorizer of all its routes, and further words of `$api`.
async fn world(words: &Value, routes: &[Value]) -> TestGateway {
    let world = TestGateway::new();
    let authorizers = json!({
        "users": Issuer::ours().authorizer(&json!({ "requiredClaims": { "tier": "gold" }, "leewaySeconds": 30 })),
        "query": Issuer::ours().authorizer(&json!({ "identitySource": "$request.querystring.token" })),
    });
    let api = json!({ "routeKey": "$api", "authorizers": authorizers, "authorizerId": "users" });
    world.put_route(&with(api, words));
    routes.iter().for_each(|route| world.put_route(route));
    world.go_live().await;
    world
}

/// A token of our issuer that is good until the year 2100, with other claims besides or instead.
fn token(claims: &Value) -> String {
    Issuer::ours().token(&with(json!({ "exp": FAR, "tier": "gold" }), claims))
}
