//! Many misses at once: one request asks the target, and the others wait for a limited time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::json;
use tokio::{sync::Notify, time::timeout};
use tollgate::clock::milliseconds;

use super::{Cached, answer};
use crate::harness::{Gate, Script, TestGateway, event};

/// Others ask the target within that time after the one that they wait for has gone. Half of the time-out is twice
/// as long.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn many_misses_at_once_ask_the_target_once() {
    let world = Cached::serving("GET /x", &json!({})).await;
    let mut instances = Vec::new();
    for _ in 0..8 {
        instances.push(world.gateway.another_instance().await);
    }
    let answers = join_all((0..200).map(|n| instances[n % 8].send("GET /v1/x"))).await;
    assert!(answers.iter().all(|answer| answer.starts_with("200\n")));
    assert_eq!(world.asked(), 1);
}

/// With many requests at a time in one process.
#[tokio::test]
async fn of_many_misses_in_one_process_one_asks_for_the_lock() {
    let world = Cached::serving("GET /x", &json!({})).await;
    world.gateway.gate.calls();
    let answers = join_all((0..64).map(|_| world.gateway.send("GET /v1/x"))).await;
    assert!(answers.iter().all(|answer| answer.starts_with("200\n")));
    assert_eq!(world.asked(), 1);
    let calls = world.gateway.gate.calls();
    let writes: Vec<_> = calls.iter().filter(|call| !call.starts_with("Query")).collect();
    assert_eq!(writes.len(), 2, "the lock and the entry: {writes:?}");
    assert_eq!(world.statuses(&["GET /v1/x"]).await, "HIT");
}

#[tokio::test]
async fn a_request_that_waits_for_a_dead_filler_goes_on_when_its_lock_ends() {
    let world = Cached::serving("GET /x", &json!({})).await;
    lock(&world.gateway, 10_000).await;
    world.gateway.gate.calls();
    let (answer, ()) = tokio::join!(world.gateway.send("GET /v1/x"), async {
        world.gateway.gate.hold("Query", async { world.gateway.advance(Duration::from_secs(10)) }).await;
    });
    assert!(answer.contains("cache-status: tollgate; fwd=stale; stored"), "{answer}");
    let calls = world.gateway.gate.calls();
    assert_eq!(calls[..2], ["Query cache"; 2], "it has waited, and looked again: {calls:?}");
    assert_eq!(world.statuses(&["GET /v1/x"]).await, "HIT");
}

/// Issue 11: their locks were left to run out.
#[tokio::test]
async fn a_panic_in_the_integration_lets_those_who_wait_for_it_ask_the_target_at_once() {
    let integration = json!({ "type": "AWS_PROXY", "uri": "panics", "timeoutInMillis": 20_000 });
    let world = TestGateway::serving(&[
        json!({ "routeKey": "GET /x", "cachingEnabled": true, "integration": integration }),
    ])
    .await;
    let other = world.another_instance().await;
    let started = Instant::now();
    let (one, two) = tokio::join!(world.send("GET /v1/x"), other.send("GET /v1/x"));
    assert!(one.starts_with("500\n") && two.starts_with("500\n"), "{one}\n{two}");
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
}

/// Issue 11, the same.
#[tokio::test]
async fn a_client_that_leaves_before_its_answer_lets_those_who_wait_for_it_ask_the_target_at_once() {
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let says = answer("200 OK", &["Cache-Control: max-age=60"], "late");
    let script = Script::Waits { asked: Arc::clone(&asked), go: Arc::clone(&go), says };
    let world = Cached::start_with([("/x", script)]).await;
    world.put("GET /x", &json!({}));
    world.gateway.go_live().await;
    let other = world.gateway.another_instance().await;
    let sent = event("GET /v1/x").to_string();
    let mut leaving = Box::pin(world.gateway.answer(&sent));
    tokio::select! {
        _ = &mut leaving => panic!("the target answers nobody yet"),
        () = asked.notified() => {}
    }
    world.gateway.gate.calls();
    let (answer, left_at) = tokio::join!(other.send("GET /v1/x"), async {
        until_another_waits(&world.gateway.gate).await;
        drop(leaving);
        let left_at = Instant::now();
        asked.notified().await;
        assert!(left_at.elapsed() < SOON, "{:?}", left_at.elapsed());
        // The target holds the answer to the one that has left as well.
        go.notify_one();
        go.notify_one();
        left_at
    });
    assert!(answer.starts_with("200\n") && answer.ends_with("late"), "{answer}");
    assert!(left_at.elapsed() < SOON * 2);
    assert_eq!(world.asked(), 2);
}

