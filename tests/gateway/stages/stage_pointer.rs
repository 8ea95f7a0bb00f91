//! The stage item's pointer and the record of the last good deployment: publishers that die, rollbacks, deletions.

use expect_test::expect;
use serde_json::json;
use tollgate::deployment::{self, Publication, PublishOutcome};

use super::{answer, as_written, degraded, delete, id_of, world};
use crate::{
    harness::{TestGateway, Way},
    text_route::{UNAVAILABLE, served, text_route},
};

#[tokio::test]
async fn a_publisher_that_dies_before_the_pointer_moves_has_changed_nothing() {
    let world = world().await;
    let first = id_of(&world, "v1").await;
    world.put_route(&text_route("v1", "two"));
    // After the new deployment is stored, and before the pointer and the record of it.
    let dies = async { world.gate.set(Way::Shut) };
    let publishing = deployment::publish(&world.store, "v1", Publication::of_edit(world.now()));
    let (outcome, ()) = tokio::join!(publishing, world.gate.hold("TransactWriteItems", dies));
    outcome.unwrap_err();
    world.gate.set(Way::Open);
    assert_eq!(id_of(&world, "v1").await, first);
    assert_eq!(answer(&world.cold_instance()).await, as_written("one"));
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": "o" }));
    assert_eq!(answer(&world.cold_instance()).await, degraded("one"), "the record has not moved either");

    let outcome = world.deploy("v1").await;
    assert!(matches!(outcome, PublishOutcome::Published { .. }), "{outcome:?}");
    world.refresh().await;
    assert_eq!(answer(&world).await, as_written("two"));
}

#[tokio::test]
async fn the_last_good_record_is_what_the_stage_points_to_at_the_moment_of_the_write() {
    let world = world().await;
    let first = id_of(&world, "v1").await;
    world.put_route(&text_route("v1", "two"));
    world.go_live().await;
    world.put_stage(&json!({ "stage": "v1", "deploymentId": first }));
    // While an instance records where it was rolled back to, an edit goes live.
    let edit = async {
        world.put_route(&text_route("v1", "three"));
        assert!(matches!(world.publish("v1").await, PublishOutcome::Published { .. }));
    };
    tokio::join!(world.refresh(), world.gate.hold("TransactWriteItems", edit));
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": "o" }));
    assert_eq!(answer(&world.cold_instance()).await, degraded("three"));
}

#[tokio::test]
async fn a_stage_whose_item_is_deleted_is_a_404_and_comes_back_as_it_was_with_its_item() {
    let world = world().await;
    delete(&world, "tollgate-stages", &json!({ "stage": "v1" })).await;
    world.refresh().await;
    for instance in [&world, &world.cold_instance()] {
        assert!(instance.send("GET /v1").await.starts_with("404\n"));
    }
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false }));
    for instance in [&world, &world.cold_instance()] {
        instance.refresh().await;
        assert_eq!(instance.send("GET /v1").await, served("one"));
    }

    // A bad edit makes an item, and brings nothing back that was removed.
    delete(&world, "tollgate-stages", &json!({ "stage": "v1" })).await;
    world.refresh().await;
    world.put_route(&json!({ "routeKey": "GET /", "integration": { "type": "SOAP" } }));
    world.publish("v1").await;
    world.refresh().await;
    for instance in [&world, &world.cold_instance()] {
        assert_eq!(instance.send("GET /v1").await, UNAVAILABLE);
    }
}

#[tokio::test]
async fn the_first_edit_of_a_new_stage_creates_an_item_that_says_what_is_invalid() {
    let world = TestGateway::new();
    world.put_route(&json!({ "stage": "beta", "routeKey": "GET /", "integration": { "type": "SOAP" } }));
    assert!(matches!(world.publish("beta").await, PublishOutcome::Invalid { .. }));
    expect![[r#"
        INVALID 1 problem; nothing is served yet
        tollgate-routes [stage=beta routeKey=GET /] integration.type: got "SOAP", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3"#]]
    .assert_eq(&world.stage_status("beta").await);
    world.refresh().await;
    for instance in [&world, &world.cold_instance()] {
        assert_eq!(instance.send("GET /beta").await, UNAVAILABLE);
    }
    world.put_route(&text_route("beta", "mended"));
    world.publish("beta").await;
    world.refresh().await;
    assert_eq!(world.send("GET /beta").await, served("mended"));
    assert_eq!(world.stage_status("beta").await, "OK 1 route");
}
