//! What a function is told of a request, and what of its answer is seen where; and what never is.

use expect_test::expect;
use serde_json::{Value, json};

use super::{super::HELLO, Form, extend, refusal, route, who};
use crate::harness::{START, TestGateway, authorizer_functions};

const ARN: &str = "arn:aws:execute-api:eu-west-1:123456789012:abc123/v1";

/// The event that the function gets of a request, which it refuses.
async fn told(form: Form, request: &str) -> Value {
    let routes = [route("POST /orders/{id}", &json!({})), route("$default", &json!({}))];
    let world = TestGateway::new();
    world.put_stage(&json!({ "stage": "v1", "stageVariables": { "region": "north" } }));
    world.put_route(
        &json!({ "routeKey": "$api", "authorizerId": "f", "authorizers": { "f": form.authorizer(&json!({})) } }),
    );
    routes.iter().for_each(|route| world.put_route(route));
    world.go_live().await;
    world.send(request).await;
    world.called_with().unwrap()
}

const ORDER: &str = "POST /v1/orders/a%20b?x=1&x=2&y=%C3%A9\nX-Who: deny ada\nContent-Type: application/json\n\
    Cookie: a=1; b=2\nConnection: x-hop\nx-hop: 1\n\n{\"secret\":\"of the body\"}";

#[tokio::test]
async fn the_event_of_a_token_authorizer_is_the_token_and_the_arn() {
    let expected = json!({ "type": "TOKEN", "authorizationToken": "deny ada", "methodArn": format!("{ARN}/POST/orders/a%20b") });
    assert_eq!(told(Form::Token, ORDER).await, expected);
}

#[tokio::test]
async fn the_event_of_a_request_authorizer_in_1_0_is_a_rest_apis_without_the_body() {
    let single = json!({ "content-type": "application/json", "cookie": "a=1; b=2",
        "host": "abc123.lambda-url.eu-west-1.on.aws", "x-who": "deny ada" });
    let lists: serde_json::Map<_, _> =
        single.as_object().unwrap().iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    let expected = json!({
        "version": "1.0", "type": "REQUEST", "methodArn": format!("{ARN}/POST/orders/a%20b"),
        "identitySource": "deny ada", "authorizationToken": "deny ada",
        "resource": "/orders/{id}", "path": "/orders/a%20b", "httpMethod": "POST",
        "headers": single, "multiValueHeaders": lists,
        "queryStringParameters": { "x": "2", "y": "é" },
        "multiValueQueryStringParameters": { "x": ["1", "2"], "y": ["é"] },
        "pathParameters": { "id": "a%20b" }, "stageVariables": { "region": "north" },
        "requestContext": {
            "accountId": "123456789012", "apiId": "abc123", "deploymentId": "DEPLOYMENT",
            "domainName": "abc123.lambda-url.eu-west-1.on.aws", "domainPrefix": "abc123",
            "extendedRequestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "httpMethod": "POST",
            "identity": { "accessKey": null, "accountId": null, "caller": null,
                "cognitoAuthenticationProvider": null, "cognitoAuthenticationType": null, "cognitoIdentityId": null,
                "cognitoIdentityPoolId": null, "principalOrgId": null, "sourceIp": "192.0.2.1", "user": null,
                "userAgent": null, "userArn": null },
            "path": "/v1/orders/a%20b", "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "requestTime": "14/Apr/2025:22:12:48 +0000",
            "requestTimeEpoch": START, "resourceId": "POST /orders/{id}", "resourcePath": "/orders/{id}", "stage": "v1",
        },
    });
    let mut event = told(Form::RequestV1, ORDER).await;
    event["requestContext"]["deploymentId"] = json!("DEPLOYMENT");
    assert_eq!(event, expected);
}

