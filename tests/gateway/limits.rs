//! Throttles and quotas from outside: the requests that they refuse, the waiting times, and the cost in writes.

use std::time::{Duration, UNIX_EPOCH};

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::{calendar::Day, clock::Clock};

use crate::harness::{START, TestGateway, event};

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

#[tokio::test]
async fn a_request_that_the_route_throttle_refuses_spends_nothing_of_the_quota() {
    let world = gateway(&json!({ "quota": { "limit": 10, "period": "DAY" } })).await;
    let throttle = json!({ "rateLimit": 0.01, "burstLimit": 2 });
    world.put_route(&json!({ "routeKey": "GET /other", "apiKeyRequired": true, "throttle": throttle,
        "integration": { "type": "MOCK" } }));
    world.go_live().await;
    assert_eq!(statuses(&world, "/other", 30).await.matches("200").count(), 2);
    assert_eq!(served(&world, 20).await, 8);
    world.shut_down().await;
    assert_eq!(counter(&world, "key#k1#gold").await["dayUsed"], 10);
}

#[tokio::test]
async fn a_quota_is_never_exceeded_and_begins_again_with_its_period() {
    // 14 April 2025 was a Monday.
    for (period, seconds) in [("DAY", 6_432), ("WEEK", 524_832), ("MONTH", 1_388_832)] {
        let world = gateway(&json!({ "quota": { "limit": 7, "period": period } })).await;
        assert_eq!(served(&world, 30).await, 7, "{period}");
        let refused = send(&world, "").await;
        assert_eq!(retry_after(&refused).as_secs(), seconds, "{period}");
        assert_honest(&world, "").await;
        assert_eq!(served(&world, 30).await, 6, "{period}");
    }
}

#[tokio::test]
async fn a_new_day_has_its_whole_quota_while_leases_of_the_last_one_are_out() {
    let world = gateway(&json!({ "quota": { "limit": 200, "period": "DAY" } })).await;
    world.advance(Duration::from_millis(6_431_000));
    for _ in 0..60 {
        assert_eq!(statuses(&world, "", 1).await, "200");
        world.advance(Duration::from_millis(16));
    }
    world.advance(Duration::from_millis(1000 - 60 * 16));
    assert_eq!(served(&world, 250).await, 200);
}

#[tokio::test]
async fn an_offset_counts_in_the_first_period_only() {
    let world = gateway(&json!({ "quota": { "limit": 10, "period": "DAY", "offset": 6 } })).await;
    assert_eq!(served(&world, 20).await, 4);
    world.advance(Duration::from_secs(6_432));
    assert_eq!(served(&world, 20).await, 10);
}

#[tokio::test]
async fn a_quota_of_0_refuses_every_request_without_a_write() {
    let world = gateway(&json!({ "quota": { "limit": 0, "period": "MONTH" } })).await;
    assert_eq!(statuses(&world, "", 3).await, "429 429 429");
    assert_eq!(retry_after(&send(&world, "").await).as_secs(), 1_388_832);
    assert_eq!(writes(&world), 0);
}

#[tokio::test]
async fn exact_accuracy_costs_one_write_a_request_and_a_refused_key_none() {
    let quota = json!({ "limit": 30, "period": "DAY" });
    let world = gateway(&json!({ "quota": quota, "accuracy": "exact" })).await;
    assert_eq!(served(&world, 30).await, 30);
    // The first one finds that there is no item yet.
    assert_eq!(writes(&world), 31);
    assert_eq!(counter(&world, "key#k1#gold").await["dayUsed"], 30);
    assert_eq!(served(&world, 100).await, 0);
    assert!(writes(&world) <= 1);
}

#[tokio::test]
async fn a_hot_key_costs_about_one_write_for_fifty_requests() {
    let throttle = json!({ "rateLimit": 10_000, "burstLimit": 10_000 });
    let quota = json!({ "limit": 1_000_000, "period": "MONTH" });
    let world = gateway(&json!({ "throttle": throttle, "quota": quota })).await;
    let requests = 2_000;
    for _ in 0..requests {
        assert_eq!(statuses(&world, "", 1).await, "200");
        world.advance(Duration::from_millis(1));
    }
    let writes = writes(&world);
    assert!(writes <= requests / 50 + 20, "{writes}");
    world.shut_down().await;
    assert_eq!(counter(&world, "key#k1#gold").await["monthUsed"], requests);
}

#[tokio::test]
async fn instances_together_serve_nearly_all_of_a_quota_and_no_more() {
    let world = gateway(&json!({ "quota": { "limit": 100, "period": "DAY" } })).await;
    let others = [world.cold_instance(), world.cold_instance()];
    for other in &others {
        other.refresh().await;
    }
    let mut all = 0;
    for _ in 0..80 {
        for instance in [&world, &others[0], &others[1]] {
            all += served(instance, 1).await;
        }
    }
    assert!((98..=100).contains(&all), "{all}");
}

