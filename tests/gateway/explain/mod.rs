//! `tollgate explain`: what would happen to a request, told by the real program, with nobody called and nothing counted.

mod calls;
mod files;
mod reads;
mod refusals;
mod secrets;
mod steps;

use serde_json::{Value, json};

use crate::harness::{TestGateway, tool::Ran};

/// The host of the tests' requests.
const HOST: &str = "Host: abc123.lambda-url.eu-west-1.on.aws";

/// The value of the key `acme`.
const KEY: &str = "value-of-the-key-of-acme";

fn mock(route_key: &str, words: &Value) -> Value {
    let mut item = json!({ "routeKey": route_key, "integration": { "type": "MOCK" } });
    item.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    item
}

/// The explanation as JSON.
fn told(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// A world with the key `acme` of the plan `starter`.
async fn keyed_world(routes: &[Value]) -> TestGateway {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "throttle": { "rateLimit": 100, "burstLimit": 200 } }));
    routes.iter().for_each(|route| world.put_route(route));
    world.put_plan(&json!({ "usagePlanId": "starter", "throttle": { "rateLimit": 10, "burstLimit": 20 },
        "quota": { "limit": 1000, "period": "DAY" },
        "apiStages": { "v1": { "GET /orders/{id}": { "rateLimit": 1, "burstLimit": 2 } } } }));
    world.put_key(KEY, &json!({ "id": "acme", "usagePlanId": "starter" }));
    world.go_live().await;
    world
}
