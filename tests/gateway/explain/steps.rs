//! Every step of a request that passes all of them, in words and in JSON.

use expect_test::expect;
use serde_json::{Value, json};

use super::{HOST, KEY, keyed_world, mock, told};

fn routes() -> Vec<Value> {
    let guarded = json!({ "apiKeyRequired": true, "cachingEnabled": true, "throttle": { "rateLimit": 0.5, "burstLimit": 3 },
        "cacheKeyParameters": ["method.request.path.id"], "ipAllow": ["198.51.100.0/24"],
        "requestParameters": { "method.request.querystring.x": true },
        "shadow": { "uri": "https://old.example.com/orders/{id}", "percent": 2.5 },
        "integration": { "type": "DYNAMODB", "action": "GetItem", "tableName": "orders", "key": { "id": "$request.path.id" } } });
    vec![
        json!({ "routeKey": "$api", "corsConfiguration": { "allowOrigins": ["https://shop.example"] },
            "throttle": { "perIp": { "rateLimit": 5, "burstLimit": 10 } } }),
        mock("GET /orders/{id}", &guarded),
        mock("ANY /orders/{id}", &json!({})),
        mock("PUT /orders/{id}", &json!({})),
        mock("GET /{proxy+}", &json!({})),
        mock("$default", &json!({})),
        mock("GET /health", &json!({})),
    ]
}

/// What differs from run to run, replaced.
fn masked(text: &str) -> String {
    let mask = |line: &str| match line.split_once("v1#") {
        Some((before, _)) => format!("{before}v1#DIGEST\n"),
        None => match line.split_once(", deployment ") {
            Some((before, _)) => format!("{before}, deployment ID\n"),
            None => format!("{line}\n"),
        },
    };
    text.lines().map(mask).collect()
}

