//! Stale answers in HTTP mode: the answer and the request decide together.

use serde_json::json;

use super::{super::answer, seconds, serving};

#[tokio::test]
async fn a_stale_answer_is_given_for_as_long_as_its_cache_control_allows() {
    let allowing = |_: &str| {
        answer("200 OK", &["Cache-Control: max-age=10, stale-while-revalidate=5, stale-if-error=60"], "kept")
    };
    let world = serving(&[("GET /x", json!({}))], "/x", allowing).await;
    world.statuses(&["GET /v1/x"]).await;
    world.gateway.advance(seconds(14));
    assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "STALE HIT", "it was fetched beside");
    assert_eq!(world.asked(), 2);
    let broken = json!({ "cacheMode": "HTTP", "integration": { "type": "AWS_PROXY", "uri": "broken" } });
    world.put("GET /x", &broken);
    world.gateway.go_live().await;
    world.gateway.advance(seconds(69));
    assert_eq!(world.statuses(&["GET /v1/x"]).await, "STALE");
    world.gateway.advance(seconds(1));
    assert!(world.gateway.send("GET /v1/x").await.starts_with("502\n"));
}

#[tokio::test]
async fn a_request_that_takes_nothing_stale_waits_for_the_target() {
    let allowing = |_: &str| answer("200 OK", &["Cache-Control: max-age=10, stale-while-revalidate=60"], "");
    let world = serving(&[("GET /x", json!({}))], "/x", allowing).await;
    world.statuses(&["GET /v1/x"]).await;
    let cases = [
        ("min-fresh=1", "MISS"),
        ("max-age=60", "MISS"),
        ("max-age=60, max-stale=60", "STALE"),
        ("no-transform", "STALE"),
    ];
    for (wish, expected) in cases {
        world.gateway.advance(seconds(14));
        let request = format!("GET /v1/x\ncache-control: {wish}");
        assert_eq!(world.statuses(&[&request]).await, expected, "{wish}");
    }
}

#[tokio::test]
async fn an_answer_that_must_be_revalidated_is_never_given_stale() {
    let broken = json!({ "cacheMode": "HTTP", "staleIfError": 60,
        "integration": { "type": "AWS_PROXY", "uri": "broken" } });
    let must: fn(&str) -> String =
        |_| answer("200 OK", &["Cache-Control: max-age=10, must-revalidate", "ETag: \"1\""], "");
    let always: fn(&str) -> String =
        |_| answer("200 OK", &["Cache-Control: max-age=60, no-cache", "ETag: \"1\""], "");
    for (answers, first) in [(must, "HIT"), (always, "MISS")] {
        let world = serving(&[("GET /x", json!({ "staleIfError": 60 }))], "/x", answers).await;
        world.statuses(&["GET /v1/x"]).await;
        world.put("GET /x", &broken);
        world.gateway.go_live().await;
        assert_eq!(world.statuses(&["GET /v1/x"]).await, first);
        world.gateway.advance(seconds(10));
        assert!(world.gateway.send("GET /v1/x").await.starts_with("502\n"));
    }
}
