//! Streamed responses, from a server that plays Lambda's Invoke API.

use std::{io, sync::Mutex, time::Duration};

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::body::Body as AxumBody;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{Response, StatusCode};
use tokio::sync::mpsc::{self, Sender};

use super::{
    super::{InvocationMode, Lambda, PayloadFormat},
    invocations::{causes, exchange, lambda, scene},
    invoke_server::{Service, answer},
    render,
};

fn streaming() -> Lambda {
    lambda(PayloadFormat::V2, InvocationMode::Stream)
}

fn frame(kind: &'static str, payload: impl Into<Bytes>) -> Bytes {
    let content_type = if kind == "PayloadChunk" { "application/octet-stream" } else { "application/json" };
    let headers = [(":message-type", "event"), (":event-type", kind), (":content-type", content_type)];
    message(headers, payload)
}

fn message<const N: usize>(headers: [(&'static str, &'static str); N], payload: impl Into<Bytes>) -> Bytes {
    let header = |(name, value): (_, &'static str)| Header::new(name, HeaderValue::String(value.into()));
    let message = Message::new_from_parts(headers.map(header).into(), payload.into());
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes.into()
}

fn frames(frames: impl Stream<Item = Bytes> + Send + 'static) -> Response<AxumBody> {
    let body = AxumBody::from_stream(frames.map(Ok::<_, io::Error>));
    answer(200, &[("content-type", "application/vnd.amazon.eventstream")], body)
}

/// The pieces that the function writes; the end of its stream; the client's response.
type StreamCase = (&'static [&'static str], &'static str, &'static str);

const FAILED: &str = r#"{"ErrorCode":"Unhandled","ErrorDetails":"secret"}"#;
const BROKEN: &str = "502\ncontent-type: application/json\nx-amzn-errortype: InternalServerErrorException\n{\"message\": \"Internal server error\"}";

#[rustfmt::skip]
const STREAMS: [StreamCase; 11] = [
    (&["{\"statusCode\":201,\"headers\":{\"content-type\":\"text/html\"},\"cookies\":[\"a=1\"]}\0\0\0\0\0\0\0\0", "<p>", "</p>"], "{}",
        "201\ncontent-type: text/html\nset-cookie: a=1\n<p></p>"),
    (&["{\"statusCode\":2", "00}\0\0\0", "\0\0\0\0", "\0a", "b"], "{}", "200\ncontent-type: application/octet-stream\nab"),
    (&["{\"statusCode\":200,\"headers\":{\"x-a\":[\"1\",\"2\"]}}\0\0\0\0\0\0\0\0"], "{}",
        "200\ncontent-type: application/octet-stream\nx-a: 1\nx-a: 2\n"),
    (&["{}\0\0\0\0\0\0\0\0a\0\0\0\0\0\0\0\0b"], "{}", "200\ncontent-type: application/octet-stream\na\0\0\0\0\0\0\0\0b"),
    (&["{\"statusCode\":0}\0\0\0\0\0\0\0\0body"], "{}", BROKEN),
    (&["no JSON\0\0\0\0\0\0\0\0body"], "{}", BROKEN),
    (&["{\"statusCode\":200,\"headers\":{\"x\":\"a\\nb\"}}\0\0\0\0\0\0\0\0body"], "{}", BROKEN),
    (&[], FAILED, BROKEN),
    (&["{}\0\0\0\0\0\0\0\0", "part"], FAILED,
        "200\ncontent-type: application/octet-stream\npart[broke off: integration failed]"),
    (&["{\"statusCode\":200,", "\"body\":\"whole\"}"], "{}", "200\ncontent-type: text/plain; charset=utf-8\nwhole"),
    (&["\"hello\""], "{}", "200\ncontent-type: application/json\nhello"),
];

#[tokio::test]
async fn a_streamed_answer_is_passed_on() {
    for (pieces, end, expected) in STREAMS {
        let service = Service::new(move || {
            let chunks = pieces.iter().map(|piece| frame("PayloadChunk", *piece));
            frames(stream::iter(chunks.chain([frame("InvokeComplete", end)])))
        });
        let got = exchange(&streaming(), &scene(), &service.start().await).await;
        assert_eq!(render(got).await, expected, "{pieces:?}");
        let expected = "POST /2021-11-15/functions/orders%3Alive/response-streaming-invocations -";
        assert_eq!(service.calls(), [expected]);
    }
}

