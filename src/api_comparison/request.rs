//! A request as a file writes it, and as it is sent to both sides.

use bytes::Bytes;
use http::{HeaderMap, Method};

/// A request as it stands in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenRequest {
    pub method: String,
    /// A URL, or a path with its query.
    pub url: String,
    /// Names that its query must have, and to which the file gives no value.
    pub missing_query: Vec<String>,
    pub headers: Vec<WrittenHeader>,
    pub body: Vec<u8>,
    /// The stage of API Gateway that a log says it was for: its path begins with it.
    pub stage: Option<String>,
    /// `access.log:7`; empty: it was typed, and stands in no file.
    pub source: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenHeader {
    pub name: String,
    pub value: String,
}

/// A request that is sent to both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedRequest {
    pub method: Method,
    /// Path and query below the URL of a side; begins with `/`.
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// `access.log:7`
    pub source: String,
}

impl ComparedRequest {
    /// Without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}
