//! The route keys of a usage plan's throttles.

use serde_json::{Map, Value, json};

use super::{Kind, problems};
use crate::harness::TestGateway;

#[test]
fn a_route_key_in_a_plan_must_be_written_as_the_deployment_has_it() {
    let told = |route_keys: &[&str]| {
        let throttle = json!({ "rateLimit": 1, "burstLimit": 1 });
        let of_stage: Map<String, Value> =
            route_keys.iter().map(|key| ((*key).to_owned(), throttle.clone())).collect();
        problems(Kind::Plan, &json!({ "usagePlanId": "p", "apiStages": { "v1": of_stage } }))
    };
    for right in ["GET /m", "ANY /a/{proxy+}", "$default", "GET /"] {
        assert_eq!(told(&[right]), "", "{right}");
    }
    let cases = [
        ("get /m", r#""GET /m""#),
        ("GET  /m", r#""GET /m""#),
        (" GET /m ", r#""GET /m""#),
        ("any /m", r#""ANY /m""#),
        (" $default", r#""$default""#),
        ("/orders/{id}/GET", r#""GET /orders/{id}""#),
        ("//get", r#""GET /""#),
        ("GET", "a method and a path (GET /orders/{id}), or $default"),
        ("*", "a method and a path (GET /orders/{id}), or $default"),
        ("FETCH /m", "a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY"),
    ];
    for (wrong, expected) in cases {
        let line = format!("plans [usagePlanId=p] apiStages.v1.{wrong}: got {wrong:?}, expected {expected}");
        assert_eq!(told(&[wrong]), line);
    }
    assert_eq!(
        told(&["GET /a/{x}", "GET /a/{y}"]),
        r#"plans [usagePlanId=p] apiStages.v1.GET /a/{y}: got "GET /a/{y}", expected a route that "GET /a/{x}" is not"#
    );
}

#[tokio::test]
async fn a_plan_throttles_a_route_whose_path_parameters_have_other_names() {
    let key = "imported-key-of-the-tests";
    let world = TestGateway::new();
    world.put_key(key, &json!({ "id": "k1", "usagePlanId": "gold" }));
    let throttle = json!({ "rateLimit": 0.001, "burstLimit": 1 });
    world.put_plan(
        &json!({ "usagePlanId": "gold", "apiStages": { "v1": { "GET /orders/{orderId}": throttle } } }),
    );
    world.put_route(
        &json!({ "routeKey": "get /orders/{id}", "apiKeyRequired": true, "integration": { "type": "MOCK" } }),
    );
    world.go_live().await;
    let mut statuses = Vec::new();
    for path in ["/v1/orders/1", "/v1/orders/2"] {
        statuses.push(world.send(&format!("GET {path}\nx-api-key: {key}")).await[..3].to_owned());
    }
    assert_eq!(statuses, ["200", "429"]);
}
