//! Lambda's Invoke API: `Invoke` and `InvokeWithResponseStream`, as the AWS SDKs call them; and `GetFunctionConfiguration`,
//! by which one learns that a function is there.

use std::{convert::Infallible, io};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE},
    routing::{get, post},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::json;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{
    PAYLOAD_LIMIT,
    event_stream::{invoke_complete, payload_chunk},
    function_reference::FunctionReference,
    host::{Host, InvokeError},
    invoke_result::{InvokeOutcome, InvokeResult, StreamedPayload},
    server::Server,
    sts,
};

/// Lambda's limit for an event that nobody waits for, in bytes.
const EVENT_LIMIT: usize = 1_048_576;

/// Serves the functions of `host` at the listener's address.
///
/// # Errors
/// The listener has no address any more.
pub fn serve(listener: TcpListener, host: Host) -> io::Result<Server> {
    Server::start(listener, router(host))
}

/// The functions of `host`, and STS, for a server that also answers other calls.
pub(super) fn router(host: Host) -> Router {
    Router::new()
        .route("/2015-03-31/functions/{function}/configuration", get(configuration))
        .route("/2015-03-31/functions/{function}/invocations", post(invoke))
        .route("/2021-11-15/functions/{function}/response-streaming-invocations", post(invoke_streaming))
        .route("/sts/", post(async || sts::answer()))
        .with_state(host)
}

#[derive(Deserialize)]
struct Qualifier {
    #[serde(rename = "Qualifier")]
    qualifier: Option<String>,
}

enum InvocationType {
    RequestResponse,
    Event,
    DryRun,
}

/// A call of `Invoke` or `InvokeWithResponseStream`, read.
struct InvokeRequest {
    invocation_type: InvocationType,
    reference: FunctionReference,
    payload: Bytes,
    trace_id: Option<String>,
}

/// A call that is refused, in Lambda's words.
struct InvokeRefusal {
    status: StatusCode,
    error_type: &'static str,
    message: String,
}

impl InvokeRefusal {
    fn new(status: StatusCode, error_type: &'static str, message: impl Into<String>) -> Self {
        Self { status, error_type, message: message.into() }
    }
}

impl From<InvokeError> for InvokeRefusal {
    fn from(error: InvokeError) -> Self {
        let message = error.to_string();
        match error {
            InvokeError::NotFound { .. } => {
                Self::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", message)
            }
            InvokeError::TooManyRequests => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", message)
            }
        }
    }
}

async fn invoke(
    State(host): State<Host>,
    Path(function): Path<String>,
    Query(Qualifier { qualifier }): Query<Qualifier>,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let answered = async {
        let call = read_request(&host, &function, qualifier, &headers, body).await?;
        match call.invocation_type {
            InvocationType::RequestResponse => {
                let result = host.invoke(&call.reference, call.payload, call.trace_id).await?;
                Ok(buffered_response(result).await)
            }
            InvocationType::Event => {
                // Nobody waits for its result; Lambda would try a failed one again after a minute.
                tokio::spawn(async move {
                    drop(host.invoke(&call.reference, call.payload, call.trace_id).await);
                });
                Ok(empty_response(StatusCode::ACCEPTED))
            }
            InvocationType::DryRun => Ok(empty_response(StatusCode::NO_CONTENT)),
        }
    };
    answered.await.unwrap_or_else(refuse)
}

async fn configuration(
    State(host): State<Host>,
    Path(function): Path<String>,
    Query(Qualifier { qualifier }): Query<Qualifier>,
) -> Response<Body> {
    match read_reference(&host, &function, qualifier) {
        Ok(reference) => {
            let mut response = empty_response(StatusCode::OK);
            let told = json!({ "FunctionName": reference.name, "State": "Active" });
            *response.body_mut() = Body::from(told.to_string());
            response
        }
        Err(refusal) => refuse(refusal),
    }
}

async fn invoke_streaming(
    State(host): State<Host>,
    Path(function): Path<String>,
    Query(Qualifier { qualifier }): Query<Qualifier>,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let answered = async {
        let call = read_request(&host, &function, qualifier, &headers, body).await?;
        match call.invocation_type {
            InvocationType::DryRun => Ok(empty_response(StatusCode::NO_CONTENT)),
            InvocationType::RequestResponse | InvocationType::Event => {
                let result = host.invoke(&call.reference, call.payload, call.trace_id).await?;
                Ok(streaming_response(result))
            }
        }
    };
    answered.await.unwrap_or_else(refuse)
}

