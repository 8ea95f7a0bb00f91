//! The length of the body that a target gets: RFC 9110 §8.6, RFC 9112 §6.

use serde_json::json;

use super::{allowing, proxy_to, route};
use crate::harness::{Target, TestGateway};

/// The lines of a request that say how long its body is.
fn lengths(received: &[String]) -> Vec<String> {
    let of_length =
        |line: &&str| ["content-length", "transfer-encoding"].iter().any(|name| line.starts_with(name));
    received.iter().flat_map(|request| request.lines()).filter(of_length).map(str::to_owned).collect()
}

#[tokio::test]
async fn an_empty_body_has_a_content_length_if_its_method_expects_a_body() {
    let target = Target::start([]).await;
    let gateway = proxy_to(&target, &json!({})).await;
    let zero = &["content-length: 0"][..];
    let cases = [
        ("POST /v1/x", zero),
        ("PUT /v1/x", zero),
        ("PATCH /v1/x\ncontent-type: application/json", zero),
        // What came chunked comes whole from a function URL.
        ("POST /v1/x\ntransfer-encoding: chunked", zero),
        ("POST /v1/x\ncontent-length: 0", zero),
        ("POST /v1/x\ncontent-length: 7", zero),
        ("GET /v1/x", &[]),
        ("HEAD /v1/x", &[]),
        ("DELETE /v1/x", &[]),
        ("OPTIONS /v1/x", &[]),
        // Who said that there is nothing says it to the target too.
        ("DELETE /v1/x\ncontent-length: 0", zero),
        ("GET /v1/x\ncontent-length: 0", zero),
        ("DELETE /v1/x\ncontent-length: 7", zero),
        ("GET /v1/x\ntransfer-encoding: chunked", &[]),
        ("POST /v1/x\n\nab", &["content-length: 2"]),
        ("DELETE /v1/x\ncontent-length: 7\n\nab", &["content-length: 2"]),
        ("POST /v1/x\ntransfer-encoding: chunked\n\nab", &["content-length: 2"]),
    ];
    for (sent, expected) in cases {
        let answer = gateway.send(sent).await;
        assert!(answer.starts_with("200\n"), "{sent}: {answer}");
        assert_eq!(lengths(&target.received()), expected, "{sent}");
    }
}

#[tokio::test]
async fn the_content_length_of_an_empty_body_follows_the_method_that_the_target_gets() {
    let target = Target::start([]).await;
    let uri = format!("http://127.0.0.1:{}/", target.port);
    let gateway = TestGateway::serving(&[
        allowing(&["127.0.0.0/8"]),
        route("GET /started", &uri, &json!({ "integrationMethod": "POST" })),
        route("POST /asked", &uri, &json!({ "integrationMethod": "GET" })),
        route("$default", &uri, &json!({})),
    ])
    .await;
    for (sent, expected) in [
        ("GET /v1/started", &["content-length: 0"][..]),
        ("POST /v1/asked", &[]),
        ("PROPFIND /v1/other", &["content-length: 0"]),
    ] {
        let answer = gateway.send(sent).await;
        assert!(answer.starts_with("200\n"), "{sent}: {answer}");
        assert_eq!(lengths(&target.received()), expected, "{sent}");
    }
}
