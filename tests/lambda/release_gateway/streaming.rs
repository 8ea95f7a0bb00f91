//! Streams end to end: through the real gateway, as a client of its function URL sees them.

use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::RealGateway;
use crate::{
    harness::{Gate, actor, soon},
    memory::peak_kib,
};

const PRELUDE: &str =
    "{\"statusCode\":200,\"headers\":{\"content-type\":\"text/event-stream\"}}\0\0\0\0\0\0\0\0";
const LONG: usize = 100 << 20;
/// More than the buffers between a target and a client.
const MOST_GROWTH_KIB: u64 = 12 * 1024;

/// A gateway whose routes stream: `/function` from the actor, `/url` from a server that sends `LONG` bytes.
async fn gateway(server: SocketAddr) -> RealGateway {
    let function = json!({ "type": "AWS_PROXY", "uri": "actor", "responseTransferMode": "STREAM" });
    let url = json!({ "type": "HTTP_PROXY", "uri": format!("http://{server}") });
    let gateway = RealGateway::serving(&[
        json!({ "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] }),
        json!({ "routeKey": "POST /function", "integration": function }),
        json!({ "routeKey": "GET /url", "integration": url }),
        json!({ "routeKey": "GET /last", "integration": { "type": "MOCK", "body": "last" } }),
    ])
    .await;
    gateway.world.host.set(actor(1));
    gateway.until("200", "GET /v1/last").await;
    gateway
}

/// A server that answers every request with `LONG` bytes.
async fn long_server() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n")
                    && client.read_buf(&mut head).await.is_ok_and(|read| read > 0)
                {}
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {LONG}\r\nconnection: close\r\n\r\n");
                if client.write_all(head.as_bytes()).await.is_ok() {
                    let piece = vec![b'x'; 1 << 16];
                    for _ in 0..LONG / piece.len() {
                        if client.write_all(&piece).await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    address
}

/// The answer with its body still to come.
async fn open(gateway: &RealGateway, request: http::request::Builder, body: String) -> Response<Incoming> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = request.body(Full::new(Bytes::from(body))).expect("a request");
    let answer = soon(client.request(request)).await.expect("an answer");
    assert_eq!(answer.status(), 200, "{:?} of {}", answer.headers(), gateway.world.api);
    answer
}

async fn act(gateway: &RealGateway, steps: Value) -> Response<Incoming> {
    let request = Request::post(format!("http://{}/v1/function", gateway.world.api));
    let body = json!({ "do": steps }).to_string();
    open(gateway, request.header("content-type", "application/json"), body).await
}

async fn next(answer: &mut Response<Incoming>) -> Option<Result<String, hyper::Error>> {
    let frame = soon(answer.body_mut().frame()).await?;
    Some(frame.map(|frame| String::from_utf8_lossy(&frame.into_data().expect("data")).into_owned()))
}

fn opening() -> [Value; 3] {
    let content_type = "application/vnd.awslambda.http-integration-response";
    [json!({ "stream": content_type }), json!({ "chunk": PRELUDE }), json!({ "chunk": "data: one\n\n" })]
}

#[tokio::test]
async fn the_first_event_of_a_stream_is_with_the_client_before_the_last_is_written() {
    let gateway = gateway(long_server().await).await;
    let gate = Gate::new().await;
    let [stream, prelude, one] = opening();
    let steps = json!([stream, prelude, one, gate.step, { "chunk": "data: two\n\n" }]);
    let mut answer = act(&gateway, steps).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let held = gate.arrival().await;
    assert_eq!(next(&mut answer).await.and_then(Result::ok).as_deref(), Some("data: one\n\n"));
    drop(held);
    assert_eq!(next(&mut answer).await.and_then(Result::ok).as_deref(), Some("data: two\n\n"));
    assert!(next(&mut answer).await.is_none());
    soon(gateway.world.stop()).await;
}

#[tokio::test]
async fn a_client_can_tell_that_a_function_died_in_the_middle_of_its_stream() {
    let gateway = gateway(long_server().await).await;
    let pids = gateway.pids();
    for end in [json!({ "trailer": "Oops" }), json!({ "exit": 1 })] {
        let gate = Gate::new().await;
        let [stream, prelude, one] = opening();
        let mut answer = act(&gateway, json!([stream, prelude, one, gate.step, end])).await;
        let held = gate.arrival().await;
        assert_eq!(next(&mut answer).await.and_then(Result::ok).as_deref(), Some("data: one\n\n"));
        drop(held);
        let last = next(&mut answer).await;
        assert!(last.as_ref().is_some_and(Result::is_err), "{end}: {last:?}");
    }
    let line = soon(gateway.output.wait_for(|line| line.contains("POST /function"))).await;
    assert!(line.text.contains("\"status\":200"), "{}", line.text);
    assert_eq!(gateway.send("GET /v1/last").await.lines().last(), Some("last"));
    assert_eq!(gateway.pids(), pids, "the gateway goes on");
    soon(gateway.world.stop()).await;
}

#[tokio::test]
async fn a_hundred_megabytes_pass_through_little_memory_and_a_client_may_leave() {
    let gateway = gateway(long_server().await).await;
    let pids = gateway.pids();
    let before = peak_kib(pids[0]);
    let request = || Request::get(format!("http://{}/v1/url", gateway.world.api));
    let mut answer = open(&gateway, request(), String::new()).await;
    let mut seen = 0;
    while let Some(frame) = soon(answer.body_mut().frame()).await {
        seen += frame.expect("all of it").into_data().expect("data").len();
    }
    assert_eq!(seen, LONG);
    // One that leaves after the first piece.
    let mut answer = open(&gateway, request(), String::new()).await;
    assert!(soon(answer.body_mut().frame()).await.is_some());
    drop(answer);
    assert_eq!(gateway.send("GET /v1/last").await.lines().last(), Some("last"));
    assert_eq!(gateway.pids(), pids);
    let grown = peak_kib(pids[0]) - before;
    assert!(grown < MOST_GROWTH_KIB, "{before} KiB and {grown} KiB");
    soon(gateway.world.stop()).await;
}
