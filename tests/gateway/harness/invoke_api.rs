//! Lambda's Invoke API, whole and streaming, with the target functions of the tests.
//!
//! `echo` and `reflect` are those of the local world. `nothing` returns no bytes. `frames` writes the pieces that
//! the request's body lists and ends as it says. `picture` answers with bytes, in base64. `busy` is throttled, `forbidden` may not be called, `broken` is
//! Lambda's own failure, `never` does not answer, calling `panics` panics. Two are [authorizers](authorizer_functions). Others are not there.

use std::{
    future::pending,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, Response},
    routing::post,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};

use super::authorizer_functions::{self, Word};

/// The calls that the local Lambda API got.
#[derive(Clone, Default)]
pub struct Calls {
    /// `echo`, `echo Event`, `echo stream`.
    pub names: Arc<Mutex<Vec<String>>>,
    /// The event of the last call.
    pub event: Arc<Mutex<Option<Value>>>,
    /// The gateway's clock: the time that a function takes passes on it.
    pub now: Arc<AtomicU64>,
}

pub fn router(calls: Calls) -> Router {
    Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .route("/", post(take_message))
        .route("/{account}/{queue}", post(take_message))
        .route("/2021-11-15/functions/{name}/response-streaming-invocations", post(invoke_streaming))
        .layer(DefaultBodyLimit::disable())
        .with_state(calls)
}

/// Any other service takes a message, but for a queue that is asked too much.
async fn take_message(message: Bytes) -> Response<Body> {
    let is_busy = message.windows(6).any(|part| part == b"/busy\"");
    let status = if is_busy { 400 } else { 200 };
    let body =
        if is_busy { json!({ "__type": "ThrottlingException" }) } else { json!({ "MessageId": REQUEST_ID }) };
    let content_type = "application/x-amz-json-1.0";
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(body.to_string().into())
        .unwrap()
}

