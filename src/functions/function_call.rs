//! The Invoke API: an event goes out once, and what comes back is a payload or a reason.
//!
//! A function may have run although its response was lost, so that only the gateway's client can know whether to try
//! again.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header::CONTENT_TYPE, uri::PathAndQuery};
use serde::Deserialize;

use crate::{
    aws::{
        ServiceClient, ServiceResponse,
        call::{CallError, CallPolicy, ServiceCall},
        request_id::EndpointRequestId,
    },
    http_client::{MOST_ANSWER_BYTES, ReadError},
};

/// Lambda's limits: 6 MB and a little for the envelope, and 1 MB to be run later.
pub const MAX_EVENT_BYTES: usize = 6_291_556;
pub const MAX_ASYNCHRONOUS_EVENT_BYTES: usize = 1_048_576;
/// The length to which the log cuts a function's error type.
const MAX_ERROR_TYPE_CHARS: usize = 100;

/// By this message of its error an authorizer refuses a caller: 401.
const UNAUTHORIZED: &str = "Unauthorized";

const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");
const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");
const CLIENT_CONTEXT: HeaderName = HeaderName::from_static("x-amz-client-context");
const EVENT: HeaderValue = HeaderValue::from_static("Event");
const DRY_RUN: HeaderValue = HeaderValue::from_static("DryRun");
const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");

/// A call of a function.
#[derive(Debug)]
pub struct FunctionCall<'a> {
    /// Where the Invoke API has the function.
    pub path: &'a PathAndQuery,
    pub event: Vec<u8>,
    /// The X-Ray trace that the call is part of, by which Lambda finds functions that call each other for ever; empty
    /// if there is none.
    pub trace_id: &'a str,
    /// What the function finds in its context besides the event: base64 of JSON.
    pub client_context: Option<HeaderValue>,
}

/// The reason why a call has no result of a function.
#[derive(Debug, thiserror::Error)]
pub enum FunctionCallError {
    /// Lambda would refuse it, so it was not sent.
    #[error("an event of {bytes} bytes, which is more than Lambda takes")]
    TooLarge { bytes: usize },
    /// The function ran and failed, or ran out of time or memory.
    #[error(transparent)]
    Failed(#[from] FunctionFailure),
    #[error(transparent)]
    Call(#[from] CallError),
    /// It breaks off, or is too long.
    #[error(transparent)]
    Unread(ReadError),
}

/// The failure of a function, as Lambda and the function's runtime report it.
#[derive(Debug, thiserror::Error)]
#[error("function error, {kind}: {error_type}")]
pub struct FunctionFailure {
    /// `Unhandled` or `Handled`.
    kind: String,
    error_type: String,
    /// Its message is `Unauthorized`, to the letter: an authorizer's word for 401.
    pub is_unauthorized: bool,
}

/// What a function gave: its result, or the report of its failure.
#[derive(Debug)]
pub struct FunctionOutcome {
    /// Those of the Invoke API's response.
    pub headers: HeaderMap,
    pub payload: Bytes,
    /// `Unhandled` or `Handled` of a failure; `None`: the payload is a result.
    pub failure: Option<String>,
}

/// Calls the function and waits for what it returns, which is JSON or not; a failure of its own is an outcome.
pub async fn outcome(
    client: &ServiceClient,
    call: FunctionCall<'_>,
    request_id: &mut EndpointRequestId,
) -> Result<FunctionOutcome, FunctionCallError> {
    check_size(&call.event, MAX_EVENT_BYTES)?;
    let (head, payload) = whole(send(client, &call.of_service(), request_id).await?).await?.into_parts();
    let failure = head.headers.get(FUNCTION_ERROR);
    let failure = failure.map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned());
    Ok(FunctionOutcome { headers: head.headers, payload, failure })
}

/// The `errorMessage` of a failure's report.
pub fn error_message(payload: &[u8]) -> Option<String> {
    serde_json::from_slice::<ErrorPayload<'_>>(payload).ok()?.error_message.map(Cow::into_owned)
}

/// Calls the function and waits for what it returns, which is JSON or not.
pub async fn invoke(
    client: &ServiceClient,
    call: FunctionCall<'_>,
    request_id: &mut EndpointRequestId,
) -> Result<Bytes, FunctionCallError> {
    let FunctionOutcome { payload, failure, .. } = outcome(client, call, request_id).await?;
    match failure {
        None => Ok(payload),
        Some(kind) => Err(FunctionFailure::read(kind, &payload).into()),
    }
}

/// Calls the function and gives its response with the body still to come, an event stream.
pub async fn invoke_streaming(
    client: &ServiceClient,
    call: FunctionCall<'_>,
    request_id: &mut EndpointRequestId,
) -> Result<ServiceResponse, FunctionCallError> {
    check_size(&call.event, MAX_EVENT_BYTES)?;
    send(client, &call.of_service(), request_id).await
}

/// Leaves the event with Lambda, which will call the function, and try again if that fails.
pub async fn enqueue(
    client: &ServiceClient,
    call: FunctionCall<'_>,
    request_id: &mut EndpointRequestId,
) -> Result<(), FunctionCallError> {
    check_size(&call.event, MAX_ASYNCHRONOUS_EVENT_BYTES)?;
    send_as(EVENT, client, call, request_id).await
}

/// Asks Lambda whether the gateway may call the function, which does not run.
pub async fn dry_run(
    client: &ServiceClient,
    call: FunctionCall<'_>,
    request_id: &mut EndpointRequestId,
) -> Result<(), FunctionCallError> {
    check_size(&call.event, MAX_EVENT_BYTES)?;
    send_as(DRY_RUN, client, call, request_id).await
}

/// Makes a call of this type, which has no result.
async fn send_as(
    invocation_type: HeaderValue,
    client: &ServiceClient,
    call: FunctionCall<'_>,
    request_id: &mut EndpointRequestId,
) -> Result<(), FunctionCallError> {
    let mut call = call.of_service();
    call.headers.insert(INVOCATION_TYPE, invocation_type);
    whole(send(client, &call, request_id).await?).await?;
    Ok(())
}

impl FunctionCall<'_> {
    fn of_service(self) -> ServiceCall {
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, OCTETS)]);
        headers.extend(self.client_context.map(|value| (CLIENT_CONTEXT, value)));
        ServiceCall {
            method: Method::POST,
            path_and_query: self.path.clone(),
            headers,
            // What no header can hold is no trace's.
            trace_id: HeaderValue::from_str(self.trace_id).ok().filter(|id| !id.is_empty()),
            body: self.event.into(),
        }
    }
}

