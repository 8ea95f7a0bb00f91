//! Which routes ask their callers what: the default of `$api`, a route's own words, and a key besides.

use std::fmt::Write;

use expect_test::expect;
use serde_json::json;

use super::{HELLO, NO_TOKEN, issuer::Issuer, refused, route, serving, with_token};

#[tokio::test]
async fn the_default_of_the_api_holds_for_every_route_that_does_not_say_otherwise() {
    let ours = Issuer::ours();
    let api = json!({
        "authorizers": { "users": ours.authorizer(&json!({})),
                         "admins": ours.authorizer(&json!({ "requiredClaims": { "role": "admin" } })) },
        "authorizerId": "users", "authorizationType": "JWT", "authorizationScopes": ["read"],
    });
    let routes = [
        route("GET /default", &json!({})),
        route("GET /typed", &json!({ "authorizationType": "JWT" })),
        route("GET /same", &json!({ "authorizerId": "users" })),
        route("GET /write", &json!({ "authorizationScopes": ["write"] })),
        route("GET /unscoped", &json!({ "authorizationScopes": [] })),
        route("GET /admins", &json!({ "authorizerId": "admins" })),
        route("GET /open", &json!({ "authorizationType": "NONE" })),
        route("$default", &json!({})),
    ];
    let world = serving(&api, &routes).await;
    let token = |claims| with_token("", &ours.token(&claims));
    let senders = [
        String::new(),
        token(json!({})),
        token(json!({ "scope": "read" })),
        token(json!({ "scope": "write" })),
        token(json!({ "role": "admin" })),
    ];
    let table = [
        ("default", [401, 403, 200, 403, 403]),
        ("typed", [401, 403, 200, 403, 403]),
        ("same", [401, 403, 200, 403, 403]),
        ("write", [401, 403, 403, 200, 403]),
        ("unscoped", [401, 200, 200, 200, 200]),
        ("admins", [401, 401, 401, 401, 200]),
        ("open", [200; 5]),
        ("anything/else", [401, 403, 200, 403, 403]),
    ];
    for (path, expected) in table {
        let mut statuses = Vec::new();
        for sender in &senders {
            let answer = world.send(&format!("GET /v1/{path}{sender}")).await;
            statuses.push(answer[..3].parse::<u16>().unwrap());
        }
        assert_eq!(statuses, expected, "{path}");
    }
}

#[tokio::test]
async fn a_route_with_an_authorizer_and_a_key_asks_for_both_the_authorizer_first() {
    const KEY: &str = "imported-key-of-the-tests";
    let words = json!({ "authorizerId": "users", "apiKeyRequired": true });
    let world = serving(&json!({}), &[route("GET /both", &words)]).await;
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    world.put_key(KEY, &json!({ "id": "good", "usagePlanId": "gold" }));
    let good = with_token("GET /v1/both", &Issuer::ours().token(&json!({})));
    let bad = with_token("GET /v1/both", "x");
    let forbidden = "403\ncontent-type: application/json\nx-amzn-errortype: ForbiddenException\n\n{\"message\":\"Forbidden\"}";
    assert_eq!(world.send("GET /v1/both").await, NO_TOKEN);
    assert_eq!(world.send(&format!("GET /v1/both\nx-api-key: {KEY}")).await, NO_TOKEN);
    let malformed = refused("", "token contains an invalid number of segments");
    assert_eq!(world.send(&format!("{bad}\nx-api-key: {KEY}")).await, malformed);
    assert_eq!(
        world.last_line()["apiKeyId"],
        json!(null),
        "no key is looked up for whom the token does not name"
    );
    assert_eq!(world.send(&good).await, forbidden);
    assert_eq!(world.send(&format!("{good}\nx-api-key: {KEY}")).await, HELLO);
    let line = world.last_line();
    let facts = ["authorizerId", "principalId", "apiKeyId"].map(|name| &line[name]);
    assert_eq!(facts, ["users", "ada", "good"]);
}

#[tokio::test]
async fn a_preflight_needs_no_token_and_a_page_can_read_a_refusal() {
    let api = json!({ "authorizerId": "users", "corsConfiguration": { "allowOrigins": ["https://app.example"],
        "allowHeaders": ["authorization"], "allowMethods": ["GET"] } });
    let world = serving(&api, &[route("GET /a", &json!({}))]).await;
    let preflight = world
        .send(
            "OPTIONS /v1/a\norigin: https://app.example\naccess-control-request-method: GET\n\
             access-control-request-headers: authorization",
        )
        .await;
    assert!(preflight.starts_with("204\naccess-control-allow-headers: authorization\n"), "{preflight}");
    let refused = world.send("GET /v1/a\norigin: https://app.example").await;
    assert!(refused.starts_with("401\naccess-control-allow-origin: https://app.example\n"), "{refused}");
    assert!(world.send("OPTIONS /v1/a").await.starts_with("405\n"));
}

#[tokio::test]
async fn a_request_that_its_authorizer_refuses_costs_no_throttle_and_calls_nobody() {
    let words = json!({ "authorizerId": "users", "throttle": { "rateLimit": 0.001, "burstLimit": 1 },
        "integration": { "type": "AWS_PROXY", "uri": "echo" } });
    let world = serving(&json!({}), &[route("GET /a", &words)]).await;
    for _ in 0..5 {
        assert_eq!(world.send("GET /v1/a").await, NO_TOKEN);
    }
    assert_eq!(world.calls(), [""; 0]);
    let token = Issuer::ours().token(&json!({}));
    assert!(world.send(&with_token("GET /v1/a", &token)).await.starts_with("200\n"));
    assert!(world.send(&with_token("GET /v1/a", &token)).await.starts_with("429\n"));
}

/// A denial of the policy comes before the authorizer; what no statement allows is refused after it, before the key.
#[tokio::test]
async fn a_policy_denies_before_the_token_and_must_allow_after_it() {
    let statement = |effect: &str, path: &str| {
        json!({ "Effect": effect, "Principal": "*", "Action": "execute-api:Invoke",
                "Resource": format!("execute-api:/v1/GET/{path}") })
    };
    let policy = json!({ "Version": "2012-10-17",
                         "Statement": [statement("Allow", "open"), statement("Deny", "denied")] });
    let api = json!({
        "authorizers": { "users": Issuer::ours().authorizer(&json!({})) },
        "authorizerId": "users",
        "policy": policy,
    });
    let routes = ["GET /open", "GET /denied"].map(|key| route(key, &json!({})));
    let keyed = route("GET /silent", &json!({ "apiKeyRequired": true }));
    let world = serving(&api, &[&routes[..], &[keyed]].concat()).await;
    let token = Issuer::ours().token(&json!({}));
    let mut told = String::new();
    for request in ["GET /v1/open", "GET /v1/denied", "GET /v1/silent"] {
        for (with, request) in [("no token", request.to_owned()), ("a token", with_token(request, &token))] {
            world.send(&request).await;
            let line = world.last_line();
            let why = line["errorMessage"].as_str().unwrap_or_default();
            let _ =
                writeln!(told, "{} with {with}: {} {why}", line["path"].as_str().unwrap(), line["status"]);
        }
    }
    expect![[r"
        /v1/open with no token: 401 no token
        /v1/open with a token: 200 
        /v1/denied with no token: 403 access denied: Statement[1] of the policy denies it
        /v1/denied with a token: 403 access denied: Statement[1] of the policy denies it
        /v1/silent with no token: 401 no token
        /v1/silent with a token: 403 access denied: no statement of the policy allows it
    "]]
    .assert_eq(&told);
}
