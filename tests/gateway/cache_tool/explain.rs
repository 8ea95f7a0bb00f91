//! The cache's part of `tollgate explain`: the key that the gateway itself makes, or the reason why there is none.

use std::time::UNIX_EPOCH;

use expect_test::expect;
use serde_json::{Value, json};

use super::{HOST, explain, explained, masked, set_clock_back};
use crate::cache::Cached;

const URL: &str = "GET https://abc123.lambda-url.eu-west-1.on.aws/v1/orders/7?x=1&x=b";

/// Routes of which one has all kinds of key parts.
async fn world(words: &Value) -> Cached {
    let mut route = json!({ "cacheKeyParameters": ["method.request.path.id", "method.request.querystring.x",
        "method.request.header.Accept-Language", "method.request.header.Authorization",
        "method.request.header.Cookie"], "staleIfError": 60, "cacheTtlInSeconds": 3_600 });
    route.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    let world = Cached::start(&[]).await;
    world.put("GET /orders/{id}", &route);
    world.put("ANY /any", &json!({}));
    world.put("GET /open", &json!({ "forwardUnkeyedHeaders": true }));
    world.put(
        "GET /never",
        &json!({ "cacheTtlInSeconds": 0, "requestParameters": { "method.request.querystring.q": true } }),
    );
    world.put("ANY /plain", &json!({ "cachingEnabled": false }));
    world.gateway.go_live().await;
    world
}

