//! Answers that a function wrote as base64: each client gets bytes or base64 as it accepts, and no other client's
//! (issue 10).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::TestGateway;

/// Bytes for the first three, base64 text for the others.
const ACCEPTS: [Option<&str>; 7] = [
    Some("image/png"),
    Some("image/webp, */*;q=0.1"),
    Some("image/*;q=0"),
    Some("text/html, image/png"),
    Some("*/*"),
    Some(""),
    None,
];

fn request(line: &str, accept: Option<&str>) -> String {
    accept.map_or(line.to_owned(), |accept| format!("{line}\naccept: {accept}"))
}

/// Pictures of a function in payload format 1.0; `words`, also in the route's item, say whether they are kept.
async fn pictures(words: &Value) -> TestGateway {
    let integration = json!({ "type": "AWS_PROXY", "uri": "picture", "payloadFormatVersion": "1.0" });
    let mut route = json!({ "routeKey": "GET /{name}", "integration": integration });
    route.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    let api = json!({ "routeKey": "$api", "binaryMediaTypes": ["image/*"] });
    TestGateway::serving(&[api, route]).await
}

/// Kept, in each mode, for ten seconds or a minute.
fn modes() -> [Value; 3] {
    let key = json!(["method.request.path.name"]);
    [
        json!({ "cachingEnabled": true, "cacheKeyParameters": key, "cacheTtlInSeconds": 60, "staleWhileRevalidate": 60 }),
        json!({ "cachingEnabled": true, "cacheKeyParameters": key, "cacheTtlInSeconds": 60, "staleWhileRevalidate": 60,
            "forwardUnkeyedHeaders": true }),
        json!({ "cachingEnabled": true, "cacheMode": "HTTP", "staleWhileRevalidate": 60 }),
    ]
}