async fn send(
    client: &ServiceClient,
    call: &ServiceCall,
    request_id: &mut EndpointRequestId,
) -> Result<ServiceResponse, FunctionCallError> {
    let outcome = client.call_streaming(call, CallPolicy::ONCE).await;
    *request_id = EndpointRequestId::of(&outcome);
    Ok(outcome?)
}

/// The response with all of its body.
async fn whole(response: ServiceResponse) -> Result<Response<Bytes>, FunctionCallError> {
    let (head, body) = response.into_parts();
    let body = body.read(MOST_ANSWER_BYTES).await;
    let body = body.map_err(FunctionCallError::Unread)?;
    Ok(Response::from_parts(head, body))
}

/// Refuses what Lambda would, before it is sent.
///
/// # Errors
///
/// `TooLarge`.
pub fn check_size(event: &[u8], most: usize) -> Result<(), FunctionCallError> {
    if event.len() > most { Err(FunctionCallError::TooLarge { bytes: event.len() }) } else { Ok(()) }
}

impl FunctionFailure {
    /// Reads the report of a failure, which came with an error of this `kind`.
    pub fn read(kind: String, payload: &[u8]) -> Self {
        let payload = serde_json::from_slice::<ErrorPayload<'_>>(payload).unwrap_or_default();
        let error_type = payload.error_type.unwrap_or("without a type".into());
        let error_type = error_type.chars().take(MAX_ERROR_TYPE_CHARS).collect();
        let is_unauthorized = payload.error_message.is_some_and(|message| message == UNAUTHORIZED);
        Self { kind, error_type, is_unauthorized }
    }
}

/// A runtime's report of a function's error. Its message may quote what a client sent; the function's own log has it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorPayload<'a> {
    #[serde(borrow)]
    error_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    error_message: Option<Cow<'a, str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_has_only_the_type_of_a_functions_error() {
        let long = format!(r#"{{"errorType":"{}"}}"#, "é".repeat(101));
        let cases = [
            (r#"{"errorMessage":"card 4711","errorType":"Value\u0045rror","trace":["x"]}"#, "ValueError"),
            (r#"{"errorMessage":"Task timed out after 3.00 seconds"}"#, "without a type"),
            (r#"{"errorType":null}"#, "without a type"),
            (r#"{"errorType":["card 4711"]}"#, "without a type"),
            ("card 4711", "without a type"),
            ("", "without a type"),
            (&long, &"é".repeat(100)),
        ];
        for (payload, expected) in cases {
            let failure = FunctionFailure::read("Unhandled".to_owned(), payload.as_bytes());
            assert_eq!(failure.to_string(), format!("function error, Unhandled: {expected}"), "{payload}");
        }
    }

    #[test]
    fn only_the_message_unauthorized_to_the_letter_is_an_authorizers_word_for_it() {
        let cases = [
            (r#"{"errorMessage":"Unauthorized","errorType":"Error","trace":[]}"#, true),
            (r#"{"errorMessage":"Unauthorized"}"#, true),
            (r#"{"errorMessage":"unauthorized"}"#, false),
            (r#"{"errorMessage":"Unauthorized: no such user"}"#, false),
            (r#"{"errorType":"Unauthorized"}"#, false),
            (r#""Unauthorized""#, false),
            ("", false),
        ];
        for (payload, expected) in cases {
            let failure = FunctionFailure::read("Unhandled".to_owned(), payload.as_bytes());
            assert_eq!(failure.is_unauthorized, expected, "{payload}");
        }
    }
}
