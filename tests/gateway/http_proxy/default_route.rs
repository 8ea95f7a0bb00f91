//! `$default` to a URL: the target gets the whole path, as from an HTTP API.
//! https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html

use serde_json::{Value, json};

use super::{allowing, route};
use crate::harness::{Target, TestGateway};

/// The paths that the target was asked for.
async fn asked(uri_path: &str, more: &Value, paths: &[&str]) -> Vec<String> {
    let target = Target::start([]).await;
    let uri = format!("http://127.0.0.1:{}{uri_path}", target.port);
    let gateway = TestGateway::serving(&[allowing(&["127.0.0.0/8"]), route("$default", &uri, more)]).await;
    for path in paths {
        let answer = gateway.send(&format!("GET {path}")).await;
        assert!(answer.starts_with("200\n"), "{path}: {answer}");
    }
    let first_line = |request: &String| request.lines().next().unwrap().to_owned();
    target.received().iter().map(first_line).collect()
}

#[tokio::test]
async fn the_path_of_the_request_follows_that_of_the_uri() {
    let paths = ["/v1/store/checkout?q=1", "/v1/a%2Fb/c%20d", "/v1/", "/v1/dir/"];
    for (uri_path, expected) in [
        ("", ["GET /store/checkout?q=1", "GET /a%2Fb/c%20d", "GET /", "GET /dir/"]),
        ("/", ["GET /store/checkout?q=1", "GET /a%2Fb/c%20d", "GET /", "GET /dir/"]),
        ("/base", ["GET /base/store/checkout?q=1", "GET /base/a%2Fb/c%20d", "GET /base/", "GET /base/dir/"]),
        (
            "/base?from=item",
            [
                "GET /base/store/checkout?from=item&q=1",
                "GET /base/a%2Fb/c%20d?from=item",
                "GET /base/?from=item",
                "GET /base/dir/?from=item",
            ],
        ),
    ] {
        let got = asked(uri_path, &json!({}), &paths).await;
        assert_eq!(got, expected, "{uri_path}");
    }
}

#[tokio::test]
async fn a_path_of_the_item_is_the_whole_path() {
    let parameters = json!({ "requestParameters": { "overwrite:path": "/fixed" } });
    assert_eq!(asked("/base", &parameters, &["/v1/store?q=1"]).await, ["GET /fixed?q=1"]);
    let parameters = json!({ "requestParameters": { "overwrite:path": "/new${request.path}" } });
    assert_eq!(asked("/base", &parameters, &["/v1/store"]).await, ["GET /new/store"]);
}