#[tokio::test]
async fn rate_limit_headers_tell_what_is_left_in_the_form_that_the_api_chose() {
    let throttle = json!({ "rateLimit": 2, "burstLimit": 10 });
    let quota = json!({ "limit": 2, "period": "DAY" });
    let mut told = String::new();
    for form in ["ietf", "legacy", "off"] {
        let world = gateway(&json!({ "throttle": throttle, "quota": quota })).await;
        world.put_route(&json!({ "routeKey": "$api", "rateLimitHeaders": form }));
        world.go_live().await;
        for _ in 0..3 {
            told += &format!("{form}: {}\n", send(&world, "").await.replace('\n', " | "));
        }
    }
    expect![[r#"
        ietf: 200 | content-type: application/json | ratelimit-policy: "rate";q=10;w=5, "quota";q=2;w=86400 | ratelimit: "rate";r=9;t=1, "quota";r=1;t=6432 |  | 
        ietf: 200 | content-type: application/json | ratelimit-policy: "rate";q=10;w=5, "quota";q=2;w=86400 | ratelimit: "rate";r=8;t=1, "quota";r=0;t=6432 |  | 
        ietf: 429 | content-type: application/json | ratelimit-policy: "rate";q=10;w=5, "quota";q=2;w=86400 | ratelimit: "rate";r=8;t=1, "quota";r=0;t=6432 | retry-after: 6432 | x-amzn-errortype: LimitExceededException |  | {"message":"Limit Exceeded"}
        legacy: 200 | content-type: application/json | x-ratelimit-limit: 2 | x-ratelimit-remaining: 1 | x-ratelimit-reset: 6432 |  | 
        legacy: 200 | content-type: application/json | x-ratelimit-limit: 2 | x-ratelimit-remaining: 0 | x-ratelimit-reset: 6432 |  | 
        legacy: 429 | content-type: application/json | retry-after: 6432 | x-amzn-errortype: LimitExceededException | x-ratelimit-limit: 2 | x-ratelimit-remaining: 0 | x-ratelimit-reset: 6432 |  | {"message":"Limit Exceeded"}
        off: 200 | content-type: application/json |  | 
        off: 200 | content-type: application/json |  | 
        off: 429 | content-type: application/json | retry-after: 6432 | x-amzn-errortype: LimitExceededException |  | {"message":"Limit Exceeded"}
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn an_edited_quota_acts_while_leases_are_out() {
    let plan = |limit: u64, period: &str| json!({ "quota": { "limit": limit, "period": period } });
    let world = gateway(&plan(100, "DAY")).await;
    assert_eq!(served(&world, 20).await, 20);
    put_plan(&world, &plan(30, "DAY"));
    world.advance(Duration::from_secs(60));
    // Of what is leased already, nothing can be told apart from what is spent.
    let lowered = served(&world, 50).await;
    assert!(lowered <= 10, "{lowered}");
    put_plan(&world, &plan(200, "DAY"));
    world.advance(Duration::from_secs(60));
    assert_eq!(served(&world, 250).await, 180 - lowered);
    // Another period has a count of its own.
    put_plan(&world, &plan(5, "MONTH"));
    world.advance(Duration::from_secs(60));
    assert_eq!(served(&world, 50).await, 5);
    put_plan(&world, &json!({}));
    world.advance(Duration::from_secs(60));
    assert_eq!(served(&world, 50).await, 50);
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

#[tokio::test]
async fn usage_counts_served_throttled_and_over_quota_requests() {
    let throttle = json!({ "rateLimit": 0.01, "burstLimit": 3 });
    let world =
        gateway(&json!({ "apiStages": { "v1": { "GET /other": throttle } }, "quota": { "limit": 5, "period": "DAY" } }))
            .await;
    // The tool has a clock of its own.
    let now = Clock::System.now().duration_since(UNIX_EPOCH).unwrap();
    world.advance(now - Duration::from_millis(START));
    assert_eq!(statuses(&world, "/other", 5).await, "200 200 200 429 429");
    assert_eq!(served(&world, 6).await, 2);
    assert_eq!(statuses(&world, "/free", 2).await, "200 200");
    world.shut_down().await;
    let day = Day::of(now.as_secs()).to_string();
    let ran = world.tollgate(&["usage", "k1", "--from", &day, "--to", &day]);
    expect![[r#"
        exit 0
        DATE        STAGE  SERVED  THROTTLED  OVER QUOTA
        TODAY       v1          5          2           4
        total                   5          2           4
        --
    "#]]
    .assert_eq(&ran.text(&[(&day, "TODAY     ")]));
}
