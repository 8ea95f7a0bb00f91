//! What of a caller is seen where: in events, mapped values, gateway responses and the access log; and what never is.

use expect_test::expect;
use serde_json::{Value, json};

use super::{issuer::Issuer, route, serving, with_token};
use crate::harness::TestGateway;

fn claims() -> Value {
    json!({ "email": "ada@example.com", "scope": "read write", "groups": ["a", "b"], "level": 2, "exp": 1_900_000_000_u64,
        "admin": true, "address": { "city": "x" }, "none": null })
}

fn token() -> String {
    Issuer::ours().token(&claims())
}

async fn echoing(format: &str) -> TestGateway {
    let words = |more: Value| {
        let mut words = json!({ "authorizerId": "users",
            "integration": { "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": format } });
        words.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        words
    };
    let open =
        json!({ "integration": { "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": format } });
    let routes = [
        route("GET /any", &words(json!({}))),
        route("GET /scoped", &words(json!({ "authorizationScopes": ["read", "admin"] }))),
        route("GET /open", &open),
    ];
    serving(&json!({}), &routes).await
}

#[tokio::test]
async fn an_event_in_payload_format_2_0_has_the_claims_as_text_and_the_scopes() {
    let world = echoing("2.0").await;
    let event = world.json(&with_token("GET /v1/any", &token())).await;
    let expected = json!({ "jwt": { "claims": { "iss": "https://issuer.example/", "aud": "shop", "sub": "ada",
        "exp": "1900000000", "email": "ada@example.com", "scope": "read write", "groups": "[a b]", "level": "2",
        "admin": "true", "address": "{\"city\":\"x\"}" }, "scopes": null } });
    assert_eq!(event["requestContext"]["authorizer"], expected);
    let event = world.json(&with_token("GET /v1/scoped", &token())).await;
    assert_eq!(event["requestContext"]["authorizer"]["jwt"]["scopes"], json!(["read", "write"]));
    let event = world.json(&with_token("GET /v1/open", &token())).await;
    assert_eq!(event["requestContext"].get("authorizer"), None);
}

#[tokio::test]
async fn an_event_in_payload_format_1_0_has_the_claims_as_text() {
    let world = echoing("1.0").await;
    for path in ["any", "scoped"] {
        let event = world.json(&with_token(&format!("GET /v1/{path}"), &token())).await;
        let expected = json!({ "claims": { "iss": "https://issuer.example/", "aud": "shop", "sub": "ada",
            "exp": "1900000000", "email": "ada@example.com", "scope": "read write", "groups": "a,b", "level": "2",
            "admin": "true", "address": "{\"city\":\"x\"}" } });
        assert_eq!(event["requestContext"]["authorizer"], expected);
    }
    let event = world.json(&with_token("GET /v1/open", &token())).await;
    assert_eq!(event["requestContext"].get("authorizer"), None);
}

#[tokio::test]
async fn mapped_values_mocks_and_gateway_responses_name_claims_and_the_principal() {
    let mock = json!({ "type": "MOCK", "body": { "who": "${context.authorizer.principalId}",
        "groups": "${context.authorizer.claims.groups}", "none": "${context.authorizer.claims.nothing}" } });
    let item = json!({ "type": "DYNAMODB", "action": "PutItem", "tableName": "notes",
        "item": { "id": "$context.authorizer.claims.sub", "who": "for ${context.authorizer.claims.email}",
                  "none": "$context.authorizer.claims.nothing" } });
    let api = json!({ "gatewayResponses": { "DEFAULT_4XX": { "responseTemplates": {
        "text/plain": "$context.authorizer.principalId $context.authorizer.claims.email" } } } });
    let words = |integration: &Value| json!({ "authorizerId": "users", "integration": integration });
    let mut required = words(&mock);
    required["requestParameters"] = json!({ "method.request.querystring.page": true });
    let routes = [
        route("GET /mock", &words(&mock)),
        route("POST /notes", &words(&item)),
        route("GET /required", &required),
    ];
    let world = serving(&api, &routes).await;
    world.create_table("notes", "id", None);
    let said = world.json(&with_token("GET /v1/mock", &token())).await;
    assert_eq!(said, json!({ "who": "ada", "groups": "[a b]", "none": "" }));
    let answer = world.send(&with_token("POST /v1/notes", &token())).await;
    assert!(answer.starts_with("200\n"), "{answer}");
    assert_eq!(world.items("notes").await, [json!({ "id": "ada", "who": "for ada@example.com" })]);
    let refused = world.send(&with_token("GET /v1/required", &token())).await;
    assert!(refused.starts_with("400\n") && refused.ends_with("\n\nada ada@example.com"), "{refused}");
    let unknown = world.send("GET /v1/mock").await;
    assert!(unknown.starts_with("401\n") && unknown.ends_with("\n\n "), "{unknown}");
}

