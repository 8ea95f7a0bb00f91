//! `trailingSlash` of `$api`: one slash at the end of a path.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::{Target, TestGateway};

fn mock(route_key: &str) -> Value {
    let body = format!("{route_key} ${{context.path}}");
    json!({ "routeKey": route_key, "integration": { "type": "MOCK", "body": body } })
}

async fn serving(trailing_slash: &str, routes: &[Value]) -> TestGateway {
    let world = TestGateway::new();
    world.put_route(&json!({ "routeKey": "$api", "trailingSlash": trailing_slash,
        "allowPrivateIntegrations": ["127.0.0.0/8"] }));
    routes.iter().for_each(|route| world.put_route(route));
    world.go_live().await;
    world
}

/// Status and body of each.
async fn outcomes(world: &TestGateway, requests: &[&str]) -> String {
    let mut told = String::new();
    for request in requests {
        let answer = world.send(&request.replacen(' ', " /v1", 1)).await;
        told += format!("{request}: {} {}", &answer[..3], answer.split_once("\n\n").unwrap().1).trim_end();
        told.push('\n');
    }
    told
}

#[tokio::test]
async fn a_trailing_slash_is_ignored_if_the_api_says_so_and_no_route_is_written_with_it() {
    let routes = ["GET /", "GET /hello", "GET /own", "GET /own/", "GET /items/{id}", "ANY /files/{proxy+}"];
    let routes = routes.map(mock);
    let requests = [
        "GET /hello/",
        "HEAD /hello/",
        "POST /hello/",
        "GET /hello//",
        "GET /hello%2F",
        "GET /own/",
        "GET /own//",
        "GET /items/7/",
        "GET /items//",
        "GET /files/a/",
        "GET /files/",
        "GET /",
        "GET /nothing/",
    ];
    let mut story = String::new();
    for trailing_slash in ["STRICT", "ignore"] {
        let world = serving(trailing_slash, &routes).await;
        story += &format!("{trailing_slash}\n{}", outcomes(&world, &requests).await);
    }
    expect![[r#"
        STRICT
        GET /hello/: 404 {"message":"Not Found"}
        HEAD /hello/: 404
        POST /hello/: 404 {"message":"Not Found"}
        GET /hello//: 404 {"message":"Not Found"}
        GET /hello%2F: 404 {"message":"Not Found"}
        GET /own/: 200 GET /own/ /v1/own/
        GET /own//: 404 {"message":"Not Found"}
        GET /items/7/: 404 {"message":"Not Found"}
        GET /items//: 404 {"message":"Not Found"}
        GET /files/a/: 200 ANY /files/{proxy+} /v1/files/a/
        GET /files/: 404 {"message":"Not Found"}
        GET /: 200 GET / /v1/
        GET /nothing/: 404 {"message":"Not Found"}
        ignore
        GET /hello/: 200 GET /hello /v1/hello
        HEAD /hello/: 200
        POST /hello/: 405 {"message":"Method Not Allowed"}
        GET /hello//: 404 {"message":"Not Found"}
        GET /hello%2F: 404 {"message":"Not Found"}
        GET /own/: 200 GET /own/ /v1/own/
        GET /own//: 200 GET /own/ /v1/own/
        GET /items/7/: 200 GET /items/{id} /v1/items/7
        GET /items//: 404 {"message":"Not Found"}
        GET /files/a/: 200 ANY /files/{proxy+} /v1/files/a/
        GET /files/: 404 {"message":"Not Found"}
        GET /: 200 GET / /v1/
        GET /nothing/: 404 {"message":"Not Found"}
    "#]]
    .assert_eq(&story);
}

#[tokio::test]
async fn a_path_with_an_ignored_slash_goes_to_the_route_without_it_before_a_greedy_one() {
    let routes = ["GET /hello", "GET /{page}", "ANY /{proxy+}", "$default"].map(mock);
    let world = serving("IGNORE", &routes).await;
    let requests = ["GET /hello/", "GET /other/", "GET /a/b/", "POST /hello/"];
    expect![[r"
        GET /hello/: 200 GET /hello /v1/hello
        GET /other/: 200 GET /{page} /v1/other
        GET /a/b/: 200 ANY /{proxy+} /v1/a/b/
        POST /hello/: 200 ANY /{proxy+} /v1/hello/
    "]]
    .assert_eq(&outcomes(&world, &requests).await);
}

#[tokio::test]
async fn an_ignored_slash_is_sent_on_to_functions_but_not_to_http_targets() {
    let target = Target::start([]).await;
    let origin = format!("http://127.0.0.1:{}", target.port);
    let echo = |format: &str| json!({ "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": format });
    let world = serving(
        "IGNORE",
        &[
            json!({ "routeKey": "GET /one/{id}", "integration": echo("1.0") }),
            json!({ "routeKey": "GET /two/{id}", "integration": echo("2.0") }),
            json!({ "routeKey": "GET /http/{id}", "integration": { "type": "HTTP_PROXY", "uri": origin,
                "requestParameters": { "overwrite:path": "$request.path" } } }),
        ],
    )
    .await;
    let one = world.json("GET /v1/one/7/").await;
    assert_eq!(
        [&one["path"], &one["requestContext"]["path"], &one["pathParameters"]["id"], &one["resource"]],
        ["/one/7/", "/v1/one/7/", "7", "/one/{id}"]
    );
    let two = world.json("GET /v1/two/7/").await;
    assert_eq!(
        [&two["rawPath"], &two["requestContext"]["http"]["path"], &two["pathParameters"]["id"]],
        ["/v1/two/7/", "/v1/two/7/", "7"]
    );
    assert_eq!(world.last_line()["path"], "/v1/two/7/");
    world.send("GET /v1/http/7/").await;
    assert!(target.received().concat().starts_with("GET /http/7\n"));
}

#[tokio::test]
async fn a_path_with_an_ignored_slash_shares_the_api_key_check_and_the_cache_entry_of_the_path_without() {
    let world = TestGateway::new();
    world.put_route(&json!({ "routeKey": "$api", "trailingSlash": "IGNORE" }));
    let kept = |route_key: &str, mode: &str, format: &str, more: &Value| {
        let mut item = json!({ "routeKey": route_key, "cachingEnabled": true, "cacheMode": mode,
            "integration": { "type": "AWS_PROXY", "uri": "echo", "payloadFormatVersion": format } });
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.put_route(&item);
    };
    kept("GET /one/{id}", "API_GATEWAY", "1.0", &json!({ "cacheKeyParameters": ["method.request.path.id"] }));
    kept("GET /two", "API_GATEWAY", "2.0", &json!({}));
    kept("GET /guarded", "API_GATEWAY", "2.0", &json!({ "apiKeyRequired": true }));
    kept("GET /http", "HTTP", "2.0", &json!({}));
    world.go_live().await;

    for path in ["/v1/one/7", "/v1/two"] {
        // The answer is for those too who send none: the function does not learn of the slash.
        let first = world.json(&format!("GET {path}/")).await;
        assert!(!first.to_string().contains(&format!("{path}/")), "{first}");
        let first_status = world.last_line()["cacheStatus"].clone();
        world.send(&format!("GET {path}")).await;
        assert_eq!([first_status, world.last_line()["cacheStatus"].clone()], ["MISS", "HIT"], "{path}");
    }
    assert_eq!(world.calls(), ["echo", "echo"]);
    assert!(world.send("GET /v1/guarded/").await.starts_with("403\n"));
    let cache = |path: &str| {
        let ran = world.tollgate(&["explain", path, "-H", "Host: a.example", "-o", "json"]);
        serde_json::from_str::<Value>(&ran.stdout).unwrap()["cache"].clone()
    };
    let (with, without) = (cache("/v1/http/"), cache("/v1/http"));
    assert!(without.to_string().contains("\"cacheKey\""), "{without}");
    assert_eq!(with, without);
}
