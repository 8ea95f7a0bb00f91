//! A canary that is mistyped, lost or out of reach: the stage is served without it.

use serde_json::{Value, json};
use tollgate::deployment::PublishOutcome;

use super::{Versions, body, deployment_id};
use crate::{harness::TestGateway, text_route::text_route};

/// The answer to a request that the canary would get, and what its line says of the canary.
async fn answer(instance: &TestGateway) -> (String, Value) {
    let body = body(instance, "GET /v1\nx-canary: always").await;
    (body, instance.last_line()["degraded"].clone())
}

fn stage(degraded: Value) -> (String, Value) {
    ("stage".to_owned(), degraded)
}

fn canary() -> (String, Value) {
    ("canary".to_owned(), Value::Null)
}

#[tokio::test]
async fn a_slip_in_the_settings_is_told_and_the_stage_is_served_without_a_canary() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    let cases = [
        (
            "percentTraffic",
            json!(101),
            "got 101, expected a number from 0 to 100, with four decimals at most",
        ),
        (
            "percentTraffic",
            json!("many"),
            r#"got "many", expected a number from 0 to 100, with four decimals at most"#,
        ),
        ("stickyBy", json!("COOKIE"), r#"got "COOKIE", expected NONE or CALLER or ADDRESS"#),
        ("header", json!("x canary"), r#"got "x canary", expected the name of a header"#),
        ("useStageCache", json!("perhaps"), r#"got "perhaps", expected true or false"#),
        (
            "rollbackOn5xxPercent",
            json!(-1),
            "got -1, expected a number from 0 to 100, with four decimals at most",
        ),
        ("minRequests", json!(0), "got 0, expected a whole number from 1 to 1000000000"),
        ("stageVariableOverrides", json!(["x"]), r#"got ["x"], expected a map of strings"#),
        ("deploymentId", json!({}), "got {}, expected the id of a deployment"),
        ("deploymentId", Value::Null, "got null, expected the id of a deployment"),
    ];
    for (field, value, problem) in cases {
        let mut item = versions.item(json!({ "percentTraffic": 100 }));
        item["canarySettings"][field] = value;
        world.put_stage(&item);
        world.refresh().await;
        for instance in [&world, &world.another_instance().await] {
            assert_eq!(answer(instance).await, stage(Value::Null), "{field}");
        }
        let expected = format!(
            "INVALID 1 problem; the last valid deployment stays\ntollgate-stages [stage=v1] canarySettings.{field}: {problem}"
        );
        assert_eq!(world.stage_status("v1").await, expected);
    }
    versions.with(&world, json!({ "percentTraffic": 100 })).await;
    assert_eq!(answer(&world).await, canary());
}

#[tokio::test]
async fn a_canary_whose_deployment_is_no_good_is_told_and_left_out_until_it_is_there() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    world.put_route(&text_route("v2", "other"));
    world.publish("v2").await;
    let other = world.store.stage("v2").await.unwrap().unwrap().deployment_id.unwrap();
    let cases = [
        ("deadbeef", "the id of a deployment; there is none of this id".to_owned()),
        (other.as_str(), "a deployment of this stage; this one is of stage v2".to_owned()),
    ];
    for (id, problem) in &cases {
        let mut item = versions.item(json!({ "percentTraffic": 100 }));
        item["canarySettings"]["deploymentId"] = json!(id);
        world.put_stage(&item);
        world.refresh().await;
        for instance in [&world, &world.another_instance().await] {
            assert_eq!(answer(instance).await, stage(json!("canary")), "{id}");
        }
        let expected = format!(
            "INVALID 1 problem; the last valid deployment stays\n\
             tollgate-stages [stage=v1] canarySettings.deploymentId: got \"{id}\", expected {problem}"
        );
        assert_eq!(world.stage_status("v1").await, expected);
    }
    let mut item = Value::Object(world.store.stage("v1").await.unwrap().unwrap().item);
    item["canarySettings"]["deploymentId"] = json!(versions.canary);
    world.put_stage(&item);
    world.refresh().await;
    assert_eq!(answer(&world).await, canary());
    assert_eq!(world.stage_status("v1").await, format!("OK serves deployment {}", versions.stage));
}

#[tokio::test]
async fn variables_without_which_the_canary_does_not_work_are_told() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "name": "x" } }));
    let mut route = text_route("v1", "${stageVariables.name}");
    route["routeKey"] = json!("GET /name");
    world.put_route(&route);
    world.go_live().await;
    let canary = deployment_id(&world).await;
    let with_variable = Versions { stage: versions.stage, canary };
    let settings = |overrides: Value| json!({ "percentTraffic": 100, "stageVariableOverrides": overrides });
    with_variable.with(&world, settings(json!({}))).await;
    assert_eq!(answer(&world).await, stage(json!("canary")));
    let expected = "INVALID 1 problem; the last valid deployment stays\n\
        tollgate-routes [stage=v1 routeKey=GET /name] integration.body: got ${stageVariables.name}, expected one of the stage's variables ()";
    assert_eq!(world.stage_status("v1").await, expected);
    with_variable.with(&world, settings(json!({ "name": "of the canary" }))).await;
    assert_eq!(body(&world, "GET /v1/name").await, "of the canary");
    with_variable.with(&world, settings(json!({ "name": "another" }))).await;
    assert_eq!(body(&world, "GET /v1/name").await, "another");
}

