//! `tollgate status`.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::TestGateway;

#[tokio::test]
async fn status_says_what_each_stage_serves_and_what_is_wrong() {
    let world = TestGateway::new();
    let mock = |stage: &str, route_key: &str| json!({ "stage": stage, "routeKey": route_key, "integration": { "type": "MOCK" } });
    let nothing =
        [world.tollgate(&["status"]).text(&[]), world.tollgate(&["status", "v1"]).text(&[])].concat();

    world.put_route(&mock("v1", "GET /orders"));
    world.put_route(&mock("v2", "GET /orders"));
    world.put_route(&mock("v2", "GET /health"));
    world.put_stage(
        &json!({ "stage": "v2", "hosts": ["api.example.com"], "basePath": "/", "autoDeploy": false }),
    );
    world.publish("v1").await;
    world.tollgate(&["deploy", "v2"]);
    world.put_route(&mock("v2", "GET /more"));
    let well = world.tollgate(&["status"]).text(&[]);
    let one = world.tollgate(&["status", "v1", "-o", "json"]).text(&[]);

    world.put_route(
        &json!({ "stage": "v1", "routeKey": "GET /x\u{1b}[2J", "integration": { "type": "SOAP" } }),
    );
    world.publish("v1").await;
    world.put_stage(
        &json!({ "stage": "v3", "deploymentId": "0123", "canarySettings": { "percentTraffic": 5 },
            "applying": { "id": "a1", "by": "ada@laptop", "at": 1_796_047_200 } }),
    );
    world.put_route(&mock("v4", "GET /orders"));
    world.put_stage(
        &json!({ "stage": "v4", "lastDeploymentStatus": "INVALID", "lastDeploymentMessage": "1 problem\nx" }),
    );
    let ill = world.tollgate(&["status"]).text(&[]);
    // The tool published it by the machine's clock.
    let v2: Value = serde_json::from_str(&world.tollgate(&["status", "v2", "-o", "json"]).stdout).unwrap();
    let published_at = v2["stages"][0]["served"]["since"].as_str().unwrap();
    expect![[r#"
        exit 0
        STAGE  WHERE  DEPLOYMENT  SINCE  ROUTES  AUTODEPLOY  ITEMS
        --
        exit 4
        --
        tollgate: there is no stage v1 in tollgate-stages or tollgate-routes
        # ---
        exit 0
        STAGE  WHERE             DEPLOYMENT                        SINCE                 ROUTES  AUTODEPLOY  ITEMS
        v1     /v1               06685d89debaa2f25f84b13a512cbf6b  2025-04-14T22:12:48Z       1  on          served
        v2     api.example.com/  5e7b2f67fb646f8da4e9b30fc0ccad91  -----THE TIME NOW---       2  off         not served yet
        --
        # ---
        exit 0
        {
          "schemaVersion": 1,
          "stages": [
            {
              "applying": null,
              "autoDeploy": true,
              "basePath": "/v1",
              "canarySettings": null,
              "hosts": [],
              "items": "SERVED",
              "lastDeploymentMessage": "1 route",
              "lastDeploymentStatus": "OK",
              "problems": [],
              "served": {
                "by": "autoDeploy",
                "deploymentId": "06685d89debaa2f25f84b13a512cbf6b",
                "origin": "POINTER",
                "routes": 1,
                "since": "2025-04-14T22:12:48Z"
              },
              "stage": "v1"
            }
          ]
        }
        --
        # ---
        exit 3
        STAGE  WHERE             DEPLOYMENT                        SINCE                 ROUTES  AUTODEPLOY  ITEMS
        v1     /v1               06685d89debaa2f25f84b13a512cbf6b  2025-04-14T22:12:48Z       1  on          2 problems
        v2     api.example.com/  5e7b2f67fb646f8da4e9b30fc0ccad91  -----THE TIME NOW---       2  off         not served yet
        v3     /v3               none: 503                                                       on          3 problems
        v4     /v4               none: 503                                                       on          not served yet
        v1: problem: tollgate-routes [stage=v1 routeKey=GET /x\u{1b}[2J] integration.type: got "SOAP", expected AWS or AWS_PROXY or DYNAMODB or HTTP or HTTP_PROXY or MOCK or SQS or SNS or EVENTBRIDGE or STEP_FUNCTIONS or KINESIS or S3
        v1: problem: tollgate-routes [stage=v1 routeKey=GET /x\u{1b}[2J] routeKey: got "GET /x\u{1b}[2J", expected a path without a control character
        v3: the apply to v3 that ada@laptop began at 2026-11-30T14:00:00Z (id a1) has not ended: `tollgate apply` again finishes it
        v3: canary: {"percentTraffic":5}
        v3: problem: tollgate-stages [stage=v3] canarySettings.deploymentId: got nothing, expected the id of a deployment
        v3: problem: tollgate-stages [stage=v3] deploymentId: got "0123", expected the id of a deployment; there is none of this id
        v3: problem: tollgate-routes [stage=v3 routeKey=*] routeKey: got no route, expected at least one route item that is enabled
        v4: last deployment: INVALID: 1 problem
        --
    "#]].assert_eq(&[nothing, well, one, ill].join("# ---\n").replace(published_at, "-----THE TIME NOW-----"[..20].as_ref()));
}
