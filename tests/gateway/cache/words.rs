//! What `tollgate check` says of words of API Gateway's that mean something else here, or nothing.

use expect_test::expect;
use serde_json::json;

use super::Cached;
use crate::harness::TestGateway;

fn check(gateway: &TestGateway) -> String {
    gateway.tollgate(&["check", "v1"]).text(&[])
}

#[tokio::test]
async fn words_of_api_gateways_stages_are_told_with_what_to_write_instead() {
    let world = Cached::start(&[]).await;
    world.put("GET /x", &json!({}));
    world.gateway.put_stage(&json!({ "stage": "v1", "methodSettings": { "*/*": { "cachingEnabled": true } },
        "cacheClusterEnabled": true, "cacheClusterSize": "0.5", "cacheNamespace": "x", "cacheDataEncrypted": true,
        "dataEncrypted": true, "cachingEnabled": true, "requireAuthorizationForCacheControl": true,
        "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403", "cacheTtlInSeconds": 60 }));
    expect![[r#"
        exit 0
        v1: 1 route, not served yet
          warning: tollgate-stages [stage=v1] cacheClusterEnabled: got true, expected nothing of this name: there is no cluster; a route item with cachingEnabled is enough
          warning: tollgate-stages [stage=v1] cacheClusterSize: got "0.5", expected nothing of this name: the cache's table grows as it must, and CACHE_MEMORY_BYTES bounds an instance's memory
          warning: tollgate-stages [stage=v1] cacheDataEncrypted: got true, expected nothing of this name: DynamoDB always encrypts the cache's table
          warning: tollgate-stages [stage=v1] cacheNamespace: got "x", expected nothing of this name: every route's answers are kept apart; what else tells them apart is cacheKeyParameters of the route item
          warning: tollgate-stages [stage=v1] cachingEnabled: got true, expected nothing of this name here: it stands in each route item
          warning: tollgate-stages [stage=v1] dataEncrypted: got true, expected nothing of this name: DynamoDB always encrypts the cache's table
          warning: tollgate-stages [stage=v1] methodSettings: got {"*/*":{"cachingEnabled":true}}, expected nothing of this name: cachingEnabled, cacheTtlInSeconds and throttle stand in each route item
          warning: tollgate-stages [stage=v1] requireAuthorizationForCacheControl: got true, expected nothing of this name here: it stands in each route item
          warning: tollgate-stages [stage=v1] unauthorizedCacheControlHeaderStrategy: got "FAIL_WITH_403", expected nothing of this name here: it stands in each route item
        --
    "#]].assert_eq(&check(&world.gateway));
}

#[tokio::test]
async fn words_in_a_wrong_place_are_told_and_misspelt_ones_are_only_that() {
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
          problem: tollgate-routes [stage=v1 routeKey=GET /x] integration.cacheKeyParameters: got ["method.request.querystring.q"], expected nothing of this name here, where it guards nothing: it stands in the route item, beside integration
          warning: tollgate-routes [stage=v1 routeKey=$api] cachingEnabled: got true, expected nothing of this name here: it stands in each route item
          warning: tollgate-routes [stage=v1 routeKey=GET /x] integration.cacheNamespace: got "x", expected nothing of this name: every route's answers are kept apart; what else tells them apart is cacheKeyParameters of the route item
          warning: tollgate-routes [stage=v1 routeKey=GET /x] integration.cacheTtlInSeconds: got 5, expected nothing of this name here: it stands in a route item, or in the stage's for all that say none
          warning: tollgate-routes [stage=v1 routeKey=GET /x] CacheClusterEnabled: got true, expected nothing of this name: there is no cluster; a route item with cachingEnabled is enough
          warning: tollgate-routes [stage=v1 routeKey=GET /x] CachingEnabled: got true, expected nothing of this name; did you mean cachingEnabled?
        --
    "#]].assert_eq(&check(&world.gateway));
}
