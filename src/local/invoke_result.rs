//! The result of one invocation: a whole payload, a payload as it comes, or a failure.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::sync::mpsc;

/// The number of chunks of a streamed payload that may wait for their reader.
pub(super) const STREAM_DEPTH: usize = 16;

#[derive(Debug)]
pub struct InvokeResult {
    pub request_id: String,
    /// `$LATEST`, or the version that the alias points to.
    pub executed_version: String,
    pub outcome: InvokeOutcome,
}

#[derive(Debug)]
pub enum InvokeOutcome {
    Buffered(Bytes),
    Streamed(StreamedPayload),
    Failed(FunctionError),
}

/// A payload in the response mode `streaming`.
#[derive(Debug)]
pub struct StreamedPayload {
    pub content_type: Option<String>,
    /// Ends after the first error.
    pub chunks: mpsc::Receiver<Result<Bytes, FunctionError>>,
}

/// A function error: the payload is Lambda's JSON, `{"errorType": …, "errorMessage": …}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    pub payload: Bytes,
}

impl FunctionError {
    fn new(error_type: &str, request_id: &str, what: &str) -> Self {
        let message = format!("RequestId: {request_id} Error: {what}");
        let payload = json!({ "errorType": error_type, "errorMessage": message });
        Self { payload: payload.to_string().into() }
    }

    pub(super) fn timed_out(request_id: &str, timeout: Duration) -> Self {
        let what = format!("Task timed out after {:.2} seconds", timeout.as_secs_f64());
        Self::new("Sandbox.Timedout", request_id, &what)
    }

    /// The process ended; `status` is how, as in `exit status: 1`.
    pub(super) fn exited(request_id: &str, status: &str) -> Self {
        Self::new("Runtime.ExitError", request_id, &format!("Runtime exited with error: {status}"))
    }

    pub(super) fn invalid_entrypoint(request_id: &str, cause: &str) -> Self {
        Self::new("Runtime.InvalidEntrypoint", request_id, cause)
    }

    pub(super) fn response_too_large(request_id: &str, limit: usize) -> Self {
        let what = format!("Response payload size exceeded maximum allowed payload size ({limit} bytes).");
        Self::new("Function.ResponseSizeTooLarge", request_id, &what)
    }

    /// The function asked for its next event without having answered this one.
    pub(super) fn no_response(request_id: &str) -> Self {
        Self::new("Runtime.NoResponse", request_id, "Runtime asked for the next event without a response")
    }

    pub(super) fn host_stopped(request_id: &str) -> Self {
        Self::new("Runtime.HostStopped", request_id, "the local host was stopped")
    }
}

impl InvokeOutcome {
    /// The whole payload, whichever way the function gave it.
    ///
    /// # Errors
    /// The function's failure, also one in the middle of a stream.
    pub async fn collect(self) -> Result<Bytes, FunctionError> {
        match self {
            Self::Buffered(payload) => Ok(payload),
            Self::Failed(error) => Err(error),
            Self::Streamed(mut streamed) => {
                let mut payload = Vec::new();
                while let Some(chunk) = streamed.chunks.recv().await {
                    payload.extend_from_slice(&chunk?);
                }
                Ok(payload.into())
            }
        }
    }
}
