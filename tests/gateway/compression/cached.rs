//! Kept answers where the API compresses: packed once, handed on as they are to who takes that coding.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};
use tollgate::digest::Sha256;

use super::{Sent, long, send, send_event};
use crate::harness::{Script, Target, TestGateway, event};

/// A gateway with answers of 5,000 bytes that are kept.
async fn api(minimum: Value) -> TestGateway {
    let gateway = TestGateway::new();
    put_api(&gateway, &minimum);
    let headers = json!({ "content-type": "text/plain", "etag": "\"v1\"", "cache-control": "max-age=60",
        "accept-ranges": "bytes" });
    gateway.put_route(&json!({ "routeKey": "GET /kept", "cachingEnabled": true, "cacheMode": "HTTP",
        "integration": { "type": "MOCK", "headers": headers, "body": long() } }));
    gateway.put_route(&json!({ "routeKey": "GET /by-ttl", "cachingEnabled": true,
        "integration": { "type": "MOCK", "headers": headers, "body": long() } }));
    gateway.put_route(&json!({ "routeKey": "GET /picture", "cachingEnabled": true, "cacheMode": "HTTP",
        "integration": { "type": "AWS_PROXY", "uri": "picture", "payloadFormatVersion": "2.0" } }));
    gateway.go_live().await;
    gateway
}

fn put_api(gateway: &TestGateway, minimum: &Value) {
    gateway.put_route(&json!({ "routeKey": "$api", "minimumCompressionSize": minimum,
        "allowPrivateIntegrations": ["127.0.0.1"] }));
}

async fn get(gateway: &TestGateway, path: &str, headers: &str) -> Sent {
    send(gateway, &format!("GET /v1/{path}\n{headers}")).await
}

