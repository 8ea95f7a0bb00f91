//! A canary that fails is switched off by itself, and one that does not never is.

use std::{env, time::Duration};

use serde_json::{Value, json};

use super::Versions;
use crate::{
    harness::{TestGateway, Way},
    text_route::text_route,
};

const SECOND: Duration = Duration::from_secs(1);

/// `v1`, whose canary answers `POST /` with the status that the request names, and gets every request.
async fn world(settings: Value) -> TestGateway {
    let world = TestGateway::new();
    let mut stage = text_route("v1", "stage");
    stage["routeKey"] = json!("POST /");
    let canary = json!({ "routeKey": "POST /", "integration": { "type": "AWS_PROXY", "uri": "reflect" } });
    let versions = Versions::publish(&world, &[stage], &[canary]).await;
    let mut all = json!({ "percentTraffic": 100 });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    versions.with(&world, all).await;
    world
}

/// Sends a request that the canary answers with this status; says if the canary answered.
async fn send(instance: &TestGateway, status: u16) -> bool {
    let body = json!({ "statusCode": status, "body": "canary" });
    let answer = instance.send(&format!("POST /v1\ncontent-type: application/json\n\n{body}")).await;
    answer.ends_with("canary")
}

async fn send_all(instance: &TestGateway, statuses: &[(u16, usize)]) {
    for (status, times) in statuses {
        for _ in 0..*times {
            send(instance, *status).await;
        }
    }
}

/// Gives the instance time to tell the store what it has counted, and a request to do it beside.
async fn settle(instance: &TestGateway) {
    instance.advance(5 * SECOND);
    send(instance, 200).await;
}

/// The record in the stage item.
async fn rollback(world: &TestGateway) -> Option<Value> {
    world.store.stage("v1").await.unwrap().unwrap().item.get("canaryRollback").cloned()
}

#[tokio::test]
async fn a_canary_whose_faults_begin_is_switched_off_within_a_minute_for_the_whole_fleet() {
    let first = world(json!({ "rollbackOn5xxPercent": 5, "minRequests": 100 })).await;
    let fleet = [first.another_instance().await, first.another_instance().await, first];
    let mut faulty_seconds = 0_usize;
    // Each second each instance answers twice. After a minute every fifth answer is a fault.
    'minutes: for second in 0..180 {
        for (index, instance) in fleet.iter().enumerate() {
            instance.advance(SECOND);
            for request in 0..2 {
                let is_fault = second >= 60 && (second * 6 + index * 2 + request).is_multiple_of(5);
                if !send(instance, if is_fault { 502 } else { 200 }).await {
                    faulty_seconds = second - 60;
                    break 'minutes;
                }
            }
        }
    }
    assert!((1..60).contains(&faulty_seconds), "{faulty_seconds} seconds");
    let record = rollback(&fleet[0]).await.unwrap();
    let reason = record["reason"].as_str().unwrap();
    assert!(reason.contains(" answers of a minute were 5xx, more than rollbackOn5xxPercent 5"), "{reason}");
    let mut left = 0;
    for instance in &fleet {
        left += usize::from(send(instance, 200).await);
    }
    assert!(left < fleet.len(), "who has switched it off has stopped");
    for instance in &fleet {
        instance.refresh().await;
        assert!(!send(instance, 200).await);
        assert_eq!(instance.last_line()["degraded"], Value::Null);
    }
    // It holds the stage where it is.
    fleet[0].put_route(&text_route("v1", "edited"));
    fleet[0].publish("v1").await;
    fleet[0].refresh().await;
    assert!(fleet[0].send("GET /v1").await.starts_with("405\n"));
}

#[tokio::test]
async fn the_item_says_why_a_canary_was_switched_off_and_its_instance_stops_at_once() {
    let world = world(json!({ "rollbackOn5xxPercent": 5, "minRequests": 100 })).await;
    send_all(&world, &[(200, 94), (503, 4), (500, 1), (400, 100)]).await;
    world.advance(5 * SECOND);
    assert!(send(&world, 599).await);
    assert_eq!(rollback(&world).await, None, "6 of 200");
    send_all(&world, &[(504, 5)]).await;
    world.advance(5 * SECOND);
    assert!(send(&world, 200).await);
    let canary =
        world.store.stage("v1").await.unwrap().unwrap().item["canarySettings"]["deploymentId"].clone();
    assert_eq!(
        rollback(&world).await,
        Some(json!({ "deploymentId": canary, "at": "2025-04-14T22:12:58Z",
            "reason": "11 of 206 answers of a minute were 5xx, more than rollbackOn5xxPercent 5" }))
    );
    assert!(!send(&world, 200).await, "without a look at the stages");
}