/// Without what the cache adds.
fn without_cache(answer: &str) -> String {
    let is_added = |line: &&str| line.starts_with("age: ") || line.starts_with("cache-status: ");
    answer.split('\n').filter(|line| !is_added(line)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn each_client_gets_bytes_or_base64_as_it_accepts_whoever_filled_the_entry() {
    let plain = pictures(&json!({})).await;
    for words in modes() {
        for first in ACCEPTS {
            let kept = pictures(&words).await;
            let cold = kept.another_instance().await;
            kept.send(&request("GET /v1/x", first)).await;
            for accept in ACCEPTS {
                let request = request("GET /v1/x", accept);
                let expected = plain.send(&request).await;
                for (place, instance) in [("memory", &kept), ("table", &cold)] {
                    let answer = instance.send(&request).await;
                    assert!(answer.contains("tollgate; hit"), "{answer}");
                    assert_eq!(without_cache(&answer), expected, "{words}: {first:?} {accept:?} {place}");
                }
            }
            assert_eq!(kept.calls(), ["picture"], "one call of the function is enough for all");
        }
    }
}

#[tokio::test]
async fn clients_that_miss_at_once_get_bytes_or_base64_as_each_accepts() {
    let plain = pictures(&json!({})).await;
    for words in modes() {
        let kept = pictures(&words).await;
        let requests = ACCEPTS.map(|accept| request("GET /v1/x", accept));
        let answers = join_all(requests.iter().map(|request| kept.send(request))).await;
        for (request, answer) in requests.iter().zip(answers) {
            assert_eq!(without_cache(&answer), plain.send(request).await, "{words} {request}");
        }
        assert_eq!(kept.calls(), ["picture"]);
    }
}

#[tokio::test]
async fn a_stale_answer_and_its_replacement_are_bytes_or_base64_as_each_client_accepts() {
    let plain = pictures(&json!({})).await;
    for words in modes() {
        let kept = pictures(&words).await;
        for (accept, status) in [
            (ACCEPTS[0], "fwd=uri-miss"),
            (None, "hit; ttl=-5"),
            (ACCEPTS[0], "hit; ttl=60"),
            (None, "hit; ttl=60"),
        ] {
            let request = request("GET /v1/x", accept);
            let answer = kept.send(&request).await;
            assert!(answer.contains(&format!("cache-status: tollgate; {status}")), "{status}: {answer}");
            assert_eq!(without_cache(&answer), plain.send(&request).await, "{words} {status}");
            if status.starts_with("fwd") {
                kept.advance(Duration::from_secs(65));
            }
        }
    }
}

#[tokio::test]
async fn head_304_and_range_answers_are_of_bytes_or_base64_as_the_client_accepts() {
    let [api_gateway, _, http] = modes();
    for (words, first) in [(&api_gateway, 0), (&http, 0), (&api_gateway, 6), (&http, 6)] {
        let kept = pictures(words).await;
        kept.send(&request("GET /v1/x", ACCEPTS[first])).await;
        for accept in ACCEPTS {
            let body = async |line: &str, more: &str| {
                let answer = kept.send(&(request(line, accept) + more)).await;
                let (head, body) = answer.split_once("\n\n").unwrap();
                format!("{} {body}", &head[..3])
            };
            assert_eq!(body("HEAD /v1/x", "").await, "200 ");
            assert_eq!(body("GET /v1/x", "\nif-none-match: \"p\"").await, "304 ");
            let is_bytes = ACCEPTS[..3].contains(&accept);
            let part = body("GET /v1/x", "\nrange: bytes=1-6").await;
            let expected = match (words == &http, is_bytes) {
                // The target of an API Gateway cache sees no `Range`.
                (false, true) => "200 \u{fffd}PNG /x",
                (false, false) => "200 iVBORyAveA==",
                (true, true) => "206 PNG /x",
                (true, false) => "206 VBORyA",
            };
            assert_eq!(part, expected, "{words} {accept:?}");
        }
        assert_eq!(kept.calls(), ["picture"]);
    }
}

/// A client that accepts bytes gets a failure, which is never kept; nor is the text that others get.
#[tokio::test]
async fn an_answer_that_claims_to_be_base64_and_is_not_is_not_kept() {
    let integration = json!({ "type": "AWS_PROXY", "uri": "reflect", "payloadFormatVersion": "1.0" });
    let world = TestGateway::serving(&[
        json!({ "routeKey": "$api", "binaryMediaTypes": ["image/*"] }),
        json!({ "routeKey": "POST /x", "cachingEnabled": true, "integration": integration }),
    ])
    .await;
    let body = r#"{"body":"no base64","isBase64Encoded":true}"#;
    for (accept, expected) in [("text/html", "200"), ("image/png", "502"), ("text/html", "200")] {
        let answer = world.send(&format!("POST /v1/x\naccept: {accept}\n\n{body}")).await;
        assert!(answer.starts_with(expected) && !answer.contains("stored"), "{accept}: {answer}");
        assert_eq!(world.last_line()["cacheStatus"], "MISS");
        assert_eq!(answer.ends_with("\n\nno base64"), expected == "200", "{answer}");
    }
    assert_eq!(world.calls().len(), 3);
}

/// The function has answered; the client got another status. API Gateway's `integrationStatus` is 200 then, too.
#[tokio::test]
async fn the_log_has_the_functions_status_where_its_base64_is_none_cached_or_not() {
    let integration = json!({ "type": "AWS_PROXY", "uri": "reflect", "payloadFormatVersion": "1.0" });
    for cached in [true, false] {
        let world = TestGateway::serving(&[
            json!({ "routeKey": "$api", "binaryMediaTypes": ["image/*"] }),
            json!({ "routeKey": "POST /x", "cachingEnabled": cached, "integration": integration }),
        ])
        .await;
        let body = r#"{"body":"no base64","isBase64Encoded":true}"#;
        world.send(&format!("POST /v1/x\naccept: image/png\n\n{body}")).await;
        let line = world.last_line();
        assert_eq!([&line["status"], &line["integrationStatus"]], [502, 200], "{cached}: {line}");
        let message = line["integrationErrorMessage"].as_str().unwrap_or_default();
        assert!(message.contains("no base64"), "{cached}: {line}");
    }
}
