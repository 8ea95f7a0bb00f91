//! Cache keys: parameters, callers and stages tell answers apart, and the target sees no more than the key has.

use expect_test::expect;
use serde_json::{Value, json};

use super::Cached;

const ADA: &str = "imported-key-of-ada-lovelace";
const BOB: &str = "imported-key-of-bob-the-robot";

#[tokio::test]
async fn only_the_parameters_in_the_key_tell_answers_apart() {
    let parameters = json!([
        "method.request.path.id",
        "method.request.querystring.q",
        "method.request.header.Accept-Language"
    ]);
    let world = Cached::serving("GET /orders/{id}", &json!({ "cacheKeyParameters": parameters })).await;
    let cases = [
        ("GET /v1/orders/7", "MISS"),
        ("GET /v1/orders/7", "HIT"),
        ("GET /v1/orders/7?utm=x", "HIT"),
        ("GET /v1/orders/7\nx-other: 1", "HIT"),
        ("GET /v1/orders/8", "MISS"),
        ("GET /v1/orders/7?q=", "MISS"),
        ("GET /v1/orders/7?q", "HIT"),
        ("GET /v1/orders/7?q=1", "MISS"),
        ("GET /v1/orders/7?%71=1", "HIT"),
        ("GET /v1/orders/7?q=1&q=2", "MISS"),
        ("GET /v1/orders/7?q=2", "MISS"),
        ("GET /v1/orders/7?q=2&q=1", "MISS"),
        ("GET /v1/orders/7?q=12", "MISS"),
        ("GET /v1/orders/7\naccept-language: de", "MISS"),
        ("GET /v1/orders/7\nAccept-Language: de", "HIT"),
        ("GET /v1/orders/7?q=de", "MISS"),
        ("GET /v1/orders/7?q=%E9", "MISS"),
        ("GET /v1/orders/7?q=%E8", "MISS"),
        ("GET /v1/orders/7?q=a+b", "MISS"),
        ("GET /v1/orders/7?q=a%20b", "MISS"),
        ("GET /v1/orders/7?q=a%2Bb", "MISS"),
    ];
    for (index, (request, expected)) in cases.into_iter().enumerate() {
        assert_eq!(world.statuses(&[request]).await, expected, "case {index}: {request}");
    }
}

/// Two callers with a key each, on a route that asks for one.
async fn with_callers(words: &Value) -> Cached {
    let world = Cached::start(&[]).await;
    let mut words = words.clone();
    words["apiKeyRequired"] = json!(true);
    world.put("GET /x", &words);
    world.gateway.put_plan(&json!({ "usagePlanId": "gold" }));
    world.gateway.put_key(ADA, &json!({ "id": "ada", "usagePlanId": "gold", "invalidateCache": true }));
    world.gateway.put_key(BOB, &json!({ "id": "bob", "usagePlanId": "gold" }));
    world.gateway.go_live().await;
    world
}

fn of(key: &str, headers: &str) -> String {
    format!("GET /v1/x\nx-api-key: {key}{headers}")
}

#[tokio::test]
async fn callers_are_kept_apart_unless_the_route_says_cache_shared() {
    let (ada, bob) = (&*of(ADA, ""), &*of(BOB, ""));
    let apart = with_callers(&json!({})).await;
    assert_eq!(apart.statuses(&[ada, bob, ada, bob]).await, "MISS MISS HIT HIT");
    let shared = with_callers(&json!({ "cacheShared": true })).await;
    assert_eq!(shared.statuses(&[ada, bob, ada, "GET /v1/x"]).await, "MISS HIT HIT -");
    assert!(shared.gateway.send("GET /v1/x").await.starts_with("403\n"), "the key is asked for first");
}

