//! `tollgate routes`: what is served, or what a file has.

use expect_test::expect;
use serde_json::{Value, json};

use crate::{api_file::Folder, harness::TestGateway};

async fn world() -> TestGateway {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "table": "orders" }, "deploymentId": null }));
    world.put_route(
        &json!({ "routeKey": "$api", "authorizers": { "f": { "type": "REQUEST", "authorizerUri": "partners",
        "identitySource": ["$request.header.x"] } }, "authorizerId": "f",
        "corsConfiguration": { "allowOrigins": ["*"] }, "allowPrivateIntegrations": ["127.0.0.0/8"] }),
    );
    world.put_route(&json!({ "routeKey": "GET /orders/{id}", "description": "One order",
        "throttle": { "rateLimit": 0.5, "burstLimit": 2 }, "cachingEnabled": true,
        "integration": { "type": "DYNAMODB", "action": "GetItem", "tableName": "${stageVariables.table}",
            "key": { "id": "$request.path.id" } } }));
    world.put_route(
        &json!({ "routeKey": "ANY /files/{proxy+}", "apiKeyRequired": true, "authorizationType": "NONE",
        "corsConfiguration": { "allowOrigins": ["https://a.example"] },
        "integration": { "type": "HTTP_PROXY", "uri": "http://127.0.0.1:9/{proxy}" } }),
    );
    world.put_route(&json!({ "routeKey": "$default", "throttle": { "rateLimit": 0, "burstLimit": 0 },
        "integration": { "type": "AWS_PROXY", "uri": "orders:live" } }));
    world.go_live().await;
    // An edit that is not served.
    world.put_route(&json!({ "routeKey": "GET /new", "integration": { "type": "MOCK" } }));
    world.put_stage(&json!({ "stage": "never" }));
    world
}