#[tokio::test]
async fn fewer_answers_than_min_requests_prove_nothing() {
    let world = world(json!({ "rollbackOn5xxPercent": 0 })).await;
    send_all(&world, &[(500, 98)]).await;
    settle(&world).await;
    assert_eq!(rollback(&world).await, None, "99 answers");
    settle(&world).await;
    assert!(rollback(&world).await.is_some(), "100 answers");
}

#[tokio::test]
async fn faults_of_more_than_a_minute_ago_do_not_count() {
    let world = world(json!({ "rollbackOn5xxPercent": 1, "minRequests": 50 })).await;
    send_all(&world, &[(500, 40)]).await;
    settle(&world).await;
    world.advance(60 * SECOND);
    send_all(&world, &[(200, 60)]).await;
    settle(&world).await;
    assert_eq!(rollback(&world).await, None);
}

#[tokio::test]
async fn a_healthy_canary_is_never_switched_off() {
    let requests = env::var("CANARY_REQUESTS").map_or(2_000, |text| text.parse().unwrap());
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    // One fault would be too much.
    versions
        .with(&world, json!({ "percentTraffic": 100, "rollbackOn5xxPercent": 0, "minRequests": 1 }))
        .await;
    for request in 0..requests {
        if request % 20 == 0 {
            world.advance(SECOND);
        }
        assert_eq!(super::body(&world, "GET /v1").await, "canary", "{request}");
    }
    world.refresh().await;
    assert_eq!(rollback(&world).await, None);
    assert_eq!(super::body(&world, "GET /v1").await, "canary");
}

#[tokio::test]
async fn without_a_rule_no_fault_switches_a_canary_off() {
    let world = world(json!({})).await;
    send_all(&world, &[(500, 300)]).await;
    settle(&world).await;
    assert_eq!(rollback(&world).await, None);
}

#[tokio::test]
async fn the_store_is_written_to_once_in_a_few_seconds() {
    let world = world(json!({ "rollbackOn5xxPercent": 5 })).await;
    world.gate.calls();
    for _ in 0..20 {
        world.advance(SECOND / 2);
        send_all(&world, &[(200, 10)]).await;
    }
    let calls = world.gate.calls();
    let writes = calls.iter().filter(|call| *call == "UpdateItem counters").count();
    // At the first answer, and then every fifty or more.
    assert!((2..=5).contains(&writes), "{calls:?}");
    assert_eq!(calls.len(), 2 * writes, "one read beside each: {calls:?}");
}

#[tokio::test]
async fn without_the_counters_an_instance_goes_by_what_it_has_answered_itself() {
    let world = world(json!({ "rollbackOn5xxPercent": 5, "minRequests": 100 })).await;
    let another = world.another_instance().await;
    world.gate.throttle(Some("canary#"));
    // Together they have enough, and neither knows it.
    for instance in [&world, &another] {
        send_all(instance, &[(500, 60)]).await;
        settle(instance).await;
        assert_eq!(rollback(instance).await, None);
    }
    world.gate.throttle(None);
    settle(&another).await;
    assert_eq!(rollback(&world).await, None, "the other one has not told its answers yet");
    settle(&world).await;
    assert!(rollback(&world).await.is_some());
}

#[tokio::test]
async fn an_instance_with_enough_answers_of_its_own_needs_no_counters() {
    let world = world(json!({ "rollbackOn5xxPercent": 5, "minRequests": 100 })).await;
    world.gate.throttle(Some("canary#"));
    send_all(&world, &[(500, 100)]).await;
    settle(&world).await;
    assert!(rollback(&world).await.is_some());
    assert!(!send(&world, 200).await);
}

#[tokio::test]
async fn a_canary_stays_while_the_store_is_away_and_is_switched_off_when_it_is_back() {
    let world = world(json!({ "rollbackOn5xxPercent": 5, "minRequests": 10 })).await;
    world.gate.set(Way::Shut);
    send_all(&world, &[(500, 30)]).await;
    settle(&world).await;
    assert!(send(&world, 200).await);
    world.gate.set(Way::Open);
    assert_eq!(rollback(&world).await, None);
    settle(&world).await;
    assert!(rollback(&world).await.is_some());
    assert!(!send(&world, 200).await);
}

