//! S3's answers as responses to a client. Error documents are read for their codes only: they name buckets and keys.

use http::{
    HeaderMap, HeaderName, Method, StatusCode,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_RANGE,
        CONTENT_TYPE, ETAG, EXPIRES, HeaderValue, LAST_MODIFIED,
    },
};
use http_body::Body as _;
use serde_json::json;
use tokio::time::Instant;

use crate::{
    aws::{ServiceResponse, call::CallError, xml_text::first_text},
    error::GatewayError,
    integrations::{service_call::refusal, streamed_body::bounded},
    message::{Body, Response, is_bodyless},
    template::mapped_value::{MappedValue, bad_value},
};

/// The headers of an object that are a client's. Its length is told by the bytes.
const OF_OBJECTS: [HeaderName; 10] = [
    ACCEPT_RANGES,
    CACHE_CONTROL,
    CONTENT_DISPOSITION,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_RANGE,
    CONTENT_TYPE,
    ETAG,
    EXPIRES,
    LAST_MODIFIED,
];

/// More than an error document has.
const MOST_ERROR_BYTES: usize = 64 << 10;

/// The object, a part of it, or that it has not changed.
///
/// # Errors
/// As `failed` says.
pub async fn of_reading(
    answer: ServiceResponse,
    method: &Method,
    key: &MappedValue,
    deadline: Instant,
) -> Result<Response, GatewayError> {
    let status = answer.status();
    let is_answer = status.is_success()
        || [StatusCode::NOT_MODIFIED, StatusCode::RANGE_NOT_SATISFIABLE].contains(&status);
    if !is_answer {
        return Err(failed(answer, key).await);
    }
    let (head, body) = answer.into_parts();
    let mut response = Response::new(if !status.is_success() || is_bodyless(method, status) {
        Body::empty()
    } else {
        bounded(body, deadline)
    });
    *response.status_mut() = status;
    *response.headers_mut() = of_object(&head.headers);
    if status == StatusCode::RANGE_NOT_SATISFIABLE {
        // Of the error document.
        response.headers_mut().remove(CONTENT_TYPE);
    }
    Ok(response)
}

/// `{"eTag": "…"}`.
///
/// # Errors
/// As `failed` says.
pub async fn of_writing(
    answer: ServiceResponse,
    status: Option<StatusCode>,
    key: &MappedValue,
) -> Result<Response, GatewayError> {
    if !answer.status().is_success() {
        return Err(failed(answer, key).await);
    }
    let e_tag = answer.headers().get(ETAG).cloned();
    // S3 says an ETag, and nothing else.
    if e_tag.is_none() && !answer.body().is_end_stream() {
        return Err(GatewayError::BrokenAnswer("an answer without an ETag, which S3 gives".into()));
    }
    let text = e_tag.as_ref().and_then(|value| value.to_str().ok());
    let status = status.unwrap_or(StatusCode::OK);
    let mut response = Response::new(Body::empty());
    if !crate::message::has_no_content(status) {
        *response.body_mut() = json!({ "eTag": text }).to_string().into();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    *response.status_mut() = status;
    response.headers_mut().extend(e_tag.map(|value| (ETAG, value)));
    Ok(response)
}

/// 204, also where there was none.
///
/// # Errors
/// As `failed` says.
pub async fn of_deleting(answer: ServiceResponse, key: &MappedValue) -> Result<Response, GatewayError> {
    if !answer.status().is_success() {
        return Err(failed(answer, key).await);
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

fn of_object(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for name in OF_OBJECTS {
        kept.extend(headers.get(&name).map(|value| (name, value.clone())));
    }
    kept
}

/// What S3's error means for the client.
async fn failed(answer: ServiceResponse, key: &MappedValue) -> GatewayError {
    let status = answer.status();
    let document = match answer.into_body().read_start(MOST_ERROR_BYTES).await {
        Ok(document) => document,
        Err(error) => return refusal(CallError::Incomplete(error.into())),
    };
    let text = |name| first_text(&document, name).unwrap_or_default();
    let code = text("Code");
    let words = || format!("S3 answers {} {code}: {}", status.as_u16(), text("Message")).into();
    match (status, code.as_str()) {
        (StatusCode::NOT_FOUND, "NoSuchBucket") | (StatusCode::FORBIDDEN, _) => {
            GatewayError::IntegrationForbidden(words())
        }
        (StatusCode::NOT_FOUND, _) => GatewayError::ItemNotFound,
        (StatusCode::PRECONDITION_FAILED, _) => GatewayError::PreconditionFailed,
        (StatusCode::CONFLICT, _) => GatewayError::ConditionFailed,
        (StatusCode::PAYLOAD_TOO_LARGE, _) | (_, "EntityTooLarge") => {
            GatewayError::RequestTooLarge { bytes: 0 }
        }
        (_, "SlowDown" | "ServiceUnavailable") | (StatusCode::TOO_MANY_REQUESTS, _) => {
            GatewayError::IntegrationThrottled(words())
        }
        (_, "InvalidArgument" | "InvalidRequest" | "KeyTooLongError" | "InvalidURI") => {
            bad_value(&key.words(), "cannot be used", Some(words()))
        }
        _ => GatewayError::IntegrationFailure(words()),
    }
}
