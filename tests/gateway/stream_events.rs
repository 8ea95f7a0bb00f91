//! Events of the routes table's stream: what they name is published.

use serde_json::json;
use tollgate::function_url::EventOutcome;

use crate::harness::{TestGateway, Way};

#[tokio::test]
async fn an_event_of_the_routes_tables_stream_publishes_the_stages_that_it_names() {
    let route = |body: &str| json!({ "routeKey": "GET /", "integration": { "type": "MOCK", "body": body } });
    let record = |stage: &str| json!({ "eventSource": "aws:dynamodb", "dynamodb": { "Keys": { "stage": { "S": stage } } } });
    let event = json!({ "Records": [record("v1"), record("v2"), record("v1")] }).to_string();
    let gateway = TestGateway::serving(&[route("one")]).await;
    gateway.put_route(&route("two"));
    gateway.gate.set(Way::Shut);
    let EventOutcome::Failed(message) = gateway.handle(&event).await else { panic!("nothing is published") };
    assert!(message.starts_with("reading the stage failed"), "{message}");
    assert!(gateway.send("GET /v1").await.ends_with("\n\none"));
    gateway.gate.set(Way::Open);
    assert!(matches!(gateway.handle(&event).await, EventOutcome::Published));
    assert!(gateway.send("GET /v1").await.ends_with("\n\ntwo"));
}

#[tokio::test]
async fn an_invalid_edit_is_not_an_event_that_lambda_sends_again() {
    let gateway =
        TestGateway::serving(&[json!({ "routeKey": "GET /", "integration": { "type": "MOCK" } })]).await;
    gateway.put_route(&json!({ "routeKey": "GET /", "integration": { "type": "MOCKERY" } }));
    let record = json!({ "eventSource": "aws:dynamodb", "dynamodb": { "Keys": { "stage": { "S": "v1" } } } });
    let event = json!({ "Records": [record] }).to_string();
    assert!(matches!(gateway.handle(&event).await, EventOutcome::Published));
    assert!(gateway.send("GET /v1").await.starts_with("200"));
    assert!(gateway.stage_status("v1").await.starts_with("INVALID"));
}
