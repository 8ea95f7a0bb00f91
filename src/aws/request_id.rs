//! The id that a service gives each request, by which its operator asks AWS about it.

use http::{HeaderMap, Response};

use super::call::CallError;

/// The id of a call's response: `$context.awsEndpointRequestId`.
#[derive(Debug, Default)]
pub struct EndpointRequestId(Option<String>);

impl EndpointRequestId {
    /// The id of a call's response, if there is one.
    pub fn of<T>(outcome: &Result<Response<T>, CallError>) -> Self {
        let id = match outcome {
            Ok(response) => request_id(response.headers()),
            Err(error) => error.service_error().and_then(|error| error.request_id.as_deref()),
        };
        Self(id.map(str::to_owned))
    }

    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// The id in a response's headers.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amzn-requestid").or_else(|| headers.get("x-amz-request-id"))?.to_str().ok()
}
