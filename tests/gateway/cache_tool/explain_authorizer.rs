//! The cache's part of `tollgate explain` of a route with an authorizer: the token decides, as it does at the gateway.

use expect_test::expect;
use serde_json::json;

use super::{explain, masked, set_clock_back};
use crate::{
    authorizers::{functions::Form, iam::SIGNING, issuer::Issuer},
    cache::Cached,
    harness::{TestGateway, tool::Ran},
};

const URL: &str = "GET https://abc123.lambda-url.eu-west-1.on.aws/v1/orders";

#[tokio::test]
async fn explain_takes_the_caller_from_the_token_and_shows_no_token() {
    let world = Cached::start(&[]).await;
    let ours = Issuer::ours();
    let authorizers = json!({ "users": ours.authorizer(&json!({})) });
    world.gateway.put_route(&json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"],
        "authorizers": authorizers, "authorizerId": "users" }));
    world.put("GET /orders", &json!({}));
    world.put("POST /orders", &json!({ "authorizationScopes": ["orders:write"] }));
    world.gateway.go_live().await;
    set_clock_back(&world, 0);
    let token = ours.token(&json!({ "exp": 4_102_444_800_u64 }));
    let header = format!("authorization: Bearer {token}");
    let ran = explain(&world, &[URL, "-H", &header]);
    expect![[r#"
        exit 0
        route        GET /orders, the most specific for the path
        cache        yes
        ttl          300 s
        key          v1#DIGEST
                     stage            v1
                     cacheGeneration  0
                     routeKey         GET /orders
                     method           GET
                     host             abc123.lambda-url.eu-west-1.on.aws
                     apiKeyId         -
                     principal        @23:https://issuer.example/ada
                     authorizer       c2a9c75712be895125afc82419709a2b7995d7b4cd22d1875e9844a110dcc283
        entry        none
        lock         none
    "#]]
    .assert_eq(&masked(&ran));
    let post = URL.replace("GET", "POST");
    let expired = format!("authorization: Bearer {}", ours.token(&json!({ "exp": 1 })));
    for (arguments, reason) in [
        (&[&*post, "-H", &header][..], "the token has none of the scopes orders:write"),
        (&[URL, "-H", &expired], "bad token: the token has expired"),
        (&[URL], "no token"),
    ] {
        assert_refused(&explain(&world, arguments), reason);
    }
}

/// The authorizer refuses, and the cache has no part in it.
fn assert_refused(ran: &Ran, reason: &str) {
    let words = format!("\nanswer       refused by authorizer: {reason}\n");
    assert!(ran.code == Some(3) && ran.stdout.contains(&words), "{ran:?}");
    assert!(!ran.stdout.contains("\ncache "), "{ran:?}");
}

#[tokio::test]
async fn explain_calls_no_authorizers_function_and_says_so() {
    let world = Cached::start(&[]).await;
    let authorizer = Form::Simple.authorizer(&json!({}));
    world.gateway.put_route(&json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"],
        "authorizers": { "f": authorizer }, "authorizerId": "f" }));
    world.put("GET /orders", &json!({}));
    world.gateway.go_live().await;
    set_clock_back(&world, 0);
    world.gateway.calls();
    let ran = explain(&world, &[URL, "-H", "x-who: allow ada"]);
    expect![[r#"
        exit 0
        route        GET /orders, the most specific for the path
        cache        no: the function of the route's authorizer says who calls, which is part of the key, and is not called here
    "#]].assert_eq(&masked(&ran));
    assert_eq!(world.gateway.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn explain_cannot_say_who_signs_and_says_so() {
    let world = TestGateway::with_environment(&[SIGNING]);
    world.put_route(
        &json!({ "routeKey": "GET /orders", "authorizationType": "AWS_IAM", "cachingEnabled": true,
        "integration": { "type": "AWS_PROXY", "uri": "orders" } }),
    );
    world.go_live().await;
    expect![[r#"
        exit 0
        route        GET /orders, the most specific for the path
        cache        no: AWS says who has signed the request, which is part of the key, and is not asked here
    "#]]
    .assert_eq(&masked(&world.tollgate(&["explain", URL])));
}

#[tokio::test]
async fn explain_shows_no_token_of_the_query_where_it_refuses() {
    let world = Cached::start(&[]).await;
    let authorizer = Issuer::ours().authorizer(&json!({ "identitySource": "$request.querystring.token" }));
    world.gateway.put_route(&json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"],
        "authorizers": { "users": authorizer }, "authorizerId": "users" }));
    world.put("GET /orders", &json!({}));
    world.gateway.go_live().await;
    let token = Issuer::ours().token(&json!({ "exp": 1 }));
    let url = format!("{URL}?token={token}");
    let ran = explain(&world, &[&url]);
    assert_refused(&ran, "bad token: the token has expired");
    assert!(!ran.stdout.contains(&token[..20]), "{ran:?}");
    let unreadable = explain(&world, &[&url.replace("/v1/orders", "/v1/%zz")]);
    assert!(!unreadable.stderr.contains("token="), "{unreadable:?}");
}