#[tokio::test]
async fn explain_shows_the_key_that_the_gateway_uses_and_no_credentials() {
    let world = world(&json!({})).await;
    set_clock_back(&world, 0);
    let headers =
        ["-H", "accept-language: de", "-H", "Authorization: Bearer hush", "-H", "Cookie: a=hush; b=hush"];
    let arguments = [&[URL], &headers[..]].concat();
    expect![[r#"
        exit 0
        route        GET /orders/{id}, the most specific for the path
        cache        yes
        ttl          3600 s
        key          v1#DIGEST
                     stage                                  v1
                     cacheGeneration                        0
                     routeKey                               GET /orders/{id}
                     method                                 GET
                     host                                   abc123.lambda-url.eu-west-1.on.aws
                     apiKeyId                               -
                     method.request.header.Accept-Language  de
                     method.request.header.Authorization    …
                     method.request.header.Cookie           …, …
                     method.request.path.id                 7
                     method.request.querystring.x           1, b
        entry        none
        lock         none
    "#]]
    .assert_eq(&masked(&explain(&world, &arguments)));

    let request =
        "GET /v1/orders/7?x=1&x=b\naccept-language: de\nauthorization: Bearer hush\ncookie: a=hush; b=hush";
    world.gateway.send(request).await;
    let told = explained(&world, &arguments);
    assert!(!told.to_string().contains("hush"), "{told}");
    let kept = world.gateway.items("tollgate-cache").await;
    assert!(kept.iter().all(|item| item["cacheKey"] == told["cacheKey"]), "{kept:?}");
    assert_eq!((&told["entry"]["isFresh"], &told["entry"]["status"]), (&json!(true), &json!(200)));
}

#[tokio::test]
async fn explain_tells_the_times_of_the_entry_and_of_the_lock() {
    let world = world(&json!({})).await;
    let host = format!("Host: {HOST}");
    let mut texts = String::new();
    for (path, seconds_ago, is_fresh) in [("/v1/orders/2", 3_620, false), ("/v1/orders/1", 1_000, true)] {
        set_clock_back(&world, seconds_ago);
        let stored_at = world.gateway.now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        world.gateway.send(&format!("GET {path}")).await;
        let told = explained(&world, &[path, "-H", &host]);
        let entry = &told["entry"];
        assert_eq!(
            [&entry["isFresh"], &entry["freshUntil"], &entry["keptUntil"]],
            [&json!(is_fresh), &json!(stored_at + 3_600), &json!(stored_at + 3_660)]
        );
        assert!(entry["ageSeconds"].as_u64() >= Some(seconds_ago), "{entry}");
        let key = &told["cacheKey"];
        for is_in_vain in [false, true] {
            let lock = json!({ "cacheKey": key, "part": -1, "lockedUntil": super::now_ms() + 15_000, "isInVain": is_in_vain });
            world.gateway.put("tollgate-cache", &lock);
            let text = masked(&explain(&world, &[path, "-H", &host]));
            texts.extend(
                text.lines()
                    .filter(|line| line.starts_with("entry") || line.starts_with("lock"))
                    .flat_map(|line| [line, "\n"]),
            );
        }
    }
    expect![[r#"
        entry        stale for N s, kept for N s more, N s old: status N, N bytes, N in the table
        lock         for N s: the target is being asked, or was just now
        entry        stale for N s, kept for N s more, N s old: status N, N bytes, N in the table
        lock         for N s nobody waits for an entry: the last answer was not one to keep
        entry        fresh for N s, N s old: status N, N bytes, N in the table
        lock         none; the entry was filled just now
        entry        fresh for N s, N s old: status N, N bytes, N in the table
        lock         for N s nobody waits for an entry: the last answer was not one to keep
    "#]]
    .assert_eq(&texts);
}

#[tokio::test]
async fn explain_with_local_takes_a_path_alone_and_its_port_from_api_port() {
    let world = world(&json!({})).await;
    let hosts = [("", "127.0.0.1:9000"), ("9100", "127.0.0.1:9100")];
    for (port, host) in hosts {
        let ran = world.gateway.tollgate_with(&[("API_PORT", port)], &["explain", "/v1/orders/7", "--local"]);
        assert!(ran.stdout.contains(&format!(" {host}\n")), "{ran:?}");
    }
    for arguments in [&["explain", "/v1/orders/7"][..], &["cache", "purge", "v1", "--key", "/v1/orders/7"]] {
        let ran = world.gateway.tollgate_with(&[("API_PORT", "high")], &[arguments, &["--local"]].concat());
        let words = "exit 1\n--\ntollgate: environment variable API_PORT: got \"high\", expected a port: \
                     invalid digit found in string\n";
        assert_eq!(ran.text(&[]), words);
    }
}

#[tokio::test]
async fn explain_tells_why_a_request_bypasses_the_cache() {
    let world = world(&json!({})).await;
    let host = format!("Host: {HOST}");
    let mut told = String::new();
    for arguments in
        [&["GET /v1/plain"][..], &["POST /v1/plain"], &["/v1/never?q=1"], &["/v1/open", "-H", "cookie: a=1"]]
    {
        told += &masked(&explain(&world, &[arguments, &["-H", &host]].concat()));
    }
    expect![[r#"
        exit 0
        route        ANY /plain, since the path has no GET of its own
        cache        no: the route has no cachingEnabled, or an integration whose answers are never kept
        exit 0
        route        ANY /plain, since the path has no POST of its own
        cache        no: the route has no cachingEnabled, or an integration whose answers are never kept
        exit 0
        route        GET /never, the most specific for the path
        cache        no: cacheTtlInSeconds is 0
        ttl          0 s
        key          v1#DIGEST
                     stage            v1
                     cacheGeneration  0
                     routeKey         GET /never
                     method           GET
                     host             abc123.lambda-url.eu-west-1.on.aws
                     apiKeyId         -
        exit 0
        route        GET /open, the most specific for the path
        cache        no: forwardUnkeyedHeaders, and the request has a cookie or Authorization that is not in the key
        ttl          300 s
        key          v1#DIGEST
                     stage            v1
                     cacheGeneration  0
                     routeKey         GET /open
                     method           GET
                     host             abc123.lambda-url.eu-west-1.on.aws
                     apiKeyId         -
    "#]].assert_eq(&told);
    for (request, header, why) in [
        ("/v1/open", "authorization: x", "forwardUnkeyedHeaders, and"),
        ("POST /v1/any", "a: b", "only answers to GET are kept"),
    ] {
        let told = explained(&world, &[request, "-H", header, "-H", &host]);
        assert_eq!(
            [&told["entry"], &told["lock"], &told["ttlSeconds"]],
            [&json!(null), &json!(null), &json!(300)]
        );
        assert!(told["bypass"].as_str().unwrap().starts_with(why), "{told}");
    }
}

#[tokio::test]
async fn a_purge_tells_why_a_request_would_be_refused_before_the_cache() {
    let world = world(&json!({ "apiKeyRequired": true })).await;
    let host = format!("Host: {HOST}");
    let mut told = String::new();
    let purge = |arguments: &[&str]| {
        world.gateway.tollgate(&[&["cache", "purge", "v1", "--key"], arguments].concat())
    };
    for arguments in [
        &["/v1/orders/7", "-d", "x"][..],
        &["/v9/orders/7"],
        &["/v1/nothing"],
        &["POST /v1/orders/7"],
        &["/v1/never"],
        &["/v1/a/../b"],
        &["/v1/open", "-H", "a b: c"],
    ] {
        let ran = purge(&[arguments, &["-H", &host]].concat());
        told += &format!("{} {}", ran.code.unwrap(), ran.stderr);
    }
    let ran = purge(&["/v1/open"]);
    told += &format!("{} {}", ran.code.unwrap(), ran.stderr);
    let ran = purge(&["http://abc123.lambda-url.eu-west-1.on.aws/v1/open", "--api-key-id", "ada"]);
    told += &format!("{} {}", ran.code.unwrap(), ran.stderr);
    expect![[r#"
        0 tollgate: GET /orders/{id} asks for an API key, whose id is part of the key: say it with --api-key-id
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev)
        4 tollgate: GET /v9/orders/7 would be refused: no stage serves host abc123.lambda-url.eu-west-1.on.aws and path /v9/orders/7; `tollgate check` tells of stages that cannot be served yet
        4 tollgate: GET /v1/nothing would be refused: no route
        4 tollgate: POST /v1/orders/7 would be refused: the path has no such method, only GET, HEAD
        3 tollgate: GET /v1/never would be refused: missing required request parameters: q
        3 tollgate: GET /v1/a/../b would be refused: malformed request: a dot segment
        3 tollgate: GET /v1/open would be refused: malformed request: a header name that is no token
        3 tollgate: the host is part of the key: say it with a whole URL or with -H 'Host: …'
        0 tollgate: GET /open asks for no API key, so --api-key-id counts for nothing
        tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev)
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn without_the_host_no_key_is_told() {
    let world = world(&json!({})).await;
    let told = masked(&explain(&world, &["/v1/orders/7"]));
    assert!(
        told.contains(
            "key          not known: the host is part of it; say it with a whole URL or with -H 'Host: …'\n"
        ),
        "{told}"
    );
    assert_eq!(explained(&world, &["/v1/orders/7"])["cacheKey"], json!(null));
}

#[tokio::test]
async fn explain_publishes_no_stage_that_has_no_deployment() {
    let world = Cached::start(&[]).await;
    world.put("GET /x", &json!({}));
    let host = format!("Host: {HOST}");
    let mut told = String::new();
    for item in [
        json!({ "stage": "v1" }),
        json!({ "stage": "v1", "deploymentId": {} }),
        json!({ "stage": "v1", "deploymentId": "gone" }),
    ] {
        world.gateway.put_stage(&item);
        let ran = explain(&world, &["/v1/x", "-H", &host]);
        let endpoint = format!("http://{}", world.gateway.dynamodb().address);
        told += &ran.text(&[(&endpoint, "ENDPOINT")]);
        assert_eq!(world.gateway.items("tollgate-stages").await, [item]);
    }
    expect![[r#"
        exit 1
        --
        tollgate: with the tables tollgate-stages, tollgate-deployments, tollgate-api-keys, tollgate-usage-plans and tollgate-cache at ENDPOINT: finding the deployment failed: stage v1 has no valid deployment
        exit 1
        --
        tollgate: with the tables tollgate-stages, tollgate-deployments, tollgate-api-keys, tollgate-usage-plans and tollgate-cache at ENDPOINT: finding the deployment failed: stage v1 has no valid deployment
        exit 1
        --
        tollgate: with the tables tollgate-stages, tollgate-deployments, tollgate-api-keys, tollgate-usage-plans and tollgate-cache at ENDPOINT: finding the deployment failed: stage v1 has no valid deployment
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn explain_says_that_a_stage_with_an_unreadable_cache_generation_keeps_nothing() {
    let world = world(&json!({})).await;
    let mut stage = world.gateway.store.stage("v1").await.unwrap().unwrap().item;
    stage.insert("cacheGeneration".to_owned(), json!("2o"));
    world.gateway.put_stage(&stage.into());
    let told = explain(&world, &["/v1/never?q=1", "-H", &format!("Host: {HOST}")]);
    expect![[r#"
        exit 0
        route        GET /never, the most specific for the path
        cache        no: the stage item's cacheTtlInSeconds or cacheGeneration cannot be read
    "#]]
    .assert_eq(&masked(&told));
}
