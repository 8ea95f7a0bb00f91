//! Requests with `Content-Encoding`: the integration gets what was packed, within bounds.

use std::io::Write;

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};

use crate::harness::{TestGateway, event};

const ORDER: &str = r#"{"id":"7","note":"many words, many words, many words, many words"}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4_096, 9, 22);
    encoder.write_all(bytes).unwrap();
    encoder.into_inner()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

async fn api(minimum: Value) -> TestGateway {
    let gateway = TestGateway::new();
    gateway.put_route(&json!({ "routeKey": "$api", "minimumCompressionSize": minimum,
        "allowPrivateIntegrations": ["127.0.0.1"],
        "models": { "Order": { "type": "object", "required": ["id"] } } }));
    let order = json!({ "application/json": "Order" });
    gateway.put_route(&json!({ "routeKey": "POST /orders", "requestModels": order,
        "requestParameters": {}, "integration": { "type": "AWS_PROXY", "uri": "echo" } }));
    gateway.put_route(&json!({ "routeKey": "POST /keyed", "apiKeyRequired": true,
        "integration": { "type": "AWS_PROXY", "uri": "echo" } }));
    gateway.put_route(&json!({ "routeKey": "POST /mapped", "integration": { "type": "AWS", "uri": "same",
        "requestTemplates": { "application/json": "{\"note\": $input.json('$.note')}" },
        "responses": { "default": { "statusCode": "200" } } } }));
    gateway.go_live().await;
    gateway
}

fn packed_event(path: &str, codings: &str, body: &[u8]) -> Value {
    let head = format!("POST /v1/{path}\ncontent-type: application/json\ncontent-encoding: {codings}");
    let head = format!("{head}\ncontent-length: {}\ncontent-digest: sha-256=:x:", body.len());
    let mut event = event(&head);
    event["body"] = json!(BASE64.encode(body));
    event["isBase64Encoded"] = json!(true);
    event
}

async fn send(gateway: &TestGateway, path: &str, codings: &str, body: &[u8]) -> String {
    gateway.send_event(&packed_event(path, codings, body)).await
}

#[tokio::test]
async fn the_integration_gets_the_plain_body_whatever_coding_it_came_in() {
    let gateway = api(json!(1_000_000)).await;
    let order = ORDER.as_bytes();
    let both = [gzip(&order[..20]), gzip(&order[20..])].concat();
    #[rustfmt::skip]
    let cases = [
        ("gzip",                   gzip(order)),
        ("X-GZip",                 gzip(order)),
        ("gzip",                   both),
        ("deflate",                deflate(order)),
        ("br",                     brotli(order)),
        ("zstd",                   zstd(order)),
        ("identity",               order.to_vec()),
        ("identity, gzip",         gzip(order)),
        ("deflate, br,zstd, gzip", gzip(&zstd(&brotli(&deflate(order))))),
    ];
    for (codings, body) in cases {
        let answer = send(&gateway, "orders", codings, &body).await;
        assert!(answer.starts_with("200\n"), "{codings}: {answer}");
        let event = gateway.called_with().unwrap();
        assert_eq!(event["body"], ORDER, "{codings}");
        assert_eq!(event["isBase64Encoded"], false, "{codings}");
        let headers = &event["headers"];
        assert_eq!(headers["content-type"], "application/json");
        assert!(headers["content-encoding"].is_null() && headers["content-digest"].is_null(), "{headers}");
    }
}

