//! Kept answers: the kinds that are kept, their lifetime, and the client's view of them.

use std::time::Duration;

use expect_test::expect;
use serde_json::json;

use super::{Cached, answer};

/// A route of all paths, each of which answers as its script says.
async fn by_name(scripts: &[(&'static str, String)]) -> Cached {
    let scripts: Vec<_> = scripts.iter().map(|(path, answer)| (*path, answer.as_str())).collect();
    let world = Cached::start(&scripts).await;
    world.put("GET /{name}", &json!({ "cacheKeyParameters": ["method.request.path.name"] }));
    world.gateway.go_live().await;
    world
}

#[tokio::test]
async fn a_kept_answer_is_given_again_until_its_ttl_is_over() {
    let ok =
        answer("200 OK", &["Content-Type: text/plain", "ETag: \"a\"", "X-Twice: 1", "X-Twice: 2"], "hello");
    let world = Cached::answering("/hello", &ok, &json!({ "cacheTtlInSeconds": 60 })).await;
    let first = world.gateway.send("GET /v1/hello").await;
    expect![[r#"
        200
        cache-status: tollgate; fwd=uri-miss; stored
        content-type: text/plain
        etag: "a"
        x-amzn-remapped-connection: close
        x-amzn-remapped-content-length: 5
        x-twice: 1, 2

        hello"#]]
    .assert_eq(&first);
    world.gateway.advance(Duration::from_millis(59_999));
    let second = world.gateway.send("GET /v1/hello").await;
    expect![[r#"
        200
        age: 59
        cache-status: tollgate; hit; ttl=0
        content-type: text/plain
        etag: "a"
        x-amzn-remapped-connection: close
        x-amzn-remapped-content-length: 5
        x-twice: 1, 2

        hello"#]]
    .assert_eq(&second);
    assert_eq!(world.asked(), 1);
    world.gateway.advance(Duration::from_millis(1));
    assert_eq!(world.statuses(&["GET /v1/hello", "GET /v1/hello"]).await, "MISS HIT");
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn the_ttl_is_the_routes_else_the_stages_else_five_minutes() {
    let times = [
        (json!({}), json!({}), 300),
        (json!({}), json!({ "cacheTtlInSeconds": 7 }), 7),
        (json!({ "cacheTtlInSeconds": "3600" }), json!({ "cacheTtlInSeconds": 7 }), 3_600),
    ];
    for (route, stage, seconds) in times {
        let world = Cached::serving("GET /x", &route).await;
        let mut item = world.gateway.store.stage("v1").await.unwrap().unwrap().item;
        item.extend(stage.as_object().unwrap().clone());
        world.gateway.put_stage(&item.into());
        world.gateway.refresh().await;
        let answer = world.statuses(&["GET /v1/x"]).await;
        world.gateway.advance(Duration::from_secs(seconds) - Duration::from_millis(1));
        let last = world.statuses(&["GET /v1/x"]).await;
        world.gateway.advance(Duration::from_millis(1));
        let over = world.statuses(&["GET /v1/x"]).await;
        assert_eq!([answer, last, over], ["MISS", "HIT", "MISS"], "{route} {stage}");
    }
    let off = Cached::serving("GET /x", &json!({ "cacheTtlInSeconds": 0 })).await;
    assert_eq!(off.statuses(&["GET /v1/x", "GET /v1/x"]).await, "- -");
    assert!(!off.gateway.send("GET /v1/x").await.contains("cache-status"));
}

#[tokio::test]
async fn failures_cookies_vary_star_parts_and_long_bodies_are_fetched_every_time() {
    let long = "x".repeat(1_048_577);
    let scripts = [
        ("/failed", answer("500 Internal Server Error", &[], "")),
        ("/away", answer("503 Service Unavailable", &["Cache-Control: max-age=60"], "")),
        ("/cookie", answer("200 OK", &["Set-Cookie: session=1"], "mine")),
        ("/vary", answer("200 OK", &["Vary: Accept, *"], "")),
        ("/part", answer("206 Partial Content", &["Content-Range: bytes 0-1/2"], "ab")),
        ("/long", answer("200 OK", &[], &long)),
        ("/broken", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".to_owned()),
    ];
    let world = by_name(&scripts).await;
    for (path, _) in scripts {
        let request = format!("GET /v1{path}");
        assert_eq!(world.statuses(&[&request, &request]).await, "MISS MISS", "{path}");
        assert_eq!(world.asked(), 2, "{path}");
    }
    assert_eq!(
        world.gateway.items("tollgate-cache").await.iter().filter(|item| item["part"] != -1).count(),
        0
    );
}

/// While the length of a body is not known, the cache does not say that it is stored.
#[tokio::test]
async fn cache_status_says_stored_only_of_an_answer_that_is_kept() {
    let (most, long) = ("x".repeat(1_048_576), "x".repeat(1_048_577));
    let chunks = |body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
            body.len()
        )
    };
    let scripts = [
        ("/most", answer("200 OK", &[], &most)),
        ("/long", answer("200 OK", &[], &long)),
        ("/chunks", chunks("abc")),
        ("/long-chunks", chunks(&long)),
        ("/cookie", answer("200 OK", &["Set-Cookie: a=b"], "")),
    ];
    let world = by_name(&scripts).await;
    let reflect = json!({ "integration": { "type": "AWS_PROXY", "uri": "reflect" } });
    world.put("POST /x", &reflect);
    world.gateway.go_live().await;
    let mut told = Vec::new();
    let requests = scripts.each_ref().map(|(path, _)| format!("GET /v1{path}"));
    for request in requests.into_iter().chain([&most, &long].map(|body| format!("POST /v1/x\n\n{body}"))) {
        let answer = world.gateway.send(&request).await;
        let status = answer.lines().find(|line| line.starts_with("cache-status: ")).unwrap().to_owned();
        world.statuses(&[&request]).await;
        let again = world.gateway.last_line()["cacheStatus"].as_str().unwrap().to_owned();
        told.push(format!(
            "{} {} {again}",
            &request[..request.len().min(20)].replace('\n', " "),
            &status[14..]
        ));
    }
    expect![[r#"
        GET /v1/most tollgate; fwd=uri-miss; stored HIT
        GET /v1/long tollgate; fwd=uri-miss MISS
        GET /v1/chunks tollgate; fwd=uri-miss HIT
        GET /v1/long-chunks tollgate; fwd=uri-miss MISS
        GET /v1/cookie tollgate; fwd=uri-miss MISS
        POST /v1/x  xxxxxxxx tollgate; fwd=uri-miss; stored HIT
        POST /v1/x  xxxxxxxx tollgate; fwd=uri-miss MISS"#]]
    .assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn answers_that_are_no_failure_are_kept_up_to_a_mebibyte() {
    let most = "x".repeat(1_048_576);
    let scripts = [
        ("/gone", answer("410 Gone", &[], "never again")),
        ("/moved", answer("301 Moved Permanently", &["Location: /elsewhere"], "")),
        ("/nothing", answer("204 No Content", &[], "")),
        ("/private", answer("200 OK", &["Cache-Control: private, no-store"], "API Gateway does not look")),
        ("/varies", answer("200 OK", &["Vary: Accept-Encoding"], "it never saw one")),
        ("/most", answer("200 OK", &[], &most)),
        (
            "/chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
                .to_owned(),
        ),
    ];
    let world = by_name(&scripts).await;
    let cold = world.gateway.another_instance().await;
    for (path, _) in scripts {
        let request = format!("GET /v1{path}");
        let first = world.gateway.send(&request).await;
        let again = [world.gateway.send(&request).await, cold.send(&request).await];
        for again in again {
            let stored = if path == "/chunks" { "fwd=uri-miss" } else { "fwd=uri-miss; stored" };
            let as_first = again.replace("age: 0\n", "").replace("hit; ttl=300", stored);
            assert!(as_first == first, "{path}: {:.300}", again);
        }
        assert_eq!(world.asked(), 1, "{path}");
    }
}

#[tokio::test]
async fn a_client_whose_entity_tag_matches_gets_304() {
    let tagged =
        answer("200 OK", &["Content-Type: text/plain", "ETag: \"v1\"", "Cache-Control: max-age=5"], "hello");
    let world = Cached::answering("/hello", &tagged, &json!({})).await;
    let story = world
        .gateway
        .story(&[
            "GET /v1/hello\nif-none-match: \"v1\"",
            "GET /v1/hello\nif-none-match: \"v0\", W/\"v1\"",
            "HEAD /v1/hello\nif-none-match: *",
            "GET /v1/hello\nif-none-match: \"v0\"",
        ])
        .await;
    expect![[r#"
        > GET /v1/hello
        > if-none-match: "v1"
        304
        cache-control: max-age=5
        cache-status: tollgate; fwd=uri-miss; stored
        etag: "v1"
        x-amzn-remapped-connection: close
        x-amzn-remapped-content-length: 5



        > GET /v1/hello
        > if-none-match: "v0", W/"v1"
        304
        age: 0
        cache-control: max-age=5
        cache-status: tollgate; hit; ttl=300
        etag: "v1"
        x-amzn-remapped-connection: close
        x-amzn-remapped-content-length: 5



        > HEAD /v1/hello
        > if-none-match: *
        304
        age: 0
        cache-control: max-age=5
        cache-status: tollgate; hit; ttl=300
        etag: "v1"
        x-amzn-remapped-connection: close
        x-amzn-remapped-content-length: 5



        > GET /v1/hello
        > if-none-match: "v0"
        200
        age: 0
        cache-control: max-age=5
        cache-status: tollgate; hit; ttl=300
        content-type: text/plain
        etag: "v1"
        x-amzn-remapped-connection: close
        x-amzn-remapped-content-length: 5

        hello

    "#]]
    .assert_eq(&story);
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn head_is_answered_from_a_kept_get_and_only_a_post_route_keeps_answers_to_post() {
    let world = Cached::serving("ANY /x", &json!({})).await;
    let requests =
        ["HEAD /v1/x", "HEAD /v1/x", "GET /v1/x", "HEAD /v1/x", "POST /v1/x", "POST /v1/x", "OPTIONS /v1/x"];
    assert_eq!(world.statuses(&requests).await, "MISS MISS MISS HIT - - -");
    let methods: Vec<_> =
        world.target.received().iter().map(|request| request.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(methods, ["HEAD", "HEAD", "GET", "POST", "POST", "OPTIONS"]);
    let posts = Cached::serving("POST /x", &json!({})).await;
    let requests =
        ["POST /v1/x\n\na", "POST /v1/x\n\na", "POST /v1/x\n\nb", "POST /v1/x\ncontent-type: x/y\n\na"];
    assert_eq!(posts.statuses(&requests).await, "MISS HIT MISS MISS");
}

#[tokio::test]
async fn streams_and_events_are_not_kept_and_check_warns_of_a_route_that_would_keep_them() {
    for words in [json!({ "responseTransferMode": "STREAM" }), json!({ "invocationType": "Event" })] {
        let world = Cached::start(&[]).await;
        let mut integration = json!({ "type": "AWS_PROXY", "uri": "echo" });
        integration.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        world.put("GET /x", &json!({ "integration": integration }));
        let warning = "tollgate-routes [stage=v1 routeKey=GET /x] cachingEnabled: got true, expected nothing: a \
                       streamed answer, an Event's or a write's is not kept";
        let ran = world.gateway.tollgate(&["check", "v1"]);
        assert_eq!(
            ran.text(&[]),
            format!("exit 0\nv1: 1 route, not served yet, 1 MB of memory\n  warning: {warning}\n--\n")
        );
        world.gateway.go_live().await;
        assert_eq!(world.gateway.stage_status("v1").await, format!("OK 1 route\nwarning: {warning}"));
        assert_eq!(world.statuses(&["GET /v1/x", "GET /v1/x"]).await, "- -");
        assert_eq!(world.gateway.calls().len(), 2);
    }
}
