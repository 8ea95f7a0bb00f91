//! A canary's answers in the cache: its own, unless it uses the stage's.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Versions, body};
use crate::harness::TestGateway;

fn cached(text: &str, more: &Value) -> Value {
    let headers = json!({ "content-type": "text/plain", "cache-control": "max-age=60" });
    let mut route = json!({ "routeKey": "GET /a", "cachingEnabled": true,
        "integration": { "type": "MOCK", "headers": headers, "body": text } });
    route.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    route
}

/// The body's first word, and the line's `cacheStatus`.
async fn answer(instance: &TestGateway, header: &str) -> (String, Value) {
    let body = body(instance, &format!("GET /v1/a\nx-canary: {header}")).await;
    let word = body.split(' ').next().unwrap().to_owned();
    (word, instance.last_line()["cacheStatus"].clone())
}

#[tokio::test]
async fn a_canary_has_a_cache_of_its_own_unless_it_uses_the_stages() {
    let shared = [("never", "stage", "MISS"), ("always", "stage", "HIT"), ("never", "stage", "HIT")];
    let apart = [
        ("never", "stage", "MISS"),
        ("always", "canary", "MISS"),
        ("always", "canary", "HIT"),
        ("never", "stage", "HIT"),
    ];
    let text = |text: &str| {
        let mut route = cached(text, &json!({}));
        route["integration"]["body"] = json!(text);
        route
    };
    for (settings, expected) in [
        (json!({}), &apart[..]),
        (json!({ "useStageCache": false }), &apart[..]),
        (json!({ "useStageCache": true }), &shared[..]),
    ] {
        let world = TestGateway::new();
        let versions = Versions::publish(&world, &[text("stage")], &[text("canary")]).await;
        let mut settings = settings.clone();
        settings["header"] = json!("x-canary");
        versions.with(&world, settings.clone()).await;
        for (header, word, status) in expected {
            assert_eq!(
                answer(&world, header).await,
                ((*word).to_owned(), json!(status)),
                "{settings} {header}"
            );
        }
        // The table has them apart too.
        let another = world.another_instance().await;
        for (header, word, _) in expected {
            assert_eq!(
                answer(&another, header).await,
                ((*word).to_owned(), json!("HIT")),
                "{settings} {header}"
            );
        }
    }
}

#[tokio::test]
async fn a_change_through_one_version_makes_the_cached_answers_of_both_worthless() {
    let world = TestGateway::new();
    let http = json!({ "cacheMode": "HTTP" });
    let change = json!({ "routeKey": "POST /a", "integration": { "type": "MOCK", "statusCode": 204 } });
    let route = |text: &str| {
        let mut route = cached(text, &http);
        route["integration"]["body"] = json!(text);
        route
    };
    let versions = Versions::publish(&world, &[route("stage"), change], &[route("canary")]).await;
    versions.with(&world, json!({ "header": "x-canary" })).await;
    let both = async || [answer(&world, "never").await.1, answer(&world, "always").await.1];
    for header in ["never", "always"] {
        both().await;
        assert_eq!(both().await, [json!("HIT"), json!("HIT")]);
        world.send(&format!("POST /v1/a\nx-canary: {header}")).await;
        world.advance(Duration::from_secs(1));
        assert_eq!(both().await, [json!("MISS"), json!("MISS")], "{header}");
    }
}
