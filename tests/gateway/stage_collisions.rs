//! Two stages on one host and base path: the first one stays.

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::deployment::PublishOutcome;

use crate::{
    harness::{TestGateway, table_client::to_attributes},
    text_route::{served, text_route},
};

/// A stage that says its own name.
async fn publish(world: &TestGateway, stage: &str) -> PublishOutcome {
    world.put_route(&text_route(stage, stage));
    let outcome = world.publish(stage).await;
    world.refresh().await;
    outcome
}

async fn world(stages: &[&str]) -> TestGateway {
    let world = TestGateway::new();
    for stage in stages {
        assert!(matches!(publish(&world, stage).await, PublishOutcome::Published { .. }), "{stage}");
    }
    world
}

/// The answer of this instance, which a new one gives too.
async fn answer_warm_and_cold(world: &TestGateway, request: &str) -> String {
    let cold = world.cold_instance();
    let answers = [world.send(request).await, cold.send(request).await];
    assert_eq!(answers[0], answers[1], "{request}: warm and cold");
    answers[0].clone()
}

/// The stage item with some attributes changed, as an operator edits it.
async fn edit(world: &TestGateway, stage: &str, changes: Value) {
    let mut item = Value::Object(world.store.stage(stage).await.unwrap().unwrap().item);
    for (name, value) in changes.as_object().unwrap() {
        item[name] = value.clone();
    }
    world.put_stage(&item);
    world.refresh().await;
}

async fn remove(world: &TestGateway, stage: &str) {
    let key = to_attributes(&json!({ "stage": stage }));
    world.client().delete_item().table_name("tollgate-stages").set_key(Some(key)).send().await.unwrap();
    world.refresh().await;
}

