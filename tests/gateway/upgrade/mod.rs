//! Tables as each release has written them, in `tests/upgrade/<version>.json`: this version serves on with them, and
//! the last release can read what this one writes.
//!
//! `RECORD_RELEASE=1` writes the file of this version, once, when it is released (`make record-release`).

mod recorded_tables;

use std::{env, time::Duration};

use serde_json::{Value, json};

use self::recorded_tables::{RecordedTables, releases};
use crate::harness::TestGateway;

const KEY: &str = "an-old-key-of-an-api-gateway";

/// One of each kind of item that outlives a gateway: a published stage with its history, a cached answer, a quota that
/// is used in part, the usage of a day.
async fn write_all_kinds(world: &TestGateway) {
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "greeting": "hello" } }));
    world.put_plan(&json!({ "usagePlanId": "gold", "quota": { "limit": 5, "period": "DAY" },
        "throttle": { "rateLimit": 1, "burstLimit": 10 } }));
    world.put_key(KEY, &json!({ "id": "k1", "usagePlanId": "gold" }));
    let mock = |body: Value| json!({ "type": "MOCK", "body": body });
    world.put_route(
        &json!({ "routeKey": "GET /limited", "apiKeyRequired": true, "integration": mock(json!("in")) }),
    );
    world.put_route(&json!({ "routeKey": "GET /cached", "cachingEnabled": true,
        "integration": mock(json!({ "kept": true })) }));
    world.put_route(&json!({ "routeKey": "GET /hello", "integration": mock(json!("first")) }));
    world.go_live().await;
    world.put_route(&json!({ "routeKey": "GET /hello",
        "integration": mock(json!("${stageVariables.greeting}")) }));
    world.deploy("v1").await;
    world.refresh().await;
    world.send("GET /v1/cached").await;
    for _ in 0..2 {
        world.send(&format!("GET /v1/limited\nx-api-key: {KEY}")).await;
    }
    world.shut_down().await;
}

/// The status and the body of an answer.
fn status_and_body(answer: &str) -> (&str, &str) {
    (&answer[..3], answer.split_once("\n\n").map_or("", |(_, body)| body))
}

/// Serves on from these tables, a minute after they were written.
async fn assert_is_served_on(release: &RecordedTables) {
    let version = release.version.as_str();
    let world = TestGateway::new();
    release.write_into(world.dynamodb());
    world.refresh().await;
    world.advance(Duration::from_secs(60));
    let hello = world.send("GET /v1/hello").await;
    assert_eq!(status_and_body(&hello), ("200", "\"hello\""), "{version}");

    // An entry that this version writes otherwise is a miss.
    let cached = world.send("GET /v1/cached").await;
    let expected = if release.entry_format() == of_today().await.entry_format() { "HIT" } else { "MISS" };
    assert_eq!(status_and_body(&cached), ("200", "{\"kept\":true}"), "{version}");
    assert_eq!(world.last_line()["cacheStatus"], expected, "{version}");

    // Two of five were used.
    let limited = format!("GET /v1/limited\nx-api-key: {KEY}");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(world.send(&limited).await[..3].to_owned());
    }
    assert_eq!(statuses, ["200", "200", "200", "429"], "{version}");
    world.shut_down().await;
    let counters = world.items("tollgate-counters").await;
    let usage = counters.iter().find(|item| item["counter"] == "usage#k1#2025-04-14").expect("the day");
    assert_eq!((&usage["served:v1"], &usage["overQuota:v1"]), (&json!(5), &json!(1)), "{version}");

    let ran = world.tollgate(&["rollback", "v1", "--yes"]);
    assert!(ran.text(&[]).starts_with("exit 0\n"), "{version}: {}", ran.text(&[]));
    world.refresh().await;
    assert_eq!(status_and_body(&world.send("GET /v1/hello").await), ("200", "first"), "{version}");
}

#[tokio::test]
async fn what_each_release_has_written_is_served_on() {
    for release in releases() {
        assert_is_served_on(&release).await;
    }
}

/// As a gateway that was rolled back to finds the tables.
#[tokio::test]
async fn what_a_later_release_adds_to_the_gateways_own_items_is_not_looked_at() {
    assert_is_served_on(&of_today().await.with_more_attributes()).await;
}

async fn of_today() -> RecordedTables {
    let world = TestGateway::new();
    write_all_kinds(&world).await;
    RecordedTables::of(world.dynamodb())
}

#[tokio::test]
async fn the_last_release_can_read_what_this_version_writes() {
    let today = of_today().await;
    if env::var_os("RECORD_RELEASE").is_some() {
        today.record();
    }
    let last = releases().pop().expect("a release");
    let differences = today.differences_from(&last);
    assert!(differences.is_empty(), "{} cannot read this:\n{}", last.version, differences.join("\n"));
}
