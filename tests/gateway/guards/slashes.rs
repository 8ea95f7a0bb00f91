//! Slashes: `/reports/`, `/admin//users`, `/admin%2Fusers`.

use std::time::Duration;

use expect_test::expect;
use serde_json::json;

use super::{KEY, NOT_FOUND, guarded, open, outcomes, route, serving, serving_with};
use crate::harness::{Target, TestGateway};

/// Guarded routes beside an open one, all to one target.
async fn beside_an_open_route(target: &Target) -> TestGateway {
    serving(&[
        route(target, "GET /reports", "/reports", &guarded()),
        route(target, "ANY /admin/{proxy+}", "/admin/{proxy}", &guarded()),
        route(target, "GET /orders/{id}/lines", "/orders/{id}/lines", &guarded()),
        route(target, "ANY /{proxy+}", "/{proxy}", &open()),
    ])
    .await
}

#[tokio::test]
async fn extra_slashes_lead_no_request_past_an_api_key() {
    let target = Target::start([]).await;
    let world = beside_an_open_route(&target).await;
    let told = outcomes(
        &world,
        &target,
        &[
            "GET /reports",
            "GET /reports/",
            "GET /reports//",
            "GET //reports",
            "GET /%72eports%2F",
            "HEAD /reports/",
            "POST /reports/",
            "GET /reports/2025",
            "GET /admin/users",
            "GET /admin//users",
            "GET /admin/users/",
            "GET /admin%2Fusers",
            "GET /admin//",
            "GET /admin%2F%2F",
            "GET /admin",
            "GET /admin/",
            "GET /orders/7/lines/",
            "GET /orders//7/lines",
            "GET /orders/7%2Flines",
            "GET /orders/7//lines%2f",
            "GET /orders/a%2Fb//lines",
            "GET /orders/7//lines/1",
            "GET /free//of%2Fall/",
        ],
    )
    .await;
    expect![[r"
        GET /reports: 403
        GET /reports/: 404
        GET /reports//: 404
        GET //reports: 403
        GET /%72eports%2F: 404
        HEAD /reports/: 404
        POST /reports/: 200 POST /reports/
        GET /reports/2025: 200 GET /reports/2025
        GET /admin/users: 403
        GET /admin//users: 403
        GET /admin/users/: 403
        GET /admin%2Fusers: 404
        GET /admin//: 403
        GET /admin%2F%2F: 404
        GET /admin: 200 GET /admin
        GET /admin/: 200 GET /admin/
        GET /orders/7/lines/: 404
        GET /orders//7/lines: 404
        GET /orders/7%2Flines: 404
        GET /orders/7//lines%2f: 404
        GET /orders/a%2Fb//lines: 404
        GET /orders/7//lines/1: 200 GET /orders/7//lines/1
        GET /free//of%2Fall/: 200 GET /free//of%2Fall/
    "]]
    .assert_eq(&told);
    assert_eq!(world.send("GET /v1/reports/").await, NOT_FOUND);
    let with_key = world.send(&format!("GET /v1/admin//users/\nx-api-key: {KEY}")).await;
    assert!(with_key.contains("\n\nGET /admin//users/\n"), "{with_key}");
}

#[tokio::test]
async fn extra_slashes_lead_no_request_past_a_throttle() {
    let target = Target::start([]).await;
    let throttle = json!({ "throttle": { "rateLimit": 1, "burstLimit": 1 } });
    let routes = [
        route(&target, "GET /limited", "/limited", &throttle),
        route(&target, "ANY /{proxy+}", "/{proxy}", &open()),
    ];
    let mut world = serving(&routes).await;
    let requests = ["GET /limited", "GET /limited/", "GET /limited//", "GET /limited", "GET /other/"];
    expect![[r"
        GET /limited: 200 GET /limited
        GET /limited/: 404
        GET /limited//: 404
        GET /limited: 429
        GET /other/: 200 GET /other/
    "]]
    .assert_eq(&outcomes(&world, &target, &requests).await);

    // A throttle that lets more through is less than was asked for; one that lets as little through is not.
    for (burst_limit, expected) in [(2, "404"), (1, "200")] {
        let throttle = json!({ "throttle": { "rateLimit": 1, "burstLimit": burst_limit } });
        world.put_route(&route(&target, "ANY /{proxy+}", "/{proxy}", &throttle));
        world.go_live().await;
        world.advance(Duration::from_secs(60));
        assert_eq!(&world.send("GET /v1/limited/").await[..3], expected, "{burst_limit}");
    }
    world = serving(&[&routes[..], &[route(&target, "GET /limited/", "/limited", &open())]].concat()).await;
    assert!(world.send("GET /v1/limited/").await.starts_with("200\n"), "the operator wrote this path");
}

#[tokio::test]
async fn extra_slashes_lead_no_request_past_a_plans_throttle_of_a_route() {
    let target = Target::start([]).await;
    let world = serving(&[
        route(&target, "GET /lit/@me", "/lit/@me", &guarded()),
        route(&target, "GET /other", "/other", &guarded()),
        route(&target, "ANY /{proxy+}", "/{proxy}", &guarded()),
    ])
    .await;
    let throttle = json!({ "rateLimit": 1, "burstLimit": 1 });
    world.put_plan(&json!({ "usagePlanId": "gold", "apiStages": { "v1": { "GET /lit/%40me": throttle } } }));
    let mut statuses = Vec::new();
    for path in ["/lit/@me", "/lit/@me", "/lit/%40me", "/lit/@me/", "/lit//%40me", "/other", "/other/"] {
        let answer = world.send(&format!("GET /v1{path}\nx-api-key: {KEY}")).await;
        statuses.push(answer[..3].to_owned());
    }
    assert_eq!(statuses, ["200", "429", "429", "404", "404", "200", "200"]);
}

#[tokio::test]
async fn a_dynamodb_key_from_the_path_keeps_its_slashes() {
    let world = TestGateway::new();
    world.create_table("items", "name", None);
    for name in ["secret", "public", "a/b", "a//b/"] {
        world.put("items", &json!({ "name": name }));
    }
    let get = |name: &str| json!({ "type": "DYNAMODB", "action": "GetItem", "tableName": "items", "key": { "name": name } });
    world.put_route(
        &json!({ "routeKey": "GET /items/secret", "apiKeyRequired": true, "integration": get("secret") }),
    );
    world.put_route(&json!({ "routeKey": "GET /items/{name+}", "integration": get("$request.path.name") }));
    world.go_live().await;
    let mut told = String::new();
    for path in ["secret", "secret/", "/secret", "secret%2F", "public", "public/", "a/b", "a//b/", "a%2Fb"] {
        let answer = world.send(&format!("GET /v1/items/{path}")).await;
        told += &format!("{path}: {} {}\n", &answer[..3], answer.split_once("\n\n").unwrap().1);
    }
    expect![[r#"
        secret: 403 {"message":"Forbidden"}
        secret/: 404 {"message":"Not Found"}
        /secret: 404 {"message":"Not Found"}
        secret%2F: 404 {"message":"Not Found"}
        public: 200 {"name":"public"}
        public/: 404 {"message":"Not Found"}
        a/b: 200 {"name":"a/b"}
        a//b/: 200 {"name":"a//b/"}
        a%2Fb: 200 {"name":"a/b"}
    "#]]
    .assert_eq(&told);
}

#[tokio::test]
async fn a_path_with_extra_slashes_falls_through_to_a_route_that_asks_for_as_much() {
    let target = Target::start([]).await;
    let world = serving(&[
        route(&target, "GET /reports", "/reports", &guarded()),
        route(&target, "GET /news", "/news", &open()),
        route(&target, "ANY /{proxy+}", "/{proxy}", &guarded()),
    ])
    .await;
    let requests = ["GET /reports/", "GET /reports//", "GET /news/"];
    expect![[r"
        GET /reports/: 403
        GET /reports//: 403
        GET /news/: 403
    "]]
    .assert_eq(&outcomes(&world, &target, &requests).await);
    for path in ["/reports/", "/reports//", "/news/"] {
        let answer = world.send(&format!("GET /v1{path}\nx-api-key: {KEY}")).await;
        assert!(answer.contains(&format!("\n\nGET {path}\n")), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_route_key_with_a_slash_or_an_escape_guards_paths_that_its_target_may_take_for_it() {
    let target = Target::start([]).await;
    let world = serving(&[
        route(&target, "GET /slash/", "/slash/", &guarded()),
        route(&target, "GET /a%2Fb/{id}", "/a%2Fb/{id}", &guarded()),
        route(&target, "GET /a/b/public", "/a/b/public", &open()),
        route(&target, "GET /both/{id}", "/both/{id}", &guarded()),
        route(&target, "GET /both/{id}/", "/both/{id}/", &open()),
        route(
            &target,
            "$default",
            "",
            &json!({ "integration": { "type": "HTTP_PROXY",
            "uri": format!("http://127.0.0.1:{}", target.port),
            "requestParameters": { "overwrite:path": "$request.path" } } }),
        ),
    ])
    .await;
    let requests = [
        "GET /slash/",
        "GET /slash",
        "GET /slash//",
        "POST /slash",
        "GET /a%2Fb/1",
        "GET /a/b/1",
        "GET /a/b//1",
        "GET /a/b/public",
        "GET /a/b/public/",
        "GET /a%2Fb/public",
        "GET /both/1",
        "GET /both/1/",
        "GET /both/1//",
        "GET /a/c/1",
    ];
    expect![[r"
        GET /slash/: 403
        GET /slash: 404
        GET /slash//: 404
        POST /slash: 200 POST /slash
        GET /a%2Fb/1: 403
        GET /a/b/1: 404
        GET /a/b//1: 404
        GET /a/b/public: 200 GET /a/b/public
        GET /a/b/public/: 200 GET /a/b/public/
        GET /a%2Fb/public: 403
        GET /both/1: 403
        GET /both/1/: 200 GET /both/1/
        GET /both/1//: 404
        GET /a/c/1: 200 GET /a/c/1
    "]]
    .assert_eq(&outcomes(&world, &target, &requests).await);
}

#[tokio::test]
async fn a_path_that_would_lead_past_a_guard_is_answered_like_an_unknown_path() {
    let target = Target::start([]).await;
    let routes = [
        route(&target, "GET /reports", "/reports", &guarded()),
        route(&target, "GET /{proxy+}", "/{proxy}", &open()),
    ];
    let cors = json!({ "allowOrigins": ["*"], "allowMethods": ["*"] });
    let preflight = "OPTIONS /v1/reports/\norigin: https://a.example\naccess-control-request-method: GET";
    let world = serving_with(&json!({ "corsConfiguration": cors }), &routes).await;
    let not_found = NOT_FOUND.replacen('\n', "\naccess-control-allow-origin: *\n", 1);
    let from_elsewhere = "GET /v1/reports/\norigin: https://a.example";
    assert_eq!(world.send(from_elsewhere).await, not_found);
    assert_eq!(world.send("DELETE /v1/reports/\norigin: https://a.example").await, not_found, "no 405");
    assert_eq!(world.send(preflight).await, not_found);
    assert!(world.send(&preflight.replace("reports/", "reports")).await.starts_with("204\n"));

    let world = serving_with(&json!({ "unmatchedRoutes": "AWS_REST" }), &routes).await;
    let missing = world.send("GET /v1/reports/").await;
    assert!(
        missing.starts_with("403\n") && missing.ends_with("{\"message\":\"Missing Authentication Token\"}")
    );
    assert_eq!(target.received(), [] as [&str; 0]);
}
