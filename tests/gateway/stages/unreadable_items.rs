//! A typo in a stage item never takes its stage down, nor another one.

use expect_test::expect;
use serde_json::{Value, json};

use crate::{
    harness::TestGateway,
    text_route::{UNAVAILABLE, served, text_route},
};

const HOST: &str = "abc123.lambda-url.eu-west-1.on.aws";

/// Every path of a stage, which answers with this text.
fn says(stage: &str, body: &str) -> Value {
    let mut route = text_route(stage, body);
    route["routeKey"] = json!("GET /{proxy+}");
    route
}

/// `v1` and `$default`, served; and the id of what `v1` serves.
async fn world() -> (TestGateway, String) {
    let gateway = TestGateway::new();
    for (stage, body) in [("v1", "one"), ("$default", "default")] {
        gateway.put_route(&says(stage, body));
        gateway.publish(stage).await;
    }
    gateway.refresh().await;
    assert_eq!(gateway.send("GET /v1/x").await, served("one"));
    assert_eq!(gateway.send("GET /x").await, served("default"));
    let id = gateway.store.stage("v1").await.unwrap().unwrap().deployment_id.unwrap();
    (gateway, id)
}

/// The stage item `v1` with one more attribute.
fn item(deployment_id: &str, name: &str, value: &Value) -> Value {
    let mut item = json!({ "stage": "v1", "deploymentId": deployment_id });
    item[name] = value.clone();
    item
}

#[tokio::test]
async fn a_stage_with_an_invalid_setting_is_served_without_that_setting() {
    let (gateway, id) = world().await;
    let switches = [
        ("autoDeploy", json!("maybe")),
        ("throttle", json!({ "rateLimit": "much" })),
        ("cacheTtlInSeconds", json!("long")),
        ("canarySettings", json!([])),
    ];
    for (name, value) in switches {
        gateway.put_stage(&item(&id, name, &value));
        gateway.refresh().await;
        for instance in [&gateway, &gateway.cold_instance()] {
            assert_eq!(instance.send("GET /v1/x").await, served("one"), "{name}");
            assert_eq!(instance.send("GET /x").await, served("default"), "{name}");
        }
    }
}

#[tokio::test]
async fn a_stage_item_with_an_unreadable_host_path_or_deployment_leaves_the_last_good_one_served() {
    let (gateway, id) = world().await;
    for (name, value) in unreadable_fields(&id) {
        gateway.put_stage(&item(&id, name, &value));
        let cold = gateway.cold_instance();
        assert_eq!(cold.send("GET /v1/x").await, served("one"), "{name}");
        for instance in [&gateway, &cold] {
            instance.refresh().await;
            assert_eq!(instance.send("GET /v1/x").await, served("one"), "{name}");
            assert_eq!(instance.last_line()["degraded"], "configuration", "{name}");
            assert_eq!(instance.send("GET /x").await, served("default"), "{name}");
        }
        let status = gateway.stage_status("v1").await;
        assert!(
            status.starts_with("INVALID 1 problem") && status.contains(&format!("] {name}: got ")),
            "{status}"
        );
        gateway.put_stage(&json!({ "stage": "v1", "deploymentId": id }));
        gateway.refresh().await;
        assert_eq!(gateway.send("GET /v1/x").await, served("one"), "{name}");
        assert_eq!(gateway.last_line()["degraded"], Value::Null, "{name}");
    }
}

