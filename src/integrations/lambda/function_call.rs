//! The Invoke API: an event goes out once, and what comes back is a payload or a reason.

use std::borrow::Cow;

use aws_sdk_lambda::{
    Client,
    config::{Builder, StalledStreamProtectionConfig, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    primitives::Blob,
    types::InvocationType,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use bytes::Bytes;
use serde::Deserialize;

use super::function_name::FunctionName;
use crate::error::GatewayError;

/// Lambda's limits: 6 MB and a little for the envelope, and 1 MB to be run later.
pub const MAX_EVENT_BYTES: usize = 6_291_556;
const MAX_ASYNCHRONOUS_EVENT_BYTES: usize = 1_048_576;
/// The length to which the log cuts a function's error type.
const MAX_ERROR_TYPE_CHARS: usize = 100;

/// A client whose every call is one request: a function may have run although its response was lost, so that only
/// the gateway's client can know whether to try again. A function may also be silent for longer than the SDK's
/// protection against stalled streams allows.
pub fn client(config: Builder) -> Client {
    let once = config
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    Client::from_conf(once.build())
}

/// Calls the function and waits for what it returns, which is JSON or not.
pub async fn invoke(client: &Client, function: &FunctionName, event: Vec<u8>) -> Result<Bytes, GatewayError> {
    check_size(&event, MAX_EVENT_BYTES)?;
    let call = client.invoke().function_name(function.as_str()).payload(Blob::new(event));
    let output = call.send().await.map_err(failure)?;
    let payload = output.payload.map(|payload| Bytes::from(payload.into_inner())).unwrap_or_default();
    match output.function_error {
        None => Ok(payload),
        Some(kind) => Err(function_error(kind, &payload)),
    }
}

/// Leaves the event with Lambda, which will call the function, and try again if that fails.
pub async fn enqueue(client: &Client, function: &FunctionName, event: Vec<u8>) -> Result<(), GatewayError> {
    check_size(&event, MAX_ASYNCHRONOUS_EVENT_BYTES)?;
    let call = client.invoke().function_name(function.as_str()).invocation_type(InvocationType::Event);
    call.payload(Blob::new(event)).send().await.map_err(failure)?;
    Ok(())
}

/// Refuses what Lambda would, before it is sent.
pub fn check_size(event: &[u8], most: usize) -> Result<(), GatewayError> {
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
pub fn failure<E>(error: SdkError<E, HttpResponse>) -> GatewayError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match &error {
        SdkError::ServiceError(refused) => match refused.raw().status().as_u16() {
            403 => GatewayError::IntegrationForbidden(error.into()),
            _ => GatewayError::IntegrationFailure(error.into()),
        },
        SdkError::DispatchFailure(failed) if !failed.is_user() => {
            GatewayError::IntegrationUnreachable(error.into())
        }
        SdkError::TimeoutError(_) => GatewayError::IntegrationUnreachable(error.into()),
        _ => GatewayError::IntegrationFailure(error.into()),
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
