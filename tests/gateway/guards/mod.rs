//! The guards of a route (a key, a throttle) hold however its path is written.

mod escapes;
pub mod oracle;
mod other_methods;
mod slashes;
mod warnings;

use serde_json::{Value, json};

use crate::harness::{Target, TestGateway};

/// The value of a key that is good on stage `v1`.
const KEY: &str = "imported-key-of-the-tests";

const NOT_FOUND: &str =
    "404\ncontent-type: application/json\nx-amzn-errortype: NotFoundException\n\n{\"message\":\"Not Found\"}";

/// A route to `path` of the target, with further words of the item.
fn route(target: &Target, route_key: &str, path: &str, more: &Value) -> Value {
    let uri = format!("http://127.0.0.1:{}{path}", target.port);
    let mut item = json!({ "routeKey": route_key, "integration": { "type": "HTTP_PROXY", "uri": uri } });
    item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    item
}

fn guarded() -> Value {
    json!({ "apiKeyRequired": true })
}

fn open() -> Value {
    json!({})
}

/// Stage `v1` with these routes, and [`KEY`].
async fn serving(routes: &[Value]) -> TestGateway {
    serving_with(&json!({}), routes).await
}

/// The same, with further words of `$api`.
async fn serving_with(api: &Value, routes: &[Value]) -> TestGateway {
    let world = TestGateway::new();
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    world.put_key(KEY, &json!({ "id": "good", "usagePlanId": "gold" }));
    let mut item = json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] });
    item.as_object_mut().unwrap().extend(api.as_object().unwrap().clone());
    world.put_route(&item);
    routes.iter().for_each(|route| world.put_route(route));
    world.go_live().await;
    world
}

/// The status of each request without a key, and what the target was asked for.
async fn outcomes(world: &TestGateway, target: &Target, requests: &[&str]) -> String {
    let mut told = String::new();
    for request in requests {
        let (method, path) = request.split_once(' ').unwrap();
        let answer = world.send(&format!("{method} /v1{path}")).await;
        let asked = target.received();
        let asked: Vec<_> = asked.iter().filter_map(|request| request.lines().next()).collect();
        told += format!("{request}: {} {}", &answer[..3], asked.join(", ")).trim_end();
        told.push('\n');
    }
    told
}
