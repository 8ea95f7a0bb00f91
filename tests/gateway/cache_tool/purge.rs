//! `tollgate cache purge`.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};

use super::HOST;
use crate::{
    cache::{Cached, answer, noise},
    harness::TestGateway,
};

#[tokio::test]
async fn a_purged_stage_asks_the_target_again_after_its_next_refresh() {
    let world = Cached::serving("GET /x", &json!({})).await;
    assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "MISS HIT");
    let ran = world.gateway.tollgate(&["cache", "purge", "v1"]);
    expect![[r#"
        exit 0
        v1: cacheGeneration 1
        --
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate dev)
    "#]]
    .assert_eq(&ran.text(&[]));
    assert_eq!(world.statuses(&["GET /v1/x"]).await, "HIT");
    world.gateway.refresh().await;
    assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "MISS HIT");
    let ran = world.gateway.tollgate(&["cache", "purge", "v1", "-o", "json"]);
    expect![[r#"
        {
          "cacheGeneration": 2,
          "schemaVersion": 1,
          "stage": "v1"
        }
    "#]]
    .assert_eq(&ran.stdout);
}

#[tokio::test]
async fn purging_a_missing_stage_or_one_with_an_unreadable_generation_changes_nothing() {
    let world = TestGateway::new();
    let ran = world.tollgate(&["cache", "purge", "v1"]);
    assert_eq!(ran.text(&[]), "exit 4\n--\ntollgate: there is no stage v1 in tollgate-stages\n");
    assert!(world.items("tollgate-stages").await.is_empty());
    for generation in [json!("three"), json!(-1), json!(9_007_199_254_740_991_u64)] {
        let item = json!({ "stage": "v1", "cacheGeneration": generation });
        world.put_stage(&item);
        let ran = world.tollgate(&["cache", "purge", "v1"]);
        assert_eq!(
            ran.text(&[]),
            "exit 3\n--\ntollgate: tollgate-stages [stage=v1] cacheGeneration: no whole number that can be raised\n"
        );
        assert_eq!(world.items("tollgate-stages").await, [item]);
    }
}

/// The routes whose entries and locks the table has, by item.
async fn kept(world: &Cached) -> Vec<String> {
    let items = world.gateway.items("tollgate-cache").await;
    let route_of =
        |key: &Value| items.iter().find(|item| item["cacheKey"] == *key && item["part"] == 0).unwrap();
    let mut kept: Vec<String> = items
        .iter()
        .map(|item| {
            let route = route_of(&item["cacheKey"])["routeKey"].as_str().unwrap();
            format!(
                "{} {route} {}",
                item["cacheKey"].as_str().unwrap().split('#').next().unwrap(),
                item["part"]
            )
        })
        .collect();
    kept.sort();
    kept
}

#[tokio::test]
async fn purging_a_route_deletes_its_entries_and_no_other_routes() {
    let noise = noise(1, 700_000);
    let world = Cached::start(&[("/long", &answer("200 OK", &[], &noise))]).await;
    for route in ["GET /x/{n}", "GET /y", "GET /long"] {
        world.put(route, &json!({ "cacheKeyParameters": "method.request.querystring.q" }));
    }
    world.gateway.go_live().await;
    let requests = ["GET /v1/x/1?q=1", "GET /v1/x/2?q=2", "GET /v1/y", "GET /v1/long"];
    assert_eq!(world.statuses(&requests).await, "MISS MISS MISS MISS");
    expect![[r#"
        v1 GET /long -1
        v1 GET /long 0
        v1 GET /long 1
        v1 GET /x/{n} -1
        v1 GET /x/{n} -1
        v1 GET /x/{n} 0
        v1 GET /x/{n} 0
        v1 GET /y -1
        v1 GET /y 0"#]]
    .assert_eq(&kept(&world).await.join("\n"));
    let ran = world.gateway.tollgate(&["cache", "purge", "v1", "--route", "GET /x/{n}"]);
    expect![[r#"
        exit 0
        v1: deleted 2 entries of GET /x/{n}
        --
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev)
    "#]]
    .assert_eq(&ran.text(&[]));
    let ran = world.gateway.tollgate(&["cache", "purge", "v1", "--route", "GET /long", "-o", "json"]);
    expect![[r#"
        {
          "entriesDeleted": 1,
          "routeKey": "GET /long",
          "schemaVersion": 1,
          "stage": "v1"
        }
    "#]]
    .assert_eq(&ran.stdout);
    expect![[r#"
        v1 GET /y -1
        v1 GET /y 0"#]]
    .assert_eq(&kept(&world).await.join("\n"));
    assert_eq!(world.statuses(&requests).await, "HIT HIT HIT HIT", "instances trust what they remember");
    world.gateway.advance(Duration::from_secs(5));
    assert_eq!(world.statuses(&requests).await, "MISS MISS HIT MISS");
}

#[tokio::test]
async fn purging_a_request_deletes_its_entry_and_no_other() {
    let world =
        Cached::serving("GET /x", &json!({ "cacheKeyParameters": "method.request.querystring.q" })).await;
    let requests = ["GET /v1/x?q=1", "GET /v1/x?q=2"];
    assert_eq!(world.statuses(&requests).await, "MISS MISS");
    let url = format!("https://{HOST}/v1/x?q=1&utm=2");
    for (count, words) in [(1, "deleted 1 entry of GET /v1/x?q=1&utm=2\n"), (0, "deleted 0 entries of GET ")]
    {
        let ran = world.gateway.tollgate(&["cache", "purge", "v1", "--key", &url]);
        assert_eq!(ran.code, Some(0), "{count}: {ran:?}");
        assert!(ran.stdout.contains(words), "{ran:?}");
    }
    assert_eq!(kept(&world).await, ["v1 GET /x -1", "v1 GET /x 0"]);
    world.gateway.advance(Duration::from_secs(5));
    assert_eq!(world.statuses(&requests).await, "MISS HIT");
}

#[tokio::test]
async fn a_purge_deletes_more_entries_than_fit_into_a_page_or_a_batch() {
    let world = TestGateway::new();
    // Over a megabyte: more than DynamoDB gives in a page.
    for number in 0..300 {
        let filler = "d".repeat(4_000);
        let item = json!({ "cacheKey": format!("v1#{number}"), "part": 0, "routeKey": "GET /gone", "filler": filler });
        world.put("tollgate-cache", &item);
    }
    let other = json!({ "cacheKey": "v10#x", "part": 0, "routeKey": "GET /gone" });
    world.put("tollgate-cache", &other);
    let ran = world.tollgate(&["cache", "purge", "v1", "--route", "GET /gone"]);
    assert_eq!(ran.stdout, "v1: deleted 300 entries of GET /gone\n");
    assert_eq!(world.items("tollgate-cache").await, [other]);
}

#[tokio::test]
async fn purging_something_that_does_not_exist_says_what_is_missing() {
    let world = Cached::serving("GET /x", &json!({})).await;
    world.put("GET /y", &json!({ "cachingEnabled": false }));
    world.gateway.go_live().await;
    let url = format!("https://{HOST}/v1/");
    let mut told = String::new();
    for arguments in [
        ["v9", "--route", "GET /x"],
        ["v1", "--route", "GET /z"],
        ["v1", "--route", "GET /y"],
        ["v1", "--key", &format!("{url}z")],
        ["v1", "--key", &format!("{url}y")],
        ["v2", "--key", &format!("{url}x")],
        ["v1", "--key", "/v1/x"],
    ] {
        told += &world.gateway.tollgate(&[&["cache", "purge"], &arguments[..]].concat()).text(&[]);
    }
    expect![[r#"
        exit 4
        --
        tollgate: there is no stage v9 in tollgate-stages or tollgate-routes
        exit 4
        --
        tollgate: there is no route GET /z in stage v1, only GET /x, GET /y
        exit 0
        v1: deleted 0 entries of GET /y
        --
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev)
        exit 4
        --
        tollgate: GET /v1/z would be refused: no route
        exit 4
        --
        tollgate: GET /y keeps no answers: the route has no cachingEnabled, or an integration whose answers are never kept
        exit 3
        --
        tollgate: the stage of this request is v1, not v2
        exit 3
        --
        tollgate: the host is part of the key: say it with a whole URL or with -H 'Host: …'
    "#]]
    .assert_eq(&told);
}
