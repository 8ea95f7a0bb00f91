//! `cacheMode: "HTTP"` from outside: variants, revalidation and invalidation.

mod cross_client;
mod mapped_values;
mod revalidation;
mod staleness;

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{Cached, answer};
use crate::harness::Script;

/// A route of each key to a target whose one path answers so.
async fn serving(routes: &[(&str, Value)], path: &'static str, answers: fn(&str) -> String) -> Cached {
    let world = Cached::start_with([(path, Script::Answers(answers))]).await;
    for (route_key, words) in routes {
        let mut words = words.clone();
        words["cacheMode"] = json!("HTTP");
        world.put(route_key, &words);
    }
    world.gateway.go_live().await;
    world
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Answers with an entity tag, and with 304 to a request that has it.
fn tagged(request: &str) -> String {
    if request.contains("if-none-match: \"1\"") {
        return answer("304 Not Modified", &["Cache-Control: max-age=20", "X-Checked: yes"], "");
    }
    answer("200 OK", &["Cache-Control: max-age=10", "ETag: \"1\"", "X-Checked: no"], "hello")
}

fn by_language(request: &str) -> String {
    let language = request.lines().find_map(|line| line.strip_prefix("accept-language: "));
    let headers = ["Cache-Control: max-age=60", "Vary: Accept-Language"];
    answer("200 OK", &headers, language.unwrap_or("none"))
}

#[tokio::test]
async fn answers_for_different_values_of_a_vary_header_are_kept_side_by_side() {
    let world = serving(&[("GET /x", json!({}))], "/x", by_language).await;
    let (de, fr) = ("GET /v1/x\naccept-language: de", "GET /v1/x\naccept-language: fr");
    assert_eq!(world.statuses(&[de, fr, de, fr, "GET /v1/x"]).await, "MISS MISS HIT HIT MISS");
    let other = world.gateway.another_instance().await;
    for (request, body) in [(de, "de"), (fr, "fr"), ("GET /v1/x", "none")] {
        let answer = other.send(request).await;
        assert!(answer.contains("; hit; ttl=60\n") && answer.ends_with(&format!("\n\n{body}")), "{answer}");
    }
    let next = other.send("GET /v1/x\naccept-language: it").await;
    assert!(next.contains("; fwd=vary-miss; stored\n"), "{next}");
    assert_eq!(
        world.statuses(&["GET /v1/x?y\naccept-language: de"]).await,
        "MISS",
        "the query is another URI"
    );
}

/// Changes with `POST`, and names what else has changed.
fn changing(request: &str) -> String {
    match request.split(' ').next() {
        Some("POST") if request.ends_with("bad") => answer("409 Conflict", &[], ""),
        Some("POST") => answer("201 Created", &["Location: /v1/y?z"], ""),
        _ => answer("200 OK", &["Cache-Control: max-age=60", "Vary: Accept"], "read"),
    }
}

#[tokio::test]
async fn a_successful_post_through_another_route_invalidates_the_entry_on_all_instances() {
    let world = serving(&[("GET /{name}", json!({}))], "/x", changing).await;
    world.put("POST /x", &json!({ "cachingEnabled": false }));
    world.gateway.go_live().await;
    let other = world.gateway.another_instance().await;
    let html = "GET /v1/x\naccept: text/html";
    assert_eq!(world.statuses(&["GET /v1/x", html, "GET /v1/x", html]).await, "MISS MISS HIT HIT");
    world.gateway.send("POST /v1/x\n\nbad").await;
    assert_eq!(world.statuses(&["GET /v1/x", html]).await, "HIT HIT", "nothing has changed");
    world.gateway.send("POST /v1/x\n\ngood").await;
    for instance in [&world.gateway, &other] {
        instance.advance(Duration::from_millis(1));
    }
    let answer = other.send(html).await;
    assert!(answer.contains("; fwd=uri-miss; stored\n"), "{answer}");
    assert_eq!(world.statuses(&["GET /v1/x", html, "GET /v1/x"]).await, "MISS HIT HIT");
}

#[tokio::test]
async fn the_location_that_answers_a_post_is_invalidated_too() {
    let world = Cached::start_with([
        ("/x", Script::Answers(changing)),
        ("/y", Script::Says(answer("200 OK", &["Cache-Control: max-age=60"], "read"))),
    ])
    .await;
    world.put("ANY /{name}", &json!({ "cacheMode": "HTTP" }));
    world.gateway.go_live().await;
    assert_eq!(world.statuses(&["GET /v1/y?z", "GET /v1/y", "GET /v1/y?z"]).await, "MISS MISS HIT");
    assert_eq!(world.statuses(&["POST /v1/x", "GET /v1/y?z", "GET /v1/y"]).await, "- MISS HIT");
}

#[tokio::test]
async fn an_answer_asked_for_before_a_change_is_not_kept_after_it() {
    for headers in [&["Cache-Control: max-age=60"] as &[_], &["Cache-Control: max-age=60", "Vary: Accept"]] {
        let (asked, go) = <(Arc<Notify>, Arc<Notify>)>::default();
        let waits = Script::Waits {
            asked: Arc::clone(&asked),
            go: Arc::clone(&go),
            says: answer("200 OK", headers, "old"),
        };
        let world = Cached::start_with([("/x", waits)]).await;
        world.put("GET /x", &json!({ "cacheMode": "HTTP" }));
        world.put("POST /x", &json!({ "integration": { "type": "MOCK" } }));
        world.gateway.go_live().await;
        let [reading, changing, after] = [
            world.gateway.another_instance().await,
            world.gateway.another_instance().await,
            world.gateway.another_instance().await,
        ];
        let change = async {
            asked.notified().await;
            changing.advance(seconds(1));
            assert!(changing.send("POST /v1/x").await.starts_with("200\n"));
            go.notify_one();
        };
        tokio::join!(reading.send("GET /v1/x"), change);
        after.advance(seconds(2));
        go.notify_one();
        let answer = after.send("GET /v1/x").await;
        assert!(answer.contains("cache-status: tollgate; fwd=uri-miss; stored\n"), "{headers:?}: {answer}");
    }
}

#[tokio::test]
async fn callers_have_entries_of_their_own_and_a_change_by_one_invalidates_all() {
    let words = json!({ "apiKeyRequired": true });
    let world = serving(&[("ANY /x", words)], "/x", |request| {
        let headers = if request.starts_with("GET") { ["Cache-Control: max-age=60"] } else { ["X: y"] };
        answer("200 OK", &headers, "")
    })
    .await;
    let keys = ["imported-key-of-ada-lovelace", "imported-key-of-bob-the-robot"];
    world.gateway.put_plan(&json!({ "usagePlanId": "gold" }));
    for (key, id) in keys.into_iter().zip(["ada", "bob"]) {
        world.gateway.put_key(key, &json!({ "id": id, "usagePlanId": "gold" }));
    }
    let [ada, bob] = keys.map(|key| format!("GET /v1/x\nx-api-key: {key}"));
    assert_eq!(world.statuses(&[&ada, &bob, &ada, &bob]).await, "MISS MISS HIT HIT");
    let change = ada.replace("GET", "POST");
    world.gateway.send(&change).await;
    world.gateway.advance(Duration::from_millis(1));
    assert_eq!(world.statuses(&[&ada]).await, "MISS");
    world.gateway.gate.calls();
    assert_eq!(world.statuses(&[&bob]).await, "MISS");
    let calls = world.gateway.gate.calls();
    let queries = calls.iter().filter(|call| *call == "Query cache").count();
    assert_eq!(queries, 2, "nobody waits for who filled what has changed: {calls:?}");
    assert_eq!(world.statuses(&[&ada, &bob]).await, "HIT HIT");
}

#[tokio::test]
async fn a_get_with_a_body_or_a_precondition_bypasses_the_cache() {
    let world = serving(&[("ANY /x", json!({}))], "/x", tagged).await;
    world.statuses(&["GET /v1/x"]).await;
    let requests = [
        "GET /v1/x\n\na body",
        "GET /v1/x\nif-match: \"1\"",
        "GET /v1/x\nif-unmodified-since: Thu, 01 Jan 2026 00:00:00 GMT",
    ];
    assert_eq!(world.statuses(&requests).await, "BYPASS BYPASS BYPASS");
    assert_eq!(world.asked(), 4);
    assert_eq!(world.statuses(&["GET /v1/x", "HEAD /v1/x", "OPTIONS /v1/x"]).await, "HIT HIT -");
}

#[tokio::test]
async fn many_misses_at_once_ask_the_target_at_most_once_for_the_uri_and_once_for_each_variant() {
    let world = serving(&[("GET /x", json!({}))], "/x", by_language).await;
    let others = [
        world.gateway.another_instance().await,
        world.gateway.another_instance().await,
        world.gateway.another_instance().await,
    ];
    let requests = (0..30).map(|number| {
        let language = if number % 2 == 0 { "de" } else { "fr" };
        let request = format!("GET /v1/x\naccept-language: {language}");
        let instance = &others[number % 3];
        async move { (language, instance.send(&request).await) }
    });
    for (language, answer) in join_all(requests).await {
        assert!(answer.ends_with(&format!("\n\n{language}")), "{language}: {answer}");
    }
    assert!(world.asked() <= 3, "one for the URI, and one for each variant at most");
}

#[tokio::test]
async fn a_connection_header_removes_no_header_that_vary_names() {
    let world = serving(&[("GET /x", json!({}))], "/x", by_language).await;
    let first = world.gateway.send("GET /v1/x\naccept-language: de\nconnection: accept-language").await;
    assert!(first.ends_with("\n\nde"), "{first}");
    assert_eq!(world.statuses(&["GET /v1/x\naccept-language: de"]).await, "HIT");
}

#[tokio::test]
async fn an_answer_to_authorization_or_with_private_is_not_shared() {
    let world = serving(&[("GET /x", json!({}))], "/x", |request| {
        let private = if request.contains("x-private") { ", private" } else { "" };
        answer("200 OK", &[&format!("Cache-Control: max-age=60{private}")], "")
    })
    .await;
    let authorized = "GET /v1/x\nauthorization: Bearer x";
    assert_eq!(world.statuses(&[authorized, authorized]).await, "MISS MISS");
    let private = "GET /v1/x\nx-private: yes";
    assert_eq!(world.statuses(&[private, private, "GET /v1/x"]).await, "MISS MISS MISS");
    assert_eq!(world.statuses(&[authorized, private]).await, "HIT HIT", "what is for all is for them too");
}

#[tokio::test]
async fn a_range_is_cut_out_of_the_whole_entry() {
    let world = serving(&[("GET /x", json!({}))], "/x", tagged).await;
    let part = "GET /v1/x\nrange: bytes=1-2";
    world.statuses(&["GET /v1/x"]).await;
    assert!(world.gateway.send(part).await.starts_with("206\n"));
    assert!(world.gateway.send(part).await.ends_with("\n\nel"));
    assert!(world.gateway.send("GET /v1/x\nrange: bytes=5-").await.starts_with("416\n"));
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn fields_that_have_no_effect_in_http_mode_are_warnings() {
    let world = Cached::start(&[]).await;
    let words = json!({ "cacheMode": "http", "cacheTtlInSeconds": 5, "cacheKeyParameters": ["method.request.querystring.q"],
        "forwardUnkeyedHeaders": true, "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403" });
    world.put("POST /orders/{id}", &words);
    let outcome = format!("{:?}", world.gateway.publish("v1").await);
    for name in words.as_object().unwrap().keys() {
        assert!(outcome.contains(&format!("field: \"{name}\"")), "{name}: {outcome}");
    }
    assert!(!outcome.contains("all its values share one answer"), "{outcome}");
    world.put("GET /orders", &json!({ "cacheMode": "RFC" }));
    let outcome = format!("{:?}", world.gateway.publish("v1").await);
    assert!(outcome.starts_with("Invalid") && outcome.contains("API_GATEWAY or HTTP"), "{outcome}");
}
