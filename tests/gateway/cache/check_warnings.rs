//! `tollgate check` warns of cache fields of API Gateway's that mean something else here, or nothing.

use expect_test::expect;
use serde_json::{Value, json};

use super::Cached;
use crate::harness::TestGateway;

fn check(gateway: &TestGateway) -> String {
    gateway.tollgate(&["check", "v1"]).text(&[])
}

#[tokio::test]
async fn check_warns_of_api_gateways_stage_fields_with_what_to_write_instead() {
    let world = Cached::start(&[]).await;
    world.put("GET /x", &json!({}));
    world.gateway.put_stage(&json!({ "stage": "v1", "methodSettings": { "*/*": { "cachingEnabled": true } },
        "cacheClusterEnabled": true, "cacheClusterSize": "0.5", "cacheNamespace": "x", "cacheDataEncrypted": true,
        "dataEncrypted": true, "cachingEnabled": true, "requireAuthorizationForCacheControl": true,
        "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403", "cacheTtlInSeconds": 60 }));
    expect![[r#"
        exit 0
        v1: 1 route, not served yet, 1 MB of memory
          warning: tollgate-stages [stage=v1] cacheClusterEnabled: got true, expected nothing of this name: there is no cluster; a route item with cachingEnabled is enough
          warning: tollgate-stages [stage=v1] cacheClusterSize: got "0.5", expected nothing of this name: the cache's table grows as it must, and CACHE_MEMORY_BYTES bounds an instance's memory
          warning: tollgate-stages [stage=v1] cacheDataEncrypted: got true, expected nothing of this name: DynamoDB always encrypts the cache's table
          warning: tollgate-stages [stage=v1] cacheNamespace: got "x", expected nothing of this name: every route's answers are kept apart; what else tells them apart is cacheKeyParameters of the route item
          warning: tollgate-stages [stage=v1] cachingEnabled: got true, expected nothing of this name here: it stands in each route item
          warning: tollgate-stages [stage=v1] dataEncrypted: got true, expected nothing of this name: DynamoDB always encrypts the cache's table
          warning: tollgate-stages [stage=v1] methodSettings: got a map, expected nothing of this name: cachingEnabled, cacheTtlInSeconds and throttle stand in each route item
          warning: tollgate-stages [stage=v1] requireAuthorizationForCacheControl: got true, expected nothing of this name here: it stands in each route item
          warning: tollgate-stages [stage=v1] unauthorizedCacheControlHeaderStrategy: got "FAIL_WITH_403", expected nothing of this name here: it stands in each route item
        --
    "#]].assert_eq(&check(&world.gateway));
}

#[tokio::test]
async fn check_tells_of_cache_fields_in_a_wrong_place_and_of_misspelt_ones() {
    let world = Cached::start(&[]).await;
    let integration = json!({ "type": "MOCK", "cacheNamespace": "x", "cacheTtlInSeconds": 5,
        "cacheKeyParameters": ["method.request.querystring.q"] });
    world.put(
        "GET /x",
        &json!({ "CacheClusterEnabled": true, "integration": integration, "CachingEnabled": true }),
    );
    world.gateway.put_route(&json!({ "routeKey": "$api", "cachingEnabled": true }));
    expect![[r#"
        exit 3
        v1: 1 problem
          problem: tollgate-routes [stage=v1 routeKey=GET /x] integration.cacheKeyParameters: got a list, expected nothing of this name here, where it guards nothing: it stands in the route item, beside integration
          warning: tollgate-routes [stage=v1 routeKey=$api] cachingEnabled: got true, expected nothing of this name here: it stands in each route item
          warning: tollgate-routes [stage=v1 routeKey=GET /x] integration.cacheNamespace: got "x", expected nothing of this name: every route's answers are kept apart; what else tells them apart is cacheKeyParameters of the route item
          warning: tollgate-routes [stage=v1 routeKey=GET /x] integration.cacheTtlInSeconds: got 5, expected nothing of this name here: it stands in a route item, or in the stage's for all that say none
          warning: tollgate-routes [stage=v1 routeKey=GET /x] CacheClusterEnabled: got true, expected nothing of this name: there is no cluster; a route item with cachingEnabled is enough
          warning: tollgate-routes [stage=v1 routeKey=GET /x] CachingEnabled: got true, expected nothing of this name; did you mean cachingEnabled?
        --
    "#]].assert_eq(&check(&world.gateway));
}

/// An HTTP integration that maps all kinds of values into its request.
fn http() -> Value {
    json!({ "type": "HTTP_PROXY", "uri": "https://example.com", "requestParameters": {
        "overwrite:header.x-lang": "$request.header.Accept-Language", "append:querystring.q": "${request.querystring.q}!",
        "append:querystring.again": "$request.querystring.q", "overwrite:path": "/${request.querystring.p}",
        "overwrite:header.x-host": "$request.header.Host", "append:header.x-type": "$request.header.Content-Type",
        "append:header.x-body": "$request.body.a", "append:header.x-stage": "$context.stage",
        "remove:header.x-tenant": "" } })
}

#[tokio::test]
async fn check_warns_of_a_mapped_value_that_the_key_lacks_with_the_parameter_to_add() {
    let world = Cached::start(&[]).await;
    let query = json!({ "type": "DYNAMODB", "action": "Query", "tableName": "orders", "limit": "$request.querystring.limit",
        "keyConditionExpression": "pk = :pk", "expressionAttributeValues": { ":pk": "${request.header.X-Tenant}#$$" } });
    let get = json!({ "type": "DYNAMODB", "action": "GetItem", "tableName": "orders",
        "key": { "pk": "$request.path.id", "sk": "$request.querystring.v" } });
    let batch = json!({ "type": "DYNAMODB", "action": "BatchGetItem", "tableName": "orders",
        "keys": [{ "pk": "$request.querystring.a" }, { "pk": "$request.querystring.b" }] });
    world.put("GET /http", &json!({ "integration": http() }));
    world.put("GET /open", &json!({ "integration": http(), "forwardUnkeyedHeaders": true }));
    let cursor = json!({ "cacheKeyParameters": "method.request.querystring.cursor", "integration": query });
    world.put("GET /query", &cursor);
    let pages = json!({ "cacheKeyParameters": "method.request.querystring.cursor", "integration": batch });
    world
        .put("GET /get/{id}", &json!({ "cacheKeyParameters": "method.request.path.id", "integration": get }));
    world.put("POST /batch", &pages);
    expect![[r#"
        exit 0
        v1: 5 routes, not served yet, 1 MB of memory
          warning: tollgate-routes [stage=v1 routeKey=GET /get/{id}] cacheKeyParameters: got none for $request.querystring.v, expected method.request.querystring.v too, without which all its values share one answer
          warning: tollgate-routes [stage=v1 routeKey=GET /http] cacheKeyParameters: got none for $request.header.accept-language, expected method.request.header.accept-language too, without which it is not forwarded, and what is mapped is absent
          warning: tollgate-routes [stage=v1 routeKey=GET /http] cacheKeyParameters: got none for $request.querystring.p, expected method.request.querystring.p too, without which all its values share one answer
          warning: tollgate-routes [stage=v1 routeKey=GET /http] cacheKeyParameters: got none for $request.querystring.q, expected method.request.querystring.q too, without which all its values share one answer
          warning: tollgate-routes [stage=v1 routeKey=GET /open] cacheKeyParameters: got none for $request.header.accept-language, expected method.request.header.accept-language too, without which all its values share one answer
          warning: tollgate-routes [stage=v1 routeKey=GET /open] cacheKeyParameters: got none for $request.querystring.p, expected method.request.querystring.p too, without which all its values share one answer
          warning: tollgate-routes [stage=v1 routeKey=GET /open] cacheKeyParameters: got none for $request.querystring.q, expected method.request.querystring.q too, without which all its values share one answer
          warning: tollgate-routes [stage=v1 routeKey=GET /query] cacheKeyParameters: got none for $request.header.x-tenant, expected method.request.header.x-tenant too, without which it is not forwarded, and what is mapped is absent
          warning: tollgate-routes [stage=v1 routeKey=GET /query] cacheKeyParameters: got none for $request.querystring.limit, expected method.request.querystring.limit too, without which all its values share one answer
          warning: tollgate-routes [stage=v1 routeKey=POST /batch] cacheKeyParameters: got none for $request.querystring.a, expected method.request.querystring.a too, without which all its values share one answer
          warning: tollgate-routes [stage=v1 routeKey=POST /batch] cacheKeyParameters: got none for $request.querystring.b, expected method.request.querystring.b too, without which all its values share one answer
        --
    "#]].assert_eq(&check(&world.gateway));
}

#[tokio::test]
async fn check_does_not_warn_of_mapped_values_that_are_in_the_key_or_not_cached() {
    let world = Cached::start(&[]).await;
    let all = json!([
        "method.request.header.accept-language",
        "method.request.querystring.q",
        "method.request.querystring.p"
    ]);
    world.put("GET /keyed", &json!({ "integration": http(), "cacheKeyParameters": all }));
    world.put("GET /http", &json!({ "integration": http(), "cacheMode": "HTTP" }));
    world.put("GET /off", &json!({ "integration": http(), "cachingEnabled": false }));
    assert_eq!(check(&world.gateway), "exit 0\nv1: 3 routes, not served yet, 1 MB of memory\n--\n");
    let put = json!({ "type": "DYNAMODB", "action": "PutItem", "tableName": "orders", "item": { "id": "$request.header.x" } });
    world.put("PUT /write", &json!({ "integration": put }));
    let told = check(&world.gateway);
    assert!(told.contains("a write's is not kept") && !told.contains("cacheKeyParameters"), "{told}");
}

#[tokio::test]
async fn check_tells_of_routes_whose_cache_fields_do_not_do_what_they_seem_to() {
    let world = Cached::start(&[]).await;
    let mock = json!({ "type": "MOCK" });
    let routes = [
        json!({ "routeKey": "DELETE /a/{id}", "cachingEnabled": true,
            "cacheKeyParameters": ["method.request.path.id"] }),
        json!({ "routeKey": "GET /a/{id}", "cachingEnabled": true, "cacheShared": true,
            "cacheKeyParameters": ["method.request.multivaluequerystring.q", "integration.request.path.id"] }),
        json!({ "routeKey": "GET /b", "staleIfError": 60, "cacheShared": false, "apiKeyRequired": true }),
    ];
    for mut route in routes {
        route["integration"] = mock.clone();
        world.gateway.put_route(&route);
    }
    expect![[r#"
        exit 3
        v1: 2 problems
          problem: tollgate-routes [stage=v1 routeKey=GET /a/{id}] cacheKeyParameters: got "integration.request.path.id", expected method.request.path.id: what the client sent
          problem: tollgate-routes [stage=v1 routeKey=GET /a/{id}] cacheKeyParameters: got "method.request.multivaluequerystring.q", expected method.request.querystring.q, which is all its values
          warning: tollgate-routes [stage=v1 routeKey=DELETE /a/{id}] cachingEnabled: got true, expected GET, HEAD or a POST that only reads: a DELETE that is answered from the cache does not reach the target
          warning: tollgate-routes [stage=v1 routeKey=GET /a/{id}] cacheShared: got no apiKeyRequired, expected apiKeyRequired or authorizerId: without them all callers are one
          warning: tollgate-routes [stage=v1 routeKey=GET /b] cacheShared: got false, expected nothing without cachingEnabled
          warning: tollgate-routes [stage=v1 routeKey=GET /b] staleIfError: got 60, expected nothing without cachingEnabled
        --
    "#]].assert_eq(&check(&world.gateway));
}

/// No key can have it, and the next client would get the address of the first one.
#[tokio::test]
async fn an_answer_that_holds_the_client_address_is_not_kept() {
    let world = Cached::start(&[]).await;
    let get = json!({ "type": "DYNAMODB", "action": "GetItem", "tableName": "orders",
        "key": { "pk": "ip#${context.identity.sourceIp}" } });
    let traced = json!({ "type": "HTTP_PROXY", "uri": "https://example.com",
        "requestParameters": { "append:header.x-trace": "$context.requestId" } });
    let mock = json!({ "type": "MOCK", "body": "you are ${context.identity.sourceIp} of ${context.stage}" });
    for (route_key, integration, mode) in [
        ("GET /item", &get, "API_GATEWAY"),
        ("GET /mock", &mock, "HTTP"),
        ("GET /stage", &json!({ "type": "MOCK", "body": "${context.stage}" }), "API_GATEWAY"),
        ("GET /traced", &traced, "API_GATEWAY"),
    ] {
        world.put(route_key, &json!({ "cacheMode": mode, "integration": integration }));
    }
    expect![[r#"
        exit 0
        v1: 4 routes, not served yet, 1 MB of memory
          warning: tollgate-routes [stage=v1 routeKey=GET /item] cachingEnabled: got true, expected no $context.identity.sourceIp in what is asked for or answered: it is another one in each request, and the answers are not kept
          warning: tollgate-routes [stage=v1 routeKey=GET /mock] cachingEnabled: got true, expected no $context.identity.sourceIp in what is asked for or answered: it is another one in each request, and the answers are not kept
        --
    "#]].assert_eq(&check(&world.gateway));
    world.gateway.go_live().await;
    assert_eq!(world.statuses(&["GET /v1/mock", "GET /v1/stage", "GET /v1/stage"]).await, "- MISS HIT");
}

#[tokio::test]
async fn check_warns_of_typed_and_optional_values_that_the_key_lacks() {
    let world = Cached::start(&[]).await;
    let query = json!({ "type": "DYNAMODB", "action": "Query", "tableName": "orders", "keyConditionExpression": "pk = :pk AND sk > :sk",
        "filterExpression": "n > :n", "expressionAttributeValues": { ":pk": "$number(request.querystring['filter[pk]'])",
            ":sk": "$request.querystring.sk?", ":n": "$number(request.header.x-n)?" } });
    let key = |more: &[&str]| {
        let words = ["method.request.querystring.cursor"].iter().chain(more);
        words.copied().map(Value::from).collect::<Vec<_>>()
    };
    let all = [
        "method.request.querystring.filter[pk]",
        "method.request.querystring.sk",
        "method.request.header.x-n",
    ];
    world.put("GET /none", &json!({ "integration": query, "cacheKeyParameters": key(&[]) }));
    world.put("GET /all", &json!({ "integration": query, "cacheKeyParameters": key(&all) }));
    let told = check(&world.gateway);
    let warnings: Vec<_> = told.lines().filter(|line| line.contains("warning: ")).collect();
    assert!(warnings.iter().all(|line| line.contains("GET /none]")) && warnings.len() == 3, "{told}");
    for word in ["querystring.filter[pk]", "querystring.sk", "header.x-n"] {
        assert!(told.contains(&format!("got none for $request.{word}, ")), "{word}: {told}");
    }
}
