//! A canary is started, changed, promoted, aborted.

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::{
    canary::CanaryRollback,
    deployment::{CanaryStart, CanaryStarted, Origin, start_canary},
};

use super::{canary_id, stage_item, world};
use crate::{
    canary::{Versions, body},
    harness::TestGateway,
    text_route::text_route,
};

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
        tollgate: v1 has autoDeploy: while the canary stands, an edit of a route is published and served to nobody; promote does not take it in, and then switches autoDeploy off
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate dev)
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
          "schemaVersion": 1,
          "stage": "v1"
        }
        --
        tollgate: to serve it to all: tollgate canary promote v1
        tollgate: to undo it: tollgate canary abort v1
        tollgate: v1 has autoDeploy: while the canary stands, an edit of a route is published and served to nobody; promote does not take it in, and then switches autoDeploy off
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate dev)
    "#]]
    .assert_eq(&ran.text(&ids));
    assert_eq!(stage_item(&world).await["canarySettings"]["stickyBy"], "CALLER");

    let ran = world.tollgate(&["canary", "promote", "v1", "-m", "good enough"]);
    let records = world.store.history("v1", 10).await.unwrap();
    let record = &records[0];
    assert_eq!((&*record.kind, &record.deployment_id, record.routes), ("PROMOTE", &canary, Some(1)));
    assert_eq!((records.len(), &*record.origin.message), (2, "good enough"));
    expect![[r#"
        exit 0
        v1: serves deployment CANARY, and served STAGE before
        --
        tollgate: the routes table still has other items than v1 serves: those of an edit that was never the canary
        tollgate: autoDeploy is off from now on, or the next edit of a route would serve all of them
        tollgate: to go back: tollgate apply FILE with the file of the canary, which sets autoDeploy too
        tollgate: the routes that v1 serves, as a file: tollgate export old.yaml --stage v1 --deployment CANARY
        tollgate: to serve the items as they are: tollgate deploy v1 --auto-deploy
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate dev)
    "#]]
    .assert_eq(&ran.text(&ids));
    let promoted = json!({ "stage": "v1", "deploymentId": canary, "autoDeploy": false, "stageVariables": { "name": "of the canary" },
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
    let mut before = stage_item(&world).await;
    world.tollgate(&["canary", "start", "v1", "--percent", "100"]);
    world.refresh().await;
    assert_eq!(body(&world, "GET /v1").await, "canary");
    let ran = world.tollgate(&["canary", "abort", "v1"]);
    expect![[r#"
        exit 0
        v1: serves deployment STAGE to all
        --
        tollgate: the routes table still has other items than v1 serves: those of the edit
        tollgate: autoDeploy is off from now on, or the next edit of a route would serve all of them
        tollgate: to go back: tollgate apply FILE with the file of before the edit, which sets autoDeploy too
        tollgate: the routes that v1 serves, as a file: tollgate export old.yaml --stage v1 --deployment STAGE
        tollgate: to serve the items as they are: tollgate deploy v1 --auto-deploy
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate dev)
    "#]]
    .assert_eq(&ran.text(&[(&stage, "STAGE")]));
    before["autoDeploy"] = json!(false);
    assert_eq!(stage_item(&world).await, before);
    world.publish("v1").await;
    world.refresh().await;
    assert_eq!(body(&world, "GET /v1").await, "stage");
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

/// Written into the stage item between the tool's read and its write.
#[tokio::test]
async fn a_canary_that_is_switched_off_meanwhile_is_not_begun_anew() {
    let (world, _) = world().await;
    let percent = |percent: u64| CanaryStart {
        deployment_id: None,
        fields: json!({ "percentTraffic": percent }).as_object().unwrap().clone(),
        origin: Origin { at: world.now(), by: "ada", message: "" },
    };
    let started = start_canary(&world.store, "v1", &percent(5)).await.unwrap();
    assert!(matches!(started, CanaryStarted::Started(_)), "{started:?}");
    world.put_route(&text_route("v1", "edited"));
    let rollback = CanaryRollback { at: "2025-04-14T22:12:48Z".to_owned(), reason: "too many".to_owned() };
    let mut item = Value::Object(world.store.stage("v1").await.unwrap().unwrap().item);
    item["canaryRollback"] =
        Value::Object(rollback.to_item(item["canarySettings"]["deploymentId"].as_str().unwrap()));
    let switch_off = async { world.put_stage(&item) };
    let percent = percent(50);
    let (started, ()) = tokio::join!(
        start_canary(&world.store, "v1", &percent),
        world.gate.hold("canarySettings = :canary", switch_off)
    );
    let started = started.unwrap();
    assert!(matches!(&started, CanaryStarted::RolledBack(told) if *told == rollback), "{started:?}");
    assert_eq!(stage_item(&world).await["canarySettings"]["percentTraffic"], 5);
}

#[tokio::test]
async fn while_an_apply_has_not_ended_a_canary_is_neither_started_nor_promoted() {
    let (world, _) = world().await;
    let run = |arguments: &[&str]| world.tollgate(&[&["canary"], arguments].concat()).text(&[]);
    world.tollgate(&["canary", "start", "v1", "--percent", "5"]);
    let mut item = Value::Object(world.store.stage("v1").await.unwrap().unwrap().item);
    item["applying"] = json!({ "id": "7", "by": "ada", "at": 1_744_668_768 });
    world.put_stage(&item);
    let refused = "exit 5\n--\ntollgate: the apply to v1 that ada began at 2025-04-14T22:12:48Z (id 7) has not ended; \
        tollgate apply FILE ends it\n";
    assert_eq!(run(&["start", "v1", "--percent", "50"]), refused);
    assert_eq!(run(&["promote", "v1"]), refused);
    item["applying"]["canaryPercent"] = json!(2.5);
    world.put_stage(&item);
    let refused = "exit 5\n--\ntollgate: the apply to v1 with --canary 2.5 that ada began at 2025-04-14T22:12:48Z (id 7) has \
        not ended; tollgate apply FILE --canary 2.5 ends it, with the other options of before; without --canary all \
        requests would get it\n";
    assert_eq!(run(&["start", "v1", "--percent", "50"]), refused);
    assert_eq!(run(&["promote", "v1"]), refused);
    assert_eq!(world.store.stage("v1").await.unwrap().unwrap().item, *item.as_object().unwrap());
}