#[tokio::test]
async fn a_packed_body_is_validated_and_mapped_as_a_plain_one() {
    let gateway = api(json!(1_000_000)).await;
    let refused = send(&gateway, "orders", "gzip", &gzip(b"{}")).await;
    assert!(
        refused.starts_with("400\n") && refused.ends_with(r#"{"message": "Invalid request body"}"#),
        "{refused}"
    );
    let mapped = send(&gateway, "mapped", "zstd", &zstd(ORDER.as_bytes())).await;
    assert!(mapped.ends_with(r#"{"note":"many words, many words, many words, many words"}"#), "{mapped}");
}

#[tokio::test]
async fn a_body_that_lies_is_400_a_bomb_413_and_an_unknown_coding_415() {
    let gateway = api(json!(1_000_000)).await;
    let packed = gzip(ORDER.as_bytes());
    let nothing = vec![0; 11 << 20];
    let (mb, more) = (&nothing[..1 << 20], &nothing[..(1 << 20) + 1]);
    let noise: Vec<u8> = (0..40_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    #[rustfmt::skip]
    let cases: [(&str, Vec<u8>, u16); 22] = [
        ("gzip",                      packed[..packed.len() - 1].to_vec(), 400),
        ("gzip",                      [&packed[..], b"more"].concat(),     400),
        ("gzip",                      ORDER.as_bytes().to_vec(),           400),
        ("deflate",                   packed.clone(),                      400),
        ("br",                        b"\xff\xff\xff".to_vec(),            400),
        ("zstd",                      packed.clone(),                      400),
        ("gzip, gzip",                packed.clone(),                      400),
        ("gzip",                      gzip(b"").repeat(2_000),             400),
        ("gzip",                      gzip(&nothing),                      413),
        ("deflate",                   deflate(&nothing),                   413),
        ("br",                        brotli(&nothing),                    413),
        ("zstd",                      zstd(&nothing),                      413),
        ("gzip, gzip",                gzip(&gzip(&nothing)),               413),
        // So much may come out of anything, and is no order.
        ("zstd",                      zstd(mb),                            400),
        ("zstd",                      zstd(more),                          413),
        ("zstd",                      zstd(&[&noise[..], &nothing].concat()), 413),
        ("compress",                  packed.clone(),                      415),
        ("gzip, aws-chunked",         packed.clone(),                      415),
        ("gzip;q=1",                  packed.clone(),                      415),
        ("gzip, gzip, gzip, gzip, gzip", packed.clone(),                   415),
        ("gzïp",                      packed.clone(),                      415),
        ("identity",                  packed,                              400),
    ];
    for (codings, body, status) in cases {
        let answer = send(&gateway, "orders", codings, &body).await;
        assert!(answer.starts_with(&status.to_string()), "{codings}, {} bytes: {answer}", body.len());
    }
}

#[tokio::test]
async fn nobody_without_a_key_gets_anything_unpacked() {
    let gateway = api(json!(1_000_000)).await;
    let answer = send(&gateway, "keyed", "gzip", b"no gzip").await;
    assert!(answer.starts_with("403\n"), "{answer}");
}

#[tokio::test]
async fn without_compression_a_body_is_passed_on_as_it_was_sent() {
    let gateway = api(Value::Null).await;
    gateway.put_route(
        &json!({ "routeKey": "POST /plain", "integration": { "type": "AWS_PROXY", "uri": "echo" } }),
    );
    gateway.go_live().await;
    let packed = gzip(ORDER.as_bytes());
    for codings in ["gzip", "compress"] {
        let answer = send(&gateway, "plain", codings, &packed).await;
        assert!(answer.starts_with("200\n"), "{answer}");
        let event = gateway.called_with().unwrap();
        assert_eq!(event["body"], BASE64.encode(&packed));
        assert_eq!(event["headers"]["content-encoding"], codings);
    }
}

#[tokio::test]
async fn a_request_without_a_body_has_nothing_to_unpack() {
    let gateway = api(json!(0)).await;
    gateway.put_route(
        &json!({ "routeKey": "GET /empty", "integration": { "type": "AWS_PROXY", "uri": "echo" } }),
    );
    gateway.go_live().await;
    let answer = gateway.send("GET /v1/empty\ncontent-encoding: compress").await;
    assert!(answer.starts_with("200\n"), "{answer}");
}

/// Whatever a client says and sends.
#[tokio::test]
async fn any_bytes_in_any_coding_are_answered_below_500() {
    let gateway = api(json!(1_000_000)).await;
    let coding = prop::sample::select(vec!["gzip", "deflate", "br", "zstd", "identity", "x", "gzip, br"]);
    let damage = (any::<prop::sample::Index>(), any::<u8>());
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..200),
        prop::sample::select(vec![gzip(ORDER.as_bytes()), zstd(ORDER.as_bytes()), brotli(ORDER.as_bytes())]),
    ];
    let cases = (coding, bytes, prop::option::of(damage));
    let mut runner = TestRunner::deterministic();
    for _ in 0..300 {
        let (coding, mut bytes, damage) = cases.new_tree(&mut runner).unwrap().current();
        if let Some((place, byte)) = damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let answer = send(&gateway, "orders", coding, &bytes).await;
        let status: u16 = answer[..3].parse().unwrap();
        assert!(status < 500, "{coding} {bytes:?}: {answer}");
    }
}