#[tokio::test]
async fn the_event_of_a_request_authorizer_in_2_0_is_an_http_apis_without_the_body() {
    let expected = json!({
        "version": "2.0", "type": "REQUEST", "routeArn": format!("{ARN}/POST/orders/a%20b"),
        "identitySource": ["deny ada"],
        "routeKey": "POST /orders/{id}", "rawPath": "/v1/orders/a%20b", "rawQueryString": "x=1&x=2&y=%C3%A9",
        "cookies": ["a=1", "b=2"],
        "headers": { "content-type": "application/json", "host": "abc123.lambda-url.eu-west-1.on.aws",
            "x-who": "deny ada" },
        "queryStringParameters": { "x": "1,2", "y": "é" },
        "pathParameters": { "id": "a b" }, "stageVariables": { "region": "north" },
        "requestContext": {
            "accountId": "123456789012", "apiId": "abc123",
            "domainName": "abc123.lambda-url.eu-west-1.on.aws", "domainPrefix": "abc123",
            "http": { "method": "POST", "path": "/v1/orders/a%20b", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                "userAgent": "" },
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "routeKey": "POST /orders/{id}", "stage": "v1",
            "time": "14/Apr/2025:22:12:48 +0000", "timeEpoch": START,
        },
    });
    for form in [Form::RequestV2, Form::Simple] {
        assert_eq!(told(form, ORDER).await, expected, "{form:?}");
    }
}

#[tokio::test]
async fn the_default_route_has_an_arn_of_the_clients_method_and_path() {
    let request = "PUT /v1/\nx-who: deny ada";
    assert_eq!(told(Form::Token, request).await["methodArn"], format!("{ARN}/PUT/"));
    assert_eq!(told(Form::Simple, request).await["routeArn"], format!("{ARN}/PUT/"));
}

async fn echoing(form: Form, payload: &str) -> Value {
    let echo =
        json!({ "integration": { "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": payload } });
    let world = form.world(&json!({}), &[route("GET /a", &echo)]).await;
    let mut contexts = Vec::new();
    for _ in 0..2 {
        let event = world.json(&who("GET /v1/a", "allow ada")).await;
        contexts.push(event["requestContext"]["authorizer"].clone());
    }
    assert_eq!(contexts[0], contexts[1], "the answer that is kept says the same");
    contexts.remove(0)
}

#[tokio::test]
async fn an_integrations_event_has_the_principal_and_the_context() {
    let texts = json!({ "principalId": "ada", "integrationLatency": 0, "name": "ada", "level": "2", "admin": "true" });
    let typed = json!({ "lambda": { "name": "ada", "level": 2, "admin": true } });
    let texts_of_rest = json!({ "lambda": { "name": "ada", "level": "2", "admin": "true" } });
    let mut without_id = texts.clone();
    without_id.as_object_mut().unwrap().remove("principalId");
    for (form, v1, v2) in [
        (Form::Token, &texts, &texts_of_rest),
        (Form::RequestV1, &texts, &texts_of_rest),
        (Form::RequestV2, &texts, &typed),
        (Form::Simple, &without_id, &typed),
    ] {
        assert_eq!(echoing(form, "1.0").await, *v1, "{form:?}");
        assert_eq!(echoing(form, "2.0").await, *v2, "{form:?}");
    }
}

#[tokio::test]
async fn mapped_values_mocks_and_gateway_responses_name_what_the_function_has_said() {
    let mock = json!({ "integration": { "type": "MOCK", "body": { "who": "${context.authorizer.principalId}",
        "name": "${context.authorizer.name}", "level": "${context.authorizer.level}", "none": "${context.authorizer.none}" } } });
    let item = json!({ "integration": { "type": "DYNAMODB", "action": "PutItem", "tableName": "notes",
        "item": { "id": "$context.authorizer.name", "level": "level ${context.authorizer.level}" } } });
    let mut required = mock.clone();
    extend(&mut required, &json!({ "requestParameters": { "method.request.querystring.page": true } }));
    let routes = [route("GET /mock", &mock), route("POST /notes", &item), route("GET /required", &required)];
    let api = json!({ "gatewayResponses": { "DEFAULT_4XX": { "responseTemplates": {
        "text/plain": "$context.authorizer.principalId $context.authorizer.name" } } } });
    for form in Form::ALL {
        let world = form.world_of(&json!({}), &api, &routes).await;
        world.create_table("notes", "id", None);
        let principal = if form == Form::Simple { "" } else { "ada" };
        let said = world.json(&who("GET /v1/mock", "allow ada")).await;
        assert_eq!(said, json!({ "who": principal, "name": "ada", "level": "2", "none": "" }), "{form:?}");
        assert!(world.send(&who("POST /v1/notes", "allow ada")).await.starts_with("200\n"));
        assert_eq!(world.items("notes").await, [json!({ "id": "ada", "level": "level 2" })]);
        let refused = world.send(&who("GET /v1/required", "allow ada")).await;
        assert!(refused.ends_with(&format!("\n\n{principal} ada")), "{refused}");
        // Whom a function denies it has found all the same.
        let denied = world.send(&who("GET /v1/mock", "deny ada")).await;
        assert!(denied.ends_with(&format!("\n\n{principal} ada")), "{denied}");
    }
}

