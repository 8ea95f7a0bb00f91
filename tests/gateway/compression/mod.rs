//! `minimumCompressionSize`: what is sent compressed, to whom, and what stays as it is; whole answers.

mod cached;
mod requests;

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::harness::{TestGateway, event, render_head};

/// 5,000 bytes that get smaller.
fn long() -> String {
    "many words ".repeat(500)[..5_000].to_owned()
}

/// An API whose function answers with what the request's body says, and that compresses from `minimum` bytes on.
async fn api(minimum: &Value) -> TestGateway {
    let gateway = TestGateway::new();
    gateway.put_route(&json!({ "routeKey": "$api", "minimumCompressionSize": minimum,
        "corsConfiguration": { "allowOrigins": ["https://app.example.com"] } }));
    gateway.put_route(
        &json!({ "routeKey": "ANY /f", "integration": { "type": "AWS_PROXY", "uri": "reflect" } }),
    );
    gateway.put_route(&json!({ "routeKey": "POST /stream",
        "integration": { "type": "AWS_PROXY", "uri": "frames", "responseTransferMode": "STREAM" } }));
    gateway.go_live().await;
    gateway
}

/// An answer of the gateway: its head, and its body as it was sent.
struct Sent {
    head: String,
    pieces: Vec<Vec<u8>>,
}

impl Sent {
    fn body(&self) -> Vec<u8> {
        self.pieces.concat()
    }

    fn coding(&self) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix("content-encoding: "))
    }

    fn unpacked(&self) -> String {
        let body = self.body();
        let mut text = String::new();
        let read = match self.coding() {
            Some("gzip") => GzDecoder::new(&*body).read_to_string(&mut text),
            Some("deflate") => ZlibDecoder::new(&*body).read_to_string(&mut text),
            Some("zstd") => zstd::Decoder::new(&*body).unwrap().read_to_string(&mut text),
            Some("br") => brotli::Decompressor::new(&*body, 4_096).read_to_string(&mut text),
            Some(other) => panic!("{other} is no coding of answers"),
            None => return String::from_utf8(body).unwrap(),
        };
        read.unwrap();
        text
    }
}

async fn send(gateway: &TestGateway, request: &str) -> Sent {
    send_event(gateway, &event(request)).await
}

async fn send_event(gateway: &TestGateway, event: &Value) -> Sent {
    let response = gateway.answer(&event.to_string()).await;
    let head = render_head(&response);
    let mut stream = response.stream;
    let mut pieces = Vec::new();
    while let Some(piece) = stream.next().await {
        pieces.push(piece.unwrap().to_vec());
    }
    Sent { head, pieces }
}

/// The answer of the function to a client that accepts `codings`.
async fn answer(gateway: &TestGateway, codings: &str, headers: &Value, body: &str) -> Sent {
    let answer = json!({ "statusCode": 200, "headers": headers, "body": body });
    send(gateway, &format!("POST /v1/f\naccept-encoding: {codings}\n\n{answer}")).await
}

#[tokio::test]
async fn a_client_gets_the_coding_that_it_takes_from_the_size_that_the_api_says() {
    let gateway = api(&json!(1000)).await;
    let text = json!({ "content-type": "text/plain", "etag": "\"v1\"", "accept-ranges": "bytes", "vary": "accept-language" });
    let plain = answer(&gateway, "compress", &text, &long()).await;
    let vary = "vary: accept-language, Origin, accept-encoding";
    let expected = format!("200\naccept-ranges: bytes\ncontent-type: text/plain\netag: \"v1\"\n{vary}");
    assert_eq!(plain.head, expected);
    assert_eq!(plain.unpacked(), long());
    for (codings, coding) in
        [("gzip, deflate, br;q=0.9", "gzip"), ("deflate", "deflate"), ("gzip, zstd", "zstd"), ("*", "zstd")]
    {
        let sent = answer(&gateway, codings, &text, &long()).await;
        let expected =
            format!("200\ncontent-encoding: {coding}\ncontent-type: text/plain\netag: W/\"v1\"\n{vary}");
        assert_eq!(sent.head, expected, "{codings}");
        assert_eq!(sent.unpacked(), long());
        assert!(sent.body().len() < 200, "{} bytes", sent.body().len());
    }
}