#[tokio::test]
async fn a_stream_that_lambda_does_not_end_is_an_error() {
    let service = Service::new(|| frames(stream::iter([frame("PayloadChunk", "{}\0\0\0\0\0\0\0\0part")])));
    let got = exchange(&streaming(), &scene(), &service.start().await).await;
    let expected = "200\ncontent-type: application/octet-stream\npart[broke off: integration gave a broken answer: the stream broke off]";
    assert_eq!(render(got).await, expected);
}

#[tokio::test]
async fn one_stream_after_another_goes_over_one_connection() {
    let service = Service::new(|| {
        let pieces = ["{}\0\0\0\0\0\0\0\0", "part"].map(|piece| frame("PayloadChunk", piece));
        frames(stream::iter(pieces.into_iter().chain([frame("InvokeComplete", "{}")])))
    });
    let client = service.start().await;
    for _ in 0..3 {
        let got = exchange(&streaming(), &scene(), &client).await;
        assert_eq!(render(got).await, "200\ncontent-type: application/octet-stream\npart");
    }
    assert_eq!((service.calls().len(), service.connections()), (3, 1));
}

#[tokio::test]
async fn a_stream_that_fails_or_is_none_is_the_integrations_failure() {
    let exception = [(":message-type", "exception"), (":exception-type", "Gone")];
    let error = [(":message-type", "error"), (":error-code", "Broken"), (":error-message", "so")];
    let mut flipped = frame("PayloadChunk", "{}").to_vec();
    flipped[20] ^= 1;
    let chunk = frame("PayloadChunk", "{}");
    let table = [
        (message(exception, r#"{"message":"no more"}"#), "integration failed: Gone: no more"),
        (message(error, ""), "integration failed: Broken: so"),
        (flipped.into(), "integration failed: an event stream with a wrong checksum"),
        ("{\"statusCode\":200}".into(), "integration failed: an event stream with a wrong checksum"),
        (chunk.slice(..chunk.len() - 1), "integration gave a broken answer: the stream broke off"),
        (frame("InvokeComplete", "[]"), "integration failed: invalid "),
        (frame("SomethingNew", "{}"), "integration gave a broken answer: the stream broke off"),
    ];
    for (bytes, expected) in table {
        let (answered, begun) = (bytes.clone(), frame("PayloadChunk", "{}\0\0\0\0\0\0\0\0part"));
        let service = Service::new(move || frames(stream::iter([answered.clone()])));
        let Err(error) = exchange(&streaming(), &scene(), &service.start().await).await else {
            panic!("{expected}")
        };
        let causes = causes(&error);
        assert!(causes.starts_with(expected), "{causes}");
        assert_eq!(error.refusal().status, StatusCode::BAD_GATEWAY, "{expected}");

        let service = Service::new(move || frames(stream::iter([begun.clone(), bytes.clone()])));
        let got = render(exchange(&streaming(), &scene(), &service.start().await).await).await;
        assert!(got.starts_with("200\n") && got.contains("part[broke off: integration "), "{got}");
    }
}

/// A function that is still writing: what is sent here comes out there.
fn live() -> (Sender<Bytes>, Service) {
    let (write, written) = mpsc::channel::<Bytes>(1);
    let written = Mutex::new(Some(written));
    let service = Service::new(move || {
        let written = written.lock().unwrap().take().unwrap();
        frames(stream::unfold(written, |mut written| async { Some((written.recv().await?, written)) }))
    });
    (write, service)
}

#[tokio::test]
async fn each_piece_goes_out_before_the_next_is_written() {
    let (write, service) = live();
    let client = service.start().await;
    write.send(frame("PayloadChunk", "{\"statusCode\":200}\0\0\0\0\0\0\0\0")).await.unwrap();
    let response = exchange(&streaming(), &scene(), &client).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut body = response.into_body();
    for piece in ["one", "two", "three"] {
        write.send(frame("PayloadChunk", piece)).await.unwrap();
        assert_eq!(body.next().await.unwrap().unwrap(), piece);
    }
    write.send(frame("InvokeComplete", "{}")).await.unwrap();
    assert!(body.next().await.is_none());
}

#[tokio::test]
async fn a_body_that_is_not_done_in_the_lambdas_time_ends_with_an_error() {
    let (write, service) = live();
    let client = service.start().await;
    let mut scene = scene();
    scene.request.deadline = scene.request.received_at + Duration::from_millis(700);
    write.send(frame("PayloadChunk", "{}\0\0\0\0\0\0\0\0part")).await.unwrap();
    let got = exchange(&streaming(), &scene, &client).await;
    assert_eq!(
        render(got).await,
        "200\ncontent-type: application/octet-stream\npart[broke off: the target was not done when the Lambda's time was over]"
    );
}
