//! `tollgate check` warns of an open route that serves the path before a guarded greedy parameter.

use expect_test::expect;
use serde_json::{Value, json};

use super::{guarded, open, route};
use crate::harness::{Target, TestGateway};

async fn warnings(routes: &[Value]) -> String {
    let world = TestGateway::new();
    world.put_route(&json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] }));
    routes.iter().for_each(|route| world.put_route(route));
    world.tollgate(&["check", "v1"]).text(&[])
}

#[tokio::test]
async fn check_names_each_open_route_that_a_guarded_one_may_be_taken_for() {
    let target = Target::start([]).await;
    let told = warnings(&[
        route(&target, "GET /reports", "/reports", &guarded()),
        route(&target, "ANY /admin/{proxy+}", "/admin/{proxy}", &guarded()),
        route(&target, "GET /{tenant}/keys/{proxy+}", "/{tenant}/keys/{proxy}", &guarded()),
        route(
            &target,
            "GET /limited/{proxy+}",
            "/limited/{proxy}",
            &json!({ "throttle": { "rateLimit": 1, "burstLimit": 1 } }),
        ),
        route(&target, "ANY /{proxy+}", "/{proxy}", &open()),
        route(&target, "GET /{page}", "/{page}", &open()),
    ])
    .await;
    expect![[r"
        exit 0
        v1: 6 routes, not served yet, 1 MB of memory
          warning: tollgate-routes [stage=v1 routeKey=ANY /{proxy+}] routeKey: got a route for /admin, /{tenant}/keys that asks for less than ANY /admin/{proxy+}, GET /{tenant}/keys/{proxy+}, expected a route of its own for /admin, /{tenant}/keys, unless the target has nothing there
          warning: tollgate-routes [stage=v1 routeKey=GET /{page}] routeKey: got a route for /admin, /limited that asks for less than ANY /admin/{proxy+}, GET /limited/{proxy+}, expected a route of its own for /admin, /limited, unless the target has nothing there
        --
    "]]
    .assert_eq(&told);
}

#[tokio::test]
async fn check_warns_of_them_beside_the_problems_of_other_items() {
    let target = Target::start([]).await;
    let problems = [
        json!({ "routeKey": "GET /wrong", "integration": { "type": "SOAP" } }),
        json!({ "routeKey": "GET /admin/{rest+}", "integration": { "type": "MOCK" } }),
        json!({ "routeKey": "GET wrong", "integration": { "type": "MOCK" } }),
        json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"], "unmatchedRoutes": "x" }),
    ];
    for problem in problems {
        let told = warnings(&[
            route(&target, "GET /admin/{proxy+}", "/admin/{proxy}", &guarded()),
            route(&target, "ANY /{proxy+}", "/{proxy}", &open()),
            problem.clone(),
        ])
        .await;
        let warning = "routeKey=ANY /{proxy+}] routeKey: got a route for /admin that asks for less than GET /admin/{proxy+}";
        assert!(told.starts_with("exit 3\n") && told.contains(warning), "{problem}: {told}");
    }
}

#[tokio::test]
async fn check_does_not_warn_of_an_open_route_that_no_guarded_one_may_be_taken_for() {
    let target = Target::start([]).await;
    let admin = || route(&target, "ANY /admin/{proxy+}", "/admin/{proxy}", &guarded());
    let lambda = |route_key: &str, uri: &str, has_key: bool| json!({ "routeKey": route_key, "apiKeyRequired": has_key, "integration": { "type": "AWS_PROXY", "uri": uri } });
    let mut always_the_same = route(&target, "$default", "/", &open());
    always_the_same["integration"]["requestParameters"] = json!({ "overwrite:path": "/404.html" });
    let quiet = [
        // Everything is open, or everything guarded.
        vec![route(&target, "ANY /{proxy+}", "/{proxy}", &open())],
        vec![admin(), route(&target, "ANY /{proxy+}", "/{proxy}", &guarded())],
        // The path has a route of its own.
        vec![
            admin(),
            route(&target, "ANY /admin", "/admin", &guarded()),
            route(&target, "$default", "/{proxy}", &json!({ "routeKey": "ANY /{proxy+}" })),
        ],
        // Other targets, none, or always the same path of one.
        vec![
            admin(),
            json!({ "routeKey": "$default", "integration": { "type": "MOCK", "statusCode": 404 } }),
        ],
        vec![admin(), lambda("$default", "web", false)],
        vec![lambda("ANY /api/{proxy+}", "api:live", true), lambda("$default", "web:live", false)],
        vec![admin(), always_the_same],
        // What is guarded are single paths.
        vec![lambda("GET /orders/{id}", "api", true), lambda("$default", "api", false)],
    ];
    for routes in quiet {
        let told = warnings(&routes).await;
        assert!(told.starts_with("exit 0\n") && !told.contains("warning"), "{told}");
    }
    let told =
        warnings(&[lambda("ANY /api/{proxy+}", "api:live", true), lambda("$default", "api", false)]).await;
    assert!(told.contains("routeKey=$default"), "one function: {told}");
    let told = warnings(&[admin(), route(&target, "$default", "/", &open())]).await;
    assert!(told.contains("routeKey=$default"), "the path of the request: {told}");
}
