//! Stale answers: while a new one is fetched, and where the target fails.

use std::time::Duration;

use serde_json::json;

use super::{Cached, answer, cold};
use crate::harness::TestGateway;

#[tokio::test]
async fn a_stale_answer_is_given_while_one_instance_fetches_a_new_one() {
    let words = json!({ "cacheTtlInSeconds": 10, "staleWhileRevalidate": 20 });
    let world = Cached::serving("GET /x", &words).await;
    world.statuses(&["GET /v1/x"]).await;
    world.gateway.advance(Duration::from_secs(15));
    let answer = world.gateway.send("GET /v1/x").await;
    assert!(answer.contains("\nage: 15\ncache-status: tollgate; hit; ttl=-5\n"), "{answer}");
    assert_eq!(world.gateway.last_line()["cacheStatus"], "STALE");
    assert_eq!(world.asked(), 2, "beside the answer the target was asked");
    assert_eq!(world.statuses(&["GET /v1/x"]).await, "HIT");
    world.gateway.advance(Duration::from_secs(31));
    assert_eq!(world.statuses(&["GET /v1/x"]).await, "MISS");

    let other = cold(&world).await;
    other.advance(Duration::from_secs(46));
    other.send("GET /v1/x").await;
    world.asked();
    for instance in [&world.gateway, &other] {
        instance.advance(Duration::from_secs(15));
    }
    // While the first one fetches, which its write of the new entry ends, the other one asks for the same.
    let meanwhile = async {
        let answer = other.send("GET /v1/x").await;
        assert!(answer.contains("cache-status: tollgate; hit; ttl=-5\n"), "{answer}");
    };
    let hold = world.gateway.gate.hold("GET /x", meanwhile);
    let (answer, ()) = tokio::join!(world.gateway.send("GET /v1/x"), hold);
    assert!(answer.contains("cache-status: tollgate; hit; ttl=-5\n"), "{answer}");
    assert_eq!(world.asked(), 1, "one of two instances fetches");
}

#[tokio::test]
async fn a_failing_target_is_answered_with_the_stale_entry_for_stale_if_error_seconds() {
    let route = |uri: &str| {
        json!({ "routeKey": "GET /x", "cachingEnabled": true, "cacheTtlInSeconds": 10, "staleIfError": 60,
            "integration": { "type": "AWS_PROXY", "uri": uri } })
    };
    let world = TestGateway::serving(&[route("echo")]).await;
    world.send("GET /v1/x").await;
    world.put_route(&route("broken"));
    world.go_live().await;
    let status = async |seconds| {
        world.advance(Duration::from_secs(seconds));
        let answer = world.send("GET /v1/x").await;
        (answer[..3].to_owned(), world.last_line()["cacheStatus"].as_str().unwrap().to_owned())
    };
    let expected = |status: &str, cache: &str| (status.to_owned(), cache.to_owned());
    assert_eq!(status(5).await, expected("200", "HIT"));
    assert_eq!(status(10).await, expected("200", "STALE"));
    assert_eq!(status(54).await, expected("200", "STALE"));
    assert_eq!(status(1).await, expected("502", "MISS"));
}

/// `GET /v1/x`, which the target no longer answers as it did, with an entry that is 15 seconds old.
async fn after_a_failure(failing: &str) -> (TestGateway, String) {
    let scripts = [("/good", answer("200 OK", &[], "good")), ("/failing", failing.to_owned())];
    let world = Cached::start(&scripts.each_ref().map(|(path, answer)| (*path, answer.as_str()))).await;
    for path in ["/good", "/failing"] {
        let uri = format!("http://127.0.0.1:{}{path}", world.target.port);
        let integration = json!({ "type": "HTTP_PROXY", "uri": uri });
        let words = json!({ "cacheTtlInSeconds": 10, "staleIfError": 60, "integration": integration });
        world.put("GET /x", &words);
        world.gateway.go_live().await;
        world.statuses(&["GET /v1/x"]).await;
        world.gateway.advance(Duration::from_secs(15));
    }
    let answer = world.gateway.send("GET /v1/x").await;
    (world.gateway, answer)
}

#[tokio::test]
async fn cache_status_and_the_log_tell_that_a_stale_answer_stands_for_a_failure() {
    let broken_off = "HTTP/1.1 200 OK\r\nContent-Le";
    let failed = "integration failed: client error (SendRequest): connection closed before message completed";
    let cases = [
        (answer("503 Busy", &[], "busy"), "; fwd-status=503", json!([503, null])),
        (broken_off.to_owned(), "", json!([null, failed])),
    ];
    for (failing, fwd_status, logged) in cases {
        let (world, answer) = after_a_failure(&failing).await;
        let status = format!("\nage: 30\ncache-status: tollgate; fwd=stale{fwd_status}\n");
        assert!(
            answer.starts_with("200\n") && answer.contains(&status) && answer.ends_with("good"),
            "{answer}"
        );
        let line = world.last_line();
        assert_eq!([&line["status"], &line["cacheStatus"]], [&json!(200), &json!("STALE")]);
        assert_eq!(json!([line["integrationStatus"], line["integrationErrorMessage"]]), logged);
    }
}

/// The answer has gone out; the next event is somebody else's.
#[tokio::test]
async fn a_panic_while_a_stale_entry_is_refreshed_fails_no_request() {
    let route = |uri: &str| {
        json!({ "routeKey": "GET /x", "cachingEnabled": true, "cacheTtlInSeconds": 10, "staleWhileRevalidate": 60,
            "integration": { "type": "AWS_PROXY", "uri": uri } })
    };
    let world = TestGateway::serving(&[route("echo")]).await;
    world.send("GET /v1/x").await;
    world.put_route(&route("panics"));
    world.go_live().await;
    world.advance(Duration::from_secs(15));
    for _ in 0..2 {
        assert!(world.send("GET /v1/x").await.contains("; hit; ttl=-5\n"));
    }
}

/// A target that is asked too much answers 429, which is not kept and which nobody waits for.
#[tokio::test]
async fn a_stale_answer_is_given_while_new_answers_cannot_be_kept() {
    let route = |status: u16| {
        json!({ "routeKey": "GET /x", "cachingEnabled": true, "cacheTtlInSeconds": 10, "staleWhileRevalidate": 60,
            "integration": { "type": "MOCK", "statusCode": status } })
    };
    let world = TestGateway::serving(&[route(200)]).await;
    world.send("GET /v1/x").await;
    world.put_route(&route(429));
    world.go_live().await;
    for (seconds, expected) in [(15, "200\n"), (1, "200\n"), (20, "200\n"), (1, "200\n"), (60, "429\n")] {
        world.advance(Duration::from_secs(seconds));
        let answer = world.send("GET /v1/x").await;
        assert!(answer.starts_with(expected), "{answer}");
    }
}
