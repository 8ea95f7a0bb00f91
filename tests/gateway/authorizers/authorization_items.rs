//! What an operator is told of routes, and an API, that ask an authorizer.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{api_item, route, told};

#[tokio::test]
async fn what_a_route_says_of_its_authorizer_fits_together() {
    let api = api_item(&json!({}));
    let cases: Vec<(Value, Expect)> = vec![
        (
            json!({ "authorizerId": "admins" }),
            expect![[
                r#"problem [GET /a] authorizerId: got "admins", expected one of the authorizers of $api (users)"#
            ]],
        ),
        (
            json!({ "authorizerId": 7 }),
            expect![[
                r#"problem [GET /a] authorizerId: got "7", expected one of the authorizers of $api (users)"#
            ]],
        ),
        (
            json!({ "authorizerId": ["users"] }),
            expect![[r#"problem [GET /a] authorizerId: got ["users"], expected a string"#]],
        ),
        (
            json!({ "authorizerId": null }),
            expect!["problem [GET /a] authorizerId: got null, expected a value, or no such attribute"],
        ),
        (
            json!({ "authorizationType": "JWT" }),
            expect![
                "problem [GET /a] authorizerId: got nothing, expected the authorizer of that authorizationType"
            ],
        ),
        (
            json!({ "authorizationType": "SAML", "authorizerId": "users" }),
            expect![[
                r#"problem [GET /a] authorizationType: got "SAML", expected NONE or JWT or CUSTOM or COGNITO_USER_POOLS or AWS_IAM"#
            ]],
        ),
        (
            json!({ "authorizationType": "CUSTOM", "authorizerId": "users" }),
            expect![[r#"problem [GET /a] authorizationType: got "CUSTOM", expected JWT, which users is"#]],
        ),
        (
            json!({ "authorizationType": "AWS_IAM" }),
            expect![[
                r#"problem [GET /a] authorizationType: got "AWS_IAM", expected another authorizer: the function URL lets in everybody and checks no signature (FUNCTION_URL_AUTH_TYPE is NONE; for a local gateway set it to AWS_IAM)"#
            ]],
        ),
        (
            json!({ "authorizationType": "NONE", "authorizerId": "users" }),
            expect![[r#"problem [GET /a] authorizerId: got "users", expected nothing beside NONE"#]],
        ),
        (
            json!({ "authorizationType": "NONE", "authorizationScopes": ["a"] }),
            expect![[r#"problem [GET /a] authorizationScopes: got ["a"], expected nothing beside NONE"#]],
        ),
        (
            json!({ "authorizationType": "COGNITO_USER_POOLS", "authorizerId": "users" }),
            expect![
                "problem [GET /a] authorizationType: got \"COGNITO_USER_POOLS\", expected JWT, which users is"
            ],
        ),
        (
            json!({ "authorizationScopes": ["a"] }),
            expect![[
                r#"problem [GET /a] authorizationScopes: got ["a"], expected an authorizerId beside it"#
            ]],
        ),
        (
            json!({ "authorizerId": "users", "authorizationScopes": ["a b"] }),
            expect![[
                r#"problem [GET /a] authorizationScopes: got ["a b"], expected a list of scopes: visible ASCII but " and \"#
            ]],
        ),
        (
            json!({ "authorizerId": "users", "authorizationScopes": ["a\""] }),
            expect![[
                r#"problem [GET /a] authorizationScopes: got ["a\""], expected a list of scopes: visible ASCII but " and \"#
            ]],
        ),
        (
            json!({ "authorizerId": "users", "authorizationScopes": [7] }),
            expect![[
                r#"problem [GET /a] authorizationScopes: got [7], expected a list of scopes: visible ASCII but " and \"#
            ]],
        ),
        (
            json!({ "authorizerId": "users", "scopes": ["a"] }),
            expect![[
                r#"problem [GET /a] scopes: got ["a"], expected nothing of this name here, where it guards nothing"#
            ]],
        ),
        (
            json!({ "authorizer": "users" }),
            expect![[
                r#"problem [GET /a] authorizer: got "users", expected nothing of this name; did you mean authorizerId?"#
            ]],
        ),
        (
            json!({ "requiredClaims": { "role": "admin" } }),
            expect![[
                r#"problem [GET /a] requiredClaims: got {"role":"admin"}, expected nothing of this name here, where it guards nothing"#
            ]],
        ),
        (
            json!({ "authorizationType": "jwt", "authorizerId": "users", "authorizationScopes": "a" }),
            expect![[""]],
        ),
        (
            json!({}),
            expect![
                "warning [$api] authorizers.users: got an authorizer that no route asks, expected authorizerId users in a route or in $api, or no such authorizer"
            ],
        ),
        (
            json!({ "authorizationType": "none", "authorizationScopes": [] }),
            expect![
                "warning [$api] authorizers.users: got an authorizer that no route asks, expected authorizerId users in a route or in $api, or no such authorizer"
            ],
        ),
    ];
    for (words, expected) in cases {
        expected.assert_eq(&told(&api, &[route("GET /a", &words)]).await);
    }
}

#[tokio::test]
async fn what_the_api_says_as_the_default_of_its_routes_fits_together() {
    let cases: Vec<(Value, Expect)> = vec![
        (
            json!({ "authorizerId": "admins" }),
            expect![[
                r#"problem [$api] authorizerId: got "admins", expected one of the authorizers of $api (users)"#
            ]],
        ),
        (
            json!({ "authorizationScopes": ["a"] }),
            expect![[r#"problem [$api] authorizationScopes: got ["a"], expected an authorizerId beside it"#]],
        ),
        (
            json!({ "authorizationType": "AWS_IAM" }),
            expect![
                "problem [GET /a] authorizationType: got AWS_IAM of $api, expected another authorizer: the function URL lets in everybody and checks no signature (FUNCTION_URL_AUTH_TYPE is NONE; for a local gateway set it to AWS_IAM)"
            ],
        ),
        (
            json!({ "authorizerId": "users", "authorizationType": "JWT", "authorizationScopes": ["a"] }),
            expect![[""]],
        ),
        (
            json!({ "authorizers": {}, "authorizerId": "users" }),
            expect![[
                r#"problem [$api] authorizerId: got "users", expected one of the authorizers of $api ()"#
            ]],
        ),
    ];
    for (words, expected) in cases {
        expected.assert_eq(&told(&api_item(&words), &[route("GET /a", &json!({}))]).await);
    }
}

#[tokio::test]
async fn a_route_with_scopes_is_not_told_of_a_default_that_is_wrong_by_itself() {
    let routes = [
        route("GET /a", &json!({ "authorizationScopes": ["a"] })),
        route("GET /b", &json!({ "authorizationType": "JWT" })),
    ];
    expect![[
        r#"problem [$api] authorizerId: got "admins", expected one of the authorizers of $api (users)"#
    ]]
    .assert_eq(&told(&api_item(&json!({ "authorizerId": "admins" })), &routes).await);
}