#[tokio::test]
async fn every_step_of_a_request_is_told_in_the_order_of_the_gateway() {
    let world = keyed_world(&routes()).await;
    let key = format!("x-api-key: {KEY}");
    let arguments = [
        "explain",
        "/v1/orders/7?x=1",
        "-H",
        HOST,
        "-H",
        &key,
        "-H",
        "Origin: https://shop.example",
        "--source-ip",
        "198.51.100.7",
    ];
    let ran = world.tollgate(&arguments);
    expect![[r#"
        exit 0
        stage        v1, deployment ID
        base path    /v1 at abc123.lambda-url.eu-west-1.on.aws; the path below is /orders/7
        route        GET /orders/{id}, the most specific for the path
        passed over  $default: it takes what no other route serves
                     ANY /orders/{id}: the path has the method itself
                     GET /{proxy+}: its path is less specific
                     PUT /orders/{id}: it does not serve the method
        parameters   id = 7
        access       yes
        authorizer   none
        API key      acme, of usage plan starter
        limits       each client address: 5 a second, 10 at once
                     the key on this route: 1 a second, 2 at once
                     the key: 10 a second, 20 at once; 1000 a day
                     the route: 0.5 a second, 3 at once
                     the stage: 100 a second, 200 at once
        validation   passed
        cache        yes
        ttl          300 s
        key          v1#DIGEST
                     stage                   v1
                     cacheGeneration         0
                     routeKey                GET /orders/{id}
                     method                  GET
                     host                    abc123.lambda-url.eu-west-1.on.aws
                     apiKeyId                acme
                     method.request.path.id  7
        entry        none
        lock         none
        integration  DYNAMODB, at most 29 s
        call         GetItem
                     {
                       "Key": {
                         "id": {
                           "S": "7"
                         }
                       },
                       "TableName": "orders"
                     }
        shadow       2.5 % of these requests go to https://old.example.com/orders/7?x=1 too
        adds         access-control-allow-origin: https://shop.example
                     ratelimit: as the counters say
                     ratelimit-policy: "rate";q=20;w=2, "quota";q=1000;w=86400
                     vary: Origin
        answer       the integration's
        --
    "#]]
    .assert_eq(&masked(&ran.text(&[])));

    let by_id = [
        "explain",
        "/v1/orders/7?x=1",
        "-H",
        HOST,
        "--api-key-id",
        "acme",
        "--source-ip",
        "198.51.100.7",
        "-o",
        "json",
    ];
    let told = told(&world.tollgate(&by_id));
    assert_eq!(told["schemaVersion"], 1);
    assert_eq!(told["apiKey"], json!({ "isRequired": true, "id": "acme", "usagePlanId": "starter" }));
    assert_eq!(
        told["limits"],
        json!([
            { "of": "ADDRESS", "throttle": { "rateLimit": 5.0, "burstLimit": 10 }, "quota": null },
            { "of": "KEY_ON_ROUTE", "throttle": { "rateLimit": 1.0, "burstLimit": 2 }, "quota": null },
            { "of": "KEY", "throttle": { "rateLimit": 10.0, "burstLimit": 20 }, "quota": { "limit": 1000, "period": "DAY" } },
            { "of": "ROUTE", "throttle": { "rateLimit": 0.5, "burstLimit": 3 }, "quota": null },
            { "of": "STAGE", "throttle": { "rateLimit": 100.0, "burstLimit": 200 }, "quota": null },
        ])
    );
    assert_eq!(
        told["passedOver"],
        json!([
            { "routeKey": "$default", "reason": "it takes what no other route serves" },
            { "routeKey": "ANY /orders/{id}", "reason": "the path has the method itself" },
            { "routeKey": "GET /{proxy+}", "reason": "its path is less specific" },
            { "routeKey": "PUT /orders/{id}", "reason": "it does not serve the method" },
        ])
    );
    assert_eq!(told["pathParameters"], json!({ "id": "7" }));
    assert_eq!((&told["validation"], &told["answer"]["by"]), (&json!("PASSED"), &json!("INTEGRATION")));
}

#[tokio::test]
async fn a_preflight_is_answered_by_the_gateway() {
    let world = keyed_world(&routes()).await;
    let arguments = [
        "explain",
        "OPTIONS /v1/orders/7",
        "-H",
        HOST,
        "-H",
        "Origin: https://shop.example",
        "-H",
        "Access-Control-Request-Method: GET",
        "--source-ip",
        "198.51.100.7",
    ];
    expect![[r#"
        exit 0
        stage        v1, deployment ID
        base path    /v1 at abc123.lambda-url.eu-west-1.on.aws; the path below is /orders/7
        passed over  $default: it takes what no other route serves
                     GET /orders/{id}: it does not serve the method
                     GET /{proxy+}: it does not serve the method
                     PUT /orders/{id}: it does not serve the method
        answer       the gateway's own, to a CORS preflight
                     204
                     access-control-allow-origin: https://shop.example
                     vary: Origin
        --
    "#]]
    .assert_eq(&masked(&world.tollgate(&arguments).text(&[])));
}

#[tokio::test]
async fn a_key_on_a_route_that_asks_for_none_counts_for_nothing() {
    let world = keyed_world(&routes()).await;
    let ran = world.tollgate(&["explain", "/v1/health", "-H", HOST, "--api-key-id", "acme"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.stderr, "tollgate: GET /health asks for no API key, so --api-key-id counts for nothing\n");
}

#[tokio::test]
async fn the_key_of_a_function_that_is_not_asked_is_not_known() {
    let function = json!({ "type": "REQUEST", "authorizerUri": "partners", "identitySource": ["$request.header.x-who"] });
    let world = keyed_world(&[
        json!({ "routeKey": "$api", "apiKeySource": "AUTHORIZER", "authorizers": { "f": function }, "authorizerId": "f" }),
        mock("GET /orders/{id}", &json!({ "apiKeyRequired": true })),
    ])
    .await;
    let arguments = ["explain", "/v1/orders/7", "-H", HOST, "-H", "x-who: ada"];
    expect![[r#"
        exit 0
        stage        v1, deployment ID
        base path    /v1 at abc123.lambda-url.eu-west-1.on.aws; the path below is /orders/7
        route        GET /orders/{id}, the most specific for the path
        parameters   id = 7
        access       no address lists and no policy
        authorizer   f (REQUEST), as $api says

        RULE                   KEPT  GOT  EXPECTED
        $request.header.x-who  yes   one  a value

        principal    as the function partners, which gets the request in payload format 2.0, says; it is not asked here
        API key      asked for besides, in the authorizer's answer
        limits       the stage: 100 a second, 200 at once
        validation   nothing to check
        cache        no: the route has no cachingEnabled, or an integration whose answers are never kept
        integration  MOCK, which answers by itself
                     200
                     content-type: application/json
        answer       the integration's
        --
    "#]].assert_eq(&masked(&world.tollgate(&arguments).text(&[])));
    assert_eq!(world.calls(), Vec::<String>::new());
}
