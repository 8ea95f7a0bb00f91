//! Turns a function's result into an HTTP response: streamed with a JSON prelude, or buffered and interpreted.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
        header::{CONNECTION, CONTENT_TYPE, DATE, SET_COOKIE, TRANSFER_ENCODING},
    },
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use crate::local::invoke_result::{FunctionError, InvokeOutcome, InvokeResult, StreamedPayload};

/// The content type that announces a prelude.
const PRELUDE_TYPE: &str = "application/vnd.awslambda.http-integration-response";
/// The bytes that end a prelude.
const PRELUDE_END: [u8; 8] = [0; 8];
/// A prelude without an end is read no further than this many bytes.
const PRELUDE_LIMIT: usize = 1 << 20;

/// The function's result is no HTTP response.
struct BadResponse;

/// The head of a response, in a prelude or around a buffered body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    #[serde(default = "default_status")]
    status_code: Value,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    cookies: Vec<String>,
}

fn default_status() -> Value {
    200.into()
}

pub(super) async fn respond(result: InvokeResult) -> Response<Body> {
    let response = match result.outcome {
        InvokeOutcome::Buffered(payload) => interpret(payload),
        InvokeOutcome::Streamed(streamed) => forward(streamed).await,
        InvokeOutcome::Failed(_) => Err(BadResponse),
    };
    let mut response = response.unwrap_or_else(|BadResponse| failure());
    if let Ok(id) = HeaderValue::try_from(result.request_id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

/// The response that clients get for any failure of the function (recorded).
fn failure() -> Response<Body> {
    let mut response = Response::new(Body::from("Internal Server Error"));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

async fn forward(mut streamed: StreamedPayload) -> Result<Response<Body>, BadResponse> {
    let has_prelude = streamed.content_type.as_deref().is_some_and(|kind| kind.starts_with(PRELUDE_TYPE));
    if !has_prelude {
        let content_type = streamed.content_type.as_deref().unwrap_or("application/octet-stream");
        let mut response = Response::new(Body::empty());
        let content_type = HeaderValue::try_from(content_type).map_err(|_invalid| BadResponse)?;
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        *response.body_mut() = rest(Bytes::new(), streamed.chunks);
        return Ok(response);
    }
    let Prelude { json, first_chunk } = Prelude::read(&mut streamed.chunks).await?;
    let head: Head = serde_json::from_slice(&json).map_err(|_invalid| BadResponse)?;
    response(&head, rest(first_chunk, streamed.chunks))
}

/// The prelude of a streamed result, with what has already come of the body.
struct Prelude {
    json: Bytes,
    first_chunk: Bytes,
}

impl Prelude {
    async fn read(chunks: &mut mpsc::Receiver<Result<Bytes, FunctionError>>) -> Result<Self, BadResponse> {
        let mut read = Vec::new();
        loop {
            let chunk = chunks.recv().await.ok_or(BadResponse)?.map_err(|_error| BadResponse)?;
            // The end may lie across two chunks.
            let from = read.len().saturating_sub(PRELUDE_END.len() - 1);
            read.extend_from_slice(&chunk);
            let end = read[from..].windows(PRELUDE_END.len()).position(|window| window == PRELUDE_END);
            if let Some(end) = end {
                let mut json = Bytes::from(read);
                let first_chunk = json.split_off(from + end + PRELUDE_END.len());
                json.truncate(from + end);
                return Ok(Self { json, first_chunk });
            }
            if read.len() > PRELUDE_LIMIT {
                return Err(BadResponse);
            }
        }
    }
}

/// A failure in the middle ends the connection, so that the client does not take a part for the whole.
fn rest(first: Bytes, chunks: mpsc::Receiver<Result<Bytes, FunctionError>>) -> Body {
    let first = (!first.is_empty()).then_some(first);
    Body::from_stream(stream::unfold((first, chunks), |(first, mut chunks)| async move {
        let chunk = match first {
            Some(first) => Ok(first),
            None => chunks.recv().await?.map_err(|_error| std::io::Error::other("the function failed")),
        };
        Some((chunk, (None, chunks)))
    }))
}

/// An object with a `statusCode` is a response; any other JSON is a body.
fn interpret(payload: Bytes) -> Result<Response<Body>, BadResponse> {
    let value: Value = serde_json::from_slice(&payload).map_err(|_invalid| BadResponse)?;
    let Some(object) = value.as_object().filter(|object| object.contains_key("statusCode")) else {
        let body = match value {
            Value::String(text) => text.into(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => payload,
        };
        let head = Head { status_code: default_status(), headers: Map::new(), cookies: Vec::new() };
        return response(&head, body.into());
    };
    let is_base64_encoded = object.get("isBase64Encoded").is_some_and(|flag| flag == &Value::Bool(true));
    let body = match object.get("body") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(text)) if is_base64_encoded => {
            BASE64_STANDARD.decode(text).map_err(|_invalid| BadResponse)?
        }
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(other) => other.to_string().into_bytes(),
    };
    let head: Head = serde_json::from_value(value).map_err(|_invalid| BadResponse)?;
    response(&head, body.into())
}

fn response(head: &Head, body: Body) -> Result<Response<Body>, BadResponse> {
    let status = match &head.status_code {
        Value::String(text) => text.parse().ok(),
        status => status.as_u64().and_then(|status| u16::try_from(status).ok()),
    };
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.filter(|status| !status.is_informational()).ok_or(BadResponse)?;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in &head.headers {
        add(headers, name, value)?;
    }
    for cookie in &head.cookies {
        headers.append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(|_invalid| BadResponse)?);
    }
    // These are the platform's own.
    for name in [CONNECTION, TRANSFER_ENCODING, DATE] {
        headers.remove(name);
    }
    if !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    }
    Ok(response)
}

/// A header's value is text, a number or a boolean, or a list of these.
fn add(headers: &mut HeaderMap, name: &str, value: &Value) -> Result<(), BadResponse> {
    let text = match value {
        Value::Null => return Ok(()),
        Value::Array(values) => return values.iter().try_for_each(|value| add(headers, name, value)),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Object(_) => return Err(BadResponse),
    };
    let name = HeaderName::try_from(name).map_err(|_invalid| BadResponse)?;
    headers.append(name, HeaderValue::try_from(text).map_err(|_invalid| BadResponse)?);
    Ok(())
}
