//! Which tokens get in: the whole answer to every fault, and the reason in the log.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    HELLO, NO_TOKEN, api_item,
    issuer::{Issuer, after_start},
    refused, route, serving, with_token,
};
use crate::harness::TestGateway;

/// `GET /any` takes any token of `users`, `GET /scoped` one with a scope.
async fn world(words: &Value) -> TestGateway {
    let api =
        json!({ "authorizers": { "users": Issuer::ours().authorizer(words) }, "authorizerId": "users" });
    let scopes = json!({ "authorizationScopes": ["orders:read", "orders:write"] });
    serving(&api, &[route("GET /any", &json!({})), route("GET /scoped", &scopes)]).await
}

#[tokio::test]
async fn a_token_that_breaks_a_rule_is_refused_with_the_rule() {
    let world = world(&json!({})).await;
    let ours = Issuer::ours();
    let good = ours.token(&json!({}));
    let swapped = {
        let other = ours.token(&json!({ "sub": "bob" }));
        format!("{}.{}", other.rsplit_once('.').unwrap().0, good.rsplit_once('.').unwrap().1)
    };
    let with_header = |header: Value| ours.signed(&header, &json!({ "iss": "x" }));
    let cases = [
        ("no token", "token contains an invalid number of segments"),
        ("a.b", "token contains an invalid number of segments"),
        ("a.b.c", "the token is malformed"),
        (&good[..good.len() - 2], "the token's signature is invalid"),
        (&swapped, "the token's signature is invalid"),
        (&Issuer::new("k1", 2).token(&json!({})), "the token's signature is invalid"),
        (&Issuer::new("k2", 1).token(&json!({})), "the token's key is unknown"),
        (&with_header(json!({ "alg": "none" })), "the token's algorithm is not accepted"),
        (&with_header(json!({ "alg": "HS256", "kid": "k1" })), "the token's algorithm is not accepted"),
        (&with_header(json!({ "alg": "RS256", "kid": "k1" })), "the token's algorithm is not accepted"),
        (&ours.token(&json!({ "iss": "https://issuer.example" })), "issuer does not match"),
        (&ours.token(&json!({ "aud": "other" })), "the token does not have a valid audience"),
        (&ours.token(&json!({ "aud": null })), "the token does not have a valid audience"),
        (&ours.token(&json!({ "exp": null })), "the token does not have an expiry"),
        (&ours.token(&json!({ "exp": after_start(0) })), "the token has expired"),
        (&ours.token(&json!({ "nbf": after_start(1) })), "the token is not valid yet"),
        (&ours.token(&json!({ "iat": after_start(1) })), "the token was issued in the future"),
    ];
    for (token, description) in cases {
        assert_eq!(world.send(&with_token("GET /v1/any", token)).await, refused("", description), "{token}");
        let told = world.last_line();
        assert_eq!(told["errorMessage"], format!("bad token: {description}"), "{token}");
        assert_eq!(told["errorResponseType"], "UNAUTHORIZED");
        let scoped = world.send(&with_token("GET /v1/scoped", token)).await;
        assert_eq!(scoped, refused("orders:read orders:write", description), "{token}");
    }
    for request in ["GET /v1/any", "GET /v1/any\nauthorization:  ", "GET /v1/any\nauthorization: Bearer "] {
        assert_eq!(world.send(request).await, NO_TOKEN, "{request}");
        assert_eq!(world.last_line()["errorMessage"], "no token");
    }
}

#[tokio::test]
async fn a_good_token_gets_in_with_or_without_its_scheme() {
    let world = world(&json!({})).await;
    let ours = Issuer::ours();
    let good = [
        json!({}),
        json!({ "aud": ["other", "shop"] }),
        json!({ "aud": null, "client_id": "shop" }),
        json!({ "exp": after_start(1) }),
        json!({ "nbf": after_start(0), "iat": after_start(0) }),
        json!({ "sub": null }),
    ];
    for claims in good {
        assert_eq!(world.send(&with_token("GET /v1/any", &ours.token(&claims))).await, HELLO, "{claims}");
    }
    let token = ours.token(&json!({}));
    for value in [token.clone(), format!("bearer {token}"), format!("  Bearer   {token} ")] {
        assert_eq!(world.send(&format!("GET /v1/any\nauthorization: {value}")).await, HELLO);
    }
}

