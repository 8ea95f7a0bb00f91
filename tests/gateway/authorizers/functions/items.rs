//! What an operator is told of functions in `authorizers`.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{
    super::{HELLO, route, told},
    Form, extend, who,
};

async fn of_authorizer(form: Form, words: Value) -> String {
    of_route(form, words, json!({})).await
}

async fn of_route(form: Form, words: Value, route_words: Value) -> String {
    let api = json!({ "routeKey": "$api", "authorizers": { "f": form.authorizer(&words) } });
    let mut all = json!({ "authorizerId": "f" });
    extend(&mut all, &route_words);
    told(&api, &[route("GET /a", &all)]).await
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_function_is_told() {
    use Form::{RequestV1, RequestV2, Simple, Token};
    let cases: Vec<(Form, Value, Expect)> = vec![
        (
            Token,
            json!({ "authorizerUri": null }),
            expect![
                "problem [$api] authorizers.f.authorizerUri: got null, expected a function: name, name:alias, account:function:name, or an ARN"
            ],
        ),
        (
            Simple,
            json!({ "authorizerUri": "not a name" }),
            expect![[
                r#"problem [$api] authorizers.f.authorizerUri: got "not a name", expected a function: name, name:alias, account:function:name, or an ARN"#
            ]],
        ),
        (
            Simple,
            json!({ "authorizerUri": "${stageVariables.nothing}" }),
            expect![
                "problem [$api] authorizers.f.authorizerUri: got ${stageVariables.nothing}, expected one of the stage's variables ()"
            ],
        ),
        (
            Simple,
            json!({ "authorizerUrl": "f" }),
            expect![[
                r#"problem [$api] authorizers.f.authorizerUrl: got "f", expected nothing of this name; did you mean authorizerUri?"#
            ]],
        ),
        (
            Token,
            json!({ "authorizerPayloadFormatVersion": "2.0" }),
            expect![[
                r#"problem [$api] authorizers.f.authorizerPayloadFormatVersion: got "2.0", expected 1.0"#
            ]],
        ),
        (
            Token,
            json!({ "enableSimpleResponses": true }),
            expect![
                "problem [$api] authorizers.f.enableSimpleResponses: got true, expected false or nothing: a TOKEN authorizer answers with a policy"
            ],
        ),
        (
            Token,
            json!({ "identitySource": "$request.querystring.token" }),
            expect![[
                r#"problem [$api] authorizers.f.identitySource: got "$request.querystring.token", expected one header: method.request.header.NAME"#
            ]],
        ),
        (
            Token,
            json!({ "identitySource": ["$request.header.a", "$request.header.b"] }),
            expect![[
                r#"problem [$api] authorizers.f.identitySource: got ["$request.header.a","$request.header.b"], expected one header: method.request.header.NAME"#
            ]],
        ),
        (
            Token,
            json!({ "identityValidationExpression": "(" }),
            expect![[
                r#"problem [$api] authorizers.f.identityValidationExpression: got "(", expected a regular expression of ECMA 262, well-formed and not larger than 256 KB when it is compiled"#
            ]],
        ),
        (
            Token,
            json!({ "identityValidationExpression": "(?=a)b" }),
            expect![[
                r#"problem [$api] authorizers.f.identityValidationExpression: got "(?=a)b", expected a regular expression of ECMA 262 without look-around"#
            ]],
        ),
        (
            Token,
            json!({ "identityValidationExpression": "" }),
            expect![
                "problem [$api] authorizers.f.identityValidationExpression: got \"\", expected a regular expression of ECMA 262 that is not empty: no token fits that"
            ],
        ),
        (
            Token,
            json!({ "identityValidationExpression": 7 }),
            expect![
                "problem [$api] authorizers.f.identityValidationExpression: got 7, expected a regular expression of ECMA 262, as text"
            ],
        ),
        (
            RequestV1,
            json!({ "enableSimpleResponses": "true" }),
            expect![
                "problem [$api] authorizers.f.enableSimpleResponses: got true, expected false or nothing: answers in payload format 1.0 are policies"
            ],
        ),
        (
            RequestV1,
            json!({ "authorizerPayloadFormatVersion": "3.0" }),
            expect![[
                r#"problem [$api] authorizers.f.authorizerPayloadFormatVersion: got "3.0", expected 1.0 or 2.0"#
            ]],
        ),
        (
            RequestV2,
            json!({ "identitySource": ["$request.path.id", "$request.body.x"] }),
            expect![[
                r#"problem [$api] authorizers.f.identitySource: got ["$request.path.id","$request.body.x"], expected a list of $request.header.NAME, $request.querystring.NAME, $stageVariables.NAME or $context.NAME; or the same with method.request. and commas"#
            ]],
        ),
        (
            RequestV2,
            json!({ "identityValidationExpression": "a" }),
            expect![[
                r#"problem [$api] authorizers.f.identityValidationExpression: got "a", expected nothing: only a TOKEN authorizer has one"#
            ]],
        ),
        (
            RequestV2,
            json!({ "enableSimpleResponses": "perhaps" }),
            expect![[
                r#"problem [$api] authorizers.f.enableSimpleResponses: got "perhaps", expected true or false"#
            ]],
        ),
        (
            Simple,
            json!({ "authorizerResultTtlInSeconds": 3_601 }),
            expect![
                "problem [$api] authorizers.f.authorizerResultTtlInSeconds: got 3601, expected a whole number from 0 to 3600"
            ],
        ),
        (
            Simple,
            json!({ "authorizerResultTtlInSeconds": -1 }),
            expect![
                "problem [$api] authorizers.f.authorizerResultTtlInSeconds: got -1, expected a whole number from 0 to 3600"
            ],
        ),
        (
            Simple,
            json!({ "cacheScope": "METHOD" }),
            expect![[r#"problem [$api] authorizers.f.cacheScope: got "METHOD", expected ROUTE or API"#]],
        ),
        (
            Simple,
            json!({ "jwtConfiguration": {}, "identitySource": null }),
            expect![[r#"
            problem [$api] authorizers.f.identitySource: got null, expected a value, or no such attribute
            problem [$api] authorizers.f.jwtConfiguration: got {}, expected nothing of this name"#]],
        ),
    ];
    for (form, words, expected) in cases {
        expected.assert_eq(&of_authorizer(form, words).await);
    }
}

#[tokio::test]
async fn what_counts_for_nothing_here_is_a_warning() {
    let role = json!({ "authorizerCredentials": "arn:aws:iam::111122223333:role/caller" });
    expect![[r#"warning [$api] authorizers.f.authorizerCredentials: got "arn:aws:iam::111122223333:role/caller", expected nothing: the gateway calls functions with its own role"#]].assert_eq(&of_authorizer(Form::Token, role).await);
    assert_eq!(
        of_authorizer(
            Form::Token,
            json!({ "authorizerPayloadFormatVersion": "1.0", "enableSimpleResponses": false })
        )
        .await,
        ""
    );
}

#[tokio::test]
async fn a_route_that_asks_for_a_key_which_nobody_says_is_a_warning() {
    let keyed = [route("GET /a", &json!({ "apiKeyRequired": true, "authorizationType": "NONE" }))];
    let api = json!({ "routeKey": "$api", "apiKeySource": "AUTHORIZER" });
    expect!["warning [GET /a] apiKeyRequired: got true, expected an authorizerId of type TOKEN or REQUEST, whose function says the key: apiKeySource is AUTHORIZER, and without one every request is 403"].assert_eq(&told(&api, &keyed).await);
    let api = json!({ "routeKey": "$api", "apiKeySource": "AUTHORIZER", "authorizerId": "f",
        "authorizers": { "f": Form::Simple.authorizer(&json!({})) } });
    assert_eq!(told(&api, &[route("GET /a", &json!({ "apiKeyRequired": true }))]).await, "");
}

#[tokio::test]
async fn a_route_may_say_custom_and_no_scopes() {
    for form in Form::ALL {
        assert_eq!(
            of_route(form, json!({}), json!({ "authorizationType": "CUSTOM", "authorizationScopes": [] }))
                .await,
            ""
        );
    }
    let scopes = json!({ "authorizationScopes": ["read"] });
    expect![[r#"problem [GET /a] authorizationScopes: got ["read"], expected nothing: f is of type TOKEN, which has no scopes"#]].assert_eq(&of_route(Form::Token, json!({}), scopes.clone()).await);
    let api = json!({ "routeKey": "$api", "authorizerId": "f", "authorizationScopes": ["read"],
        "authorizers": { "f": Form::Simple.authorizer(&json!({})) } });
    expect![[r#"problem [$api] authorizationScopes: got ["read"], expected nothing: f is of type REQUEST, which has no scopes"#]].assert_eq(&told(&api, &[route("GET /a", &json!({}))]).await);
    expect![[r#"problem [GET /a] authorizationType: got "JWT", expected CUSTOM, which f is"#]]
        .assert_eq(&of_route(Form::Token, json!({}), json!({ "authorizationType": "JWT" })).await);
    let without = json!({ "authorizationType": "CUSTOM", "authorizerId": null });
    expect!["problem [GET /a] authorizerId: got nothing, expected the authorizer of that authorizationType"]
        .assert_eq(&of_route(Form::Token, json!({}), without).await);
}

#[tokio::test]
async fn a_function_is_named_as_integrations_name_theirs() {
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:simple";
    let names = [
        "simple".to_owned(),
        "${stageVariables.function}".to_owned(),
        format!("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations"),
        format!("{arn}:live"),
    ];
    let called = ["simple", "simple", arn, &format!("{arn}:live")];
    for (name, called) in names.iter().zip(called) {
        let world = crate::harness::TestGateway::new();
        world.put_stage(&json!({ "stage": "v1", "stageVariables": { "function": "simple" } }));
        let authorizer = Form::Simple.authorizer(&json!({ "authorizerUri": name }));
        world.put_route(
            &json!({ "routeKey": "$api", "authorizerId": "f", "authorizers": { "f": authorizer } }),
        );
        world.put_route(&route("GET /a", &json!({})));
        world.go_live().await;
        let answer = world.send(&who("GET /v1/a", "allow ada")).await;
        assert_eq!(world.calls(), [called]);
        assert_eq!(answer == HELLO, !called.ends_with(":live"), "{name}");
    }
}
