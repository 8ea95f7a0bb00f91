//! The end of an edited file's canary: nothing of the edit is served by surprise.

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::api_file::apply::{Removal, StageResult, Stop};

use super::{
    Project,
    canary::{both, edited, stage_item, versions},
    stamped,
};
use crate::text_route::text_route;

const CANARY: &str = "apply tollgate.yaml --prune --yes --canary 5 --header x-canary";

#[tokio::test]
async fn an_edit_that_was_aborted_is_served_to_nobody_whatever_is_edited_then() {
    let project = edited().await;
    let world = &project.world;
    assert_eq!(project.tollgate(CANARY).code, Some(0));
    let aborted = project.story(&["canary abort v1"]);
    // A late event of the stream, and one of another edit.
    world.publish("v1").await;
    world.put_route(&text_route("v1", "edited"));
    world.publish("v1").await;
    assert_eq!(versions(&project).await, (both(1), both(1)));
    project.write(&stamped(1, 0));
    let back = project.story(&["apply tollgate.yaml --prune --yes"]);
    // Edits go live by themselves again.
    world.put_route(&json!({ "routeKey": "GET /a", "integration": { "type": "MOCK", "body": "edited" } }));
    world.publish("v1").await;
    assert_eq!(versions(&project).await, ("edited".to_owned(), "edited".to_owned()));
    expect![[r#"
        $ tollgate canary abort v1
        exit 0
        v1: serves deployment 82aab7f4fa43be900af9da7b00ad4c28 to all
        --
        tollgate: the routes table still has other items than v1 serves: those of the edit
        tollgate: autoDeploy is off from now on, or the next edit of a route would serve all of them
        tollgate: to go back: tollgate apply FILE with the file of before the edit, which sets autoDeploy too
        tollgate: the routes that v1 serves, as a file: tollgate export old.yaml --stage v1 --deployment 82aab7f4fa43be900af9da7b00ad4c28
        tollgate: to serve the items as they are: tollgate deploy v1 --auto-deploy
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate dev)

        # ---
        $ tollgate apply tollgate.yaml --prune --yes
        exit 0
        ~ stage v1
            - autoDeploy: false
        - stage v1, GET /
        ~ stage v1, GET /a
            ~ integration.body.route: "v2" → "v1"
        ~ stage v1, GET /b
            ~ integration.body.route: "v2" → "v1"
        + stage v1, GET /odd
            + integration.body.route: "v1"
            + integration.body.stage: "${stageVariables.stamp}"
            + integration.type: "MOCK"
        v1: stays at deployment 82aab7f4fa43be900af9da7b00ad4c28 with 3 routes
        v1: serves 3 routes, deployment 82aab7f4fa43be900af9da7b00ad4c28
        --

    "#]].assert_eq(&[aborted, back].join("# ---\n"));
}

#[tokio::test]
async fn a_stage_whose_items_are_what_it_serves_keeps_its_auto_deploy() {
    let project = edited().await;
    let old = stage_item(&project).await["deploymentId"].as_str().unwrap().to_owned();
    project.apply_file(Removal::Prune).await;
    let start = format!("canary start v1 --percent 5 --deployment {old}");
    assert_eq!(project.tollgate(&start).code, Some(0));
    let ran = project.tollgate("canary abort v1 -o json");
    let item = stage_item(&project).await;
    assert_eq!(item.get("autoDeploy"), None);
    assert_eq!(
        serde_json::from_str::<Value>(&ran.stdout).unwrap(),
        json!({ "schemaVersion": 1, "stage": "v1", "deploymentId": item["deploymentId"], "itemsAreServed": true,
            "autoDeploySwitchedOff": false })
    );
}

/// Writes `canaryRollback`, as an instance does.
async fn switch_off(project: &Project) {
    let mut item = project.world.store.stage("v1").await.unwrap().unwrap().item;
    let id = item["canarySettings"]["deploymentId"].clone();
    let rollback = json!({ "deploymentId": id, "at": "2025-04-14T22:12:48Z", "reason": "too many" });
    item.insert("canaryRollback".to_owned(), rollback);
    project.world.put_stage(&item.into());
}

#[tokio::test]
async fn a_canary_that_is_switched_off_during_an_apply_does_not_stop_it() {
    let project = edited().await;
    assert_eq!(project.tollgate(CANARY).code, Some(0));
    project.write(&stamped(4, 0));
    let plan = project.plan(Removal::Prune).await;
    let (applied, ()) =
        tokio::join!(project.apply(&plan), project.world.gate.hold("\"GET /b\"", switch_off(&project)));
    assert!(matches!(applied.stages[..], [StageResult::Held { .. }]), "{applied:?}");
    let item = stage_item(&project).await;
    assert_eq!((item["canaryRollback"]["reason"].as_str(), item.get("applying")), (Some("too many"), None));
    assert_eq!(versions(&project).await, (both(1), both(1)));
}

#[tokio::test]
async fn a_canary_that_is_switched_off_while_its_share_is_changed_stays_off() {
    let project = edited().await;
    assert_eq!(project.tollgate(CANARY).code, Some(0));
    let settings = json!({ "percentTraffic": 50 });
    let plan = project.plan(Removal::Prune).await;
    let plan = plan.into_canary("tollgate-stages", settings.as_object().unwrap()).unwrap();
    let (applied, ()) =
        tokio::join!(project.apply(&plan), project.world.gate.hold("canarySettings", switch_off(&project)));
    let item = stage_item(&project).await;
    assert!(item.get("canaryRollback").is_some(), "{applied:?} {item}");
    assert_eq!(versions(&project).await, (both(1), both(1)));
    let plan = project.plan(Removal::Prune).await;
    let plan = plan.into_canary("tollgate-stages", settings.as_object().unwrap()).unwrap();
    // Whoever says it again begins anew.
    let applied = project.apply(&plan).await;
    assert!(matches!(applied.stages[..], [StageResult::Canary { .. }]), "{applied:?}");
    assert_eq!(stage_item(&project).await.get("canaryRollback"), None);
}

#[tokio::test]
async fn a_canary_that_is_switched_off_between_plan_and_end_is_told() {
    let project = edited().await;
    assert_eq!(project.tollgate(CANARY).code, Some(0));
    let settings = json!({ "percentTraffic": 50 });
    let plan = project.plan(Removal::Prune).await;
    let plan = plan.into_canary("tollgate-stages", settings.as_object().unwrap()).unwrap();
    switch_off(&project).await;
    let applied = project.apply(&plan).await;
    assert!(matches!(applied.stopped, Some(Stop::TakenOver { .. })), "{applied:?}");
    assert!(stage_item(&project).await.get("canaryRollback").is_some());
}