/// Without the deployment's id.
fn masked(text: &str) -> String {
    let mask = |line: &str| match line.split_once("deploymentId") {
        Some((before, _)) => format!("{before}deploymentId: ID\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(mask).collect()
}

#[tokio::test]
async fn the_routes_that_are_served_are_listed_by_path() {
    let world = world().await;
    expect![[r#"
        exit 0
        STAGE  ROUTE                INTEGRATION                            CALLERS      THROTTLE          CACHE
        v1     ANY /files/{proxy+}  HTTP_PROXY http://127.0.0.1:9/{proxy}  API key      -                 -
        v1     GET /orders/{id}     DYNAMODB GetItem orders                f (REQUEST)  0.5/s, 2 at once  yes
        v1     $default             AWS_PROXY orders:live                  f (REQUEST)  stopped           -
        --
    "#]].assert_eq(&world.tollgate(&["routes", "list"]).text(&[]));
    let one = world.tollgate(&["routes", "list", "v1", "-o", "json"]);
    let json: Value = serde_json::from_str(&one.stdout).unwrap();
    assert_eq!((&json["schemaVersion"], json["routes"].as_array().unwrap().len()), (&json!(1), 3));
    assert_eq!(
        json["routes"][1],
        json!({ "stage": "v1", "routeKey": "GET /orders/{id}", "apiKeyRequired": false, "cachingEnabled": true,
            "integration": { "type": "DYNAMODB", "action": "GetItem", "tableName": "orders" },
            "authorizer": { "authorizerId": "f", "type": "REQUEST" },
            "throttle": { "rateLimit": 0.5, "burstLimit": 2 }, "callerThrottle": null })
    );
}

#[tokio::test]
async fn one_route_is_shown_with_what_it_has_from_api_and_stage() {
    let world = world().await;
    let mut told = masked(&world.tollgate(&["routes", "get", "v1", "GET /orders/{orderId}"]).text(&[]));
    told += &masked(&world.tollgate(&["routes", "get", "v1", "ANY /files/{proxy+}"]).text(&[]));
    expect![[r#"
        exit 0
        stage: v1
        deploymentId: ID
        route:
          description: One order
          cachingEnabled: true
          integration:
            type: DYNAMODB
            action: GetItem
            key: { id: $request.path.id }
            tableName: ${stageVariables.table}
          routeKey: GET /orders/{id}
          throttle: { burstLimit: 2, rateLimit: 0.5 }
        ofApi:
          allowPrivateIntegrations: [127.0.0.0/8]
          authorizerId: f
          authorizers:
            f:
              type: REQUEST
              authorizerUri: partners
              identitySource: [$request.header.x]
          corsConfiguration: { allowOrigins: ["*"] }
        stageVariables: { table: orders }
        --
        exit 0
        stage: v1
        deploymentId: ID
        route:
          apiKeyRequired: true
          authorizationType: NONE
          corsConfiguration: { allowOrigins: ["https://a.example"] }
          integration: { type: HTTP_PROXY, uri: "http://127.0.0.1:9/{proxy}" }
          routeKey: ANY /files/{proxy+}
        ofApi:
          allowPrivateIntegrations: [127.0.0.0/8]
          authorizers:
            f:
              type: REQUEST
              authorizerUri: partners
              identitySource: [$request.header.x]
        stageVariables: { table: orders }
        --
    "#]]
    .assert_eq(&told);
    let json = world.tollgate(&["routes", "get", "v1", "$default", "-o", "json"]).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["schemaVersion"], &json["route"]["integration"]["uri"]),
        (&json!(1), &json!("orders:live"))
    );
}

#[tokio::test]
async fn what_is_not_served_is_told() {
    let world = world().await;
    let mut told = String::new();
    for arguments in [
        &["list", "v9"][..],
        &["list", "never"],
        &["get", "v9", "GET /"],
        &["get", "never", "GET /"],
        &["get", "v1", "GET /new"],
        &["get", "v1", "FETCH it"],
    ] {
        told += &world.tollgate(&[&["routes"], arguments].concat()).text(&[]);
    }
    expect![[r#"
        exit 4
        --
        tollgate: there is no stage v9
        exit 4
        --
        tollgate: stage never serves nothing yet
        exit 4
        --
        tollgate: there is no stage v9
        exit 4
        --
        tollgate: stage never serves nothing yet
        exit 4
        --
        tollgate: stage v1 has no route GET /new
        exit 4
        --
        tollgate: stage v1 has no route FETCH it
    "#]]
    .assert_eq(&told);
}

#[test]
fn the_routes_of_a_file_need_no_tables() {
    let api = "tollgate: 1\nstages:\n  v1:\n    api: { problemDetails: true }\n    routes:\n      GET /b: { integration: { type: MOCK } }\n      GET /a: { integration: { type: MOCK } }\n";
    let folder = Folder::new(&[("api.yaml", api.as_bytes()), ("bad.yaml", b"tollgate: 2\n")]);
    let mut told = folder.tollgate(&["routes", "list", "--file", "api.yaml"]).text(&[]);
    told += &masked(&folder.tollgate(&["routes", "get", "v1", "GET /b", "--file", "api.yaml"]).text(&[]));
    told += &folder.tollgate(&["routes", "list", "v2", "--file", "api.yaml"]).text(&[]);
    told += &folder.tollgate(&["routes", "list", "--file", "bad.yaml"]).text(&[]);
    told += &folder.tollgate(&["routes", "list", "--file", "none.yaml"]).text(&[]);
    expect![[r#"
        exit 0
        STAGE  ROUTE   INTEGRATION  CALLERS  THROTTLE  CACHE
        v1     GET /a  MOCK         anybody  -         -
        v1     GET /b  MOCK         anybody  -         -
        --
        exit 0
        stage: v1
        deploymentId: ID
        route: { integration: { type: MOCK }, routeKey: GET /b }
        ofApi: { problemDetails: true }
        stageVariables: {}
        --
        exit 4
        --
        tollgate: there is no stage v2
        exit 3
        bad.yaml:1:11: problem: got 2, expected tollgate: 1, the version of this form
         1 | tollgate: 2
           |           ^

        bad.yaml: 1 problem
        --
        exit 4
        --
        tollgate: there is no file none.yaml
    "#]]
    .assert_eq(&told);
}