/// The bytes of the only entry in the table.
async fn stored(gateway: &TestGateway) -> Vec<u8> {
    let items = gateway.items("tollgate-cache").await;
    let entries: Vec<&Value> = items.iter().filter(|item| item.get("bytes").is_some()).collect();
    assert_eq!(entries.len(), 1, "{items:?}");
    BASE64.decode(entries[0]["bytes"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn who_takes_gzip_gets_the_bytes_that_are_kept_from_the_first_answer_on() {
    let gateway = api(json!(1_000)).await;
    let first = get(&gateway, "kept", "accept-encoding: gzip, deflate, br, zstd").await;
    assert!(
        first.head.contains("cache-status: tollgate; fwd=uri-miss; stored\ncontent-encoding: gzip\n"),
        "{}",
        first.head
    );
    gateway.finish().await;
    let entry = stored(&gateway).await;
    assert!(entry.ends_with(&first.body()), "the entry is packed, and the answer is that");
    let hit = get(&gateway, "kept", "accept-encoding: gzip").await;
    let expected = "200\nage: 0\ncache-control: max-age=60\ncache-status: tollgate; hit; ttl=60\ncontent-encoding: gzip\n\
                    content-type: text/plain\netag: W/\"v1\"\nvary: accept-encoding";
    assert_eq!(hit.head, expected);
    assert_eq!(hit.body(), first.body());
    assert_eq!(hit.unpacked(), long());
    // From the table.
    let other = gateway.another_instance().await;
    let hit = get(&other, "kept", "accept-encoding: gzip").await;
    assert_eq!((hit.head.as_str(), hit.body()), (expected, first.body()));
}

#[tokio::test]
async fn who_does_not_take_gzip_gets_it_unpacked_or_in_the_coding_that_he_likes() {
    let gateway = api(json!(1_000)).await;
    let first = get(&gateway, "by-ttl", "accept-encoding: zstd").await;
    assert_eq!(first.unpacked(), long());
    for (codings, coding) in [
        ("accept-encoding: zstd", Some("zstd")),
        ("accept-encoding: deflate", Some("deflate")),
        ("accept-encoding: gzip;q=0.5, zstd;q=0.9", Some("zstd")),
        ("accept-encoding: *", Some("gzip")),
        ("accept-encoding: identity", None),
        ("accept-encoding: gzip;q=0", None),
        ("x: y", None),
    ] {
        let hit = get(&gateway, "by-ttl", codings).await;
        assert!(hit.head.contains("cache-status: tollgate; hit; ttl=300\n"), "{}", hit.head);
        assert!(hit.head.ends_with("vary: accept-encoding"), "{}", hit.head);
        let (tag, said) = match coding {
            Some(coding) => ("\netag: W/\"v1\"\n", format!("\ncontent-encoding: {coding}\n")),
            None => ("\naccept-ranges: bytes\n", "\netag: \"v1\"\n".to_owned()),
        };
        assert!(hit.head.contains(tag) && hit.head.contains(&said), "{codings}: {}", hit.head);
        assert_eq!(hit.unpacked(), long(), "{codings}");
    }
}

#[tokio::test]
async fn a_condition_a_range_and_a_head_are_those_of_the_answer_that_the_client_has() {
    let gateway = api(json!(1_000)).await;
    get(&gateway, "kept", "accept-encoding: gzip").await;
    for (headers, tag) in
        [("accept-encoding: gzip\nif-none-match: W/\"v1\"", "W/\"v1\""), ("if-none-match: \"v1\"", "\"v1\"")]
    {
        let known = get(&gateway, "kept", headers).await;
        let expected = format!(
            "304\nage: 0\ncache-control: max-age=60\ncache-status: tollgate; hit; ttl=60\netag: {tag}\nvary: accept-encoding"
        );
        assert!(known.head.replace("accept-ranges: bytes\n", "") == expected, "{}", known.head);
        assert!(known.body().is_empty());
    }
    // A part is one of the plain bytes, whatever the client takes.
    let part = get(&gateway, "kept", "accept-encoding: gzip\nrange: bytes=5-9").await;
    assert!(
        part.head.starts_with("206\n") && part.head.contains("content-range: bytes 5-9/5000\n"),
        "{}",
        part.head
    );
    assert!(part.head.contains("\netag: \"v1\"") && !part.head.contains("content-encoding"), "{}", part.head);
    assert_eq!(part.body(), &long().as_bytes()[5..10]);
    let whole = get(&gateway, "kept", "accept-encoding: gzip\nrange: bytes=5-9\nif-range: W/\"v1\"").await;
    assert!(whole.head.contains("content-encoding: gzip"), "{}", whole.head);
    assert_eq!(whole.unpacked(), long());
    let head = send(&gateway, "HEAD /v1/kept\naccept-encoding: gzip").await;
    assert!(head.head.ends_with("vary: accept-encoding") && head.body().is_empty(), "{}", head.head);
}

#[tokio::test]
async fn a_streamed_answer_is_packed_when_it_is_kept() {
    fn says(_: &str) -> String {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCache-Control: max-age=60\r\nContent-Length: 5000\r\n\r\n";
        format!("{head}{}", long())
    }
    let gateway = api(json!(1_000)).await;
    let target = Target::start([("/x", Script::Answers(says))]).await;
    gateway.put_route(&json!({ "routeKey": "GET /far", "cachingEnabled": true, "cacheMode": "HTTP",
        "integration": { "type": "HTTP_PROXY", "uri": format!("http://127.0.0.1:{}/x", target.port) } }));
    gateway.go_live().await;
    let first = get(&gateway, "far", "accept-encoding: zstd").await;
    assert_eq!(first.unpacked(), long());
    gateway.finish().await;
    let hit = get(&gateway, "far", "accept-encoding: gzip").await;
    assert!(hit.head.contains("; hit; ") && hit.unpacked() == long(), "{}", hit.head);
    assert!(stored(&gateway).await.ends_with(&hit.body()));
}

#[tokio::test]
async fn what_is_kept_packed_is_plain_again_when_compression_is_switched_off() {
    let gateway = api(json!(1_000)).await;
    get(&gateway, "kept", "accept-encoding: gzip").await;
    gateway.finish().await;
    put_api(&gateway, &Value::Null);
    gateway.go_live().await;
    let hit = get(&gateway, "kept", "accept-encoding: gzip").await;
    assert!(hit.head.contains("; hit; ") && !hit.head.contains("encoding"), "{}", hit.head);
    assert_eq!(hit.body(), long().as_bytes());
}

#[tokio::test]
async fn without_compression_and_for_what_gets_no_smaller_entries_are_as_they_were() {
    for (minimum, path) in [(Value::Null, "kept"), (json!(1_000), "picture"), (json!(6_000), "kept")] {
        let gateway = api(minimum).await;
        get(&gateway, path, "accept-encoding: gzip").await;
        gateway.finish().await;
        assert_eq!(stored(&gateway).await[0], 2, "the format of before: {path}");
        let hit = get(&gateway, path, "accept-encoding: gzip\naccept: */*").await;
        assert!(hit.head.contains("; hit; ") && !hit.head.contains("content-encoding"), "{}", hit.head);
    }
}

/// Whoever writes into the table may write answers; a broken one is told as one.
#[tokio::test]
async fn a_packed_entry_that_cannot_be_unpacked_is_a_503_for_who_needs_it_plain() {
    let gateway = api(json!(1_000)).await;
    get(&gateway, "kept", "accept-encoding: gzip").await;
    gateway.finish().await;
    let scan = gateway.client().scan().table_name("tollgate-cache").into_paginator().items().send();
    let items = scan.collect::<Result<Vec<_>, _>>().await.unwrap();
    let mut item = items.into_iter().find(|item| item.contains_key("bytes")).unwrap();
    let mut bytes = item["bytes"].as_b().unwrap().clone().into_inner();
    *bytes.last_mut().unwrap() ^= 1;
    item.insert("checksum".to_owned(), AttributeValue::B(Blob::new(Sha256::of(&bytes))));
    item.insert("bytes".to_owned(), AttributeValue::B(Blob::new(bytes)));
    gateway.client().put_item().table_name("tollgate-cache").set_item(Some(item)).send().await.unwrap();
    let other = gateway.another_instance().await;
    let refused = get(&other, "kept", "x: y").await;
    assert!(refused.head.starts_with("503\n"), "{}", refused.head);
    let part = get(&other, "kept", "range: bytes=0-1").await;
    assert!(part.head.starts_with("503\n"), "{}", part.head);
}

/// Any body, any `Accept-Encoding`; decoded it is the body.
#[tokio::test]
async fn any_body_comes_to_any_client_as_it_was() {
    let gateway = api(json!(100)).await;
    gateway.put_route(
        &json!({ "routeKey": "POST /f", "integration": { "type": "AWS_PROXY", "uri": "reflect" } }),
    );
    gateway.go_live().await;
    let weights = ["", ";q=1", ";q=0.5", ";q=0", ";q=x"];
    let codings = ["gzip", "x-gzip", "deflate", "zstd", "br", "identity", "*", "other"];
    let element = (prop::sample::select(codings.to_vec()), prop::sample::select(weights.to_vec()));
    let cases = (prop::collection::vec(element, 0..5), ".{0,20}", 0..400_usize);
    let mut runner = TestRunner::deterministic();
    for _ in 0..300 {
        let (accept, word, times) = cases.new_tree(&mut runner).unwrap().current();
        let accept: Vec<String> = accept.iter().map(|(coding, weight)| format!("{coding}{weight}")).collect();
        let line = format!("accept-encoding: {}", accept.join(", "));
        let body = word.repeat(times);
        let answer = json!({ "statusCode": 200, "headers": { "content-type": "text/plain" }, "body": body });
        let mut asked = event(&format!("POST /v1/f\n{line}"));
        asked["body"] = json!(answer.to_string());
        let fresh = send_event(&gateway, &asked).await;
        assert_eq!(fresh.unpacked(), body, "{line} {}", fresh.head);
        let kept = get(&gateway, "kept", &line).await;
        assert_eq!(kept.unpacked(), long(), "{line} {}", kept.head);
        for sent in [fresh, kept] {
            if let Some(coding) = sent.coding() {
                let is_taken = |word: &String| {
                    let own = [coding, &format!("x-{coding}"), "*"];
                    own.iter().any(|own| word == own || word.starts_with(&format!("{own};q=")))
                };
                assert!(accept.iter().any(is_taken), "{line} {}", sent.head);
            }
        }
    }
}