/// Its Lambda has less time left than those of the others.
#[tokio::test]
async fn a_deadline_that_passes_lets_those_who_wait_for_the_answer_ask_the_target_at_once() {
    let integration = json!({ "type": "AWS_PROXY", "uri": "never", "timeoutInMillis": 20_000 });
    let mut world = TestGateway::serving(&[
        json!({ "routeKey": "GET /x", "cachingEnabled": true, "integration": integration }),
    ])
    .await;
    let other = world.another_instance().await;
    world.time_left = Duration::from_secs(2);
    let mut waiting = Box::pin(other.send("GET /v1/x"));
    let (filled, ()) = tokio::join!(world.send("GET /v1/x"), async {
        while world.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        world.gate.calls();
        tokio::select! {
            _ = &mut waiting => panic!("the first is still asking"),
            () = until_another_waits(&world.gate) => {}
        }
        assert_eq!(other.calls(), [""; 0]);
    });
    assert!(filled.starts_with("504\n"), "{filled}");
    let asked = tokio::time::timeout(SOON, async {
        while other.calls().is_empty() {
            drop(tokio::time::timeout(Duration::from_millis(10), &mut waiting).await);
        }
    });
    asked.await.expect("the other asks the target too");
}

/// The lock is held for as long as this clock stands still: only its own patience lets the request go on.
#[tokio::test]
async fn a_request_waits_for_another_ones_fill_for_half_of_its_time_out_and_no_longer() {
    let time_out = Duration::from_secs(4);
    let integration = json!({ "type": "AWS_PROXY", "uri": "echo", "timeoutInMillis": 4_000 });
    let world = TestGateway::serving(&[
        json!({ "routeKey": "GET /x", "cachingEnabled": true, "integration": integration }),
    ])
    .await;
    lock(&world, 10_000).await;
    let started = Instant::now();
    let answer = timeout(time_out, world.send("GET /v1/x")).await.expect("it waits for its whole time-out");
    assert!(answer.starts_with("200\n"), "{answer}");
    assert!(started.elapsed() >= time_out / 2, "{:?}", started.elapsed());
    assert_eq!(world.calls(), ["echo"]);
}

/// An instance whose clock was an hour ahead left such a lock: else all would wait for an hour.
#[tokio::test]
async fn a_lock_from_the_future_keeps_nobody_waiting() {
    let integration = json!({ "type": "AWS_PROXY", "uri": "echo", "timeoutInMillis": 20_000 });
    let world = TestGateway::serving(&[
        json!({ "routeKey": "GET /x", "cachingEnabled": true, "integration": integration }),
    ])
    .await;
    lock(&world, 3_600_000).await;
    world.gate.calls();
    world.send("GET /v1/x").await;
    assert_eq!(world.gate.calls(), ["Query cache", "PutItem cache", "PutItem cache"], "its lock is taken");
}

#[tokio::test]
async fn a_request_that_has_waited_asks_the_target_within_what_is_left_of_the_lambdas_time() {
    let route = |uri: &str| {
        let integration = json!({ "type": "AWS_PROXY", "uri": uri });
        json!({ "routeKey": "GET /x", "cachingEnabled": true, "integration": integration })
    };
    let mut world = TestGateway::serving(&[route("echo")]).await;
    lock(&world, 500).await;
    world.put_route(&route("never"));
    world.go_live().await;
    world.time_left = Duration::from_millis(1_200);
    let (answer, ()) = tokio::join!(world.send("GET /v1/x"), async {
        world.gate.hold("Query", async { world.advance(Duration::from_millis(600)) }).await;
    });
    assert!(answer.starts_with("504\n"), "{answer}");
    // Less 200 ms to end an answer.
    let message = world.last_line()["integrationErrorMessage"].to_string();
    assert!(message.contains("400ms"), "{message}");
}

/// Until a request has found the lock of another, waited, and looked again.
async fn until_another_waits(gate: &Gate) {
    let mut looks = 0;
    while looks < 2 {
        looks += gate.calls().iter().filter(|call| *call == "Query cache").count();
        tokio::task::yield_now().await;
    }
}

/// Writes the lock that an instance leaves if it is killed while it fills the entry of `GET /v1/x`.
async fn lock(world: &TestGateway, ms: u64) {
    world.send("GET /v1/x").await;
    world.calls();
    let entry = world.items("tollgate-cache").await.into_iter().find(|item| item["part"] == 0).unwrap();
    world.advance(Duration::from_secs(301));
    let until_ms = milliseconds(world.now()) + ms;
    world.put(
        "tollgate-cache",
        &json!({ "cacheKey": entry["cacheKey"], "part": -1, "lockedUntil": until_ms }),
    );
}
