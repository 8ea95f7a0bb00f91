//! The end of an edited file's canary: nothing of the edit is served by surprise.

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::{
    api_file::apply::{Removal, StageResult, Stop},
    canary::{AnswerCounts, CanaryStore, Slot},
    clock::{Clock, milliseconds},
};

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
async fn an_edit_that_was_never_the_canary_is_served_to_nobody_after_promote() {
    let project = edited().await;
    let world = &project.world;
    assert_eq!(project.tollgate(CANARY).code, Some(0));
    project.write(&stamped(3, 0));
    // Held by the canary.
    assert_eq!(project.tollgate("apply tollgate.yaml --prune --yes").code, Some(0));
    let ran = project.tollgate("canary promote v1 -o json");
    let item = stage_item(&project).await;
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&told["deploymentId"], &told["itemsAreServed"], &told["autoDeploySwitchedOff"]),
        (&item["deploymentId"], &json!(false), &json!(true))
    );
    assert_eq!(item["autoDeploy"], false);
    // A late event of the stream, and one of another edit.
    world.publish("v1").await;
    world.put_route(&text_route("v1", "edited"));
    world.publish("v1").await;
    assert_eq!(versions(&project).await, (both(2), both(2)));
    // The file of the canary brings the items back, and edits go live by themselves again.
    project.write(&stamped(2, 0));
    assert_eq!(project.tollgate("apply tollgate.yaml --prune --yes").code, Some(0));
    assert_eq!(versions(&project).await, (both(2), both(2)));
    assert_eq!(stage_item(&project).await.get("autoDeploy"), None);
}

#[tokio::test]
async fn after_abort_another_edit_becomes_a_canary_and_auto_deploy_stays_off() {
    let project = edited().await;
    assert_eq!(project.tollgate(CANARY).code, Some(0));
    assert_eq!(project.tollgate("canary abort v1").code, Some(0));
    project.write(&stamped(4, 0));
    let begun = project.story(&[CANARY]);
    assert_eq!(versions(&project).await, (both(1), both(4)));
    assert_eq!(stage_item(&project).await["autoDeploy"], false);
    assert_eq!(project.tollgate("canary promote v1").code, Some(0));
    assert_eq!(versions(&project).await, (both(4), both(4)));
    assert_eq!(stage_item(&project).await["autoDeploy"], false);
    let applied = project.story(&["apply tollgate.yaml --prune --yes"]);
    assert_eq!(stage_item(&project).await.get("autoDeploy"), None);
    assert_eq!(versions(&project).await, (both(4), both(4)));
    expect![[r#"
        $ tollgate apply tollgate.yaml --prune --yes --canary 5 --header x-canary
        exit 0
        ~ stage v1
            - autoDeploy: false
            ~ stageVariables.stamp: "v1" → "v4"
        ~ stage v1, GET /a
            ~ integration.body.route: "v2" → "v4"
        ~ stage v1, GET /b
            ~ integration.body.route: "v2" → "v4"
        v1: 5 % of requests are to get 2 routes, deployment 94d8de1c94ea9355205475b56204932c; serves 82aab7f4fa43be900af9da7b00ad4c28; autoDeploy stays as it is until an apply without --canary
        v1: 5 % of requests get deployment 94d8de1c94ea9355205475b56204932c
          to serve it to all: tollgate canary promote v1
          to undo it: tollgate canary abort v1
        --

        # ---
        $ tollgate apply tollgate.yaml --prune --yes
        exit 0
        ~ stage v1
            - autoDeploy: false
        v1: stays at deployment 94d8de1c94ea9355205475b56204932c with 2 routes
        v1: serves 2 routes, deployment 94d8de1c94ea9355205475b56204932c
        --

    "#]].assert_eq(&[begun, applied].join("# ---\n"));
}

#[tokio::test]
async fn a_canary_that_was_switched_off_begins_anew_with_its_settings_and_nothing_counted() {
    let project = edited().await;
    let first =
        "apply tollgate.yaml --prune --yes --canary 5 --header x-canary --sticky caller --rollback-on-5xx 5";
    assert_eq!(project.tollgate(first).code, Some(0));
    switch_off(&project).await;
    let id = stage_item(&project).await["canarySettings"]["deploymentId"].as_str().unwrap().to_owned();
    let counts = AnswerCounts { answers: 200, errors: 200 };
    let now = Clock::System.now();
    let slot = Slot::at(milliseconds(now));
    project.world.store.add_answers("v1", &id, slot, counts, now).await;
    assert_ne!(project.world.items("tollgate-counters").await, [Value::Null; 0]);
    let again = project.story(&["apply tollgate.yaml --prune --yes --canary 10"]);
    let item = stage_item(&project).await;
    assert_eq!(
        (item.get("canaryRollback"), &item["canarySettings"]),
        (
            None,
            &json!({ "deploymentId": id, "percentTraffic": 10, "header": "x-canary", "stickyBy": "CALLER",
                "rollbackOn5xxPercent": 5, "stageVariableOverrides": { "stamp": "v2" } })
        )
    );
    assert_eq!(project.world.items("tollgate-counters").await, [Value::Null; 0]);
    assert_eq!(versions(&project).await, (both(1), both(2)));
    expect![[r#"
        $ tollgate apply tollgate.yaml --prune --yes --canary 10
        exit 0
        ~ stage v1
            ~ stageVariables.stamp: "v1" → "v2"
        v1: 10 % of requests are to get 2 routes, deployment 61e85e8d938caa8cc4efeaa5c1a608b2; serves 82aab7f4fa43be900af9da7b00ad4c28; the canary of before was switched off at 2025-04-14T22:12:48Z: too many; its settings stay
        v1: 10 % of requests get deployment 61e85e8d938caa8cc4efeaa5c1a608b2
          to serve it to all: tollgate canary promote v1
          to undo it: tollgate canary abort v1
        --

    "#]].assert_eq(&again);
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