#[tokio::test]
async fn a_new_stage_on_a_taken_base_path_is_invalid_and_takes_no_requests() {
    let world = world(&["v1"]).await;
    world.put_stage(&json!({ "stage": "a", "basePath": "/v1/" }));
    assert!(matches!(publish(&world, "a").await, PublishOutcome::Invalid { .. }));
    assert_eq!(answer_warm_and_cold(&world, "GET /v1").await, served("v1"));
    expect![[r#"
        INVALID 1 problem; nothing is served yet
        tollgate-stages [stage=a] basePath: got /v1 on any host, expected a place of its own: stage v1 is there already"#]]
    .assert_eq(&world.stage_status("a").await);
    let ran = world.tollgate(&["check"]);
    expect![[r#"
        exit 3
        a: 1 problem
          problem: tollgate-stages [stage=a] basePath: got /v1 on any host, expected a place of its own: stage v1 is there already
        v1: valid, and served as it is, 1 MB of memory
        --
    "#]]
    .assert_eq(&ran.text(&[]));
    assert_eq!(world.stage_status("v1").await, "OK 1 route");

    edit(&world, "a", json!({ "basePath": "/a" })).await;
    assert_eq!(answer_warm_and_cold(&world, "GET /a").await, served("a"), "mended, it is served");
    assert_eq!(world.stage_status("a").await, "OK 1 route");
}

#[tokio::test]
async fn a_stage_item_with_a_taken_base_path_is_marked_invalid_and_takes_no_requests() {
    let world = world(&["v1", "a"]).await;
    let id = world.store.stage("a").await.unwrap().unwrap().deployment_id.unwrap();
    for item in [
        json!({ "stage": "a", "basePath": "/v1", "autoDeploy": false, "deploymentId": id }),
        json!({ "stage": "new", "basePath": "/v1" }),
        json!({ "stage": "new", "basePath": "/v1", "autoDeploy": false, "deploymentId": id }),
    ] {
        world.put_stage(&item);
        assert_eq!(world.cold_instance().send("GET /v1").await, served("v1"), "{item}");
        world.refresh().await;
        assert_eq!(answer_warm_and_cold(&world, "GET /v1").await, served("v1"), "{item}");
        let status = world.stage_status(item["stage"].as_str().unwrap()).await;
        assert!(status.starts_with("INVALID ") && status.contains("stage v1 is there already"), "{status}");
    }
}

#[tokio::test]
async fn a_stage_that_moves_onto_a_taken_base_path_is_served_at_its_old_one() {
    let world = world(&["a", "v1"]).await;
    edit(&world, "a", json!({ "basePath": "/v1" })).await;
    assert_eq!(answer_warm_and_cold(&world, "GET /v1").await, served("v1"));
    assert_eq!(answer_warm_and_cold(&world, "GET /a").await, served("a"));
    assert_eq!(world.last_line()["degraded"], "configuration");
    assert!(world.stage_status("a").await.contains("the last valid deployment stays"));
    assert_eq!(world.stage_status("v1").await, "OK 1 route");

    // Nor does a later publication help, nor the first one's coming back from a slip.
    assert!(matches!(world.publish("a").await, PublishOutcome::Invalid { .. }));
    edit(&world, "v1", json!({ "basePath": "v1" })).await;
    assert!(matches!(world.publish("a").await, PublishOutcome::Invalid { .. }));
    assert_eq!(answer_warm_and_cold(&world, "GET /v1").await, served("v1"));
    edit(&world, "v1", json!({ "basePath": "/v1" })).await;
    assert_eq!(answer_warm_and_cold(&world, "GET /v1").await, served("v1"));
}

#[tokio::test]
async fn stages_collide_if_they_share_a_base_path_and_one_host() {
    let host = "abc123.lambda-url.eu-west-1.on.aws";
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "basePath": "/", "hosts": [host, "b.example.com"] }));
    publish(&world, "v1").await;
    let cases = [
        (json!({ "basePath": "/", "hosts": ["c.example.com", "B.example.com"] }), Some("/ on b.example.com")),
        (json!({ "basePath": "/", "hosts": ["c.example.com"] }), None),
        (json!({ "basePath": "/other", "hosts": [host] }), None),
        (json!({ "basePath": "/" }), None),
    ];
    for (nth, (mut item, expected)) in cases.into_iter().enumerate() {
        let stage = format!("s{nth}");
        item["stage"] = json!(stage);
        world.put_stage(&item);
        let outcome = publish(&world, &stage).await;
        match expected {
            None => assert!(matches!(outcome, PublishOutcome::Published { .. }), "{item}: {outcome:?}"),
            Some(place) => {
                let PublishOutcome::Invalid { problems, .. } = outcome else { panic!("{item}: {outcome:?}") };
                assert_eq!((problems.len(), &*problems[0].got), (1, place));
            }
        }
        assert_eq!(answer_warm_and_cold(&world, "GET /").await, served("v1"), "{item}");
    }
}

#[tokio::test]
async fn of_two_stages_published_at_once_on_one_base_path_the_first_writer_gets_it() {
    let world = TestGateway::new();
    for stage in ["a", "b"] {
        world.put_stage(&json!({ "stage": stage, "basePath": "/v1" }));
        world.put_route(
            &json!({ "stage": stage, "routeKey": "GET /", "integration": { "type": "MOCK", "body": stage } }),
        );
    }
    // b is published while a, which has found the place free, is about to take it.
    let other = async { assert!(matches!(world.publish("b").await, PublishOutcome::Published { .. })) };
    let (outcome, ()) =
        tokio::join!(world.publish("a"), world.gate.hold("attribute_not_exists(deploymentId)", other));
    assert!(matches!(outcome, PublishOutcome::Invalid { .. }), "{outcome:?}");
    world.refresh().await;
    assert!(answer_warm_and_cold(&world, "GET /v1").await.ends_with("\n\nb"));
    assert!(world.stage_status("a").await.starts_with("INVALID "));
    assert_eq!(world.stage_status("b").await, "OK 1 route");
}

#[tokio::test]
async fn of_two_unpublished_stages_on_one_base_path_the_first_by_name_serves() {
    let world = TestGateway::new();
    for stage in ["b", "a"] {
        world.put_stage(&json!({ "stage": stage, "basePath": "/v1" }));
        world.put_route(
            &json!({ "stage": stage, "routeKey": "GET /", "integration": { "type": "MOCK", "body": stage } }),
        );
    }
    assert!(answer_warm_and_cold(&world, "GET /v1").await.ends_with("\n\na"));
    world.refresh().await;
    assert_eq!(world.stage_status("a").await, "OK 1 route");
    assert!(world.stage_status("b").await.contains("stage a is there already"));
}

#[tokio::test]
async fn a_base_path_is_free_once_its_stage_moves_or_is_removed() {
    let world = world(&["v1", "v2"]).await;
    edit(&world, "v1", json!({ "basePath": "/old" })).await;
    world.put_stage(&json!({ "stage": "a", "basePath": "/v1" }));
    publish(&world, "a").await;
    assert_eq!(answer_warm_and_cold(&world, "GET /v1").await, served("a"));
    assert_eq!(answer_warm_and_cold(&world, "GET /old").await, served("v1"));

    remove(&world, "v2").await;
    world.put_stage(&json!({ "stage": "b", "basePath": "/v2" }));
    publish(&world, "b").await;
    assert_eq!(answer_warm_and_cold(&world, "GET /v2").await, served("b"));

    // Who was there once is not who was there first.
    for (stage, path, now) in [("v1", "/v1", "a"), ("v2", "/v2", "b")] {
        world.put_stage(&json!({ "stage": stage, "basePath": path }));
        world.refresh().await;
        assert_eq!(answer_warm_and_cold(&world, &format!("GET {path}")).await, served(now));
        assert!(world.stage_status(stage).await.contains(&format!("stage {now} is there already")));
    }
}
