//! `tollgate prune`: old deployments go, those in use stay.

use std::{collections::BTreeSet, time::Duration};

use expect_test::expect;
use serde_json::json;
use tollgate::{
    deployment::{self, RollbackOutcome},
    function_url::EventOutcome,
    store::ConditionalWrite,
};

use super::{pointed, serve, stage_item, told};
use crate::{
    harness::TestGateway,
    text_route::{served, text_route},
};

/// The ids of the deployments that are stored, each with letters by `ids`.
async fn stored(world: &TestGateway, ids: &[String]) -> String {
    let items = world.items("tollgate-deployments").await;
    let stored: BTreeSet<&str> = items.iter().map(|item| item["deploymentId"].as_str().unwrap()).collect();
    ids.iter().zip('A'..).filter(|(id, _)| stored.contains(id.as_str())).map(|(_, letter)| letter).collect()
}

async fn world(count: usize) -> (TestGateway, Vec<String>) {
    let world = TestGateway::new();
    let mut ids = Vec::new();
    for nth in 0..count {
        ids.push(serve(&world, &nth.to_string()).await);
    }
    (world, ids)
}

#[tokio::test]
async fn all_but_the_newest_go_and_the_history_still_tells_of_them() {
    let (world, ids) = world(5).await;
    let refused = world.tollgate(&["prune", "v1", "--keep", "2"]);
    expect![[r#"
        exit 64
        --
        tollgate: nobody is there to ask whether to delete deployments for good: --yes says so
    "#]]
    .assert_eq(&told(&refused, &ids));
    assert_eq!(stored(&world, &ids).await, "ABCDE");
    let ran = world.tollgate(&["prune", "v1", "--keep", "2", "--yes"]);
    expect![[r#"
        exit 0
        v1: 3 deployments deleted, 2 kept
        --
        tollgate: to delete, 3 deployments of v1:
          C, of 2025-04-14T22:12:51Z
          B, of 2025-04-14T22:12:50Z
          A, of 2025-04-14T22:12:49Z
    "#]]
    .assert_eq(&told(&ran, &ids));
    assert_eq!(stored(&world, &ids).await, "DE");
    let ran = world.tollgate(&["prune", "v1", "--keep", "2", "--yes", "-o", "json"]);
    expect![[r#"
        exit 0
        {
          "deleted": [],
          "kept": 2,
          "schemaVersion": 1,
          "stage": "v1"
        }
        --
    "#]]
    .assert_eq(&told(&ran, &ids));
    expect![[r#"
        exit 0
           SINCE                 DEPLOYMENT                        KIND         BY          ROUTES  CHANGED   MESSAGE
        *  2025-04-14T22:12:53Z  E  AUTO_DEPLOY  autoDeploy       1  +0 ~1 -0
           2025-04-14T22:12:52Z  D  AUTO_DEPLOY  autoDeploy       1  ?
           2025-04-14T22:12:51Z  C  AUTO_DEPLOY  autoDeploy       1  ?         (pruned)
           2025-04-14T22:12:50Z  B  AUTO_DEPLOY  autoDeploy       1  ?         (pruned)
           2025-04-14T22:12:49Z  A  AUTO_DEPLOY  autoDeploy       1  first     (pruned)
        --
    "#]].assert_eq(&told(&world.tollgate(&["history", "v1"]), &ids));
    assert_eq!(
        told(&world.tollgate(&["prune", "v2", "--yes"]), &ids),
        "exit 4\n--\ntollgate: there is no stage v2 in tollgate-stages or tollgate-routes\n"
    );
    // What was pruned can be served again: its items make it anew.
    serve(&world, "0").await;
    assert_eq!(stored(&world, &ids).await, "ADE");
}

#[tokio::test]
async fn what_is_in_use_stays_whatever_its_age() {
    let (world, ids) = world(6).await;
    // The stage serves the first, has the third for its canary, and another stage points to the fourth.
    let mut item = stage_item(&world).await;
    item["autoDeploy"] = json!(false);
    item["deploymentId"] = json!(ids[0]);
    item["canarySettings"] = json!({ "deploymentId": ids[2] });
    world.put_stage(&item);
    world.put_stage(&json!({ "stage": "v2", "autoDeploy": false, "deploymentId": ids[3] }));
    let ran = world.tollgate(&["prune", "v1", "--keep", "1", "--yes"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    // The sixth was last good: no instance has looked since.
    assert_eq!(stored(&world, &ids).await, "ACDF");
    world.refresh().await;
    assert_eq!(world.send("GET /v1").await, served("0"));
}

#[tokio::test]
async fn a_large_deployment_goes_with_all_its_parts() {
    let world = TestGateway::new();
    let noise = crate::snapshots::noise;
    for nth in 0..40 {
        let integration = json!({ "type": "MOCK" });
        world.put_route(&json!({ "routeKey": format!("GET /{nth}"), "description": noise(nth), "integration": integration }));
    }
    let large = serve(&world, "large").await;
    let small = serve(&world, "small").await;
    let parts = world.items("tollgate-deployments").await;
    assert!(parts.iter().filter(|part| part["deploymentId"] == large.as_str()).count() > 1);
    assert_eq!(world.tollgate(&["prune", "v1", "--keep", "1", "--yes"]).code, Some(0));
    assert_eq!(stored(&world, &[large, small]).await, "B");
}

#[tokio::test]
async fn a_rollback_while_pruning_goes_on_keeps_its_deployment() {
    let (world, ids) = world(3).await;
    let plan = deployment::plan_pruning(&world.store, "v1", 1).await.unwrap();
    assert_eq!(plan.to_delete.len(), 2);
    let origin = deployment::Origin { at: world.now(), by: "alice@laptop", message: "" };
    let rolled_back = deployment::roll_back(&world.store, "v1", &ids[0], origin).await.unwrap();
    assert!(matches!(rolled_back, RollbackOutcome::RolledBack(_)));
    let mut outcomes = Vec::new();
    for deployment in &plan.to_delete {
        outcomes.push(deployment::delete_pruned(&world.store, "v1", deployment).await.unwrap());
    }
    assert_eq!(outcomes, [ConditionalWrite::Done, ConditionalWrite::ChangedMeanwhile]);
    assert_eq!(stored(&world, &ids).await, "AC");
}

#[tokio::test]
async fn items_that_are_published_again_while_their_deployment_goes_are_stored_again() {
    let (world, ids) = world(3).await;
    world.put_route(&text_route("v1", "0"));
    let prune = async {
        let plan = deployment::plan_pruning(&world.store, "v1", 1).await.unwrap();
        for deployment in &plan.to_delete {
            deployment::delete_pruned(&world.store, "v1", deployment).await.unwrap();
        }
    };
    // The publisher has found its deployment stored, and is about to move the pointer.
    let (_, ()) = tokio::join!(world.publish("v1"), world.gate.hold("TransactWriteItems", prune));
    assert_eq!(pointed(&world).await, ids[0]);
    assert_eq!(stored(&world, &ids).await, "AC");
    assert_eq!(world.cold_instance().send("GET /v1").await, served("0"));
}

/// Edits the route, and lets the gateway publish it as the table's stream does.
async fn edit(world: &TestGateway, body: &str) -> String {
    world.put_route(&text_route("v1", body));
    world.advance(Duration::from_secs(1));
    let record = json!({ "eventSource": "aws:dynamodb", "dynamodb": { "Keys": { "stage": { "S": "v1" } } } });
    let event = json!({ "Records": [record] }).to_string();
    assert!(matches!(world.handle(&event).await, EventOutcome::Published));
    world.finish().await;
    pointed(world).await
}

async fn edited(keep: &str) -> (TestGateway, Vec<String>) {
    let world = TestGateway::with_environment(&[("KEEP_DEPLOYMENTS", keep)]);
    let mut ids = Vec::new();
    for nth in 0..5 {
        ids.push(edit(&world, &nth.to_string()).await);
    }
    (world, ids)
}

#[tokio::test]
async fn a_publish_by_the_gateway_keeps_as_many_as_its_environment_says() {
    for (keep, expected) in [("", "ABCDE"), ("0", "ABCDE"), ("10", "ABCDE"), ("3", "CDE"), ("2", "DE")] {
        let (world, ids) = edited(keep).await;
        assert_eq!(stored(&world, &ids).await, expected, "KEEP_DEPLOYMENTS={keep}");
        assert_eq!(world.send("GET /v1").await, served("4"));
        let history = world.tollgate(&["history", "v1", "-o", "json"]);
        assert!(ids.iter().all(|id| history.stdout.contains(id)), "{history:?}");
    }
}

#[tokio::test]
async fn a_publish_by_the_gateway_deletes_none_that_is_in_use() {
    let (world, ids) = edited("0").await;
    let mut item = stage_item(&world).await;
    item["canarySettings"] = json!({ "deploymentId": ids[0], "percentTraffic": 1 });
    world.put_stage(&item);
    world.put_stage(&json!({ "stage": "v2", "autoDeploy": false, "deploymentId": ids[1] }));
    let keeping = world.cold_instance_with(&[("KEEP_DEPLOYMENTS", "1")]);
    world.put_route(&text_route("v1", "5"));
    world.advance(Duration::from_secs(1));
    let record = json!({ "eventSource": "aws:dynamodb", "dynamodb": { "Keys": { "stage": { "S": "v1" } } } });
    let event = json!({ "Records": [record] }).to_string();
    assert!(matches!(keeping.handle(&event).await, EventOutcome::Published));
    let left = stored(&world, &ids).await;
    assert!(left.starts_with("AB"), "{left}");
}

#[tokio::test]
async fn a_stage_is_published_though_its_old_deployments_cannot_be_deleted() {
    let (world, ids) = edited("2").await;
    assert_eq!(stored(&world, &ids).await, "DE");
    world.gate.throttle(Some("attribute_not_exists(served)"));
    edit(&world, "5").await;
    world.gate.throttle(None);
    assert_eq!(world.send("GET /v1").await, served("5"));
    assert_eq!(stored(&world, &ids).await.len(), 2, "none of them is deleted");
    // The next publish deletes what this one has left.
    edit(&world, "6").await;
    assert_eq!(stored(&world, &ids).await, "");
}

#[tokio::test]
async fn edits_that_were_never_served_push_out_nothing_to_go_back_to() {
    let (world, ids) = world(3).await;
    let mut item = stage_item(&world).await;
    // While there is a canary, edits are published and not served.
    item["canarySettings"] = json!({ "deploymentId": ids[2], "percentTraffic": 5 });
    world.put_stage(&item);
    let mut pending = BTreeSet::new();
    for nth in 0..3 {
        world.put_route(&text_route("v1", &format!("pending {nth}")));
        world.advance(Duration::from_secs(1));
        world.go_live().await;
        let stored = world.items("tollgate-deployments").await;
        pending.extend(stored.iter().map(|item| item["deploymentId"].as_str().unwrap().to_owned()));
    }
    // The table has the history and the last good deployment too.
    let pending: Vec<String> =
        pending.into_iter().filter(|id| !ids.contains(id) && id.len() == ids[0].len()).collect();
    assert_eq!(pending.len(), 3, "{pending:?}");
    assert_eq!(world.tollgate(&["prune", "v1", "--keep", "2", "--yes"]).code, Some(0));
    assert_eq!(stored(&world, &ids).await, "BC");
    assert_eq!(stored(&world, &pending).await.len(), 2);
}
