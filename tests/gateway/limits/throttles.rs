//! Throttles of keys, routes, stages and addresses.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};

use super::{KEY, assert_honest, gateway, put_plan, send, served, statuses};
use crate::harness::event;

#[tokio::test]
async fn a_key_is_throttled_over_all_routes_and_served_again_after_retry_after() {
    let world = gateway(&json!({ "throttle": { "rateLimit": 0.5, "burstLimit": 3 } })).await;
    assert_eq!(statuses(&world, "", 2).await, "200 200");
    assert_eq!(statuses(&world, "/other", 2).await, "200 429");
    expect![[r#"
        429
        content-type: application/json
        ratelimit-policy: "rate";q=3;w=6
        ratelimit: "rate";r=0;t=6
        retry-after: 2
        x-amzn-errortype: TooManyRequestsException

        {"message":"Too Many Requests"}"#]]
    .assert_eq(&send(&world, "").await);
    assert_honest(&world, "").await;
    assert_eq!(statuses(&world, "/free", 5).await, "200 200 200 200 200");
}

#[tokio::test]
async fn a_key_is_throttled_on_the_routes_that_its_plan_names() {
    let route = json!({ "rateLimit": 0.25, "burstLimit": 1 });
    let world = gateway(&json!({ "apiStages": { "v1": { "GET /": route } } })).await;
    assert_eq!(statuses(&world, "", 2).await, "200 429");
    assert_eq!(statuses(&world, "/other", 3).await, "200 200 200");
    assert_honest(&world, "").await;
}

#[tokio::test]
async fn the_throttles_of_a_route_and_of_a_stage_count_all_callers_together() {
    let world = gateway(&json!({})).await;
    let throttle = json!({ "rateLimit": 0.5, "burstLimit": 2 });
    world.put_route(
        &json!({ "routeKey": "GET /free", "throttle": throttle, "integration": { "type": "MOCK" } }),
    );
    world.go_live().await;
    assert_eq!(statuses(&world, "/free", 3).await, "200 200 429");
    assert_eq!(statuses(&world, "", 3).await, "200 200 200");
    assert_honest(&world, "/free").await;

    let throttle = json!({ "rateLimit": 0.1, "burstLimit": 3 });
    let mut stage = Value::Object(world.store.stage("v1").await.unwrap().unwrap().item);
    stage["throttle"] = throttle;
    world.put_stage(&stage);
    world.refresh().await;
    assert_eq!(statuses(&world, "", 4).await, "200 200 200 429");
    assert_eq!(statuses(&world, "/other", 1).await, "429");
    assert_honest(&world, "").await;

    stage["throttle"] = json!({ "rateLimit": 0.1, "burstLimit": "many" });
    world.put_stage(&stage);
    world.refresh().await;
    assert_eq!(statuses(&world, "", 5).await, "429 429 429 429 429", "a typo lifts no limit");
}

#[tokio::test]
async fn a_flood_from_one_address_costs_no_call_of_the_store() {
    let world = gateway(&json!({})).await;
    let throttle = json!({ "perIp": { "rateLimit": 0.5, "burstLimit": 2 } });
    world.put_route(&json!({ "routeKey": "$api", "throttle": throttle }));
    world.go_live().await;
    assert_eq!(statuses(&world, "", 2).await, "200 200");
    world.gate.calls();
    assert_eq!(statuses(&world, "", 3).await, "429 429 429");
    let unknown = world.send("GET /v1\nx-api-key: a-key-that-nobody-knows").await;
    assert!(unknown.starts_with("429"), "{unknown}");
    assert!(world.gate.calls().is_empty());
    let mut other = event(&format!("GET /v1\nx-api-key: {KEY}"));
    other["requestContext"]["http"]["sourceIp"] = json!("192.0.2.2");
    assert!(world.send_event(&other).await.starts_with("200"));
    assert_honest(&world, "").await;
}

/// The old plan's tokens came hours apart, and what was taken is counted in them.
#[tokio::test]
async fn a_plan_with_a_faster_rate_lets_a_throttled_key_in_again() {
    let plan = |rate: f64, burst: u64| json!({ "throttle": { "rateLimit": rate, "burstLimit": burst } });
    let world = gateway(&plan(0.001, 30)).await;
    assert_eq!(served(&world, 40).await, 30);
    put_plan(&world, &plan(100.0, 10));
    world.advance(Duration::from_secs(60));
    assert_eq!(served(&world, 40).await, 10);
    world.advance(Duration::from_secs(1));
    assert_eq!(served(&world, 40).await, 10, "from now on it is a bucket like any other");
}
