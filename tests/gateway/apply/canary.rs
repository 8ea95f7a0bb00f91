//! `tollgate apply FILE --canary`: an edited file for a share of the requests.

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::{
    api_file::apply::Removal,
    canary::Percent,
    deployment::{UnfinishedApply, unfinished_applies},
};

use super::{Project, stamped, version};
use crate::harness::{Cut, CutAt};

pub async fn stage_item(project: &Project) -> Value {
    let mut item = project.world.store.stage("v1").await.unwrap().unwrap().item;
    item.remove("revision");
    Value::Object(item)
}

/// The versions that those are served who have to get the stage, and those who have to get the canary.
pub async fn versions(project: &Project) -> (String, String) {
    let world = &project.world;
    world.refresh().await;
    let mut bodies = Vec::new();
    for word in ["never", "always"] {
        let answer = world.send(&format!("GET /v1/a\nx-canary: {word}")).await;
        bodies.push(answer.split_once("\n\n").unwrap().1.to_owned());
    }
    (bodies.remove(0), bodies.remove(0))
}

pub fn both(version: usize) -> String {
    format!(r#"{{"route":"v{version}","stage":"v{version}"}}"#)
}

/// `v1` serves version 1 to all, and `tollgate.yaml` says version 2.
pub async fn edited() -> Project {
    let project = Project::with(&stamped(1, 0));
    assert_eq!(project.tollgate("apply tollgate.yaml --yes").code, Some(0));
    project.write(&stamped(2, 0));
    project
}

#[tokio::test]
async fn an_edited_file_is_served_to_a_share_and_then_to_all() {
    let project = edited().await;
    let served = stage_item(&project).await["deploymentId"].clone();
    let canary = "apply tollgate.yaml --prune --yes --canary 5 --header x-canary --rollback-on-5xx 5";
    let begun = project.story(&[canary]);
    assert_eq!(versions(&project).await, (both(1), both(2)));
    let item = stage_item(&project).await;
    let id = item["canarySettings"]["deploymentId"].clone();
    assert_eq!(
        item,
        json!({ "stage": "v1", "deploymentId": served, "stageVariables": { "stamp": "v1" },
            "canarySettings": { "deploymentId": id, "percentTraffic": 5, "header": "x-canary",
                "rollbackOn5xxPercent": 5, "stageVariableOverrides": { "stamp": "v2" } },
            "lastDeploymentStatus": "OK",
            "lastDeploymentMessage": format!("2 routes in deployment {}; canarySettings hold the stage where it is",
                id.as_str().unwrap()) })
    );
    // As the stream of the routes table starts it.
    project.world.publish("v1").await;
    assert_eq!(versions(&project).await, (both(1), both(2)));
    let changed = project.story(&[
        "apply tollgate.yaml --prune --yes --canary 5",
        "apply tollgate.yaml --prune --yes --canary 20 -o json",
        "diff tollgate.yaml --prune",
    ]);
    let promoted = project.story(&["canary promote v1", "diff tollgate.yaml --prune"]);
    assert_eq!(versions(&project).await, (both(2), both(2)));
    assert_eq!(stage_item(&project).await["stageVariables"], json!({ "stamp": "v2" }));
    expect![[r#"
        $ tollgate apply tollgate.yaml --prune --yes --canary 5 --header x-canary --rollback-on-5xx 5
        exit 0
        ~ stage v1
            ~ stageVariables.stamp: "v1" → "v2"
        ~ stage v1, GET /a
            ~ integration.body.route: "v1" → "v2"
        ~ stage v1, GET /b
            ~ integration.body.route: "v1" → "v2"
        - stage v1, GET /odd
        v1: 5 % of requests are to get 2 routes, deployment 61e85e8d938caa8cc4efeaa5c1a608b2; serves 82aab7f4fa43be900af9da7b00ad4c28
        v1: 5 % of requests get deployment 61e85e8d938caa8cc4efeaa5c1a608b2
          to serve it to all: tollgate canary promote v1
          to undo it: tollgate canary abort v1
        --

        # ---
        $ tollgate apply tollgate.yaml --prune --yes --canary 5
        exit 0
        ~ stage v1
            ~ stageVariables.stamp: "v1" → "v2"
        v1: no changes; serves 82aab7f4fa43be900af9da7b00ad4c28, and canary 61e85e8d938caa8cc4efeaa5c1a608b2 to 5 % of requests
        --

        $ tollgate apply tollgate.yaml --prune --yes --canary 20 -o json
        exit 0
        {
          "differences": [
            {
              "change": "changed",
              "fields": [
                {
                  "after": "v2",
                  "before": "v1",
                  "path": "stageVariables.stamp"
                }
              ],
              "kind": "stage",
              "stage": "v1"
            }
          ],
          "left": [],
          "results": [
            {
              "deploymentId": "61e85e8d938caa8cc4efeaa5c1a608b2",
              "outcome": "canary",
              "percentTraffic": 20,
              "stage": "v1"
            }
          ],
          "schemaVersion": 1,
          "stages": [
            {
              "canarySettings": {
                "deploymentId": "61e85e8d938caa8cc4efeaa5c1a608b2",
                "header": "x-canary",
                "percentTraffic": 20,
                "rollbackOn5xxPercent": 5,
                "stageVariableOverrides": {
                  "stamp": "v2"
                }
              },
              "deploymentId": "61e85e8d938caa8cc4efeaa5c1a608b2",
              "routes": 2,
              "serves": "82aab7f4fa43be900af9da7b00ad4c28",
              "stage": "v1",
              "work": "canary"
            }
          ],
          "warnings": []
        }
        --

        $ tollgate diff tollgate.yaml --prune
        exit 0
        ~ stage v1
            ~ stageVariables.stamp: "v1" → "v2"
        v1: 2 routes, deployment 61e85e8d938caa8cc4efeaa5c1a608b2, are to be stored and not served: canarySettings hold the stage where it is, with the fields of its item; serves 82aab7f4fa43be900af9da7b00ad4c28, and canary 61e85e8d938caa8cc4efeaa5c1a608b2 to 20 % of requests
        --

        # ---
        $ tollgate canary promote v1
        exit 0
        v1: serves deployment 61e85e8d938caa8cc4efeaa5c1a608b2, and served 82aab7f4fa43be900af9da7b00ad4c28 before
        --
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev), one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate dev)

        $ tollgate diff tollgate.yaml --prune
        exit 0
        v1: no changes; serves 61e85e8d938caa8cc4efeaa5c1a608b2
        --

    "#]].assert_eq(&[begun, changed, promoted].join("# ---\n"));
}

#[tokio::test]
async fn another_edit_takes_the_place_of_the_canary_and_keeps_its_settings() {
    let project = edited().await;
    project.tollgate("apply tollgate.yaml --prune --yes --canary 5 --header x-canary --sticky caller");
    project.write(&stamped(3, 0));
    let story = project.story(&["apply tollgate.yaml --prune --yes --canary 10"]);
    assert_eq!(versions(&project).await, (both(1), both(3)));
    let settings = stage_item(&project).await["canarySettings"].clone();
    assert_eq!((&settings["percentTraffic"], &settings["stickyBy"]), (&json!(10), &json!("CALLER")));
    expect![[r#"
        $ tollgate apply tollgate.yaml --prune --yes --canary 10
        exit 0
        ~ stage v1
            ~ stageVariables.stamp: "v1" → "v3"
        ~ stage v1, GET /a
            ~ integration.body.route: "v2" → "v3"
        ~ stage v1, GET /b
            ~ integration.body.route: "v2" → "v3"
        + stage v1, GET /odd
            + integration.body.route: "v3"
            + integration.body.stage: "${stageVariables.stamp}"
            + integration.type: "MOCK"
        v1: 10 % of requests are to get 3 routes, deployment 99a0bc6b69da5c0782744b7c96d05ecf in place of canary 61e85e8d938caa8cc4efeaa5c1a608b2; serves 82aab7f4fa43be900af9da7b00ad4c28
        v1: 10 % of requests get deployment 99a0bc6b69da5c0782744b7c96d05ecf
          to serve it to all: tollgate canary promote v1
          to undo it: tollgate canary abort v1
        --

    "#]].assert_eq(&story);
}

#[tokio::test]
async fn a_plan_becomes_a_canary_as_long_as_the_tables_do_not_change() {
    let project = edited().await;
    assert_eq!(project.tollgate("diff tollgate.yaml --prune --save plan.json").code, Some(0));
    let ran = project.tollgate("apply plan.json --canary 0 --header x-canary --yes");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(versions(&project).await, (both(1), both(2)));
    let ran = project.tollgate("apply plan.json --canary 50 --yes");
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert_eq!(stage_item(&project).await["canarySettings"]["percentTraffic"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_dies_at_any_write_leaves_the_stage_as_it_was_or_with_the_whole_canary() {
    for at in [CutAt::Request, CutAt::Answer] {
        for cuts in 0.. {
            let project = edited().await;
            let world = &project.world;
            world.gate.cut(Cut { after: cuts, at });
            let ran = project
                .tollgate_by_the_gate("apply tollgate.yaml --prune --yes --canary 0 --header x-canary");
            if !world.gate.mend() {
                assert_eq!(ran.code, Some(0), "{ran:?}");
                // The mark, a transaction of items, the deployment, the counts, and the end.
                assert!(cuts >= 5, "{cuts}");
                break;
            }
            let words = "serve what they did; apply again with --canary 0 to end it";
            assert!(ran.stderr.contains(words), "{ran:?}");
            world.publish("v1").await;
            for UnfinishedApply { mark, .. } in unfinished_applies(&world.store).await.unwrap() {
                assert_eq!(mark.canary, Percent::new(0.0), "{at:?} {cuts}");
            }
            let is_over = unfinished_applies(&world.store).await.unwrap().is_empty() && at == CutAt::Answer;
            let canary = if is_over { both(2) } else { both(1) };
            assert_eq!(versions(&project).await, (both(1), canary), "{at:?} {cuts}");
            project.tollgate("canary abort v1");
            project.apply_file(Removal::Prune).await;
            world.refresh().await;
            assert_eq!(version(world).await, Some(2), "{at:?} {cuts}");
        }
    }
}
