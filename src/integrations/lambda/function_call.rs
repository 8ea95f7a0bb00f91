//! The Invoke API: an event goes out once, and what comes back is a payload or a reason.
//!
//! A function may have run although its response was lost, so that only the gateway's client can know whether to try
//! again.

use std::borrow::Cow;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header::CONTENT_TYPE, uri::PathAndQuery,
};
use serde::Deserialize;

use crate::{
    aws::{
        ServiceClient, ServiceResponse,
        call::{CallError, CallPolicy, ServiceCall},
        request_id::EndpointRequestId,
    },
    error::GatewayError,
    http_client::MOST_ANSWER_BYTES,
};

/// Lambda's limits: 6 MB and a little for the envelope, and 1 MB to be run later.
const MAX_EVENT_BYTES: usize = 6_291_556;
const MAX_ASYNCHRONOUS_EVENT_BYTES: usize = 1_048_576;
/// The length to which the log cuts a function's error type.
const MAX_ERROR_TYPE_CHARS: usize = 100;

const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");
const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");
const EVENT: HeaderValue = HeaderValue::from_static("Event");
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
}

/// Calls the function and waits for what it returns, which is JSON or not.
pub async fn invoke(
    client: &ServiceClient,
    call: FunctionCall<'_>,
    request_id: &mut EndpointRequestId,
) -> Result<Bytes, GatewayError> {
    check_size(&call.event, MAX_EVENT_BYTES)?;
    let response = whole(send(client, &call.of_service(), request_id).await?).await?;
    match response.headers().get(FUNCTION_ERROR) {
        None => Ok(response.into_body()),
        Some(kind) => {
            let kind = String::from_utf8_lossy(kind.as_bytes()).into_owned();
            Err(function_error(kind, response.body()))
        }
    }
}

/// Calls the function and gives its response with the body still to come, an event stream.
pub async fn invoke_streaming(
    client: &ServiceClient,
    call: FunctionCall<'_>,
    request_id: &mut EndpointRequestId,
) -> Result<ServiceResponse, GatewayError> {
    check_size(&call.event, MAX_EVENT_BYTES)?;
    send(client, &call.of_service(), request_id).await
}

/// Leaves the event with Lambda, which will call the function, and try again if that fails.
pub async fn enqueue(
    client: &ServiceClient,
    call: FunctionCall<'_>,
    request_id: &mut EndpointRequestId,
) -> Result<(), GatewayError> {
    check_size(&call.event, MAX_ASYNCHRONOUS_EVENT_BYTES)?;
    let mut call = call.of_service();
    call.headers.insert(INVOCATION_TYPE, EVENT);
    whole(send(client, &call, request_id).await?).await?;
    Ok(())
}

impl FunctionCall<'_> {
    fn of_service(self) -> ServiceCall {
        ServiceCall {
            method: Method::POST,
            path_and_query: self.path.clone(),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, OCTETS)]),
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
) -> Result<ServiceResponse, GatewayError> {
    let outcome = client.call_streaming(call, CallPolicy::ONCE).await;
    *request_id = EndpointRequestId::of(&outcome);
    outcome.map_err(failure)
}

/// The response with all of its body. One that breaks off or is too long is the integration's failure: it was reached.
async fn whole(response: ServiceResponse) -> Result<Response<Bytes>, GatewayError> {
    let (head, body) = response.into_parts();
    let body = body.read(MOST_ANSWER_BYTES).await;
    let body = body.map_err(|error| GatewayError::IntegrationFailure(error.into()))?;
    Ok(Response::from_parts(head, body))
}

/// Refuses what Lambda would, before it is sent.
fn check_size(event: &[u8], most: usize) -> Result<(), GatewayError> {
    if event.len() > most { Err(GatewayError::RequestTooLarge { bytes: event.len() }) } else { Ok(()) }
}

/// The function ran and failed, or ran out of time or memory: 502, as on API Gateway.
pub fn function_error(kind: String, payload: &[u8]) -> GatewayError {
    let payload = serde_json::from_slice::<ErrorPayload<'_>>(payload).ok();
    let error_type = payload.and_then(|payload| payload.error_type).unwrap_or("without a type".into());
    let error_type = error_type.chars().take(MAX_ERROR_TYPE_CHARS).collect();
    GatewayError::IntegrationFailure(FunctionFailure { kind, error_type }.into())
}

/// The refusal of a request whose function was not called, or whose response did not come: as API Gateway, 500 if the
/// gateway may not call it, 504 if Lambda could not be reached, else 502; also for a throttled function (429), since
/// the client's own rate is not what was exceeded.
fn failure(error: CallError) -> GatewayError {
    match &error {
        CallError::Refused(refused) if refused.status == StatusCode::FORBIDDEN => {
            GatewayError::IntegrationForbidden(error.into())
        }
        CallError::Refused(_) | CallError::Incomplete(_) | CallError::Unreadable(_) => {
            GatewayError::IntegrationFailure(error.into())
        }
        CallError::NotSent(_) | CallError::BrokeOff(_) | CallError::NoHead(_) | CallError::TimedOut(_) => {
            GatewayError::IntegrationUnreachable(error.into())
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("function error, {kind}: {error_type}")]
struct FunctionFailure {
    /// `Unhandled` or `Handled`.
    kind: String,
    error_type: String,
}

/// A runtime's report of a function's error. Its message may quote what a client sent; the function's own log has it.
#[derive(Deserialize)]
struct ErrorPayload<'a> {
    #[serde(borrow, rename = "errorType")]
    error_type: Option<Cow<'a, str>>,
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
            let error = function_error("Unhandled".to_owned(), payload.as_bytes());
            let message = crate::error::chain(&error);
            assert_eq!(
                message,
                format!("integration failed: function error, Unhandled: {expected}"),
                "{payload}"
            );
        }
    }
}