#[tokio::test]
async fn a_canary_that_the_store_does_not_give_is_left_out_and_asked_for_again() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    world.put_stage(&versions.item(json!({ "percentTraffic": 100 })));
    let cold = world.cold_instance();
    let canary_id: &'static str = versions.canary.clone().leak();
    world.gate.throttle(Some(canary_id));
    cold.refresh().await;
    assert_eq!(answer(&cold).await, stage(json!("canary")));
    world.gate.throttle(None);
    cold.refresh().await;
    assert_eq!(answer(&cold).await, canary());
    // What is at hand stays.
    world.gate.throttle(Some(canary_id));
    cold.refresh().await;
    assert_eq!(answer(&cold).await, canary());
}

#[tokio::test]
async fn a_canary_is_read_once_unloaded_with_the_stage_and_resolved_again() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    world.put_stage(&versions.item(json!({ "percentTraffic": 100 })));
    let cold = world.cold_instance();
    world.gate.calls();
    cold.refresh().await;
    let deployments = |calls: Vec<String>| calls.iter().filter(|call| *call == "Query deployments").count();
    assert_eq!(deployments(world.gate.calls()), 2);
    assert_eq!(answer(&cold).await, canary());
    world.gate.calls();
    for _ in 0..2 {
        cold.live().unload();
        let unloaded = format!("{:?}", cold.live()).matches("deployment: None").count();
        assert_eq!(unloaded, 2, "there is room for the work of a publisher");
        assert_eq!(answer(&cold).await, canary());
        cold.refresh().await;
        assert_eq!(answer(&cold).await, canary());
    }
    // Another share of the same.
    world.put_stage(&versions.item(json!({ "percentTraffic": 0 })));
    cold.refresh().await;
    assert_eq!(answer(&cold).await, stage(Value::Null));
    assert_eq!(deployments(world.gate.calls()), 0);
}

#[tokio::test]
async fn while_there_is_a_canary_an_edit_is_published_and_not_served() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    versions.with(&world, json!({ "header": "x-canary" })).await;
    world.put_route(&text_route("v1", "edited"));
    let outcome = world.publish("v1").await;
    let PublishOutcome::Published { deployment_id: edited, .. } = outcome else { panic!("{outcome:?}") };
    world.refresh().await;
    assert_eq!(deployment_id(&world).await, versions.stage);
    assert_eq!(
        world.stage_status("v1").await,
        format!("OK 1 route in deployment {edited}; canarySettings hold the stage where it is")
    );
    for (header, expected) in [("never", "stage"), ("always", "canary")] {
        assert_eq!(body(&world, &format!("GET /v1\nx-canary: {header}")).await, expected);
    }
    // The edit can be the canary.
    Versions { canary: edited, ..versions }.with(&world, json!({ "header": "x-canary" })).await;
    assert_eq!(body(&world, "GET /v1\nx-canary: always").await, "edited");
}

#[tokio::test]
async fn settings_beside_no_deployment_hold_no_stage_back() {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "canarySettings": { "deploymentId": "none" } }));
    world.put_route(&text_route("v1", "first"));
    world.publish("v1").await;
    world.refresh().await;
    assert_eq!(answer(&world).await, ("first".to_owned(), json!("canary")));
}
