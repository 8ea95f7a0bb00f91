//! The answer of a side: what was sent, and what it means once it is decoded.

mod content;
mod excerpt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

pub use self::{
    content::{Content, Unreadable},
    excerpt::{Excerpt, bytes_in_words},
};

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Without its encoding.
    pub content: Result<Content, Unreadable>,
    /// Bytes of the body as they were sent.
    pub length: usize,
}

/// The most bytes of a body, as it is sent and decoded.
pub const MOST_BODY_BYTES: usize = 10 << 20;

impl Answer {
    /// Decodes a body.
    pub fn new(status: StatusCode, headers: HeaderMap, body: &Bytes) -> Self {
        let content = Content::of(&headers, body);
        Self { status, headers, content, length: body.len() }
    }
}
