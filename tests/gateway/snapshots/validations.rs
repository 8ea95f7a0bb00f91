//! A deployment is validated with the variables that its stage has; once, and then it is known.

use serde_json::{Value, json};

use super::{break_last_block, deployment_id, stored};
use crate::{
    harness::TestGateway,
    text_route::{UNAVAILABLE, served, text_route},
};

async fn world() -> TestGateway {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "greeting": "hello" } }));
    world.put_route(&text_route("v1", "${stageVariables.greeting}"));
    world.go_live().await;
    world
}

async fn set_variables(world: &TestGateway, variables: Value) {
    let id = deployment_id(world).await;
    world.put_stage(&json!({ "stage": "v1", "deploymentId": id, "stageVariables": variables }));
}

#[tokio::test]
async fn other_variables_are_validated_by_the_first_instance_that_meets_them() {
    let world = world().await;
    assert_eq!(stored(&world).await.validated_with.len(), 1);
    set_variables(&world, json!({ "greeting": "good day" })).await;
    let cold = world.another_instance().await;
    assert_eq!(cold.send("GET /v1").await, served("good day"));
    cold.refresh().await;
    let validated_with = stored(&world).await.validated_with;
    assert_eq!(validated_with.len(), 2);

    // Whoever starts now finds it there, and writes nothing.
    let parts = world.items("tollgate-deployments").await;
    let another = world.another_instance().await;
    another.refresh().await;
    assert_eq!(another.send("GET /v1").await, served("good day"));
    assert_eq!(world.items("tollgate-deployments").await, parts);

    set_variables(&world, json!({})).await;
    for instance in [&another, &world.another_instance().await] {
        instance.refresh().await;
        assert_eq!(instance.send("GET /v1").await, served("good day"), "what was last good stays");
    }
    assert_eq!(stored(&world).await.validated_with, validated_with, "that was no validation");
}

#[tokio::test]
async fn a_start_reads_all_items_unless_they_are_known_to_be_valid() {
    let world = world().await;
    let validated_with = stored(&world).await.validated_with;
    world
        .put_stage(&json!({ "stage": "v1", "deploymentId": deployment_id(&world).await, "autoDeploy": false,
        "stageVariables": { "greeting": "hello" } }));
    break_last_block(&world, &validated_with).await;
    assert!(world.cold_instance().send("GET /v1").await.starts_with("500\n"), "found when it is asked for");
    for unknown in [&[][..], &["another".to_owned()]] {
        break_last_block(&world, unknown).await;
        assert_eq!(world.cold_instance().send("GET /v1").await, UNAVAILABLE, "found at the start");
    }
}

#[tokio::test]
async fn publishing_with_other_variables_stores_that_they_are_valid() {
    let world = world().await;
    let before = stored(&world).await;
    set_variables(&world, json!({ "greeting": "good day" })).await;
    world.publish("v1").await;
    let after = stored(&world).await;
    assert_eq!(after.bytes, before.bytes);
    assert_eq!(after.validated_with.len(), 2);
    world.publish("v1").await;
    assert_eq!(stored(&world).await, after);
}

#[tokio::test]
async fn what_is_served_is_recorded_as_good_though_its_validation_cannot_be_kept() {
    let world = world().await;
    let greeting = async || {
        let last_good = world.store.last_good("v1").await.unwrap().unwrap();
        last_good.item["stageVariables"]["greeting"].clone()
    };
    set_variables(&world, json!({ "greeting": "good day" })).await;
    let cold = world.cold_instance();
    world.gate.throttle(Some("validatedWith"));
    cold.refresh().await;
    assert_eq!(stored(&world).await.validated_with.len(), 1);
    assert_eq!(greeting().await, "good day");

    world.gate.throttle(None);
    cold.refresh().await;
    assert_eq!(stored(&world).await.validated_with.len(), 2, "it is tried again");
}

#[tokio::test]
async fn a_validation_leaves_those_of_other_versions() {
    let world = world().await;
    let id = deployment_id(&world).await;
    // The former versions had one place.
    world.put(
        "tollgate-deployments",
        &json!({ "deploymentId": id, "part": 1_000_000, "stage": "v1", "validatedWith": "of another version" }),
    );
    for (greeting, message) in [("good day", "a new one"), ("good night", "in the place of the last one")] {
        set_variables(&world, json!({ "greeting": greeting })).await;
        world.cold_instance().refresh().await;
        let validated_with = stored(&world).await.validated_with;
        assert_eq!(validated_with.len(), 3, "{message}");
        assert!(validated_with.contains(&"of another version".to_owned()), "{message}");
    }
}