#[tokio::test]
async fn the_access_log_names_the_authorizer_and_the_principal() {
    let world = Form::Token.world(&json!({}), &[route("GET /a", &json!({}))]).await;
    for word in ["allow ada", "deny eve", "throws"] {
        world.send(&who("GET /v1/a", word)).await;
    }
    expect![[r#"
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /a","httpMethod":"GET","path":"/v1/a","status":200,"responseLatency":0,"integrationLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":5,"sourceIp":"192.0.2.1","authorizerId":"f","principalId":"ada"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /a","httpMethod":"GET","path":"/v1/a","status":403,"responseLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":82,"sourceIp":"192.0.2.1","authorizerId":"f","principalId":"eve","errorResponseType":"ACCESS_DENIED","errorMessage":"the authorizer's function denies it: Statement[0]"}
        {"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","stage":"v1","routeKey":"GET /a","httpMethod":"GET","path":"/v1/a","status":500,"responseLatency":0,"xrayTraceId":"1-67891233-abcdef012345678912345678","responseLength":16,"sourceIp":"192.0.2.1","authorizerId":"f","errorResponseType":"AUTHORIZER_FAILURE","errorMessage":"the authorizer failed: function error, Unhandled: Error"}"#]].assert_eq(&world.log_lines().join("\n"));
}

#[tokio::test]
async fn neither_the_log_nor_a_refusal_has_anything_of_tokens_contexts_or_keys() {
    const CANARY: &str = "canary-5f0c";
    let answers = [
        json!(CANARY),
        json!({ CANARY: CANARY }),
        json!({ "principalId": { CANARY: CANARY } }),
        json!({ "isAuthorized": CANARY }),
        json!({ "isAuthorized": false, "context": { "x": CANARY }, "usageIdentifierKey": CANARY }),
        json!({ "isAuthorized": true, "context": { "x": CANARY }, "usageIdentifierKey": CANARY }),
        json!({ "isAuthorized": true, "context": [CANARY] }),
        json!({ "isAuthorized": true, "context": { CANARY: CANARY }, "usageIdentifierKey": [CANARY] }),
        json!({ "principalId": "ada", "policyDocument": CANARY }),
        json!({ "principalId": "ada", "policyDocument": { CANARY: CANARY } }),
        json!({ "principalId": "ada", "policyDocument": { "Statement": [{ "Effect": CANARY, "Action": CANARY, "Resource": CANARY }] } }),
        json!({ "principalId": "ada", "policyDocument": { "Statement": [{ "Effect": "Deny", "Action": "*", "Resource": "*",
            "Sid": format!("{CANARY} of ada") }] }, "context": { "x": CANARY } }),
        json!({ "principalId": "ada", "policyDocument": { "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] },
            "context": { "x": CANARY }, "usageIdentifierKey": CANARY }),
        json!({ "principalId": "ada", "policyDocument": { "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] },
            "context": { "x": { "y": CANARY }, "claims": CANARY } }),
    ];
    let lambda = json!({ "integration": { "type": "AWS_PROXY", "uri": "never", "timeoutInMillis": 50 } });
    let keyed = json!({ "apiKeyRequired": true });
    for form in Form::ALL {
        let api = json!({ "apiKeySource": "AUTHORIZER" });
        let expression = match form {
            Form::Token => json!({ "identityValidationExpression": "(says|throws).*" }),
            Form::RequestV1 | Form::RequestV2 | Form::Simple => json!({}),
        };
        let world =
            form.world_of(&expression, &api, &[route("GET /a", &lambda), route("GET /k", &keyed)]).await;
        let says = answers.iter().map(|answer| format!("says {answer}"));
        for word in says.chain([format!("throws {CANARY}"), CANARY.to_owned(), CANARY.repeat(1_000)]) {
            for path in ["a", "k", "nothing"] {
                let answer = world.send(&who(&format!("GET /v1/{path}?token={CANARY}"), &word)).await;
                assert!(!answer.contains(CANARY), "{form:?} {word:.100}: {answer}");
            }
        }
        for line in world.log_lines() {
            assert!(!line.contains(CANARY), "{form:?}: {line}");
            assert!(line.len() < 600, "{} bytes: {line}", line.len());
        }
    }
}

#[tokio::test]
async fn a_function_never_gets_the_body_and_a_refused_request_reaches_no_target() {
    let echo = json!({ "integration": { "type": "AWS_PROXY", "uri": "echo" } });
    for form in Form::ALL {
        let world = form.world(&json!({}), &[route("POST /a", &echo)]).await;
        let request = format!("{}\n\n{}", who("POST /v1/a", "deny ada"), "x".repeat(100_000));
        assert!(world.send(&request).await.starts_with("403\n"));
        assert!(world.called_with().unwrap().to_string().len() < 3_000, "{form:?}");
        assert!(!world.calls().contains(&"echo".to_owned()));
    }
}

#[tokio::test]
async fn a_key_of_a_function_is_told_to_nobody_but_an_integration_as_the_clients_would_be() {
    let echo = json!({ "apiKeyRequired": true,
        "integration": { "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": "1.0" } });
    let api = json!({ "apiKeySource": "AUTHORIZER" });
    let world = Form::Token.world_of(&json!({}), &api, &[route("GET /a", &echo)]).await;
    world.put_plan(&json!({ "usagePlanId": "gold" }));
    world.put_key(&authorizer_functions::key("ada"), &json!({ "id": "adas", "usagePlanId": "gold" }));
    let request = format!("{}\nx-api-key: of the client's own", who("GET /v1/a", "allow ada"));
    let event = world.json(&request).await;
    let identity = &event["requestContext"]["identity"];
    let expected = (json!("adas"), json!(authorizer_functions::key("ada")));
    assert_eq!((identity["apiKeyId"].clone(), identity["apiKey"].clone()), expected);
    assert_eq!(event["requestContext"]["authorizer"].get("usageIdentifierKey"), None);
    assert!(!world.log_lines().join("").contains("key-of-the-caller"));
    let without = world.send("GET /v1/a").await;
    assert_eq!(without, refusal(401, "UnauthorizedException", r#"{"message":"Unauthorized"}"#));
    assert_ne!(without, HELLO);
}

#[tokio::test]
async fn a_key_of_a_function_is_told_to_nobody_where_keys_come_in_headers() {
    let echo = json!({ "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": "1.0" });
    let routes = [
        route("GET /keyed", &json!({ "apiKeyRequired": true, "integration": echo })),
        route("GET /open", &json!({ "integration": echo })),
    ];
    for source in ["HEADER", "AUTHORIZER"] {
        let world = Form::Token.world_of(&json!({}), &json!({ "apiKeySource": source }), &routes).await;
        world.put_plan(&json!({ "usagePlanId": "gold" }));
        let keys = ["ada", "bob"].map(authorizer_functions::key);
        world.put_key(&keys[0], &json!({ "id": "adas", "usagePlanId": "gold" }));
        world.put_key(&keys[1], &json!({ "id": "bobs", "usagePlanId": "gold" }));
        // The function names ada's key, and the client sends bob's.
        let send = async |path| {
            let request = format!("{}\nx-api-key: {}", who(&format!("GET /v1/{path}"), "allow ada"), keys[1]);
            let event = world.json(&request).await;
            let identity = &event["requestContext"]["identity"];
            (identity.get("apiKeyId").cloned(), identity.get("apiKey").cloned())
        };
        let (id, key) = if source == "HEADER" { ("bobs", &keys[1]) } else { ("adas", &keys[0]) };
        assert_eq!(send("keyed").await, (Some(json!(id)), Some(json!(key))), "{source}");
        assert_eq!(send("open").await, (None, None), "{source}");
    }
}