#[tokio::test]
async fn a_canary_that_another_one_has_replaced_is_not_switched_off() {
    let world = world(json!({ "rollbackOn5xxPercent": 5, "minRequests": 10 })).await;
    send_all(&world, &[(500, 30)]).await;
    let row = world.store.stage("v1").await.unwrap().unwrap();
    let mut item = Value::Object(row.item);
    item["canarySettings"]["deploymentId"] = item["deploymentId"].clone();
    world.put_stage(&item);
    settle(&world).await;
    assert_eq!(rollback(&world).await, None);
}

#[tokio::test]
async fn an_instance_that_ends_tells_what_it_has_counted() {
    let world = world(json!({ "rollbackOn5xxPercent": 5, "minRequests": 10 })).await;
    send_all(&world, &[(500, 30)]).await;
    assert_eq!(rollback(&world).await, None);
    world.shut_down().await;
    assert!(rollback(&world).await.is_some());
}

/// Sends requests, each of which is answered so.
async fn send_each(instance: &TestGateway, request: &str, status: &str, times: usize) {
    for _ in 0..times {
        let answer = instance.send(request).await;
        assert!(answer.starts_with(status), "{answer}");
    }
}

#[tokio::test]
async fn what_the_gateway_refuses_makes_no_canary_look_good() {
    let world = world(json!({ "rollbackOn5xxPercent": 50, "minRequests": 4 })).await;
    send_each(&world, "GET /v1/nothing", "404", 50).await;
    send_each(&world, "DELETE /v1", "405", 50).await;
    send_all(&world, &[(500, 3)]).await;
    settle(&world).await;
    let reason = rollback(&world).await.unwrap()["reason"].clone();
    assert_eq!(reason, "3 of 4 answers of a minute were 5xx, more than rollbackOn5xxPercent 50");
}

#[tokio::test]
async fn a_refusal_with_another_status_is_no_fault_and_a_fault_with_another_status_is_one() {
    let world = TestGateway::new();
    let api = json!({ "routeKey": "$api", "gatewayResponses": { "RESOURCE_NOT_FOUND": { "statusCode": 500 },
        "INTEGRATION_FAILURE": { "statusCode": 299 } } });
    // Without a body the function fails.
    let broken =
        json!({ "routeKey": "GET /broken", "integration": { "type": "AWS_PROXY", "uri": "reflect" } });
    let versions = Versions::publish(&world, &[text_route("v1", "stage")], &[api, broken]).await;
    versions
        .with(&world, json!({ "percentTraffic": 100, "rollbackOn5xxPercent": 50, "minRequests": 2 }))
        .await;
    send_each(&world, "GET /v1/nothing", "500", 20).await;
    world.advance(5 * SECOND);
    send_each(&world, "GET /v1", "200", 1).await;
    assert_eq!(rollback(&world).await, None);
    send_each(&world, "GET /v1/broken", "299", 3).await;
    world.advance(5 * SECOND);
    send_each(&world, "GET /v1", "200", 1).await;
    let reason = rollback(&world).await.unwrap()["reason"].clone();
    assert_eq!(reason, "3 of 5 answers of a minute were 5xx, more than rollbackOn5xxPercent 50");
}

#[tokio::test]
async fn who_chooses_the_canary_by_its_header_neither_switches_it_off_nor_keeps_it() {
    let settings = json!({ "header": "x-canary", "rollbackOn5xxPercent": 50, "minRequests": 2 });
    let world = world(settings).await;
    let forced = |status: u16| {
        let body = json!({ "statusCode": status, "body": "canary" });
        format!("POST /v1\nx-canary: always\ncontent-type: application/json\n\n{body}")
    };
    send_each(&world, &forced(500), "500", 20).await;
    settle(&world).await;
    assert_eq!(rollback(&world).await, None);
    send_each(&world, &forced(200), "200", 20).await;
    send_all(&world, &[(500, 4)]).await;
    settle(&world).await;
    let reason = rollback(&world).await.unwrap()["reason"].clone();
    assert_eq!(reason, "4 of 6 answers of a minute were 5xx, more than rollbackOn5xxPercent 50");
}
