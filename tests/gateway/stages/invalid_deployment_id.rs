//! A stage item whose `deploymentId` names no deployment of the stage: the last good one is served.

use expect_test::expect;
use serde_json::{Value, json};

use super::{answer, as_written, degraded, delete, id_of, world};
use crate::{
    harness::TestGateway,
    text_route::{UNAVAILABLE, served, text_route},
};

#[tokio::test]
async fn an_invalid_deployment_id_is_refused_and_the_last_good_deployment_is_served() {
    let unknown = "deadbeef";
    let cases = [
        (
            json!("deadbeef"),
            r#"deploymentId: got "deadbeef", expected the id of a deployment; there is none of this id"#,
        ),
        (json!("x".repeat(3_000)), "expected the id of a deployment; there is none of this id"),
        (
            json!("stage#v1"),
            r#"deploymentId: got "stage#v1", expected the id of a deployment; there is none of this id"#,
        ),
        (json!("books"), r#"expected a deployment of this stage; this one is of stage books-v1"#),
        (json!({ "id": unknown }), r#"deploymentId: got {"id":"deadbeef"}, expected"#),
    ];
    for (pointer, expected) in cases {
        let world = world().await;
        world.put_route(&text_route("books-v1", "books"));
        world.publish("books-v1").await;
        let pointer = if pointer == "books" { json!(id_of(&world, "books-v1").await) } else { pointer };
        world.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": pointer,
            "lastDeploymentStatus": "OK", "lastDeploymentMessage": "1 route" }));

        assert_eq!(answer(&world.cold_instance()).await, degraded("one"), "{pointer}");
        world.refresh().await;
        assert_eq!(answer(&world).await, degraded("one"), "{pointer}");

        let status = world.stage_status("v1").await;
        assert!(status.starts_with("INVALID 1 problem; the last valid deployment stays\n"), "{status}");
        assert!(status.contains(expected), "{status}");
        let ran = world.tollgate(&["check", "v1"]);
        assert!(ran.code == Some(3) && ran.stdout.contains(expected), "{ran:?}");

        let ran = world.tollgate(&["deploy", "v1"]);
        if pointer.is_string() {
            assert_eq!(ran.code, Some(0), "{ran:?}");
            world.refresh().await;
            assert_eq!(answer(&world).await, as_written("one"), "{pointer}");
            assert_eq!(world.tollgate(&["check", "v1"]).code, Some(0));
        }
    }
}

