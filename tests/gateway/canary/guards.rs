//! A request is judged by one deployment wholly: its route, its guards, its answer.

use serde_json::{Value, json};

use super::{Versions, body};
use crate::{harness::TestGateway, text_route::text_route};

fn route(key: &str, text: &str, more: &Value) -> Value {
    let mut route = text_route("v1", text);
    route["routeKey"] = json!(key);
    route.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    route
}

#[tokio::test]
async fn a_request_passes_the_guards_of_its_own_version_and_no_others() {
    let guards = [
        (json!({ "apiKeyRequired": true }), r#"{"message":"Forbidden"}"#),
        (json!({ "ipAllow": ["203.0.113.0/24"] }), r#"{"message":"Forbidden"}"#),
        (json!({ "throttle": { "rateLimit": 0, "burstLimit": 0 } }), r#"{"message":"Too Many Requests"}"#),
        (
            json!({ "requestParameters": { "method.request.header.x-must": true } }),
            r#"{"message": "Missing required request parameters: [x-must]"}"#,
        ),
    ];
    for (guard, refusal) in guards {
        let [open, closed] = [json!({}), guard.clone()].map(|guard| route("GET /a", "open", &guard));
        for (stage, canary, of_stage, of_canary) in
            [(&open, &closed, "open", refusal), (&closed, &open, refusal, "open")]
        {
            let world = TestGateway::new();
            let [stage, canary] = [stage, canary].map(|route| [route.clone()]);
            let versions = Versions::publish(&world, &stage, &canary).await;
            versions.with(&world, json!({ "percentTraffic": 0, "header": "x-canary" })).await;
            for _ in 0..2 {
                for (header, expected) in [("never", of_stage), ("always", of_canary)] {
                    let answer = body(&world, &format!("GET /v1/a\nx-canary: {header}")).await;
                    assert_eq!(answer, expected, "{guard}, {header}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_route_of_one_version_is_not_found_in_the_other() {
    let world = TestGateway::new();
    let removed = route("GET /old", "old", &json!({ "enabled": false }));
    let stage = [route("GET /old", "old", &json!({}))];
    let canary = [removed, route("GET /new", "new", &json!({}))];
    let versions = Versions::publish(&world, &stage, &canary).await;
    versions.with(&world, json!({ "header": "x-canary" })).await;
    let cases = [
        ("never", "/old", "old"),
        ("never", "/new", r#"{"message":"Not Found"}"#),
        ("always", "/old", r#"{"message":"Not Found"}"#),
        ("always", "/new", "new"),
    ];
    for (header, path, expected) in cases {
        let answer = body(&world, &format!("GET /v1{path}\nx-canary: {header}")).await;
        assert_eq!(answer, expected, "{header} {path}");
    }
}

/// `/api//v1/a` is a path of the stage at `/api`, and a target may take it for `/api/v1/a`.
#[tokio::test]
async fn no_spelling_leads_past_a_guard_that_only_the_canary_of_another_stage_has() {
    let world = TestGateway::new();
    let [open, closed] =
        [json!({}), json!({ "apiKeyRequired": true })].map(|guard| route("GET /a", "v1", &guard));
    let versions = Versions::publish(&world, &[open], &[closed]).await;
    let mut outer = route("GET /{proxy+}", "outer", &json!({}));
    outer["stage"] = json!("api");
    world.put_stage(&json!({ "stage": "api", "basePath": "/api" }));
    world.put_route(&outer);
    world.publish("api").await;
    let item = |settings: Value| {
        let mut item = versions.item(settings);
        item["basePath"] = json!("/api/v1");
        item
    };
    let mut without = item(json!({}));
    without.as_object_mut().unwrap().remove("canarySettings");
    let not_found = r#"{"message":"Not Found"}"#;
    for (item, expected) in [(without, "outer"), (item(json!({ "percentTraffic": 0 })), not_found)] {
        world.put_stage(&item);
        world.refresh().await;
        assert_eq!(body(&world, "GET /api//v1/a").await, expected, "{item}");
        assert_eq!(body(&world, "GET /api/v1/a").await, "v1");
    }
}