#[tokio::test]
async fn what_is_short_encoded_or_not_to_be_changed_stays_as_it_is() {
    let gateway = api(&json!("1000")).await;
    let html = "text/html; charset=utf-8";
    let long = long();
    #[rustfmt::skip]
    let cases = [
        (json!({ "content-type": html }),                                        &long[..999],  false),
        (json!({ "content-type": html }),                                        &long[..1_000], true),
        (json!({ "content-type": "application/problem+json" }),                  &long[..],     true),
        (json!({ "content-type": "image/svg+xml" }),                             &long[..],     true),
        (json!({ "content-type": "image/png" }),                                 &long[..],     false),
        (json!({ "content-type": "application/octet-stream" }),                  &long[..],     false),
        (json!({ "content-type": html, "content-encoding": "br" }),              &long[..],     false),
        (json!({ "content-type": html, "cache-control": "max-age=1, No-Transform" }), &long[..], false),
        (json!({ "content-type": html, "content-range": "bytes 0-1/2" }),        &long[..],     false),
        (json!({ "content-type": html, "content-digest": "sha-256=:x:" }),       &long[..],     false),
    ];
    for (headers, body, is_compressed) in cases {
        let sent = answer(&gateway, "gzip", &headers, body).await;
        assert_eq!(sent.head.contains("content-encoding: gzip"), is_compressed, "{headers} {}", sent.head);
        assert_eq!(sent.head.contains("Origin, accept-encoding"), is_compressed, "{headers} {}", sent.head);
        if is_compressed {
            assert_eq!(sent.unpacked(), body, "{headers}");
        } else {
            assert_eq!(sent.body(), body.as_bytes(), "{headers}");
        }
    }
    // A part of something, nothing, and the head of something.
    let part = json!({ "statusCode": 206, "headers": { "content-type": "text/plain" }, "body": long });
    let part = send(&gateway, &format!("POST /v1/f\naccept-encoding: gzip\n\n{part}")).await;
    assert_eq!(part.unpacked(), long);
    let none = send(&gateway, "POST /v1/f\naccept-encoding: gzip\n\n{\"statusCode\": 204}").await;
    assert!(none.head.starts_with("204\n") && !none.head.contains("encoding"), "{}", none.head);
    let head = json!({ "statusCode": 200, "headers": { "content-type": "text/plain" }, "body": long });
    let head = send(&gateway, &format!("HEAD /v1/f\naccept-encoding: gzip\n\n{head}")).await;
    assert!(head.body().is_empty() && !head.head.contains("content-encoding"), "{}", head.head);
}

#[tokio::test]
async fn without_the_word_or_with_null_nothing_is_compressed() {
    for minimum in [Value::Null, json!(10_485_760)] {
        let gateway = api(&minimum).await;
        let sent = answer(&gateway, "gzip", &json!({ "content-type": "text/plain" }), &long()).await;
        assert_eq!(sent.body(), long().as_bytes(), "{minimum}");
        assert!(!sent.head.contains("accept-encoding"), "{}", sent.head);
    }
}

#[tokio::test]
async fn refusals_are_compressed_too() {
    let gateway = api(&json!(0)).await;
    gateway.put_route(&json!({ "routeKey": "$api", "minimumCompressionSize": 0,
        "gatewayResponses": { "RESOURCE_NOT_FOUND": { "responseTemplates": { "text/html": long() } } } }));
    gateway.go_live().await;
    let sent = send(&gateway, "GET /v1/none\naccept-encoding: gzip").await;
    assert!(sent.head.starts_with("404\ncontent-encoding: gzip\n"), "{}", sent.head);
    assert_eq!(sent.unpacked(), long());
    // Two bytes do not get fewer.
    let short = answer(&gateway, "gzip", &json!({ "content-type": "text/plain" }), "ok").await;
    assert_eq!(short.body(), b"ok");
}

#[tokio::test]
async fn each_piece_of_a_stream_goes_on_by_itself() {
    let gateway = api(&json!(1000)).await;
    let head = json!({ "statusCode": 200, "headers": { "content-type": "text/event-stream" } }).to_string();
    let pieces = [head + "\0\0\0\0\0\0\0\0", "data: 1\n\n".to_owned(), "data: 2\n\n".to_owned()];
    let script = json!({ "pieces": pieces, "end": {} });
    for coding in ["gzip", "deflate", "zstd"] {
        let sent = send(&gateway, &format!("POST /v1/stream\naccept-encoding: {coding}\n\n{script}")).await;
        assert_eq!(sent.coding(), Some(coding), "{}", sent.head);
        assert_eq!(sent.unpacked(), "data: 1\n\ndata: 2\n\n");
        // The first piece can be read without the second one.
        let piece = &*sent.pieces[0];
        let mut first: Box<dyn Read> = match coding {
            "gzip" => Box::new(GzDecoder::new(piece)),
            "deflate" => Box::new(ZlibDecoder::new(piece)),
            _ => Box::new(zstd::Decoder::new(piece).unwrap()),
        };
        let mut text = [0; 9];
        first.read_exact(&mut text).unwrap();
        assert_eq!(&text, b"data: 1\n\n", "{coding}");
    }
}
