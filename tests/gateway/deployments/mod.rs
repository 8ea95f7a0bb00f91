//! An edit goes live by itself, and an invalid one cannot take an API down.

mod contents;
mod history;
mod item_problems;
mod prune;
mod rollback;

use std::time::Duration;

use axum::Router;

use expect_test::expect;
use serde_json::{Value, json};
use tollgate::{deployment::PublishOutcome, local::server::Server};

use crate::{
    harness::{TestGateway, free_port, table_client::to_attributes, tool::Ran},
    text_route::text_route,
};

/// The item of `v1`.
async fn stage_item(world: &TestGateway) -> Value {
    Value::Object(world.store.stage("v1").await.unwrap().unwrap().item)
}

/// The id of the deployment that `v1` points to.
async fn pointed(world: &TestGateway) -> String {
    stage_item(world).await["deploymentId"].as_str().unwrap().to_owned()
}

/// Serves `v1` with this body, published by the gateway.
async fn serve(world: &TestGateway, body: &str) -> String {
    world.put_route(&text_route("v1", body));
    world.advance(Duration::from_secs(1));
    world.go_live().await;
    pointed(world).await
}

/// What the tool says, with letters for the ids.
fn told(ran: &Ran, ids: &[impl AsRef<str>]) -> String {
    let letters: Vec<String> = ('A'..).take(ids.len()).map(String::from).collect();
    let named: Vec<(&str, &str)> =
        ids.iter().map(AsRef::as_ref).zip(letters.iter().map(String::as_str)).collect();
    ran.text(&named)
}

/// Deletes an item of the deployments' table.
async fn delete(world: &TestGateway, id: &str, part: u64) {
    let key = to_attributes(&json!({ "deploymentId": id, "part": part }));
    world.client().delete_item().table_name("tollgate-deployments").set_key(Some(key)).send().await.unwrap();
}

/// STS, to which everybody is `arn`.
fn sts(arn: &str) -> Server {
    let answer = format!("<GetCallerIdentityResult><Arn>{arn}</Arn></GetCallerIdentityResult>");
    let listener = free_port();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    Server::start(listener, Router::new().fallback(async move || answer.clone())).unwrap()
}

