//! A response as it is shown to an operator.

use bytes::Bytes;
use serde_json::Value;

use super::{call::body, secrets::Secrets};
use crate::message::{Body, Response};

/// A response, without credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedResponse {
    pub status: u16,
    /// By their names.
    pub headers: Vec<(String, String)>,
    /// JSON, or text; `None`: there is none.
    pub body: Option<Value>,
}

impl ExplainedResponse {
    /// A response whose body is known whole; of a stream nothing is shown.
    pub(super) fn of(response: Response, secrets: &Secrets) -> Self {
        let (head, response_body) = response.into_parts();
        let bytes = match response_body {
            Body::Whole(bytes) => bytes,
            Body::Stream(_) => Bytes::new(),
        };
        Self {
            status: head.status.as_u16(),
            headers: secrets.masked_headers(&head.headers),
            body: body(&bytes, &head.headers, secrets),
        }
    }
}
