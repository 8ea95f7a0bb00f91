//! The lock of a key in the table: whatever ends a fill, others need not wait for the lock to run out.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::{sync::Notify, time::timeout};

use super::{Cached, answer};
use crate::harness::{Script, TestGateway, Way, event};

/// Half of the time-out, for which others wait for a lock that nobody releases, is ten times as long.
const SOON: Duration = Duration::from_secs(1);

/// The locks in the table.
async fn locks(world: &TestGateway) -> Vec<Value> {
    let items = world.items("tollgate-cache").await;
    items.into_iter().filter(|item| item["part"] == -1).collect()
}

/// A cached route to a function, with what else its item says.
fn route(function: &str, words: &Value) -> Value {
    let integration = json!({ "type": "AWS_PROXY", "uri": function, "timeoutInMillis": 20_000 });
    let mut item = json!({ "routeKey": "GET /x", "cachingEnabled": true, "integration": integration });
    item.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    item
}

/// Issue 11: the write went on, and nobody was left to release the lock.
#[tokio::test]
async fn a_client_that_leaves_while_its_lock_is_being_written_leaves_no_lock() {
    let world = Cached::serving("GET /x", &json!({})).await;
    let other = world.gateway.another_instance().await;
    let sent = event("GET /v1/x").to_string();
    let mut leaving = Box::pin(world.gateway.answer(&sent));
    let (arrived, go) = (Notify::new(), Notify::new());
    let held = world.gateway.gate.hold("PutItem", async {
        arrived.notify_one();
        go.notified().await;
    });
    tokio::join!(held, async {
        tokio::select! {
            _ = &mut leaving => panic!("it has no lock yet"),
            () = arrived.notified() => {}
        }
        drop(leaving);
        go.notify_one();
    });
    let answer = timeout(SOON, other.send("GET /v1/x")).await.expect("nobody has the lock");
    assert!(answer.starts_with("200\n"), "{answer}");
    assert_eq!(world.asked(), 1);
}

/// The table has the lock, and the gateway does not know.
#[tokio::test]
async fn a_lock_whose_write_was_not_confirmed_is_released_after_the_fill() {
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let says = answer("200 OK", &["Cache-Control: max-age=60"], "late");
    let script = Script::Waits { asked: Arc::clone(&asked), go: Arc::clone(&go), says };
    let world = Cached::start_with([("/x", script)]).await;
    world.put("GET /x", &json!({}));
    world.gateway.go_live().await;
    let gate = &world.gateway.gate;
    let stalled = gate.hold("PutItem", async { gate.set(Way::StalledAtTheEnd) });
    let (answer, (), ()) = tokio::join!(world.gateway.send("GET /v1/x"), stalled, async {
        asked.notified().await;
        gate.set(Way::Open);
        assert_eq!(locks(&world.gateway).await.len(), 1);
        go.notify_one();
    });
    assert!(answer.starts_with("200\n"), "{answer}");
    assert_eq!(world.gateway.last_line()["degraded"], "cache");
    assert_eq!(locks(&world.gateway).await, [json!(null); 0]);
}

#[tokio::test]
async fn a_refill_that_panics_releases_its_lock() {
    let stale = json!({ "cacheTtlInSeconds": 10, "staleWhileRevalidate": 60 });
    let world = TestGateway::serving(&[route("echo", &stale)]).await;
    world.send("GET /v1/x").await;
    world.put_route(&route("panics", &stale));
    world.go_live().await;
    world.advance(Duration::from_secs(15));
    world.gate.calls();
    assert!(world.send("GET /v1/x").await.starts_with("200\n"));
    assert_eq!(world.last_line()["cacheStatus"], "STALE");
    assert_eq!(world.gate.calls(), ["Query cache", "PutItem cache", "DeleteItem cache"]);
    assert_eq!(locks(&world).await, [json!(null); 0]);
}

#[tokio::test]
async fn a_stale_answer_in_the_place_of_a_failure_releases_the_lock() {
    let stale = json!({ "cacheTtlInSeconds": 10, "staleIfError": 60 });
    let world = TestGateway::serving(&[route("echo", &stale)]).await;
    world.send("GET /v1/x").await;
    world.put_route(&route("broken", &stale));
    world.go_live().await;
    world.advance(Duration::from_secs(15));
    assert!(world.send("GET /v1/x").await.starts_with("200\n"));
    assert_eq!(world.last_line()["cacheStatus"], "STALE");
    assert_eq!(locks(&world).await, [json!(null); 0]);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_stored_and_releases_the_lock() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n12345";
    let world = Cached::answering("/x", half, &json!({})).await;
    world.gateway.send("GET /v1/x").await;
    assert_eq!(world.gateway.items("tollgate-cache").await, [json!(null); 0]);
}

#[tokio::test]
async fn a_client_that_leaves_amid_the_body_releases_the_lock() {
    let whole = answer("200 OK", &[], &"x".repeat(900_000));
    let world = Cached::answering("/x", &whole, &json!({})).await;
    let sent = event("GET /v1/x").to_string();
    let mut leaving = world.gateway.answer(&sent).await;
    leaving.stream.next().await.unwrap().unwrap();
    assert_eq!(locks(&world.gateway).await.len(), 1);
    drop(leaving);
    world.gateway.finish().await;
    assert_eq!(world.gateway.items("tollgate-cache").await, [json!(null); 0]);
}

#[tokio::test]
async fn a_body_that_is_too_long_keeps_nobody_waiting() {
    let long = answer("200 OK", &[], &"x".repeat(1_100_000));
    let world = Cached::answering("/x", &long, &json!({})).await;
    world.gateway.send("GET /v1/x").await;
    let locks = locks(&world.gateway).await;
    assert_eq!((locks.len(), &locks[0]["reason"]), (1, &json!("LONG_BODY")));
}

/// Ours is over, and another instance has taken its own: nobody else may fill until that one is over.
#[tokio::test]
async fn a_fill_that_outlives_its_lock_does_not_release_that_of_another_instance() {
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let says = answer("500 Internal Server Error", &[], "late");
    let script = Script::Waits { asked: Arc::clone(&asked), go: Arc::clone(&go), says };
    let world = Cached::start_with([("/x", script)]).await;
    world.put("GET /x", &json!({}));
    world.gateway.go_live().await;
    tokio::join!(world.gateway.send("GET /v1/x"), async {
        asked.notified().await;
        let ours = locks(&world.gateway).await.remove(0);
        let theirs = json!({ "cacheKey": ours["cacheKey"], "part": -1, "lockedUntil": ours["lockedUntil"].as_u64().unwrap() + 1 });
        world.gateway.put("tollgate-cache", &theirs);
        go.notify_one();
    });
    assert_eq!(locks(&world.gateway).await.len(), 1);
}