#[tokio::test]
async fn a_route_with_scopes_takes_a_token_with_one_of_them_only() {
    let world = world(&json!({})).await;
    let forbidden = "403\ncontent-type: application/json\n\
        www-authenticate: Bearer scope=\"orders:read orders:write\" error=\"insufficient_scope\"\n\
        x-amzn-errortype: AccessDeniedException\n\n{\"message\":\"Forbidden\"}";
    let cases = [
        (json!({}), false),
        (json!({ "scope": "" }), false),
        (json!({ "scope": "orders orders:readx ORDERS:READ" }), false),
        (json!({ "scope": "openid orders:read" }), true),
        (json!({ "scp": ["orders:write"] }), true),
        (json!({ "scp": ["openid orders:read"] }), true),
        (json!({ "scope": 7, "scp": { "orders:read": true } }), false),
    ];
    // Each token twice: what is remembered of it is not who has which scope.
    for (claims, is_let_in) in cases.iter().chain(&cases) {
        let answer = world.send(&with_token("GET /v1/scoped", &Issuer::ours().token(claims))).await;
        assert_eq!(answer, if *is_let_in { HELLO } else { forbidden }, "{claims}");
        let any = world.send(&with_token("GET /v1/any", &Issuer::ours().token(claims))).await;
        assert_eq!(any, HELLO);
    }
    world.send(&with_token("GET /v1/scoped", &Issuer::ours().token(&json!({})))).await;
    let line = world.last_line();
    assert_eq!(
        [&line["errorResponseType"], &line["errorMessage"], &line["authorizerId"]],
        ["ACCESS_DENIED", "the token has none of the scopes orders:read orders:write", "users"]
    );
}

#[tokio::test]
async fn a_remembered_token_is_refused_from_the_moment_that_it_expires() {
    let world = world(&json!({})).await;
    let token = Issuer::ours().token(&json!({ "exp": after_start(60) }));
    assert_eq!(world.send(&with_token("GET /v1/any", &token)).await, HELLO);
    world.advance(Duration::from_millis(59_999));
    assert_eq!(world.send(&with_token("GET /v1/any", &token)).await, HELLO);
    world.advance(Duration::from_millis(1));
    let expired = refused("", "the token has expired");
    assert_eq!(world.send(&with_token("GET /v1/any", &token)).await, expired);
}

#[tokio::test]
async fn a_remembered_token_is_refused_as_soon_as_the_authorizer_changes() {
    let world = world(&json!({})).await;
    let token = Issuer::ours().token(&json!({}));
    assert_eq!(world.send(&with_token("GET /v1/any", &token)).await, HELLO);
    let changes = [
        (json!({ "jwks": Issuer::new("k1", 2).jwks() }), "the token's signature is invalid"),
        (json!({ "requiredClaims": { "role": "admin" } }), "the token does not have a required claim"),
        (
            json!({ "jwtConfiguration": { "issuer": "https://other.example/", "audience": ["shop"] } }),
            "issuer does not match",
        ),
    ];
    for (words, description) in changes {
        let authorizers = json!({ "users": Issuer::ours().authorizer(&words) });
        world.put_route(&api_item(&json!({ "authorizers": authorizers, "authorizerId": "users" })));
        world.go_live().await;
        assert_eq!(world.send(&with_token("GET /v1/any", &token)).await, refused("", description));
    }
}

#[tokio::test]
async fn an_authorizer_says_where_the_token_stands_its_leeway_algorithms_and_claims() {
    let ours = Issuer::ours();
    let good = ours.token(&json!({}));
    let late = ours.token(&json!({ "exp": after_start(-30) }));
    let admin = ours.token(&json!({ "roles": ["user", "admin"], "level": 2 }));
    let required = json!({ "requiredClaims": { "roles": "admin", "level": "2" } });
    let header = |name: &str| json!({ "identitySource": format!("$request.header.{name}") });
    let query = json!({ "identitySource": ["method.request.querystring.token"] });
    let cases = [
        (header("X-Token"), format!("GET /v1/any\nx-token: {good}"), HELLO.to_owned()),
        (header("X-Token"), with_token("GET /v1/any", &good), NO_TOKEN.to_owned()),
        (query.clone(), format!("GET /v1/any?token={good}"), HELLO.to_owned()),
        (query, with_token("GET /v1/any?token", &good), NO_TOKEN.to_owned()),
        (json!({ "leewaySeconds": 31 }), with_token("GET /v1/any", &late), HELLO.to_owned()),
        (
            json!({ "leewaySeconds": "30" }),
            with_token("GET /v1/any", &late),
            refused("", "the token has expired"),
        ),
        (json!({ "algorithms": ["EdDSA"] }), with_token("GET /v1/any", &good), HELLO.to_owned()),
        (
            json!({ "algorithms": ["RS256", "ES256"] }),
            with_token("GET /v1/any", &good),
            refused("", "the token's algorithm is not accepted"),
        ),
        (required.clone(), with_token("GET /v1/any", &admin), HELLO.to_owned()),
        (required, with_token("GET /v1/any", &good), refused("", "the token does not have a required claim")),
    ];
    for (words, request, expected) in cases {
        assert_eq!(world(&words).await.send(&request).await, expected, "{words}");
    }
}

