//! Tests of what the tables serve, which may be other than their items say.

use serde_json::json;

use crate::{api_file::Folder, harness::TestGateway};

const TESTS: &str = "tests:
  - name: it
    steps:
      - { request: GET /v1/x, expect: { status: 200, body: { is: served } } }
      - { request: { path: /v1/keyed, apiKey: acme }, expect: { status: 200, log: { apiKeyId: acme } } }
";

#[tokio::test]
async fn tests_of_the_tables_ask_what_is_served_and_change_nothing() {
    let folder = Folder::new(&[("tests.yaml", TESTS.as_bytes())]);
    let mock = |body: &str| json!({ "type": "MOCK", "body": { "is": body } });
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false }));
    world.put_stage(&json!({ "stage": "empty" }));
    world.put_route(&json!({ "routeKey": "GET /x", "integration": mock("served") }));
    world.put_route(
        &json!({ "routeKey": "GET /keyed", "apiKeyRequired": true, "integration": mock("keyed") }),
    );
    world.put_plan(&json!({ "usagePlanId": "starter" }));
    world.put_key("value-of-the-key-of-acme", &json!({ "id": "acme", "usagePlanId": "starter" }));
    assert_eq!(world.tollgate(&["deploy", "v1"]).code, Some(0));
    world.put_route(&json!({ "routeKey": "GET /x", "integration": mock("edited") }));
    let before = (world.items("tollgate-stages").await, world.items("tollgate-api-keys").await);
    let file = folder.path("tests.yaml").display().to_string();
    let ran = world.tollgate(&["test", &file, "--deployed"]);
    let passes = "exit 0\nTAP version 14\n1..1\nok 1 - it\n# 1 passed, 0 failed\n--\n";
    let left_out = "tollgate: stage empty serves nothing yet, and is left out\n";
    assert_eq!(ran.text(&[]), format!("{passes}{left_out}"));
    let after = (world.items("tollgate-stages").await, world.items("tollgate-api-keys").await);
    assert_eq!(before, after);
    assert!(world.items("tollgate-counters").await.is_empty());
    assert_eq!(world.tollgate(&["deploy", "v1"]).code, Some(0));
    assert_eq!(world.tollgate(&["test", &file, "--deployed"]).code, Some(7));
}
