//! A function's answer → HTTP response: streamed with a JSON prelude, or buffered and interpreted.

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

use crate::local::answer::{Answer, FunctionError, Outcome, Streamed};

/// What announces a prelude.
const PRELUDE_TYPE: &str = "application/vnd.awslambda.http-integration-response";
/// What ends it.
const PRELUDE_END: [u8; 8] = [0; 8];
/// A prelude without an end is read no further than this many bytes.
const PRELUDE_LIMIT: usize = 1 << 20;

/// The function's answer is no HTTP answer.
struct BadAnswer;

/// The head of an answer, in a prelude or around a buffered body.
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

pub(super) async fn respond(answer: Answer) -> Response<Body> {
    let response = match answer.outcome {
        Outcome::Buffered(payload) => interpret(payload),
        Outcome::Streamed(streamed) => forward(streamed).await,
        Outcome::Failed(_) => Err(BadAnswer),
    };
    let mut response = response.unwrap_or_else(|BadAnswer| failure());
    if let Ok(id) = HeaderValue::try_from(answer.request_id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

/// What clients see of any failure of the function (recorded).
fn failure() -> Response<Body> {
    let mut response = Response::new(Body::from("Internal Server Error"));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

async fn forward(mut streamed: Streamed) -> Result<Response<Body>, BadAnswer> {
    let has_prelude = streamed.content_type.as_deref().is_some_and(|kind| kind.starts_with(PRELUDE_TYPE));
    if !has_prelude {
        let content_type = streamed.content_type.as_deref().unwrap_or("application/octet-stream");
        let mut response = Response::new(Body::empty());
        let content_type = HeaderValue::try_from(content_type).map_err(|_invalid| BadAnswer)?;
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        *response.body_mut() = rest(Bytes::new(), streamed.chunks);
        return Ok(response);
    }
    let (prelude, first) = read_prelude(&mut streamed.chunks).await?;
    let head: Head = serde_json::from_slice(&prelude).map_err(|_invalid| BadAnswer)?;
    response(&head, rest(first, streamed.chunks))
}

/// The prelude, and what has already come of the body.
async fn read_prelude(
    chunks: &mut mpsc::Receiver<Result<Bytes, FunctionError>>,
) -> Result<(Bytes, Bytes), BadAnswer> {
    let mut read = Vec::new();
    loop {
        let chunk = chunks.recv().await.ok_or(BadAnswer)?.map_err(|_error| BadAnswer)?;
        // The end may lie across two chunks.
        let from = read.len().saturating_sub(PRELUDE_END.len() - 1);
        read.extend_from_slice(&chunk);
        let end = read[from..].windows(PRELUDE_END.len()).position(|window| window == PRELUDE_END);
        if let Some(end) = end {
            let mut prelude = Bytes::from(read);
            let first = prelude.split_off(from + end + PRELUDE_END.len());
            prelude.truncate(from + end);
            return Ok((prelude, first));
        }
        if read.len() > PRELUDE_LIMIT {
            return Err(BadAnswer);
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

/// An object with a `statusCode` is an answer; any other JSON is a body.
fn interpret(payload: Bytes) -> Result<Response<Body>, BadAnswer> {
    let value: Value = serde_json::from_slice(&payload).map_err(|_invalid| BadAnswer)?;
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
            BASE64_STANDARD.decode(text).map_err(|_invalid| BadAnswer)?
        }
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(other) => other.to_string().into_bytes(),
    };
    let head: Head = serde_json::from_value(value).map_err(|_invalid| BadAnswer)?;
    response(&head, body.into())
}

fn response(head: &Head, body: Body) -> Result<Response<Body>, BadAnswer> {
    let status = match &head.status_code {
        Value::String(text) => text.parse().ok(),
        status => status.as_u64().and_then(|status| u16::try_from(status).ok()),
    };
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.filter(|status| !status.is_informational()).ok_or(BadAnswer)?;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in &head.headers {
        add(headers, name, value)?;
    }
    for cookie in &head.cookies {
        headers.append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(|_invalid| BadAnswer)?);
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
fn add(headers: &mut HeaderMap, name: &str, value: &Value) -> Result<(), BadAnswer> {
    let text = match value {
        Value::Null => return Ok(()),
        Value::Array(values) => return values.iter().try_for_each(|value| add(headers, name, value)),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Object(_) => return Err(BadAnswer),
    };
    let name = HeaderName::try_from(name).map_err(|_invalid| BadAnswer)?;
    headers.append(name, HeaderValue::try_from(text).map_err(|_invalid| BadAnswer)?);
    Ok(())
}
