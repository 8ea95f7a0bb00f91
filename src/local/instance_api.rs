//! The Runtime API and the Extensions API, as one instance sees them.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    PAYLOAD_LIMIT,
    extensions::{EventKind, epoch_ms},
    instance::FunctionInstance,
    invocation::QueuedInvocation,
    invoke_result::{FunctionError, InvokeOutcome},
};
use crate::clock::Clock;

pub(super) fn router(instance: &Arc<FunctionInstance>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{request_id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{request_id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .route("/2020-01-01/extension/register", post(register))
        .route("/2020-01-01/extension/event/next", get(extension_next))
        .route("/2020-01-01/extension/init/error", post(accepted))
        .route("/2020-01-01/extension/exit/error", post(accepted))
        .with_state(Arc::clone(instance))
}

async fn next(State(instance): State<Arc<FunctionInstance>>) -> Response {
    let invocation = instance.next().await;
    let deadline = Clock::System.now() + instance.settings.timeout;
    let QueuedInvocation { request_id, payload, function_arn, executed_version, trace_id, reply } =
        invocation;
    instance.extensions.invoked(&request_id, &function_arn, &trace_id, deadline);
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", request_id.clone()),
        ("lambda-runtime-deadline-ms", epoch_ms(deadline).to_string()),
        ("lambda-runtime-invoked-function-arn", function_arn),
        ("lambda-runtime-trace-id", trace_id),
    ];
    instance.begin(request_id, executed_version, reply);
    (headers, payload).into_response()
}

async fn response(
    State(instance): State<Arc<FunctionInstance>>,
    Path(request_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if !instance.works_on(&request_id) {
        return unknown_request();
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text("lambda-runtime-function-response-mode")
        .is_some_and(|mode| mode.eq_ignore_ascii_case("streaming"))
    {
        let content_type = text("content-type").map(str::to_owned);
        if forward(&instance, &request_id, content_type, body).await.is_ok() {
            instance.close_stream(&request_id);
        }
        return status_ok();
    }
    let Ok(payload) = to_bytes(body, PAYLOAD_LIMIT).await else {
        let error = FunctionError::response_too_large(&request_id, PAYLOAD_LIMIT);
        instance.answer(&request_id, InvokeOutcome::Failed(error));
        let words = json!({ "errorType": "RequestEntityTooLarge", "errorMessage": "Response too large" });
        return (StatusCode::PAYLOAD_TOO_LARGE, words.to_string()).into_response();
    };
    instance.answer(&request_id, InvokeOutcome::Buffered(payload));
    status_ok()
}

/// Passes chunk after chunk on as it comes, to the end also when the caller has gone, as on Lambda.
///
/// # Errors
///
/// The process broke off; the stream then ends with how it died: see `FunctionInstance::end`.
async fn forward(
    instance: &FunctionInstance,
    request_id: &str,
    content_type: Option<String>,
    mut body: Body,
) -> Result<(), axum::Error> {
    let stream = instance.open_stream(request_id, content_type);
    while let Some(frame) = body.frame().await {
        let chunk = match frame?.into_data() {
            Ok(data) => Ok(data),
            Err(frame) => match frame.into_trailers().ok().and_then(|trailers| trailing_error(&trailers)) {
                Some(error) => Err(error),
                None => continue,
            },
        };
        drop(stream.send(chunk).await);
    }
    Ok(())
}

/// An error in the middle of a stream: its type in plain text, its body in base64.
fn trailing_error(trailers: &HeaderMap) -> Option<FunctionError> {
    let error_type = trailers.get("lambda-runtime-function-error-type")?;
    let payload = trailers
        .get("lambda-runtime-function-error-body")
        .and_then(|body| BASE64_STANDARD.decode(body.as_bytes()).ok())
        .unwrap_or_else(|| {
            json!({ "errorType": error_type.to_str().unwrap_or_default() }).to_string().into()
        });
    Some(FunctionError { payload: payload.into() })
}

async fn error(
    State(instance): State<Arc<FunctionInstance>>,
    Path(request_id): Path<String>,
    payload: Bytes,
) -> Response {
    if !instance.works_on(&request_id) {
        return unknown_request();
    }
    instance.answer(&request_id, InvokeOutcome::Failed(FunctionError { payload }));
    status_ok()
}

async fn init_error(State(instance): State<Arc<FunctionInstance>>, payload: Bytes) -> Response {
    instance.set_init_error(payload);
    status_ok()
}

#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    events: Vec<EventKind>,
}

async fn register(State(instance): State<Arc<FunctionInstance>>, body: Bytes) -> Response {
    let Ok(registration) = serde_json::from_slice::<Registration>(&body) else {
        let words =
            json!({ "errorType": "Extension.InvalidRequest", "errorMessage": "Invalid registration" });
        return (StatusCode::BAD_REQUEST, words.to_string()).into_response();
    };
    let id = instance.extensions.register(registration.events);
    let words = json!({
        "functionName": instance.settings.name,
        "functionVersion": "$LATEST",
        "handler": "bootstrap",
    });
    ([("lambda-extension-identifier", id)], words.to_string()).into_response()
}

async fn extension_next(State(instance): State<Arc<FunctionInstance>>, headers: HeaderMap) -> Response {
    let id = headers.get("lambda-extension-identifier").and_then(|id| id.to_str().ok()).unwrap_or_default();
    match instance.extensions.next(id).await {
        Some(event) => (
            [("content-type", "application/json"), ("lambda-extension-event-identifier", id)],
            event.to_string(),
        )
            .into_response(),
        None => {
            let words = json!({
                "errorType": "Extension.UnknownExtensionIdentifier",
                "errorMessage": "Unknown extension identifier",
            });
            (StatusCode::FORBIDDEN, words.to_string()).into_response()
        }
    }
}

async fn accepted() -> Response {
    status_ok()
}

fn status_ok() -> Response {
    (StatusCode::ACCEPTED, [("content-type", "application/json")], json!({ "status": "OK" }).to_string())
        .into_response()
}

fn unknown_request() -> Response {
    let words: Value = json!({ "errorType": "InvalidRequestID", "errorMessage": "Invalid request ID" });
    (StatusCode::BAD_REQUEST, [("content-type", "application/json")], words.to_string()).into_response()
}
