//! DynamoDB unreachable, stalled, throttling or answering nonsense: known keys and leased quotas are still served.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    harness::{TestGateway, Way},
    text_route::UNAVAILABLE,
};

const KEY: &str = "imported-key-of-the-tests";
const OUTAGES: [Way; 4] = [Way::Shut, Way::Stalled, Way::Nonsense, Way::Throttling];

/// `GET /v1` for a key with this plan. The store goes away after so many requests.
async fn with_outage(way: Way, plan: &Value, requests: usize) -> TestGateway {
    let world = TestGateway::new();
    let mut plan = plan.clone();
    plan["usagePlanId"] = json!("gold");
    world.put_plan(&plan);
    world.put_key(KEY, &json!({ "id": "k1", "usagePlanId": "gold" }));
    world.put_route(&json!({ "routeKey": "$api", "rateLimitHeaders": "off" }));
    world.put_route(
        &json!({ "routeKey": "GET /", "apiKeyRequired": true, "integration": { "type": "MOCK" } }),
    );
    world.go_live().await;
    for _ in 0..requests {
        assert_eq!(statuses(&world, 1).await, "200");
    }
    world.gate.set(way);
    world.gate.calls();
    world
}

async fn send(world: &TestGateway) -> String {
    world.send(&format!("GET /v1\nx-api-key: {KEY}")).await
}

async fn statuses(world: &TestGateway, requests: usize) -> String {
    let mut statuses = Vec::new();
    for _ in 0..requests {
        statuses.push(send(world).await[..3].to_owned());
    }
    statuses.join(" ")
}

#[tokio::test]
async fn without_the_store_a_known_key_is_good_for_an_hour() {
    for way in OUTAGES {
        let world = with_outage(way, &json!({}), 1).await;
        world.advance(Duration::from_secs(60));
        assert_eq!(statuses(&world, 1).await, "200", "{way:?}");
        assert_eq!(world.last_line()["degraded"], "apiKey", "{way:?}");
        world.advance(Duration::from_millis(3_539_999));
        assert_eq!(statuses(&world, 1).await, "200", "{way:?}");
        world.advance(Duration::from_millis(1));
        assert_eq!(send(&world).await, UNAVAILABLE, "{way:?}");
        assert_eq!(world.last_line()["degraded"], "apiKey", "{way:?}");
        world.gate.set(Way::Open);
        world.advance(Duration::from_secs(1));
        assert_eq!(statuses(&world, 1).await, "200", "{way:?}");
        assert_eq!(world.last_line()["degraded"], Value::Null, "{way:?}");
    }
}

#[tokio::test]
async fn without_the_store_an_unknown_key_is_a_503_and_is_read_again_later() {
    for way in OUTAGES {
        let world = with_outage(way, &json!({}), 0).await;
        assert_eq!(send(&world).await, UNAVAILABLE, "{way:?}");
        // It is not remembered as unknown.
        world.gate.set(Way::Open);
        world.advance(Duration::from_secs(1));
        assert_eq!(statuses(&world, 1).await, "200", "{way:?}");
    }
}

#[tokio::test]
async fn a_store_that_keeps_failing_is_asked_once_a_second() {
    for way in OUTAGES {
        let world = with_outage(way, &json!({}), 0).await;
        for _ in 0..3 {
            assert_eq!(send(&world).await, UNAVAILABLE, "{way:?}");
        }
        world.gate.calls();
        for _ in 0..10 {
            assert_eq!(send(&world).await, UNAVAILABLE, "{way:?}");
        }
        assert!(world.gate.calls().is_empty(), "{way:?}");
        world.advance(Duration::from_secs(1));
        for _ in 0..10 {
            assert_eq!(send(&world).await, UNAVAILABLE, "{way:?}");
        }
        // One, and its second attempt.
        let probes = world.gate.calls().len();
        assert!((1..=2).contains(&probes), "{way:?}: {probes}");
        world.gate.set(Way::Open);
        world.advance(Duration::from_secs(1));
        assert_eq!(statuses(&world, 3).await, "200 200 200", "{way:?}");
    }
}

