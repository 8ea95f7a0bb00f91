//! What a target gave, before it is made a response.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

/// The answer of a target.
#[derive(Debug)]
pub struct IntegrationAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// The type of the body, where a client may be told; AWS's own types it is not.
    pub content_type: Option<HeaderValue>,
    pub body: Bytes,
    pub selector: Selector,
}

/// What chooses among the entries of `responses`.
#[derive(Debug)]
pub enum Selector {
    /// The text that a pattern has to match: a status, or the message of a function's error.
    Text(String),
    /// Only the default fits.
    Default,
}

impl Selector {
    pub fn of_status(status: StatusCode) -> Self {
        Self::Text(status.as_str().to_owned())
    }
}
