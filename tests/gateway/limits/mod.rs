//! Throttles and quotas from outside: the requests that they refuse, the waiting times, and the cost in writes.

mod limit_reports;
mod quotas;
mod throttles;

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::TestGateway;

const KEY: &str = "imported-key-of-the-tests";

/// `GET /v1` and `GET /v1/other` for the key, with this plan; `GET /v1/free` for everybody.
async fn gateway(plan: &Value) -> TestGateway {
    let world = TestGateway::new();
    put_plan(&world, plan);
    world.put_key(KEY, &json!({ "id": "k1", "usagePlanId": "gold" }));
    for path in ["", "other"] {
        let mock = json!({ "type": "MOCK" });
        world.put_route(
            &json!({ "routeKey": format!("GET /{path}"), "apiKeyRequired": true, "integration": mock }),
        );
    }
    world.put_route(&json!({ "routeKey": "GET /free", "integration": { "type": "MOCK" } }));
    world.go_live().await;
    world.gate.calls();
    world
}

fn put_plan(world: &TestGateway, plan: &Value) {
    let mut plan = plan.clone();
    plan["usagePlanId"] = json!("gold");
    world.put_plan(&plan);
}

async fn send(world: &TestGateway, path: &str) -> String {
    world.send(&format!("GET /v1{path}\nx-api-key: {KEY}")).await
}

/// The statuses of so many requests, at one moment.
async fn statuses(world: &TestGateway, path: &str, requests: usize) -> String {
    let mut statuses = Vec::new();
    for _ in 0..requests {
        statuses.push(send(world, path).await[..3].to_owned());
    }
    statuses.join(" ")
}

/// The number of served requests among so many.
async fn served(world: &TestGateway, requests: usize) -> usize {
    statuses(world, "", requests).await.matches("200").count()
}

fn retry_after(answer: &str) -> Duration {
    let seconds = answer.lines().find_map(|line| line.strip_prefix("retry-after: ")).unwrap();
    Duration::from_secs(seconds.parse().unwrap())
}

/// Waits as long as the answer to a refused request says, and a millisecond less first.
async fn assert_honest(world: &TestGateway, path: &str) {
    let refused = send(world, path).await;
    assert!(refused.starts_with("429"), "{refused}");
    world.advance(retry_after(&refused) - Duration::from_millis(1));
    assert_eq!(statuses(world, path, 1).await, "429", "less does not do");
    world.advance(Duration::from_millis(1));
    assert_eq!(statuses(world, path, 1).await, "200", "it suffices");
}

fn writes(world: &TestGateway) -> usize {
    world.gate.calls().iter().filter(|call| *call == "UpdateItem counters").count()
}

async fn counter(world: &TestGateway, name: &str) -> Value {
    let items = world.items("tollgate-counters").await;
    items.into_iter().find(|item| item["counter"] == name).unwrap_or_default()
}
