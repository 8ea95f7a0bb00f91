//! `tollgate canary`: a canary is started, looked at, promoted and aborted.

use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::clock::{Clock, milliseconds};

use super::{Versions, body, deployment_id};
use crate::{harness::TestGateway, text_route::text_route};

/// `v1`, which serves `stage`, with items that say `canary` and are not published.
async fn world() -> (TestGateway, String) {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "name": "x" } }));
    world.put_route(&text_route("v1", "stage"));
    world.go_live().await;
    let stage = deployment_id(&world).await;
    world.put_route(&text_route("v1", "canary"));
    (world, stage)
}

async fn stage_item(world: &TestGateway) -> Value {
    let mut item = Value::Object(world.store.stage("v1").await.unwrap().unwrap().item);
    item.as_object_mut().unwrap().remove("revision");
    item
}

async fn canary_id(world: &TestGateway) -> String {
    stage_item(world).await["canarySettings"]["deploymentId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_canary_of_the_items_is_started_changed_and_promoted() {
    let (world, stage) = world().await;
    let ran = world.tollgate(&[
        "canary",
        "start",
        "v1",
        "--percent",
        "2.5",
        "--header",
        "X-Canary",
        "--sticky",
        "caller",
        "--rollback-on-5xx",
        "5",
        "--variable",
        "name=of the canary",
    ]);
    let canary = canary_id(&world).await;
    let ids = [(&*stage, "STAGE"), (&*canary, "CANARY")];
    expect![[r#"
        exit 0
        v1: 2.5 % of requests get deployment CANARY
        --
        tollgate: to serve it to all: tollgate canary promote v1
        tollgate: to undo it: tollgate canary abort v1
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate local), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate local)
    "#]]
    .assert_eq(&ran.text(&ids));
    let item = stage_item(&world).await;
    assert_eq!(item["deploymentId"], stage);
    assert_eq!(
        item["canarySettings"],
        json!({ "deploymentId": canary, "percentTraffic": 2.5, "header": "X-Canary", "stickyBy": "CALLER",
            "rollbackOn5xxPercent": 5, "stageVariableOverrides": { "name": "of the canary" } })
    );
    world.refresh().await;
    for (header, expected) in [("never", "stage"), ("always", "canary")] {
        assert_eq!(body(&world, &format!("GET /v1\nx-canary: {header}")).await, expected);
    }

    // An edit is not taken into a canary that there is.
    world.put_route(&text_route("v1", "edited"));
    let ran = world.tollgate(&["canary", "start", "v1", "--percent", "50", "-o", "json"]);
    expect![[r#"
        exit 0
        {
          "deploymentId": "CANARY",
          "isNew": false,
          "percentTraffic": 50,
          "stage": "v1"
        }
        --
        tollgate: to serve it to all: tollgate canary promote v1
        tollgate: to undo it: tollgate canary abort v1
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate local), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate local)
    "#]]
    .assert_eq(&ran.text(&ids));
    assert_eq!(stage_item(&world).await["canarySettings"]["stickyBy"], "CALLER");

    let ran = world.tollgate(&["canary", "promote", "v1"]);
    expect![[r#"
        exit 0
        v1: serves deployment CANARY, and served STAGE before
        --
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate local), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate local)
    "#]]
    .assert_eq(&ran.text(&ids));
    let promoted = json!({ "stage": "v1", "deploymentId": canary, "stageVariables": { "name": "of the canary" },
        "lastDeploymentStatus": "OK", "lastDeploymentMessage": format!("serves deployment {canary}") });
    assert_eq!(stage_item(&world).await, promoted);
    world.refresh().await;
    assert_eq!(body(&world, "GET /v1").await, "canary");
    let last_good = world.store.last_good("v1").await.unwrap().unwrap();
    assert_eq!(
        (last_good.deployment_id, Value::Object(last_good.item)),
        (canary, json!({ "stage": "v1", "stageVariables": { "name": "of the canary" } }))
    );
}

#[tokio::test]
async fn a_canary_is_aborted_and_nothing_of_it_is_left() {
    let (world, stage) = world().await;
    let before = stage_item(&world).await;
    world.tollgate(&["canary", "start", "v1", "--percent", "100"]);
    world.refresh().await;
    assert_eq!(body(&world, "GET /v1").await, "canary");
    let ran = world.tollgate(&["canary", "abort", "v1"]);
    expect![[r#"
        exit 0
        v1: serves deployment STAGE to all
        --
        tollgate: with autoDeploy the next edit of a route of v1 serves all of its items as they are then
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate local), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate local)
    "#]]
    .assert_eq(&ran.text(&[(&stage, "STAGE")]));
    assert_eq!(stage_item(&world).await, before);
    world.refresh().await;
    assert_eq!(body(&world, "GET /v1").await, "stage");
}

#[tokio::test]
async fn the_status_tells_the_share_the_counts_and_why_a_canary_was_switched_off() {
    let (world, stage) = world().await;
    world.tollgate(&["canary", "start", "v1", "--percent", "5", "--rollback-on-5xx", "5"]);
    let canary = canary_id(&world).await;
    let ids = [(&*stage, "STAGE"), (&*canary, "CANARY")];
    // The tool has the machine's clock.
    let now_ms = milliseconds(Clock::System.now());
    world.advance(Duration::from_millis(now_ms - milliseconds(world.now())));
    let ran = world.tollgate(&["canary", "status", "v1"]);
    expect![[r#"
        exit 0
        v1: 5 % of requests get deployment CANARY
          choice       each request is drawn
          cache        of its own
          rollback     over 5 % of 5xx in a minute with at least 100 answers
          last minute  0 answers, 0 of them 5xx (0.00 %)
        --
    "#]]
    .assert_eq(&ran.text(&ids));

    world.tollgate(&[
        "canary",
        "start",
        "v1",
        "--percent",
        "100",
        "--header",
        "x-canary",
        "--sticky",
        "address",
        "--use-stage-cache",
    ]);
    world.refresh().await;
    body(&world, "GET /v1").await;
    let rollback = json!({ "deploymentId": canary, "at": "2025-04-14T22:12:48Z", "reason": "too many" });
    let mut item = Value::Object(world.store.stage("v1").await.unwrap().unwrap().item);
    item["canaryRollback"] = rollback;
    world.put_stage(&item);
    let ran = world.tollgate(&["canary", "status", "v1"]);
    expect![[r#"
        exit 0
        v1: deployment CANARY was switched off at 2025-04-14T22:12:48Z
          why          too many
          choice       an address stays with one version
          header       x-canary: always, or never
          cache        the stage's
          rollback     over 5 % of 5xx in a minute with at least 100 answers
          last minute  1 answer, 0 of them 5xx (0.00 %)
        --
    "#]]
    .assert_eq(&ran.text(&ids));
    let ran = world.tollgate(&["canary", "status", "v1", "-o", "json"]);
    expect![[r#"
        exit 0
        {
          "canaryRollback": {
            "at": "2025-04-14T22:12:48Z",
            "reason": "too many"
          },
          "canarySettings": {
            "deploymentId": "CANARY",
            "header": "x-canary",
            "percentTraffic": 100,
            "rollbackOn5xxPercent": 5,
            "stickyBy": "ADDRESS",
            "useStageCache": true
          },
          "isOn": false,
          "lastMinute": {
            "answers": 1,
            "errorPercent": "0.00",
            "errors": 0
          },
          "stage": "v1"
        }
        --
    "#]]
    .assert_eq(&ran.text(&ids));

    let ran = world.tollgate(&["canary", "promote", "v1"]);
    expect![[r#"
        exit 3
        --
        tollgate: the canary of v1 was switched off at 2025-04-14T22:12:48Z: too many
        tollgate: try it again with: tollgate canary start v1 --percent 5; end it with: tollgate canary abort v1
    "#]]
    .assert_eq(&ran.text(&ids));
    // It begins anew, with nothing counted and the settings of before forgotten.
    world.tollgate(&["canary", "start", "v1", "--percent", "5"]);
    let item = stage_item(&world).await;
    assert_eq!(item["canarySettings"], json!({ "deploymentId": canary, "percentTraffic": 5 }));
    assert_eq!(item.get("canaryRollback"), None);
    assert_eq!(world.items("tollgate-counters").await, [Value::Null; 0]);
}

#[tokio::test]
async fn what_cannot_be_a_canary_is_refused_and_nothing_is_changed() {
    let (world, stage) = world().await;
    world.put_stage(&json!({ "stage": "new" }));
    let item = stage_item(&world).await;
    let mut told = String::new();
    let mut run = |arguments: &[&str]| {
        let ran = world.tollgate(&[&["canary"], arguments].concat());
        told += &format!("$ tollgate canary {}\n{}\n", arguments.join(" "), ran.text(&[(&stage, "STAGE")]));
    };
    run(&["start", "none", "--percent", "5"]);
    run(&["start", "new", "--percent", "5"]);
    run(&["start", "v1", "--percent", "5", "--deployment", &stage]);
    run(&["start", "v1", "--percent", "5", "--deployment", "deadbeef"]);
    run(&["start", "v1", "--percent", "5", "--header", "x canary", "--min-requests", "0"]);
    run(&["promote", "none"]);
    run(&["promote", "v1"]);
    run(&["abort", "none"]);
    run(&["abort", "v1"]);
    run(&["status", "none"]);
    run(&["status", "v1"]);
    world.put_route(&json!({ "routeKey": "GET /b", "integration": { "type": "MOCKERY" } }));
    run(&["start", "v1", "--percent", "5"]);
    expect![[r#"
        $ tollgate canary start none --percent 5
        exit 4
        --
        tollgate: there is no stage none in tollgate-stages or tollgate-routes

        $ tollgate canary start new --percent 5
        exit 3
        --
        tollgate: new serves nothing yet that a canary could stand beside: tollgate deploy new

        $ tollgate canary start v1 --percent 5 --deployment b741c4540cd909c380c445392a57bdbf
        exit 3
        --
        tollgate: v1 serves deployment STAGE already, to all; edit an item, or name another with --deployment

        $ tollgate canary start v1 --percent 5 --deployment deadbeef
        exit 3
        --
        tollgate: v1: 1 problem; nothing has changed
          problem: tollgate-stages [stage=v1] canarySettings.deploymentId: got "deadbeef", expected the id of a deployment; there is none of this id

        $ tollgate canary start v1 --percent 5 --header x canary --min-requests 0
        exit 3
        --
        tollgate: v1: 2 problems; nothing has changed
          problem: tollgate-stages [stage=v1] canarySettings.header: got "x canary", expected the name of a header
          problem: tollgate-stages [stage=v1] canarySettings.minRequests: got 0, expected a whole number from 1 to 1000000000

        $ tollgate canary promote none
        exit 4
        --
        tollgate: there is no stage none in tollgate-stages or tollgate-routes

        $ tollgate canary promote v1
        exit 4
        --
        tollgate: v1 has no canary

        $ tollgate canary abort none
        exit 4
        --
        tollgate: there is no stage none in tollgate-stages or tollgate-routes

        $ tollgate canary abort v1
        exit 4
        --
        tollgate: v1 has no canary

        $ tollgate canary status none
        exit 4
        --
        tollgate: there is no stage none in tollgate-stages or tollgate-routes

        $ tollgate canary status v1
        exit 4
        --
        tollgate: v1 has no canary

        $ tollgate canary start v1 --percent 5
        exit 3
        --
        tollgate: v1: 1 problem; nothing has changed
          problem: tollgate-routes [stage=v1 routeKey=GET /b] integration.type: got "MOCKERY", expected AWS_PROXY or DYNAMODB or HTTP_PROXY or MOCK

    "#]].assert_eq(&told);
    assert_eq!(stage_item(&world).await, item);
    for (arguments, words) in [
        (["start", "v1", "--percent", "101"], "expected a number from 0 to 100, with four decimals at most"),
        (["start", "v1", "--percent", "x"], "expected a number from 0 to 100, with four decimals at most"),
        (["start", "v1", "--variable", "x"], "expected NAME=VALUE"),
    ] {
        let ran = world.tollgate(&[&["canary"], &arguments[..]].concat());
        assert!(ran.code == Some(64) && ran.stderr.contains(words), "{ran:?}");
    }
}

#[tokio::test]
async fn another_deployment_takes_the_place_of_a_canary_with_nothing_counted() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    world.put_stage(&json!({ "stage": "v1", "deploymentId": versions.canary }));
    let start = |id: &str| world.tollgate(&["canary", "start", "v1", "--percent", "5", "--deployment", id]);
    assert_eq!(start(&versions.stage).code, Some(0));
    assert_eq!(canary_id(&world).await, versions.stage);
    // The items are what the stage serves; a canary of them is one with other variables only.
    let ran = start(&versions.canary);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let ran = world.tollgate(&[
        "canary",
        "start",
        "v1",
        "--percent",
        "5",
        "--deployment",
        &versions.canary,
        "--variable",
        "x=y",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(canary_id(&world).await, versions.canary);
}