fn unreadable_fields(id: &str) -> [(&'static str, Value); 5] {
    [
        ("hosts", json!(["a/b"])),
        ("deploymentId", json!({ "id": id })),
        ("basePath", json!("v1")),
        ("basePath", json!(["/v1"])),
        ("stageVariables", json!(["table"])),
    ]
}

#[tokio::test]
async fn a_new_stage_with_an_unreadable_item_is_a_503_at_its_default_base_path() {
    let (gateway, id) = world().await;
    for (name, value) in unreadable_fields(&id) {
        let mut item = item(&id, name, &value);
        item["stage"] = json!("new");
        let path = if value == "v1" { "/v1" } else { "/new" };
        gateway.put_stage(&item);
        for instance in [&gateway, &gateway.cold_instance()] {
            instance.refresh().await;
            let expected = if path == "/v1" { served("one") } else { UNAVAILABLE.to_owned() };
            assert_eq!(instance.send(&format!("GET {path}/x")).await, expected, "{item}");
            assert_eq!(instance.send("GET /x").await, served("default"), "{item}");
        }
    }
}

#[tokio::test]
async fn an_unreadable_stage_item_takes_no_host_from_stages_on_any_host() {
    let (gateway, _) = world().await;
    gateway.put_stage(&json!({ "stage": "new", "basePath": "new/", "hosts": [HOST] }));
    for instance in [&gateway, &gateway.cold_instance()] {
        instance.refresh().await;
        assert_eq!(instance.send("GET /v1/x").await, served("one"));
        assert_eq!(instance.send("GET /x").await, served("default"));
    }
}

#[tokio::test]
async fn a_stage_takes_its_host_from_stages_on_any_host_once_it_is_published() {
    let (gateway, _) = world().await;
    gateway.put_stage(&json!({ "stage": "new", "basePath": "/other", "hosts": [HOST] }));
    for instance in [&gateway, &gateway.cold_instance()] {
        instance.refresh().await;
        assert_eq!(instance.send("GET /v1/x").await, served("one"));
    }
    gateway.put_route(&says("new", "new"));
    gateway.publish("new").await;
    for instance in [&gateway, &gateway.cold_instance()] {
        instance.refresh().await;
        assert_eq!(instance.send("GET /other/x").await, served("new"));
        assert!(instance.send("GET /v1/x").await.starts_with("404\n"));
    }
}

#[tokio::test]
async fn an_unreadable_stage_item_takes_no_base_path_from_another_stage() {
    let (gateway, id) = world().await;
    gateway.put_stage(&json!({ "stage": "a", "basePath": "v1", "deploymentId": id }));
    gateway.put_stage(&json!({ "stage": "b", "basePath": "/", "hosts": ["a/b"], "deploymentId": id }));
    let cold = gateway.cold_instance();
    assert_eq!(cold.send("GET /v1/x").await, served("one"));
    assert_eq!(cold.send("GET /x").await, served("default"));
}

#[tokio::test]
async fn a_panic_while_one_stage_is_loaded_stops_no_other() {
    let (gateway, _) = world().await;
    gateway.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": "panics" }));
    gateway.put_route(&says("$default", "edited"));
    gateway.publish("$default").await;
    gateway.refresh().await;
    assert_eq!(gateway.send("GET /v1/x").await, served("one"));
    assert_eq!(gateway.send("GET /x").await, served("edited"));
    let cold = gateway.cold_instance();
    assert_eq!(cold.send("GET /v1/x").await, served("one"));
    assert_eq!(cold.send("GET /x").await, served("edited"));
}

/// Nobody writes a route after it, and the stages table has no stream.
#[tokio::test]
async fn a_stage_that_was_never_served_is_served_once_its_item_is_repaired() {
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1", "cacheTtlInSeconds": 4_000, "methodSettings": {} }));
    gateway.put_route(&says("v1", "one"));
    gateway.refresh().await;
    assert_eq!(gateway.send("GET /v1/x").await, UNAVAILABLE);
    expect![[r#"
        INVALID 1 problem; nothing is served yet
        tollgate-stages [stage=v1] cacheTtlInSeconds: got 4000, expected a whole number from 0 to 3600
        warning: tollgate-stages [stage=v1] methodSettings: got {}, expected nothing of this name: cachingEnabled, cacheTtlInSeconds and throttle stand in each route item"#]]
    .assert_eq(&gateway.stage_status("v1").await);
    let mut item = gateway.store.stage("v1").await.unwrap().unwrap().item;
    item.insert("cacheTtlInSeconds".to_owned(), json!(40));
    gateway.put_stage(&item.into());
    gateway.refresh().await;
    assert_eq!(gateway.send("GET /v1/x").await, served("one"));
}
