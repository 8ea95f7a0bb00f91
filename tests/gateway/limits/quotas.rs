//! Quotas: hard limits, their periods, and the writes that they cost.

use std::time::Duration;

use serde_json::json;

use super::{assert_honest, counter, gateway, put_plan, retry_after, send, served, statuses, writes};

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