#[tokio::test]
async fn max_age_0_from_a_key_that_may_not_invalidate_does_what_the_strategy_says() {
    let (ada, bob) = (&*of(ADA, "\ncache-control: max-age=0"), &*of(BOB, "\ncache-control: max-age=0"));
    let words =
        |strategy: &str| json!({ "cacheShared": true, "unauthorizedCacheControlHeaderStrategy": strategy });
    let warned = with_callers(&words("SUCCEED_WITH_RESPONSE_HEADER")).await;
    assert_eq!(warned.statuses(&[bob, bob, ada, bob]).await, "MISS HIT REFRESH HIT");
    assert_eq!(warned.asked(), 2);
    let answer = warned.gateway.send(bob).await;
    assert!(
        answer.contains("\nwarning: 199 tollgate \"Cache-Control of the request was ignored\"\n"),
        "{answer}"
    );
    assert!(!warned.gateway.send(&of(BOB, "")).await.contains("warning"));
    let silent = with_callers(&words("SUCCEED_WITHOUT_RESPONSE_HEADER")).await;
    assert_eq!(silent.statuses(&[bob, bob]).await, "MISS HIT");
    assert!(!silent.gateway.send(bob).await.contains("warning"));
    let failing = with_callers(&words("FAIL_WITH_403")).await;
    assert!(failing.gateway.send(bob).await.starts_with("403\n"));
    assert_eq!(failing.asked(), 0);
    assert_eq!(failing.statuses(&[ada, &of(BOB, ""), ada]).await, "REFRESH HIT REFRESH");
    let open =
        with_callers(&json!({ "cacheShared": true, "requireAuthorizationForCacheControl": false })).await;
    assert_eq!(open.statuses(&[bob, bob, ada]).await, "REFRESH REFRESH REFRESH");
}

#[tokio::test]
async fn stages_share_no_entries_and_a_new_cache_generation_empties_one_stage() {
    let world = Cached::serving("GET /x", &json!({})).await;
    for mut item in world.gateway.store.routes("v1").await.unwrap() {
        item.insert("stage".to_owned(), json!("v2"));
        world.gateway.put_route(&item.into());
    }
    world.gateway.publish("v2").await;
    world.gateway.refresh().await;
    let requests = ["GET /v1/x", "GET /v2/x", "GET /v1/x", "GET /v2/x"];
    assert_eq!(world.statuses(&requests).await, "MISS MISS HIT HIT");
    let mut stage = world.gateway.store.stage("v1").await.unwrap().unwrap().item;
    stage.insert("cacheGeneration".to_owned(), json!(1));
    world.gateway.put_stage(&stage.into());
    world.gateway.refresh().await;
    assert_eq!(world.statuses(&requests).await, "MISS HIT HIT HIT");
}

/// A guess would be a generation of before, whose answers somebody has purged.
#[tokio::test]
async fn an_unreadable_cache_generation_brings_no_purged_answer_back() {
    let world = Cached::serving("GET /x", &json!({})).await;
    let set = async |name: &str, value: Value| {
        let mut stage = world.gateway.store.stage("v1").await.unwrap().unwrap().item;
        stage.insert(name.to_owned(), value);
        world.gateway.put_stage(&stage.into());
        world.gateway.refresh().await;
    };
    assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "MISS HIT");
    set("cacheGeneration", json!(1)).await;
    assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "MISS HIT");
    set("cacheGeneration", json!("2o")).await;
    assert_eq!(world.statuses(&["GET /v1/x"]).await, "HIT", "the last one that could be read");
    let cold = world.gateway.cold_instance();
    cold.refresh().await;
    for _ in 0..2 {
        assert!(cold.send("GET /v1/x").await.starts_with("200\n"));
        assert_eq!(cold.last_line()["cacheStatus"], Value::Null, "no guess");
    }
    set("cacheGeneration", json!(2)).await;
    cold.refresh().await;
    cold.send("GET /v1/x").await;
    assert_eq!(cold.last_line()["cacheStatus"], "MISS");
}

#[tokio::test]
async fn the_target_sees_no_header_that_is_not_in_the_key_unless_the_route_forwards_all() {
    let sent = "GET /v1/x?q=1\naccept: text/plain\nuser-agent: curl\ncookie: a=1\nx-forwarded-host: evil.example\nx-evil: 1\nauthorization: Bearer secret\nhost: x";
    let world =
        Cached::serving("GET /x", &json!({ "cacheKeyParameters": "method.request.header.accept" })).await;
    let answer = world.gateway.send(sent).await;
    for hidden in ["curl", "a=1", "evil", "secret"] {
        assert!(!answer.contains(hidden), "{hidden}: {answer}");
    }
    assert!(answer.contains("\naccept: text/plain\n"), "{answer}");
    let open = json!({ "forwardUnkeyedHeaders": true });
    let world = Cached::serving("GET /x", &open).await;
    let plain = "GET /v1/x\nx-evil: 1";
    assert_eq!(world.statuses(&[plain, plain]).await, "MISS HIT");
    assert!(world.gateway.send(plain).await.contains("x-evil: 1"));
    let credentials = ["GET /v1/x\nauthorization: Bearer secret", "GET /v1/x\ncookie: a=1"];
    assert_eq!(world.statuses(&credentials).await, "BYPASS BYPASS");
    let keyed = json!({ "forwardUnkeyedHeaders": true, "cacheKeyParameters": ["method.request.header.cookie", "method.request.header.authorization"] });
    let world = Cached::serving("GET /x", &keyed).await;
    assert_eq!(
        world.statuses(&[credentials[0], credentials[1], credentials[0], credentials[1]]).await,
        "MISS MISS HIT HIT"
    );
}

