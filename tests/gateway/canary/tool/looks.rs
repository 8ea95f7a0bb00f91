//! What `tollgate explain` and `tollgate routes` tell of a canary.

use expect_test::expect;
use serde_json::{Value, json};

use super::canary_id;
use crate::{
    canary::deployment_id,
    harness::{TestGateway, tool::Ran},
    text_route::text_route,
};

const PATH: &str = "/v1/new";

/// `v1`, whose canary alone has `GET /new`.
async fn world() -> TestGateway {
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "name": "x" } }));
    world.put_route(&text_route("v1", "stage"));
    world.go_live().await;
    world.put_route(&json!({ "routeKey": "GET /new", "description": "${stageVariables.name}",
        "integration": { "type": "MOCK", "body": "${stageVariables.name}" } }));
    let start = ["canary", "start", "v1", "--percent", "5", "--header", "x-canary", "--variable", "name=y"];
    assert_eq!(world.tollgate(&start).code, Some(0));
    world
}

fn told(ran: &Ran, stage: &str, canary: &str) -> String {
    ran.text(&[(stage, "STAGE"), (canary, "CANARY")])
}

#[tokio::test]
async fn a_request_is_explained_by_either_version() {
    let world = world().await;
    let (stage, canary) = (deployment_id(&world).await, canary_id(&world).await);
    let explain = |arguments: &[&str]| {
        let ran = world.tollgate(&[&["explain", PATH], arguments].concat());
        told(&ran, &stage, &canary)
    };
    let of_canary = explain(&["--canary"]);
    assert_eq!(explain(&["-H", "x-canary: always"]), of_canary);
    let of_stage = explain(&[]);
    assert_eq!(explain(&["-H", "x-canary: never"]), of_stage);
    let json = world.tollgate(&["explain", PATH, "--canary", "-o", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (&json["stage"]["deploymentId"], &json["stage"]["isCanaryRequest"], &json["stage"]["canary"]),
        (&json!(canary), &json!(true), &json!({ "deploymentId": canary, "percentTraffic": 5 }))
    );
    expect![[r#"
        exit 0
        stage        v1, deployment CANARY, its canary
        canary       5 % of requests get it; isCanaryRequest is true
        base path    /v1 at any host; the path below is /new
        route        GET /new, the most specific for the path
        access       no address lists and no policy
        authorizer   none
        API key      none
        limits       none
        validation   nothing to check
        cache        no: the route has no cachingEnabled, or an integration whose answers are never kept
        integration  MOCK, which answers by itself
                     200
                     content-type: application/json

                     y
        answer       the integration's
        --
        # ---
        exit 4
        stage        v1, deployment STAGE
        canary       5 % of requests get deployment CANARY: --canary tells of it
        base path    /v1 at any host; the path below is /new
        answer       refused by route: no route
                     404
                     content-type: application/json
                     x-amzn-errortype: NotFoundException

                     {
                       "message": "Not Found"
                     }
        --
    "#]]
    .assert_eq(&format!("{of_canary}# ---\n{of_stage}"));
    assert_eq!(world.tollgate(&["canary", "abort", "v1"]).code, Some(0));
    assert_eq!(explain(&["--canary"]), "exit 4\n--\ntollgate: v1 has no canary that is on\n");
}

#[tokio::test]
async fn the_routes_of_a_canary_are_listed_and_those_of_the_stage_tell_that_there_are_others() {
    let world = world().await;
    let (stage, canary) = (deployment_id(&world).await, canary_id(&world).await);
    let routes =
        |arguments: &[&str]| told(&world.tollgate(&[&["routes"], arguments].concat()), &stage, &canary);
    let story = [
        routes(&["list"]),
        routes(&["list", "--canary"]),
        routes(&["list", "v1", "--canary"]),
        routes(&["get", "v1", "GET /new", "--canary"]),
        routes(&["get", "v1", "GET /new"]),
    ];
    expect![[r#"
        exit 0
        STAGE  ROUTE  INTEGRATION  CALLERS  THROTTLE  CACHE
        v1     GET /  MOCK         anybody  -         -
        --
        tollgate: 5 % of requests to v1 get its canary, deployment CANARY: --canary shows its routes
        # ---
        exit 0
        STAGE  ROUTE     INTEGRATION  CALLERS  THROTTLE  CACHE
        v1     GET /     MOCK         anybody  -         -
        v1     GET /new  MOCK         anybody  -         -
        --
        # ---
        exit 0
        STAGE  ROUTE     INTEGRATION  CALLERS  THROTTLE  CACHE
        v1     GET /     MOCK         anybody  -         -
        v1     GET /new  MOCK         anybody  -         -
        --
        # ---
        exit 0
        stage: v1
        deploymentId: CANARY
        route:
          description: ${stageVariables.name}
          integration: { type: MOCK, body: "${stageVariables.name}" }
          routeKey: GET /new
        ofApi: {}
        stageVariables: { name: "y" }
        --
        # ---
        exit 4
        --
        tollgate: 5 % of requests to v1 get its canary, deployment CANARY: --canary shows its routes
        tollgate: stage v1 has no route GET /new
    "#]]
    .assert_eq(&story.join("# ---\n"));
    assert_eq!(world.tollgate(&["canary", "abort", "v1"]).code, Some(0));
    assert_eq!(routes(&["list", "v1", "--canary"]), "exit 4\n--\ntollgate: v1 has no canary that is on\n");
}