#[tokio::test]
async fn an_invalid_deployment_id_is_written_to_the_stage_item_once_by_all_instances_together() {
    let world = world().await;
    let good = id_of(&world, "v1").await;
    let another = world.another_instance().await;
    for (pointer, status) in [("deadbeef", "INVALID"), (&*good, "OK")] {
        let mut item = Value::Object(world.store.stage("v1").await.unwrap().unwrap().item);
        item["deploymentId"] = json!(pointer);
        item["autoDeploy"] = json!(false);
        world.put_stage(&item);
        let before = world.store.stage("v1").await.unwrap().unwrap().revision.unwrap();
        for _ in 0..3 {
            world.refresh().await;
            another.refresh().await;
            world.cold_instance().refresh().await;
        }
        let row = world.store.stage("v1").await.unwrap().unwrap();
        assert_eq!(row.item["lastDeploymentStatus"], status);
        assert_eq!(row.revision.unwrap(), before + 1, "one write");
    }
    expect![[r#"OK serves deployment "#]].assert_eq(&world.stage_status("v1").await.replace(&good, ""));
    world.gate.calls();
    world.refresh().await;
    another.refresh().await;
    assert_eq!(world.gate.calls(), ["Scan stages", "Scan stages"], "what was seen to is not asked for again");
}

#[tokio::test]
async fn a_stage_item_without_a_deployment_id_gets_the_id_of_what_is_served() {
    for item in [
        json!({ "stage": "v1", "autoDeploy": false }),
        json!({ "stage": "v1", "autoDeploy": false, "deploymentId": "" }),
    ] {
        let world = world().await;
        let id = id_of(&world, "v1").await;
        world.put_route(&text_route("v1", "an edit that is not to go live"));
        world.put_stage(&item);
        let ran = world.tollgate(&["check", "v1"]);
        assert_eq!(ran.text(&[]), "exit 0\nv1: 1 route, not served yet, 1 MB of memory\n--\n");

        let cold = world.cold_instance();
        assert_eq!(answer(&cold).await, degraded("one"), "until the item names it");
        cold.refresh().await;
        assert_eq!(id_of(&world, "v1").await, id);
        assert_eq!(world.stage_status("v1").await, format!("OK serves deployment {id}"));
        cold.refresh().await;
        assert_eq!(answer(&cold).await, as_written("one"));
        assert_eq!(answer(&world.cold_instance()).await, as_written("one"));

        world.put_route(&text_route("v1", "one"));
        let ran = world.tollgate(&["check", "v1"]);
        assert_eq!(ran.text(&[]), "exit 0\nv1: valid, and served as it is, 1 MB of memory\n--\n");
    }
}

#[tokio::test]
async fn an_unpublished_stage_without_auto_deploy_waits_for_a_deploy_and_is_not_marked_invalid() {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false }));
    world.put_route(&text_route("v1", "one"));
    for _ in 0..2 {
        world.refresh().await;
        assert_eq!(world.send("GET /v1").await, UNAVAILABLE);
    }
    assert_eq!(world.stage_status("v1").await, "- -");
    assert_eq!(
        world.tollgate(&["check", "v1"]).text(&[]),
        "exit 0\nv1: 1 route, not served yet, 1 MB of memory\n--\n"
    );
    assert_eq!(world.tollgate(&["deploy", "v1"]).code, Some(0));
    world.refresh().await;
    assert_eq!(answer(&world).await, as_written("one"));
}

#[tokio::test]
async fn the_deployment_that_an_operator_rolled_back_to_is_the_last_good_one() {
    let world = world().await;
    let first = id_of(&world, "v1").await;
    world.put_route(&text_route("v1", "two"));
    world.go_live().await;
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": first }));
    world.refresh().await;
    assert_eq!(answer(&world).await, as_written("one"));

    for slip in [
        json!({ "stage": "v1", "autoDeploy": false }),
        json!({ "stage": "v1", "autoDeploy": false, "deploymentId": "o" }),
    ] {
        world.put_stage(&slip);
        assert_eq!(answer(&world.cold_instance()).await, degraded("one"), "{slip}");
    }
}

#[tokio::test]
async fn the_last_good_deployment_is_served_with_the_variables_hosts_and_throttle_that_it_had() {
    let world = TestGateway::new();
    let good = json!({ "stage": "v1", "hosts": ["abc123.lambda-url.eu-west-1.on.aws"], "stageVariables": { "greeting": "one" },
        "throttle": { "rateLimit": 0.01, "burstLimit": 1 } });
    world.put_stage(&good);
    world.put_route(&text_route("v1", "${stageVariables.greeting}"));
    world.go_live().await;
    let id = id_of(&world, "v1").await;
    for (name, slip, then) in [
        ("stageVariables", json!({}), "429"),
        ("stageVariables", json!(["greeting"]), "429"),
        ("hosts", json!(["a/b"]), "429"),
        ("basePath", json!("v1"), "429"),
        ("throttle", json!({ "rateLimit": "much" }), "429"),
    ] {
        let mut item = good.clone();
        item["deploymentId"] = json!(id);
        item[name] = slip;
        world.put_stage(&item);
        delete(&world, "tollgate-counters", &json!({ "counter": "stage#v1" })).await;
        let cold = world.cold_instance();
        let (first, line) = answer(&cold).await;
        assert_eq!(first, served("one"), "{item}");
        assert_eq!(line, if name == "throttle" { Value::Null } else { json!("configuration") }, "{item}");
        assert_eq!(&cold.send("GET /v1").await[..3], then, "{item}");
        cold.refresh().await;
        let status = world.stage_status("v1").await;
        assert!(
            status.starts_with("INVALID ") && status.contains("the last valid deployment stays\n"),
            "{item}: {status}"
        );
    }
}
