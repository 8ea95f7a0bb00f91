//! Two versions of the gateway store one deployment at once, each in parts: their parts are never taken for one.

use serde_json::json;
use tollgate::deployment::PublishOutcome;

use super::{changed, deployment_id, noise, store, stored};
use crate::{
    harness::TestGateway,
    text_route::{UNAVAILABLE, served, text_route},
};

const PART_BYTES: usize = 350_000;

/// An API whose deployment has two parts, and their bytes as another version would write them.
async fn world() -> (TestGateway, Vec<u8>) {
    let world = TestGateway::new();
    world.put_route(&text_route("v1", "one"));
    for nth in 0..30 {
        let mut route = text_route("v1", "long");
        route["routeKey"] = json!(format!("GET /long/{nth}"));
        route["description"] = json!(noise(nth));
        world.put_route(&route);
    }
    world.go_live().await;
    let bytes = stored(&world).await.bytes;
    assert_eq!(bytes.chunks(PART_BYTES).len(), 2, "{} bytes", bytes.len());
    let others = changed(&deployment_id(&world).await, &bytes, |rest| *rest.last_mut().unwrap() ^= 1);
    (world, others)
}

/// Stores the first part of `one` and the second of `other`.
async fn store_mixed(world: &TestGateway, one: &[u8], other: &[u8]) {
    store(world, &[&one[..PART_BYTES], &other[PART_BYTES..]].concat(), &[]).await;
}

#[tokio::test]
async fn a_start_that_finds_parts_of_two_writers_serves_neither() {
    let (world, others) = world().await;
    let id = deployment_id(&world).await;
    let own = stored(&world).await;
    for (one, other) in [(&own.bytes, &others), (&others, &own.bytes)] {
        store_mixed(&world, one, other).await;
        world.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": id }));
        assert_eq!(world.cold_instance().send("GET /v1").await, UNAVAILABLE);
        // Its items are still there.
        world.put_stage(&json!({ "stage": "v1", "deploymentId": id }));
        assert_eq!(world.cold_instance().send("GET /v1").await, served("one"));
        assert!(stored(&world).await == own, "they are stored again");
    }
}

#[tokio::test]
async fn a_start_between_the_parts_of_a_writer_reads_them_again() {
    let (world, others) = world().await;
    let own = stored(&world).await;
    store_mixed(&world, &own.bytes, &others).await;
    let cold = world.cold_instance();
    let rest = store(&world, &own.bytes, &own.validated_with);
    let second_read = r#""deploymentId = :id","ConsistentRead":true"#;
    let (answer, ()) = tokio::join!(cold.send("GET /v1"), world.gate.hold(second_read, rest));
    assert_eq!(answer, served("one"));
}

#[tokio::test]
async fn a_publisher_whose_parts_another_one_overwrites_stores_them_again() {
    let (world, others) = world().await;
    let own = stored(&world).await;
    store_mixed(&world, &own.bytes, &others).await;
    let others = store(&world, &others, &[]);
    let (outcome, ()) = tokio::join!(world.publish("v1"), world.gate.hold(r#""part":{"N":"1"}"#, others));
    assert!(matches!(outcome, PublishOutcome::Restored { .. }), "{outcome:?}");
    assert!(stored(&world).await == own, "it is whole");
}