#[tokio::test]
async fn check_says_of_each_wrong_cache_field_where_it_stands_and_why() {
    let world = Cached::start(&[]).await;
    world.put(
        "GET /orders/{id}",
        &json!({ "cacheTtlInSeconds": 3601, "cacheShared": "maybe",
        "cacheKeyParameters": ["method.request.path.name", "querystring.q"], "staleIfError": -1,
        "unauthorizedCacheControlHeaderStrategy": "IGNORE" }),
    );
    let check = || world.gateway.tollgate(&["check", "v1"]).text(&[]);
    expect![[r#"
        exit 3
        v1: 6 problems
          problem: tollgate-routes [stage=v1 routeKey=GET /orders/{id}] cacheKeyParameters: got "method.request.path.name", expected a parameter of the route's path (id)
          problem: tollgate-routes [stage=v1 routeKey=GET /orders/{id}] cacheKeyParameters: got "querystring.q", expected method.request.header.name, method.request.path.name or method.request.querystring.name
          problem: tollgate-routes [stage=v1 routeKey=GET /orders/{id}] cacheShared: got "maybe", expected true or false
          problem: tollgate-routes [stage=v1 routeKey=GET /orders/{id}] cacheTtlInSeconds: got 3601, expected a whole number from 0 to 3600
          problem: tollgate-routes [stage=v1 routeKey=GET /orders/{id}] staleIfError: got -1, expected a whole number from 0 to 86400
          problem: tollgate-routes [stage=v1 routeKey=GET /orders/{id}] unauthorizedCacheControlHeaderStrategy: got "IGNORE", expected FAIL_WITH_403 or SUCCEED_WITH_RESPONSE_HEADER or SUCCEED_WITHOUT_RESPONSE_HEADER
          warning: tollgate-routes [stage=v1 routeKey=GET /orders/{id}] cacheShared: got no apiKeyRequired, expected apiKeyRequired or authorizerId: without them all callers are one
        --
    "#]].assert_eq(&check());
    world.put("GET /orders/{id}", &json!({}));
    expect![[r#"
        exit 0
        v1: 1 route, not served yet, 1 MB of memory
          warning: tollgate-routes [stage=v1 routeKey=GET /orders/{id}] cacheKeyParameters: got nothing, expected method.request.path.id, without which all its values share one answer
        --
    "#]].assert_eq(&check());
}

#[tokio::test]
async fn cache_fields_that_would_mix_callers_up_are_problems_and_those_without_effect_are_warnings() {
    let scan = json!({ "type": "DYNAMODB", "action": "Scan", "tableName": "orders" });
    let write =
        json!({ "type": "DYNAMODB", "action": "DeleteItem", "tableName": "orders", "key": { "id": "1" } });
    let by_cursor = json!({ "cachingEnabled": true, "integration": scan, "cacheKeyParameters": "method.request.querystring.cursor" });
    let cases = [
        (json!({ "cacheKeyParameter": [] }), "Invalid", "did you mean cacheKeyParameters?"),
        (json!({ "cachemode": "HTTP" }), "Invalid", "did you mean cacheMode?"),
        (
            json!({ "integration": { "type": "MOCK", "cacheKeyParameters": [] } }),
            "Invalid",
            "where it guards nothing",
        ),
        (json!({ "integration": scan }), "Invalid", "method.request.querystring.cursor too"),
        (by_cursor, "Published", ""),
        (json!({ "integration": write }), "Published", "or a write's is not kept"),
        (
            json!({ "cachingEnabled": null, "cacheTtlInSeconds": 7 }),
            "Published",
            "nothing without cachingEnabled",
        ),
    ];
    for (words, kind, told) in cases {
        let world = Cached::start(&[]).await;
        world.put("GET /x", &words);
        let outcome = format!("{:?}", world.gateway.publish("v1").await);
        assert!(outcome.starts_with(kind) && outcome.contains(told), "{words}: {outcome}");
    }
}