#[tokio::test]
async fn a_user_pool_lets_in_an_id_token_or_where_scopes_are_asked_an_access_token() {
    let ours = Issuer::ours();
    let issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc";
    let pool = json!({ "type": "COGNITO_USER_POOLS", "jwks": ours.jwks().to_string(),
        "providerARNs": ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Abc"] });
    let scoped = json!({ "authorizerId": "pool", "authorizationScopes": "orders/read" });
    let routes = [
        route("GET /any", &json!({ "authorizerId": "pool", "authorizationType": "COGNITO_USER_POOLS" })),
        route("GET /scoped", &scoped),
    ];
    let world = serving(&json!({ "authorizers": { "pool": pool } }), &routes).await;
    let token = |claims: Value| {
        let mut all = json!({ "iss": issuer, "aud": null });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        ours.token(&all)
    };
    let id = token(json!({ "token_use": "id", "aud": "any client", "scope": "orders/read" }));
    let access = token(json!({ "token_use": "access", "client_id": "any", "scope": "orders/read" }));
    let other_issuer = ours.token(&json!({ "token_use": "id" }));
    for _ in 0..2 {
        assert_eq!(world.send(&with_token("GET /v1/any", &id)).await, HELLO);
        assert_eq!(world.send(&with_token("GET /v1/scoped", &access)).await, HELLO);
        let no_id = refused("", "the token is not an ID token");
        assert_eq!(world.send(&with_token("GET /v1/any", &access)).await, no_id);
        let no_access = refused("orders/read", "the token is not an access token");
        assert_eq!(world.send(&with_token("GET /v1/scoped", &id)).await, no_access);
    }
    let answer = world.send(&with_token("GET /v1/any", &other_issuer)).await;
    assert_eq!(answer, refused("", "issuer does not match"));
}

#[tokio::test]
async fn a_token_of_none_of_several_user_pools_is_refused_without_asking_one() {
    let arn = |pool: &str| format!("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_{pool}");
    let pools = json!({ "type": "COGNITO_USER_POOLS", "providerARNs": [arn("A"), arn("B")] });
    let routes = [route("GET /any", &json!({ "authorizerId": "pools" }))];
    let world = serving(&json!({ "authorizers": { "pools": pools } }), &routes).await;
    let ours = Issuer::ours();
    for issuer in [json!("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_C"), json!(7), Value::Null] {
        let answer = world.send(&with_token("GET /v1/any", &ours.token(&json!({ "iss": issuer })))).await;
        assert_eq!(answer, refused("", "issuer does not match"), "{issuer}");
    }
}

#[tokio::test]
async fn issuer_and_audience_may_be_the_stages_own() {
    let ours = Issuer::ours();
    let configuration =
        json!({ "issuer": "${stageVariables.issuer}", "audience": ["${stageVariables.app}-app"] });
    let users = ours.authorizer(&json!({ "jwtConfiguration": configuration }));
    let world = TestGateway::new();
    let variables = |issuer: &str| {
        world.put_stage(&json!({ "stage": "v1", "stageVariables": { "issuer": issuer, "app": "shop" } }));
    };
    variables("https://one.example/");
    world.put_route(&api_item(&json!({ "authorizers": { "users": users }, "authorizerId": "users" })));
    world.put_route(&route("GET /any", &json!({})));
    world.go_live().await;
    let of =
        |issuer: &str| with_token("GET /v1/any", &ours.token(&json!({ "iss": issuer, "aud": "shop-app" })));
    let (one, two) = (of("https://one.example/"), of("https://two.example/"));
    let other_issuer = refused("", "issuer does not match");
    assert_eq!(world.send(&one).await, HELLO);
    assert_eq!(world.send(&two).await, other_issuer);
    variables("https://two.example/");
    world.refresh().await;
    assert_eq!(world.send(&one).await, other_issuer, "what was remembered was another issuer's");
    assert_eq!(world.send(&two).await, HELLO);
}