#[tokio::test]
async fn an_edit_goes_live_and_an_invalid_one_changes_nothing_that_is_served() {
    let gateway = TestGateway::serving(&[text_route("v1", "one")]).await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\none"));

    gateway.put_route(&text_route("v1", "two"));
    gateway.go_live().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\ntwo"));
    assert_eq!(gateway.stage_status("v1").await, "OK 1 route");

    gateway.put_route(&json!({ "routeKey": "GET /orders/{id}", "intergration": { "type": "MOCK" } }));
    gateway.put_route(&json!({ "routeKey": "FETCH /x", "integration": { "type": "MOCK" } }));
    gateway.put_route(&json!({ "routeKey": "GET /a/{x}", "integration": { "type": "SOAP" } }));
    gateway.put_route(&json!({ "routeKey": "GET /b", "integration": { "type": "AWS_PROXY", "uri": "orders-${stageVariables.env}" } }));
    gateway.put_route(&json!({ "routeKey": "GET /c", "authorizerId": "jwt", "integration": { "type": "MOCK", "statusCode": "abc" } }));
    assert!(matches!(gateway.publish("v1").await, PublishOutcome::Invalid { .. }));
    gateway.refresh().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\ntwo"));
    expect![[r#"
        INVALID 6 problems; the last valid deployment stays
        tollgate-routes [stage=v1 routeKey=FETCH /x] routeKey: got "FETCH /x", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY
        tollgate-routes [stage=v1 routeKey=GET /a/{x}] integration.type: got "SOAP", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
        tollgate-routes [stage=v1 routeKey=GET /b] integration.uri: got ${stageVariables.env}, expected one of the stage's variables ()
        tollgate-routes [stage=v1 routeKey=GET /c] authorizerId: got "jwt", expected one of the authorizers of $api ()
        tollgate-routes [stage=v1 routeKey=GET /c] integration.statusCode: got "abc", expected a whole number from 200 to 599
        tollgate-routes [stage=v1 routeKey=GET /orders/{id}] integration: got nothing, expected a map with a type
        warning: tollgate-routes [stage=v1 routeKey=GET /orders/{id}] intergration: got {"type":"MOCK"}, expected nothing of this name; did you mean integration?"#]].assert_eq(&gateway.stage_status("v1").await);
}

#[tokio::test]
async fn a_publication_updates_a_stage_item_whatever_types_its_revision_and_deployment_id_have() {
    let gateway = TestGateway::new();
    gateway.put_route(&text_route("v1", "hi"));
    let revisions = [json!(7), json!("7"), Value::Null, json!(7.5), json!([])];
    let pointers = [json!("0123"), json!(""), json!(7), Value::Null, json!({ "id": 7 })];
    for revision in &revisions {
        for pointer in &pointers {
            gateway.put_stage(&json!({ "stage": "v1", "revision": revision, "deploymentId": pointer }));
            let outcome = gateway.publish("v1").await;
            if pointer.is_object() {
                assert!(
                    matches!(outcome, PublishOutcome::Invalid { .. }),
                    "{revision} {pointer}: {outcome:?}"
                );
                continue;
            }
            let is_pointed =
                matches!(outcome, PublishOutcome::Published { .. } | PublishOutcome::Unchanged { .. });
            assert!(is_pointed, "{revision} {pointer}: {outcome:?}");
            let item = gateway.store.stage("v1").await.unwrap().unwrap().item;
            let next = if matches!(revision, Value::Number(number) if number.is_u64()) { 8 } else { 1 };
            assert_eq!((&item["revision"], &item["lastDeploymentStatus"]), (&json!(next), &json!("OK")));
        }
    }
}

#[tokio::test]
async fn a_route_without_a_stage_item_creates_the_stage() {
    let gateway = TestGateway::new();
    gateway.put_route(
        &json!({ "stage": "beta", "routeKey": "GET /", "integration": { "type": "MOCK", "body": "hi" } }),
    );
    assert!(gateway.send("GET /beta").await.starts_with("404\n"));
    gateway.publish("beta").await;
    gateway.refresh().await;
    assert!(gateway.send("GET /beta").await.ends_with("\n\nhi"));
}

#[tokio::test]
async fn a_cold_instance_publishes_a_stage_that_has_no_deployment() {
    for stage in [json!({ "stage": "v1" }), json!({ "stage": "v1", "deploymentId": "" })] {
        let gateway = TestGateway::new();
        gateway.put_stage(&stage);
        gateway.put_route(&text_route("v1", "hello"));
        assert!(gateway.send("GET /v1").await.ends_with("\n\nhello"));
        assert_eq!(gateway.stage_status("v1").await, "OK 1 route");
    }
}

#[tokio::test]
async fn a_stage_that_never_had_a_valid_deployment_is_unavailable() {
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1" }));
    gateway.put_route(&json!({ "routeKey": "GET /" }));
    assert_eq!(
        gateway.send("GET /v1").await,
        "503\ncontent-type: application/json\nretry-after: 1\nx-amzn-errortype: ServiceUnavailableException\n\n\
         {\"message\":\"Service Unavailable\"}"
    );
    gateway.put_route(&text_route("v1", "mended"));
    gateway.go_live().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\nmended"));
}

#[tokio::test]
async fn without_auto_deploy_only_the_operator_moves_the_stage() {
    let gateway = TestGateway::serving(&[text_route("v1", "one")]).await;
    let first = gateway.store.stage("v1").await.unwrap().unwrap().deployment_id.unwrap();
    gateway.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": first }));
    gateway.put_route(&text_route("v1", "two"));
    assert_eq!(gateway.publish("v1").await, PublishOutcome::LeftAlone);
    gateway.refresh().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\none"));

    let outcome = gateway.deploy("v1").await;
    assert!(matches!(outcome, PublishOutcome::Published { .. }));
    gateway.refresh().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\ntwo"));

    // A rollback is one write.
    gateway.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": first }));
    gateway.refresh().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\none"));
}

#[tokio::test]
async fn publishing_unchanged_items_changes_nothing_in_the_stage_item() {
    let gateway = TestGateway::serving(&[text_route("v1", "one")]).await;
    let before = gateway.store.stage("v1").await.unwrap().unwrap();
    assert!(matches!(gateway.publish("v1").await, PublishOutcome::Unchanged { .. }));
    assert_eq!(gateway.store.stage("v1").await.unwrap().unwrap().item, before.item);
}

#[tokio::test]
async fn a_stage_variable_acts_without_a_deployment_and_a_missing_one_changes_nothing() {
    let gateway = TestGateway::new();
    gateway.put_stage(&json!({ "stage": "v1", "stageVariables": { "greeting": "hello" } }));
    gateway.put_route(&text_route("v1", "${stageVariables.greeting}"));
    gateway.go_live().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\nhello"));

    let id = gateway.store.stage("v1").await.unwrap().unwrap().deployment_id.unwrap();
    for (variables, expected) in [(json!({ "greeting": "moin" }), "moin"), (json!({}), "moin")] {
        gateway.put_stage(&json!({ "stage": "v1", "deploymentId": id, "stageVariables": variables }));
        gateway.refresh().await;
        assert!(gateway.send("GET /v1").await.ends_with(&format!("\n\n{expected}")));
    }
}

#[tokio::test]
async fn the_served_deployment_stays_when_the_store_is_gone() {
    let mut gateway = TestGateway::serving(&[text_route("v1", "one")]).await;
    gateway.lose_store().await;
    gateway.advance(Duration::from_secs(60));
    gateway.refresh().await;
    assert!(gateway.send("GET /v1").await.ends_with("\n\none"));
}

#[tokio::test]
async fn racing_publishers_leave_the_stage_at_the_newest_items() {
    let gateway = TestGateway::serving(&[text_route("v1", "0")]).await;
    for round in 1..=10 {
        gateway.put_route(&text_route("v1", &round.to_string()));
        let racing = (0..4).map(|_| gateway.publish("v1"));
        futures_util::future::join_all(racing).await;
        gateway.refresh().await;
        assert!(gateway.send("GET /v1").await.ends_with(&format!("\n\n{round}")));
    }
}