async fn read_request(
    host: &Host,
    function: &str,
    qualifier: Option<String>,
    headers: &HeaderMap,
    body: Body,
) -> Result<InvokeRequest, InvokeRefusal> {
    let bad = |error_type, message: String| InvokeRefusal::new(StatusCode::BAD_REQUEST, error_type, message);
    let invocation_type = match headers.get("x-amz-invocation-type").map(HeaderValue::as_bytes) {
        None | Some(b"RequestResponse") => InvocationType::RequestResponse,
        Some(b"Event") => InvocationType::Event,
        Some(b"DryRun") => InvocationType::DryRun,
        Some(_) => return Err(bad("InvalidParameterValueException", "Unknown invocation type".to_owned())),
    };
    let reference = read_reference(host, function, qualifier)?;
    let limit = if matches!(invocation_type, InvocationType::Event) { EVENT_LIMIT } else { PAYLOAD_LIMIT };
    let Ok(mut payload) = to_bytes(body, limit).await else {
        let message = format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
        return Err(InvokeRefusal::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", message));
    };
    if payload.is_empty() {
        payload = Bytes::from_static(b"{}");
    }
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(&payload) {
        let message = format!("Could not parse request body into json: {error}");
        return Err(bad("InvalidRequestContentException", message));
    }
    let trace_id = headers.get("x-amzn-trace-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    Ok(InvokeRequest { invocation_type, reference, payload, trace_id })
}

/// The function that a call names, which is there.
fn read_reference(
    host: &Host,
    function: &str,
    qualifier: Option<String>,
) -> Result<FunctionReference, InvokeRefusal> {
    let mut reference = FunctionReference::parse(function).ok_or_else(|| {
        let message = format!("{function} is no function name");
        InvokeRefusal::new(StatusCode::BAD_REQUEST, "ValidationException", message)
    })?;
    reference.qualifier = qualifier.or(reference.qualifier);
    host.check(&reference)?;
    Ok(reference)
}

/// The response of `Invoke`: a streamed payload is collected first.
async fn buffered_response(result: InvokeResult) -> Response<Body> {
    let InvokeResult { request_id, executed_version, outcome } = result;
    let (payload, failed) = match outcome.collect().await {
        Ok(payload) => (payload, false),
        Err(error) => (error.payload, true),
    };
    let mut response = Response::new(Body::from(payload));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    add_ids(headers, &request_id, &executed_version);
    if failed {
        let name = HeaderName::from_static("x-amz-function-error");
        headers.insert(name, HeaderValue::from_static("Unhandled"));
    }
    response
}

/// The response of `InvokeWithResponseStream`: a frame for each chunk as it comes, and one at the end.
fn streaming_response(result: InvokeResult) -> Response<Body> {
    let InvokeResult { request_id, executed_version, outcome } = result;
    let frames = match outcome {
        InvokeOutcome::Buffered(payload) => {
            let frames = [payload_chunk(payload), invoke_complete(None)];
            stream::iter(frames).boxed()
        }
        InvokeOutcome::Failed(error) => stream::iter([invoke_complete(Some(&error))]).boxed(),
        InvokeOutcome::Streamed(StreamedPayload { chunks, .. }) => {
            stream::unfold(Some(chunks), |chunks| async move {
                let mut chunks = chunks?;
                Some(match chunks.recv().await {
                    Some(Ok(chunk)) => (payload_chunk(chunk), Some(chunks)),
                    Some(Err(error)) => (invoke_complete(Some(&error)), None),
                    None => (invoke_complete(None), None),
                })
            })
            .boxed()
        }
    };
    let mut response = Response::new(Body::from_stream(frames.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/vnd.amazon.eventstream"));
    add_ids(headers, &request_id, &executed_version);
    response
}

fn add_ids(headers: &mut HeaderMap, request_id: &str, executed_version: &str) {
    for (name, value) in [("x-amzn-requestid", request_id), ("x-amz-executed-version", executed_version)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

fn empty_response(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    add_ids(response.headers_mut(), &Uuid::new_v4().to_string(), "$LATEST");
    response
}

fn refuse(refusal: InvokeRefusal) -> Response<Body> {
    let words = match refusal.status {
        StatusCode::TOO_MANY_REQUESTS => {
            json!({ "Reason": "ConcurrentInvocationLimitExceeded", "Type": "User", "message": refusal.message })
        }
        _ => json!({ "Type": "User", "Message": refusal.message }),
    };
    let mut response = Response::new(Body::from(words.to_string()));
    *response.status_mut() = refusal.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("x-amzn-errortype", HeaderValue::from_static(refusal.error_type));
    headers.insert(
        "x-amzn-requestid",
        HeaderValue::try_from(Uuid::new_v4().to_string()).expect("hex and dashes"),
    );
    response
}
