//! `tollgate cache purge`.

use expect_test::expect;
use serde_json::json;

use crate::{cache::Cached, harness::TestGateway};

#[tokio::test]
async fn a_purged_stage_answers_anew_after_its_next_refresh() {
    let world = Cached::serving("GET /x", &json!({})).await;
    assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "MISS HIT");
    let ran = world.gateway.tollgate(&["cache", "purge", "v1"]);
    expect![[r#"
        exit 0
        v1: cacheGeneration 1
        --
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set)
    "#]]
    .assert_eq(&ran.text(&[]));
    assert_eq!(world.statuses(&["GET /v1/x"]).await, "HIT");
    world.gateway.refresh().await;
    assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "MISS HIT");
    let ran = world.gateway.tollgate(&["cache", "purge", "v1", "-o", "json"]);
    expect![[r#"
        {
          "cacheGeneration": 2,
          "stage": "v1"
        }
    "#]]
    .assert_eq(&ran.stdout);
}

#[tokio::test]
async fn a_stage_that_is_not_there_or_says_no_number_is_left_as_it_is() {
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