#[tokio::test]
async fn without_the_store_a_throttle_goes_on_with_a_bucket_of_the_instances_own() {
    for way in OUTAGES {
        let throttle = json!({ "rateLimit": 0.5, "burstLimit": 4 });
        let world = with_outage(way, &json!({ "throttle": throttle }), 0).await;
        world.gate.set(Way::Open);
        assert_eq!(statuses(&world, 1).await, "200", "{way:?}");
        world.gate.set(way);
        // The lease, if one is left, is gone.
        world.advance(Duration::from_secs(20));
        assert_eq!(statuses(&world, 6).await, "200 200 200 200 429 429", "{way:?}");
        // Refused or not, it was decided without the store.
        for line in &world.log_lines()[world.log_lines().len() - 4..] {
            assert!(line.contains(r#""degraded":"counters""#), "{way:?}: {line}");
        }
        world.gate.set(Way::Open);
        world.advance(Duration::from_secs(30));
        assert_eq!(statuses(&world, 6).await, "200 200 200 200 429 429", "{way:?}");
        assert!(!world.log_lines().last().unwrap().contains("degraded"), "{way:?}");
    }
}

#[tokio::test]
async fn without_the_store_a_quota_serves_only_what_is_leased() {
    for way in OUTAGES {
        let quota = json!({ "limit": 100, "period": "DAY" });
        let world = with_outage(way, &json!({ "quota": quota }), 40).await;
        let mut answers = Vec::new();
        for _ in 0..100 {
            answers.push(send(&world).await);
        }
        let served = answers.iter().filter(|answer| answer.starts_with("200")).count();
        assert!(served < 60, "{way:?}: {served}");
        assert!(answers[served..].iter().all(|answer| answer == UNAVAILABLE), "{way:?}: {answers:#?}");
        assert_eq!(world.last_line()["degraded"], "counters", "{way:?}");
        world.gate.set(Way::Open);
        world.advance(Duration::from_secs(1));
        let mut again = 0;
        for _ in 0..100 {
            again += usize::from(send(&world).await.starts_with("200"));
        }
        assert!(again > 0 && 40 + served + again <= 100, "{way:?}: {served} {again}");
    }
}

#[tokio::test]
async fn without_the_store_a_plan_with_on_store_error_allow_serves_every_request() {
    for way in OUTAGES {
        let quota = json!({ "limit": 3, "period": "DAY" });
        let world = with_outage(way, &json!({ "quota": quota, "onStoreError": "ALLOW" }), 1).await;
        assert_eq!(statuses(&world, 8).await, ["200"; 8].join(" "), "{way:?}");
        assert_eq!(world.last_line()["degraded"], "counters", "{way:?}");
        world.gate.set(Way::Open);
        world.advance(Duration::from_secs(1));
        assert_eq!(statuses(&world, 8).await.matches("200").count(), 2, "{way:?}");
    }
}

/// Such an id is a problem of the key's item: DynamoDB would refuse the read.
#[tokio::test]
async fn a_key_with_an_impossible_plan_id_harms_no_other_key() {
    let ids = [String::new(), "p".repeat(129)];
    for id in ids {
        let world = with_outage(Way::Open, &json!({}), 0).await;
        world.put_key("a-key-with-a-broken-plan", &json!({ "id": "k2", "usagePlanId": id }));
        for _ in 0..3 {
            let broken = world.send("GET /v1\nx-api-key: a-key-with-a-broken-plan").await;
            assert_eq!(&broken[..3], "503", "{}", id.len());
        }
        assert_eq!(statuses(&world, 1).await, "200", "{}", id.len());
    }
}

/// The counter's item holds text where DynamoDB is to add a number.
#[tokio::test]
async fn a_counter_item_that_cannot_be_updated_harms_no_other_key() {
    let world = with_outage(Way::Open, &json!({ "quota": { "limit": 9, "period": "DAY" } }), 0).await;
    world.put_key("a-key-with-a-broken-counter", &json!({ "id": "k2", "usagePlanId": "gold" }));
    world.put("tollgate-counters", &json!({ "counter": "key#k2#gold", "writes": "many" }));
    for _ in 0..4 {
        // Its own counter is then asked again.
        world.advance(Duration::from_secs(1));
        let broken = world.send("GET /v1\nx-api-key: a-key-with-a-broken-counter").await;
        assert_eq!(&broken[..3], "503");
    }
    assert_eq!(statuses(&world, 1).await, "200");
    assert_eq!(world.last_line()["degraded"], Value::Null);
}

/// The write may have failed: five instances would each take the same unit.
#[tokio::test]
async fn a_counter_write_that_is_answered_without_the_item_grants_nothing() {
    let quota = json!({ "limit": 3, "period": "DAY" });
    let world = with_outage(Way::Empty, &json!({ "quota": quota }), 1).await;
    for _ in 0..3 {
        assert_eq!(send(&world).await, UNAVAILABLE);
    }
    let throttle = json!({ "rateLimit": 0.1, "burstLimit": 2 });
    let world = with_outage(Way::Empty, &json!({ "throttle": throttle }), 1).await;
    world.advance(Duration::from_secs(20));
    assert_eq!(statuses(&world, 4).await, "200 200 429 429");
    let lines = world.log_lines();
    assert!(lines[lines.len() - 3].contains(r#""degraded":"counters""#), "{lines:?}");
}

/// DynamoDB takes 1,000 writes a second on one item: others have an item of their own.
#[tokio::test]
async fn a_throttled_counter_item_harms_no_other_key() {
    let world = with_outage(Way::Open, &json!({ "quota": { "limit": 9, "period": "DAY" } }), 1).await;
    world.put_key("imported-key-of-another", &json!({ "id": "k2", "usagePlanId": "gold" }));
    let another = "GET /v1\nx-api-key: imported-key-of-another";
    assert_eq!(&world.send(another).await[..3], "200");
    world.gate.set(Way::Throttling);
    for _ in 0..3 {
        assert_eq!(send(&world).await, UNAVAILABLE);
        // Its own counter is then asked again.
        world.advance(Duration::from_secs(1));
    }
    assert_eq!(send(&world).await, UNAVAILABLE);
    world.gate.set(Way::Open);
    assert_eq!(&world.send(another).await[..3], "200");
}

#[tokio::test]
async fn failing_reads_of_unknown_keys_do_not_stop_the_counting_of_known_ones() {
    let world = with_outage(Way::Shut, &json!({ "quota": { "limit": 9, "period": "DAY" } }), 1).await;
    for _ in 0..3 {
        assert_eq!(&world.send("GET /v1\nx-api-key: a-key-not-read-before").await[..3], "503");
    }
    world.gate.set(Way::Open);
    assert_eq!(statuses(&world, 1).await, "200");
    assert_eq!(world.last_line()["degraded"], Value::Null);
}

#[tokio::test]
async fn usage_that_the_store_refused_is_written_later() {
    for way in [Way::Throttling, Way::Open] {
        let world = with_outage(way, &json!({}), 3).await;
        world.shut_down().await;
        world.gate.set(Way::Open);
        world.shut_down().await;
        let items = world.items("tollgate-counters").await;
        let served: Vec<_> = items.iter().map(|item| item["served:v1"].clone()).collect();
        assert_eq!(served, [3], "{way:?}");
    }
}
