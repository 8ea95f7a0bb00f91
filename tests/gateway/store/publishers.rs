//! Several publishers of a stage at once.

use serde_json::{Value, json};
use tollgate::deployment::Outcome;

use super::deployment_id;
use crate::{
    harness::TestGateway,
    text_route::{served, text_route},
};

#[tokio::test]
async fn of_publishers_that_race_one_moves_the_stage_to_its_deployment() {
    let gateway = TestGateway::serving(&[text_route("v1", "0")]).await;
    for round in 1..=10_u64 {
        gateway.put_route(&text_route("v1", &round.to_string()));
        let outcomes = futures_util::future::join_all((0..4).map(|_| gateway.publish("v1"))).await;
        let published =
            outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Published { .. })).count();
        assert_eq!(published, 1, "{outcomes:?}");
        let row = gateway.store.stage("v1").await.unwrap().unwrap();
        assert_eq!(row.revision, Some(round + 1), "one write a round");
    }
}

#[tokio::test]
async fn a_publisher_does_not_undo_what_the_operator_did_meanwhile() {
    let gateway = TestGateway::serving(&[text_route("v1", "one")]).await;
    let first = deployment_id(&gateway).await;
    gateway.put_route(&text_route("v1", "two"));
    let rollback = async {
        gateway.put_stage(&json!({ "stage": "v1", "autoDeploy": false, "deploymentId": first }));
    };
    let (outcome, ()) =
        tokio::join!(gateway.publish("v1"), gateway.gate.hold("TransactWriteItems", rollback));
    assert_eq!(outcome, Outcome::LeftAlone);
    assert_eq!(deployment_id(&gateway).await, first);

    // The same, by an operator who leaves everything else in the item as it was.
    gateway.put_stage(&json!({ "stage": "v1" }));
    gateway.go_live().await;
    let second = deployment_id(&gateway).await;
    gateway.put_route(&text_route("v1", "three"));
    let row = gateway.store.stage("v1").await.unwrap().unwrap();
    let rollback = async {
        let mut item = Value::Object(row.item);
        item["deploymentId"] = json!(first);
        gateway.put_stage(&item);
    };
    let (outcome, ()) =
        tokio::join!(gateway.publish("v1"), gateway.gate.hold("TransactWriteItems", rollback));
    assert!(matches!(outcome, Outcome::Published { .. }), "with autoDeploy the edit follows: {outcome:?}");
    let third = deployment_id(&gateway).await;
    assert!(third != first && third != second);
}

#[tokio::test]
async fn a_publisher_that_was_overtaken_does_not_bring_back_older_items() {
    let gateway = TestGateway::serving(&[text_route("v1", "one")]).await;
    gateway.put_route(&text_route("v1", "two"));
    let edit = async {
        gateway.put_route(&text_route("v1", "three"));
        assert!(matches!(gateway.publish("v1").await, Outcome::Published { .. }));
    };
    let (outcome, ()) = tokio::join!(gateway.publish("v1"), gateway.gate.hold("TransactWriteItems", edit));
    assert!(matches!(outcome, Outcome::Unchanged { .. }), "{outcome:?}");
    gateway.refresh().await;
    assert_eq!(gateway.send("GET /v1").await, served("three"));
    assert_eq!(gateway.stage_status("v1").await, "OK 1 route");
}

#[tokio::test]
async fn two_first_publishers_that_race_create_one_stage_item() {
    let gateway = TestGateway::new();
    gateway.put_route(&text_route("v1", "one"));
    let other = async {
        gateway.put_route(&text_route("v1", "two"));
        assert!(matches!(gateway.publish("v1").await, Outcome::Published { .. }));
    };
    let (outcome, ()) = tokio::join!(gateway.publish("v1"), gateway.gate.hold("TransactWriteItems", other));
    assert!(matches!(outcome, Outcome::Unchanged { .. }), "{outcome:?}");
    assert_eq!(gateway.send("GET /v1").await, served("two"));
}
