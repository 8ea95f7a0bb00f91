//! What an operator is told of `authorizers`.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{api_item, issuer::Issuer, route, told};

async fn of_authorizer(authorizer: Value) -> String {
    let api = api_item(&json!({ "authorizers": { "users": authorizer } }));
    told(&api, &[route("GET /a", &json!({ "authorizerId": "users" }))]).await
}

#[tokio::test]
async fn everything_that_is_wrong_with_an_authorizer_is_told() {
    let ours = Issuer::ours();
    let configuration = |words: Value| json!({ "jwtConfiguration": words });
    let cases: Vec<(Value, Expect)> = vec![
        (
            json!({}),
            expect![
                "problem [$api] authorizers.users.type: got nothing, expected JWT, COGNITO_USER_POOLS, TOKEN, REQUEST or AWS_IAM"
            ],
        ),
        (
            json!({ "type": "SAML" }),
            expect![[
                r#"problem [$api] authorizers.users.type: got "SAML", expected JWT or COGNITO_USER_POOLS or TOKEN or REQUEST or AWS_IAM"#
            ]],
        ),
        (
            json!({ "type": "token" }),
            expect![
                "problem [$api] authorizers.users.authorizerUri: got nothing, expected a function: name, name:alias, account:function:name, or an ARN"
            ],
        ),
        (
            json!({ "type": "AWS_IAM", "allow": [] }),
            expect![[
                r#"problem [$api] authorizers.users.allow: got [], expected the ARNs of some callers: nobody could call"#
            ]],
        ),
        (
            json!({ "type": "JWT" }),
            expect![[
                r#"problem [$api] authorizers.users.jwtConfiguration: got nothing, expected {"issuer": "https://…", "audience": ["…"]}"#
            ]],
        ),
        (
            json!({ "type": "JWT", "jwksUri": "https://issuer.example/keys", "jwtConfiguration": 7 }),
            expect!["problem [$api] authorizers.users.jwtConfiguration: got 7, expected a map"],
        ),
        (
            ours.fetching(&json!({ "jwksUri": "http://169.254.169.254/keys" })),
            expect![[
                r#"problem [$api] authorizers.users.jwksUri: got "http://169.254.169.254/keys", expected an https:// URL of a public host, or of an address that allowPrivateIntegrations of $api lists; http:// only of a listed one"#
            ]],
        ),
        (
            ours.authorizer(&json!({ "jwksUri": "https://issuer.example/keys" })),
            expect![[
                r#"problem [$api] authorizers.users.jwksUri: got "https://issuer.example/keys", expected nothing, since jwks lists the keys"#
            ]],
        ),
        (
            ours.fetching(&configuration(json!({ "issuer": "issuer.example", "audience": "shop" }))),
            expect![[
                r#"problem [$api] authorizers.users.jwtConfiguration.issuer: got "issuer.example", expected an https:// URL without a query, where its discovery document is (http:// only of an address that allowPrivateIntegrations of $api lists); else jwksUri"#
            ]],
        ),
        (
            ours.authorizer(&configuration(json!({ "issuer": "", "audience": [] }))),
            expect![[r#"
            problem [$api] authorizers.users.jwtConfiguration.audience: got [], expected 1 to 50 texts, one of which has to be the token's aud or client_id
            problem [$api] authorizers.users.jwtConfiguration.issuer: got "", expected the iss of its tokens, to the letter"#]],
        ),
        (
            ours.authorizer(&configuration(json!({ "isuer": "x", "audience": "shop" }))),
            expect![[r#"
            problem [$api] authorizers.users.jwtConfiguration.issuer: got nothing, expected the iss of its tokens, to the letter
            problem [$api] authorizers.users.jwtConfiguration.isuer: got "x", expected nothing of this name; did you mean issuer?"#]],
        ),
        (
            ours.authorizer(&configuration(
                json!({ "issuer": "${stageVariables.a}", "audience": "${stageVariables.b}" }),
            )),
            expect![[r#"
                problem [$api] authorizers.users.jwtConfiguration.audience: got ${stageVariables.b}, expected one of the stage's variables ()
                problem [$api] authorizers.users.jwtConfiguration.issuer: got ${stageVariables.a}, expected one of the stage's variables ()"#]],
        ),
        (
            ours.authorizer(&json!({ "jwks": { "keys": [] } })),
            expect![[
                r#"problem [$api] authorizers.users.jwks: got a JWK set that cannot be used, expected another, since none of its keys can verify a token"#
            ]],
        ),
        (
            ours.authorizer(&json!({ "jwks": { "keys": [{ "kty": "oct", "k": "hush" }] } })),
            expect![
                "problem [$api] authorizers.users.jwks: got a JWK set that cannot be used, expected another, since it shows a symmetric key (`oct`), which is a secret"
            ],
        ),
        (
            ours.authorizer(&json!({ "jwks": "no JSON" })),
            expect![[
                r#"problem [$api] authorizers.users.jwks: got a JWK set that cannot be used, expected another, since it is no JSON: expected ident at line 1 column 2"#
            ]],
        ),
        (
            ours.authorizer(&json!({ "identitySource": ["$request.header.a", "$request.header.b"],
                "algorithms": ["none", "HS256"], "leewaySeconds": 121, "requiredClaims": ["role"] })),
            expect![[r#"
                problem [$api] authorizers.users.algorithms: got ["none","HS256"], expected a list of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA
                problem [$api] authorizers.users.identitySource: got ["$request.header.a","$request.header.b"], expected one text such as $request.header.Authorization or $request.querystring.token
                problem [$api] authorizers.users.leewaySeconds: got 121, expected a whole number from 0 to 120
                problem [$api] authorizers.users.requiredClaims: got ["role"], expected a map of strings"#]],
        ),
        (
            ours.authorizer(&json!({ "identitySource": "$request.path.id", "algorithms": [] })),
            expect![[r#"
                problem [$api] authorizers.users.algorithms: got [], expected a list of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA
                problem [$api] authorizers.users.identitySource: got "$request.path.id", expected one text such as $request.header.Authorization or $request.querystring.token"#]],
        ),
        (
            ours.authorizer(&json!({ "requiredClaim": { "role": "x" }, "leewaySeconds": null })),
            expect![[r#"
            problem [$api] authorizers.users.leewaySeconds: got null, expected a value, or no such attribute
            problem [$api] authorizers.users.requiredClaim: got {"role":"x"}, expected nothing of this name; did you mean requiredClaims?"#]],
        ),
        (
            json!({ "type": "COGNITO_USER_POOLS", "jwks": ours.jwks(), "providerARNs": ["a", "b"], "audience": ["x"] }),
            expect![[r#"
                problem [$api] authorizers.users.audience: got ["x"], expected nothing of this name
                problem [$api] authorizers.users.providerARNs: got "a", expected 1 to 1000 ARNs such as arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_x, each once"#]],
        ),
        (
            json!({ "type": "COGNITO_USER_POOLS", "jwks": ours.jwks(), "providerARNs": [pool("a"), pool("b")] }),
            expect![[
                r#"problem [$api] authorizers.users.jwks: got keys of one pool, expected nothing beside several providerARNs: each pool has keys of its own"#
            ]],
        ),
        (
            json!({ "type": "COGNITO_USER_POOLS", "jwksUri": "https://a.example", "providerARNs": [pool("a"), pool("a")] }),
            expect![[
                r#"problem [$api] authorizers.users.providerARNs: got "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_a", expected 1 to 1000 ARNs such as arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_x, each once"#
            ]],
        ),
        (
            json!({ "type": "COGNITO_USER_POOLS", "providerARNs": [] }),
            expect![
                "problem [$api] authorizers.users.providerARNs: got [], expected 1 to 1000 ARNs such as arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_x, each once"
            ],
        ),
        (ours.authorizer(&json!({ "requiredClaims": {} })), expect![[""]]),
        (
            ours.authorizer(
                &json!({ "jwks": { "keys": [ours.jwks()["keys"][0], { "kty": "oct", "k": "hush" }] } }),
            ),
            expect![
                "problem [$api] authorizers.users.jwks: got a JWK set that cannot be used, expected another, since it shows a symmetric key (`oct`), which is a secret"
            ],
        ),
        (
            json!({ "type": "COGNITO_USER_POOLS", "jwks": ours.jwks(),
                "providerARNs": "arn:aws:cognito-idp:eu-west-1:1:userpool/x" }),
            expect![[
                r#"problem [$api] authorizers.users.providerARNs: got "arn:aws:cognito-idp:eu-west-1:1:userpool/x", expected 1 to 1000 ARNs such as arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_x, each once"#
            ]],
        ),
    ];
    for (authorizer, expected) in cases {
        expected.assert_eq(&of_authorizer(authorizer).await);
    }
    expect![[r#"
        problem [$api] authorizers: got "a b", expected names of letters, digits, ., - and _, at most 128
        problem [$api] authorizers.a b.type: got nothing, expected JWT, COGNITO_USER_POOLS, TOKEN, REQUEST or AWS_IAM
        problem [*] routeKey: got no route, expected at least one route item that is enabled"#]]
    .assert_eq(&told(&api_item(&json!({ "authorizers": { "a b": {} } })), &[]).await);
    expect![[r#"
        problem [$api] authorizers: got ["users"], expected a map of maps
        problem [*] routeKey: got no route, expected at least one route item that is enabled"#]]
    .assert_eq(&told(&api_item(&json!({ "authorizers": ["users"] })), &[]).await);
}

fn pool(name: &str) -> String {
    format!("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_{name}")
}
