//! `tollgate check` and `tollgate deploy` of stages.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::TestGateway;

/// The output of the commands, one after another.
fn story(world: &TestGateway, commands: &[&str]) -> String {
    let told = |command: &&str| {
        let ran = world.tollgate(&command.split(' ').collect::<Vec<_>>());
        format!("$ tollgate {command}\n{}\n", ran.text(&[]))
    };
    commands.iter().map(told).collect()
}

fn mock(route_key: &str) -> Value {
    json!({ "routeKey": route_key, "integration": { "type": "MOCK" } })
}

#[tokio::test]
async fn check_reports_problems_and_warnings_and_deploy_publishes_what_is_valid() {
    let world = TestGateway::new();
    let nothing =
        story(&world, &["check", "check v1", "deploy v1", "check -o json", "deploy v1 --output json"]);
    world.put_route(&mock("GET /orders"));
    let valid = story(&world, &["check v1", "deploy v1", "deploy v1", "check"]);
    world.refresh().await;
    assert!(world.send("GET /v1/orders").await.starts_with("200\n"));

    world.put_route(&json!({ "routeKey": "GET /orders", "cacheTTL": 5, "integration": { "type": "MOCK" } }));
    let odd = story(&world, &["check v1", "check v1 -o json", "deploy v1"]);
    world.put_route(&json!({ "routeKey": "FETCH /x", "integration": { "type": "SOAP" } }));
    world.put_route(&json!({ "stage": "v2", "routeKey": "GET /", "integration": { "type": "MOCK" } }));
    let invalid = story(&world, &["check v1", "deploy v1", "check", "check -o json", "deploy v2 -o json"]);
    expect![[r#"
        $ tollgate check
        exit 0
        --

        $ tollgate check v1
        exit 4
        --
        tollgate: there is no stage v1 in tollgate-stages or tollgate-routes

        $ tollgate deploy v1
        exit 4
        --
        tollgate: there is no stage v1 in tollgate-stages or tollgate-routes

        $ tollgate check -o json
        exit 0
        {
          "results": [],
          "schemaVersion": 1
        }
        --

        $ tollgate deploy v1 --output json
        exit 4
        --
        tollgate: there is no stage v1 in tollgate-stages or tollgate-routes

        # ---
        $ tollgate check v1
        exit 0
        v1: 1 route, not served yet, 1 MB of memory
        --

        $ tollgate deploy v1
        exit 0
        v1: serves 1 route, deployment 06685d89debaa2f25f84b13a512cbf6b
        --

        $ tollgate deploy v1
        exit 0
        v1: serves these items already, deployment 06685d89debaa2f25f84b13a512cbf6b
        --

        $ tollgate check
        exit 0
        v1: valid, and served as it is, 1 MB of memory
        --

        # ---
        $ tollgate check v1
        exit 0
        v1: 1 route, not served yet, 1 MB of memory
          warning: tollgate-routes [stage=v1 routeKey=GET /orders] cacheTTL: got 5, expected nothing of this name; did you mean cacheTtlInSeconds?
        --

        $ tollgate check v1 -o json
        exit 0
        {
          "results": [
            {
              "deploymentId": "9b03687b9ecf078f0b773b52d188e9a0",
              "problems": [],
              "stage": "v1",
              "valid": true,
              "warnings": [
                {
                  "expected": "nothing of this name; did you mean cacheTtlInSeconds?",
                  "field": "cacheTTL",
                  "got": "5",
                  "key": "stage=v1 routeKey=GET /orders",
                  "table": "tollgate-routes"
                }
              ]
            }
          ],
          "schemaVersion": 1
        }
        --

        $ tollgate deploy v1
        exit 0
        v1: serves 1 route, deployment 9b03687b9ecf078f0b773b52d188e9a0
          warning: tollgate-routes [stage=v1 routeKey=GET /orders] cacheTTL: got 5, expected nothing of this name; did you mean cacheTtlInSeconds?
        --

        # ---
        $ tollgate check v1
        exit 3
        v1: 2 problems
          problem: tollgate-routes [stage=v1 routeKey=FETCH /x] integration.type: got "SOAP", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
          problem: tollgate-routes [stage=v1 routeKey=FETCH /x] routeKey: got "FETCH /x", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY
          warning: tollgate-routes [stage=v1 routeKey=GET /orders] cacheTTL: got 5, expected nothing of this name; did you mean cacheTtlInSeconds?
        --

        $ tollgate deploy v1
        exit 3
        v1: 2 problems; what was served stays
          problem: tollgate-routes [stage=v1 routeKey=FETCH /x] integration.type: got "SOAP", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
          problem: tollgate-routes [stage=v1 routeKey=FETCH /x] routeKey: got "FETCH /x", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY
          warning: tollgate-routes [stage=v1 routeKey=GET /orders] cacheTTL: got 5, expected nothing of this name; did you mean cacheTtlInSeconds?
        --

        $ tollgate check
        exit 3
        v1: 2 problems
          problem: tollgate-routes [stage=v1 routeKey=FETCH /x] integration.type: got "SOAP", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
          problem: tollgate-routes [stage=v1 routeKey=FETCH /x] routeKey: got "FETCH /x", expected a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY
          warning: tollgate-routes [stage=v1 routeKey=GET /orders] cacheTTL: got 5, expected nothing of this name; did you mean cacheTtlInSeconds?
        v2: 1 route, not served yet, 1 MB of memory
        --

        $ tollgate check -o json
        exit 3
        {
          "results": [
            {
              "deploymentId": null,
              "problems": [
                {
                  "expected": "AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3",
                  "field": "integration.type",
                  "got": "\"SOAP\"",
                  "key": "stage=v1 routeKey=FETCH /x",
                  "table": "tollgate-routes"
                },
                {
                  "expected": "a method of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY",
                  "field": "routeKey",
                  "got": "\"FETCH /x\"",
                  "key": "stage=v1 routeKey=FETCH /x",
                  "table": "tollgate-routes"
                }
              ],
              "stage": "v1",
              "valid": false,
              "warnings": [
                {
                  "expected": "nothing of this name; did you mean cacheTtlInSeconds?",
                  "field": "cacheTTL",
                  "got": "5",
                  "key": "stage=v1 routeKey=GET /orders",
                  "table": "tollgate-routes"
                }
              ]
            },
            {
              "deploymentId": "204aef23118e1d61f7a28e5dfadd5d08",
              "problems": [],
              "stage": "v2",
              "valid": true,
              "warnings": []
            }
          ],
          "schemaVersion": 1
        }
        --

        $ tollgate deploy v2 -o json
        exit 0
        {
          "results": [
            {
              "deploymentId": "204aef23118e1d61f7a28e5dfadd5d08",
              "problems": [],
              "stage": "v2",
              "valid": true,
              "warnings": []
            }
          ],
          "schemaVersion": 1
        }
        --

    "#]].assert_eq(&[nothing, valid, odd, invalid].join("# ---\n"));

    world.refresh().await;
    assert!(world.send("GET /v1/orders").await.starts_with("200\n"), "the last good deployment stays");
    assert!(world.send("GET /v2").await.starts_with("200\n"));
}

#[tokio::test]
async fn check_writes_nothing() {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v2" }));
    for (route, code) in [(mock("GET /orders"), 0), (json!({ "routeKey": "FETCH /x" }), 3)] {
        world.put_route(&route);
        assert_eq!(world.tollgate(&["check", "v1"]).code, Some(code));
        assert_eq!(world.items("tollgate-stages").await, [json!({ "stage": "v2" })]);
        assert_eq!(world.items("tollgate-deployments").await, [] as [Value; 0]);
    }
}

#[tokio::test]
async fn deploy_publishes_a_stage_with_auto_deploy_false() {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "autoDeploy": false }));
    world.put_route(&mock("GET /orders"));
    world.publish("v1").await;
    assert!(world.cold_instance().send("GET /v1/orders").await.starts_with("503\n"));
    assert_eq!(world.tollgate(&["deploy", "v1"]).code, Some(0));
    assert!(world.cold_instance().send("GET /v1/orders").await.starts_with("200\n"));
}