#[tokio::test]
async fn the_access_log_names_the_authorizer_and_the_principal() {
    let world = serving(&json!({}), &[route("GET /a", &json!({ "authorizerId": "users" }))]).await;
    world.send(&with_token("GET /v1/a", &token())).await;
    world.send(&with_token("GET /v1/a", &Issuer::ours().token(&json!({ "sub": "x".repeat(1_000) })))).await;
    world.send(&with_token("GET /v1/a", &Issuer::ours().token(&json!({ "sub": null })))).await;
    world.send(&with_token("GET /v1/a", &Issuer::new("k1", 2).token(&json!({})))).await;
    expect![[r#"
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /a","httpMethod":"GET","path":"/v1/a","status":200,"responseLatency":0,"integrationLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":5,"sourceIp":"192.0.2.1","authorizerId":"users","principalId":"ada"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /a","httpMethod":"GET","path":"/v1/a","status":200,"responseLatency":0,"integrationLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":5,"sourceIp":"192.0.2.1","authorizerId":"users","principalId":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /a","httpMethod":"GET","path":"/v1/a","status":200,"responseLatency":0,"integrationLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":5,"sourceIp":"192.0.2.1","authorizerId":"users"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /a","httpMethod":"GET","path":"/v1/a","status":401,"responseLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":26,"sourceIp":"192.0.2.1","authorizerId":"users","errorResponseType":"UNAUTHORIZED","errorMessage":"bad token: the token's signature is invalid"}"#]].assert_eq(&world.log_lines().join("\n"));
}

#[tokio::test]
async fn the_access_log_holds_no_token_and_no_claim_but_the_subject() {
    const CANARY: &str = "canary-5f0c";
    let ours = Issuer::ours();
    let header = |words: Value| {
        let mut header = json!({ "alg": "EdDSA", "kid": "k1" });
        header.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        header
    };
    let claims = |words: Value| {
        let mut claims = json!({ "iss": "https://issuer.example/", "aud": "shop", "exp": 1_900_000_000_u64 });
        claims.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        claims
    };
    let tokens = [
        ours.signed(&header(json!({})), &claims(json!({ CANARY: CANARY, "scope": CANARY, "jti": CANARY }))),
        ours.signed(&header(json!({})), &claims(json!({ "iss": CANARY }))),
        ours.signed(&header(json!({})), &claims(json!({ "aud": CANARY }))),
        ours.signed(&header(json!({})), &claims(json!({ "exp": CANARY }))),
        ours.signed(&header(json!({})), &claims(json!({ "sub": [CANARY] }))),
        ours.signed(&header(json!({ "kid": CANARY })), &claims(json!({}))),
        ours.signed(&header(json!({ "alg": CANARY })), &claims(json!({}))),
        ours.signed(&header(json!({ "crit": [CANARY], CANARY: 1 })), &claims(json!({}))),
        ours.signed(&header(json!({ "jku": format!("https://{CANARY}/") })), &claims(json!({}))),
        CANARY.to_owned(),
        format!("{CANARY}.{CANARY}.{CANARY}"),
        format!("a{}", CANARY.repeat(2_000)),
    ];
    let query = ours.authorizer(&json!({ "identitySource": "$request.querystring.token" }));
    let api = json!({ "authorizers": { "users": ours.authorizer(&json!({})), "query": query } });
    let lambda = json!({ "type": "AWS_PROXY", "uri": "echo" });
    let routes = [
        route("GET /any", &json!({ "authorizerId": "users", "integration": lambda })),
        route("GET /scoped", &json!({ "authorizerId": "users", "authorizationScopes": ["none"] })),
        route("GET /query", &json!({ "authorizerId": "query" })),
    ];
    let world = serving(&api, &routes).await;
    for token in &tokens {
        for path in ["any", "scoped", "nothing", "query"] {
            world.send(&with_token(&format!("GET /v1/{path}?token={token}"), token)).await;
        }
    }
    let lines = world.log_lines();
    assert_eq!(lines.len(), 4 * tokens.len());
    for line in lines {
        let has_part = |token: &String| token.split('.').any(|part| part.len() > 20 && line.contains(part));
        assert!(!line.contains(CANARY) && !tokens.iter().any(has_part), "{line}");
        assert!(line.len() < 500, "{} bytes: {line}", line.len());
    }
}