enum Outcome {
    Payload(Bytes),
    /// With this message.
    FunctionError(String),
    /// Status, error type.
    Refused(u16, &'static str),
    Frames {
        pieces: Vec<String>,
        end: Option<String>,
    },
}

async fn function(name: &str, event: &Value) -> Outcome {
    let name = name.rsplit(":function:").next().unwrap();
    match authorizer_functions::word(name, event) {
        Some(Word::Answers(answer)) => return Outcome::Payload(answer.into()),
        Some(Word::Fails(message)) => return Outcome::FunctionError(message.to_owned()),
        Some(Word::Never) => return pending().await,
        None => {}
    }
    match name {
        "echo" | "echo:live" => {
            let headers = json!({ "content-type": "application/json" });
            let answer = json!({ "statusCode": 200, "headers": headers, "body": event.to_string() });
            Outcome::Payload(answer.to_string().into())
        }
        "reflect" => body_of(event)
            .map_or(Outcome::FunctionError("the request has no body".to_owned()), |body| {
                Outcome::Payload(body.into())
            }),
        // What non-proxy integrations call: the result is the event, or an error with its message.
        "same" => Outcome::Payload(event.to_string().into()),
        "fails" => Outcome::FunctionError(event["message"].as_str().unwrap_or_default().to_owned()),
        "unchanged" => {
            Outcome::Payload(r#"{"statusCode":304,"headers":{"cache-control":"max-age=10"}}"#.into())
        }
        "picture" => Outcome::Payload(picture(event).into()),
        "nothing" => Outcome::Payload(Bytes::new()),
        "frames" => {
            let script: Value = serde_json::from_slice(&body_of(event).unwrap()).unwrap();
            let pieces = script["pieces"].as_array().unwrap().iter();
            let pieces = pieces.map(|piece| piece.as_str().unwrap().to_owned()).collect();
            let end = Some(&script["end"]).filter(|end| !end.is_null());
            Outcome::Frames { pieces, end: end.map(ToString::to_string) }
        }
        "busy" => Outcome::Refused(429, "TooManyRequestsException"),
        "forbidden" => Outcome::Refused(403, "AccessDeniedException"),
        "broken" => Outcome::Refused(500, "ServiceException"),
        "never" => pending().await,
        _ => Outcome::Refused(404, "ResourceNotFoundException"),
    }
}

/// Of the path that was asked for, in either payload format.
fn picture(event: &Value) -> String {
    let path = event.get("path").or(event.get("rawPath")).unwrap().as_str().unwrap();
    let bytes = [b"\x89PNG ", path.as_bytes()].concat();
    let headers = json!({ "content-type": "image/png", "etag": "\"p\"", "cache-control": "max-age=60" });
    let body = BASE64_STANDARD.encode(bytes);
    json!({ "statusCode": 200, "headers": headers, "isBase64Encoded": true, "body": body }).to_string()
}

/// Lambda's own id of every call.
pub const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

fn function_error(message: &str) -> String {
    json!({ "errorMessage": message, "errorType": "Error" }).to_string()
}

async fn invoke(
    State(calls): State<Calls>,
    Path(name): Path<String>,
    headers: HeaderMap,
    event: Bytes,
) -> Response<Body> {
    let text = |header: &str| headers.get(header).and_then(|value| value.to_str().ok());
    let kind = text("x-amz-invocation-type");
    let kind_words = kind.map(|kind| format!(" {kind}")).unwrap_or_default();
    let context = text("x-amz-client-context").map(|context| format!(" context {context}"));
    calls.names.lock().unwrap().push(format!("{name}{kind_words}{}", context.unwrap_or_default()));
    let event: Value = serde_json::from_slice(&event).unwrap();
    *calls.event.lock().unwrap() = Some(event.clone());
    calls.now.fetch_add(authorizer_functions::milliseconds(&event), Ordering::Relaxed);
    match function(&name, &event).await {
        Outcome::Refused(status, error) => refused(status, error, &name),
        _ if kind == Some("Event") => answer(202, &[], Body::empty()),
        _ if kind == Some("DryRun") => answer(204, &[], Body::empty()),
        Outcome::Payload(payload) => answer(200, &[], payload.into()),
        Outcome::FunctionError(message) => {
            answer(200, &[("x-amz-function-error", "Unhandled")], function_error(&message).into())
        }
        Outcome::Frames { pieces, .. } => answer(200, &[], pieces.concat().into()),
    }
}

async fn invoke_streaming(
    State(calls): State<Calls>,
    Path(name): Path<String>,
    event: Bytes,
) -> Response<Body> {
    calls.names.lock().unwrap().push(format!("{name} stream"));
    let failed = |message: &str| {
        json!({ "ErrorCode": "Unhandled", "ErrorDetails": function_error(message) }).to_string()
    };
    let (pieces, end) = match function(&name, &serde_json::from_slice(&event).unwrap()).await {
        Outcome::Refused(status, error) => return refused(status, error, &name),
        Outcome::Payload(payload) => (vec![payload], Some("{}".to_owned())),
        Outcome::FunctionError(message) => (Vec::new(), Some(failed(&message))),
        Outcome::Frames { pieces, end } => (pieces.into_iter().map(Bytes::from).collect(), end),
    };
    let pieces = pieces.into_iter().map(|piece| frame("PayloadChunk", piece));
    let frames = pieces.chain(end.map(|end| frame("InvokeComplete", end.into()))).map(Ok::<_, io::Error>);
    let body = Body::from_stream(stream::iter(frames.collect::<Vec<_>>()));
    answer(200, &[("content-type", "application/vnd.amazon.eventstream")], body)
}

fn refused(status: u16, error: &str, name: &str) -> Response<Body> {
    let message = format!("{error}: arn:aws:lambda:eu-west-1:123456789012:function:{name}");
    let body = json!({ "Type": "User", "Message": message }).to_string();
    answer(status, &[("x-amzn-errortype", error)], body.into())
}

fn answer(status: u16, headers: &[(&str, &str)], body: Body) -> Response<Body> {
    let mut response = Response::builder().status(status).header("x-amzn-requestid", REQUEST_ID);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body).unwrap()
}

fn frame(kind: &'static str, payload: Bytes) -> Bytes {
    let header = |name, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let content_type = if kind == "PayloadChunk" { "application/octet-stream" } else { "application/json" };
    let message = Message::new(payload)
        .add_header(header(":message-type", "event"))
        .add_header(header(":event-type", kind))
        .add_header(header(":content-type", content_type));
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes.into()
}

fn body_of(event: &Value) -> Option<Vec<u8>> {
    let body = event["body"].as_str()?;
    if event["isBase64Encoded"] == true {
        return Some(BASE64_STANDARD.decode(body).unwrap());
    }
    Some(body.as_bytes().to_vec())
}
