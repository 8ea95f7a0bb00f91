//! The formats of a stored deployment.

use serde_json::{Value, json};

use super::{deployment_id, store, stored};
use crate::{
    harness::TestGateway,
    text_route::{UNAVAILABLE, served, text_route},
};

/// The deployment of [`text_route`] `one` of `v1`, as the first version packed it: one deflated list of all items.
#[rustfmt::skip]
const FORMER: [u8; 102] = [
    45, 140, 65, 11, 70, 64, 20, 69, 255, 202, 215, 93, 251, 146, 173, 173, 100, 33, 217, 216,
    201, 98, 240, 98, 74, 239, 105, 60, 34, 249, 239, 102, 202, 242, 158, 123, 58, 237, 13, 203,
    74, 147, 51, 106, 133, 145, 222, 232, 101, 188, 144, 66, 152, 16, 97, 38, 51, 146, 219, 2,
    31, 196, 123, 172, 127, 189, 86, 242, 191, 210, 169, 241, 186, 24, 203, 120, 34, 124, 176, 170,
    179, 50, 76, 39, 187, 82, 73, 161, 83, 228, 205, 47, 246, 165, 77, 205, 20, 148, 35, 193,
    211, 189,
];

#[tokio::test]
async fn a_deployment_of_the_former_format_is_served_until_it_is_published_again() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    let now = stored(&world).await;
    store(&world, &FORMER, &[]).await;
    let cold = world.cold_instance();
    assert_eq!(cold.send("GET /v1").await, served("one"));
    cold.refresh().await;
    assert_eq!(cold.send("GET /v1").await, served("one"));
    assert_eq!(stored(&world).await.bytes, FORMER, "to serve it changes nothing");
    assert_eq!(
        world.tollgate(&["check", "v1"]).text(&[]),
        "exit 0\nv1: valid, and served as it is, 1 MB of memory\n--\n"
    );

    let id = deployment_id(&world).await;
    let ran = world.tollgate(&["deploy", "v1"]);
    assert_eq!(ran.text(&[(&id, "ID")]), "exit 0\nv1: serves these items already, deployment ID\n--\n");
    assert_eq!(stored(&world).await, now);
    assert_eq!(world.cold_instance().send("GET /v1").await, served("one"));
}

#[tokio::test]
async fn a_deployment_of_the_former_format_is_validated_with_the_variables_that_the_stage_has() {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "greeting": "one" } }));
    world.put_route(&text_route("v1", "${stageVariables.greeting}"));
    world.go_live().await;
    let items = [json!({ "integration": text_route("v1", "${stageVariables.greeting}")["integration"],
        "routeKey": "GET /", "stage": "v1" })];
    let json = serde_json::to_vec(&items).unwrap();
    let mut deflated = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::DeflateEncoder::new(&*json, flate2::Compression::best()),
        &mut deflated,
    )
    .unwrap();
    store(&world, &deflated, &[]).await;
    assert_eq!(world.cold_instance().send("GET /v1").await, served("one"));

    let id = deployment_id(&world).await;
    let with = |variables: Value| json!({ "stage": "v1", "autoDeploy": false, "deploymentId": id, "stageVariables": variables });
    world.put_stage(&with(json!({ "greeting": "two" })));
    assert_eq!(world.cold_instance().send("GET /v1").await, served("two"));
    world.put_stage(&with(json!({})));
    assert_eq!(world.cold_instance().send("GET /v1").await, served("one"), "what was last good stays");
}

#[tokio::test]
async fn a_deployment_of_a_format_that_nobody_knows_yet_is_told_and_what_was_last_good_stays() {
    let world = TestGateway::serving(&[text_route("v1", "one")]).await;
    let first = deployment_id(&world).await;
    world.put_route(&text_route("v1", "two"));
    world.go_live().await;
    let second = deployment_id(&world).await;
    store(&world, b"format\x09and something", &[]).await;
    let point_to =
        |id: &str| world.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": id }));
    point_to(&second);
    assert_eq!(world.cold_instance().send("GET /v1").await, UNAVAILABLE);

    point_to(&first);
    let warm = world.cold_instance();
    assert_eq!(warm.send("GET /v1").await, served("one"));
    warm.refresh().await;
    point_to(&second);
    warm.refresh().await;
    assert_eq!(warm.send("GET /v1").await, served("one"));
    let told = format!(
        "tollgate-stages [stage=v1] deploymentId: got \"{second}\", expected a deployment that this version of the \
         gateway can read; this one is in format 9"
    );
    assert!(world.stage_status("v1").await.contains(&told), "{}", world.stage_status("v1").await);

    // The items are still there, and this version stores them so that it can read them.
    world.tollgate(&["deploy", "v1"]);
    assert_eq!(world.cold_instance().send("GET /v1").await, served("two"));
}
