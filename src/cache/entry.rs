//! A stored answer, and what an answer must be to become one.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::AGE};

use crate::{
    content_coding::PackedBody,
    message::{Body, Note, Response},
};

/// An answer with its times, in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub stored_at_ms: u64,
    /// Until then the answer is as good as new.
    pub fresh_until_ms: u64,
    /// Until then the answer is better than nothing; at least `fresh_until_ms`.
    pub keep_until_ms: u64,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: StoredBody,
    /// A function wrote the body as base64: each client gets it in the form that it accepts.
    pub is_from_base64: bool,
}

/// The body of an answer, held once: as it is, or packed where the API compresses its answers and it gets smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredBody {
    Plain(Bytes),
    Packed(PackedBody),
}

/// The most by which the clocks of two instances differ.
pub const MOST_SKEW_MS: u64 = 10_000;
/// API Gateway's most, in bytes of the body.
pub(super) const MOST_BODY_BYTES: usize = 1_048_576;
/// Heads are small; one that is not would cost every reader of the entry.
const MOST_HEAD_BYTES: usize = 32 * 1_024;
/// `: ` and the end of the line, besides a header's name and value.
const LINE_BYTES: usize = 4;

impl Entry {
    pub fn is_fresh(&self, now_ms: u64) -> bool {
        // From the future: a clock is wrong, and the entry may have been stored for longer than it should.
        self.stored_at_ms <= now_ms + MOST_SKEW_MS && now_ms < self.fresh_until_ms
    }

    /// The answer at `now_ms`, with `Age` (RFC 9111 §5.1).
    pub fn response(&self, now_ms: u64) -> Response {
        let mut response = self.body.response();
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.clone_from(&self.headers);
        headers.insert(AGE, self.age_seconds(now_ms).into());
        if self.is_from_base64 {
            response.extensions_mut().insert(Note::FromBase64);
        }
        response
    }

    /// The `Age` that the answer came with, and the time since.
    pub fn age_seconds(&self, now_ms: u64) -> u64 {
        self.age_ms(now_ms) / 1_000
    }

    /// The same in milliseconds.
    pub(super) fn age_ms(&self, now_ms: u64) -> u64 {
        let before = self.headers.get(AGE).and_then(|age| age.to_str().ok()?.parse::<u64>().ok());
        let before_ms = before.unwrap_or(0).saturating_mul(1_000);
        before_ms.saturating_add(now_ms.saturating_sub(self.stored_at_ms))
    }

    /// The bytes that the entry takes in memory, about.
    pub fn weight(&self) -> u64 {
        let head: usize =
            self.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 64).sum();
        (head + self.body.bytes().len() + 256) as u64
    }
}

impl StoredBody {
    /// The bytes that are held.
    pub fn bytes(&self) -> &Bytes {
        match self {
            Self::Plain(bytes) => bytes,
            Self::Packed(packed) => packed.bytes(),
        }
    }

    /// The length of the body itself.
    pub fn plain_length(&self) -> usize {
        match self {
            Self::Plain(bytes) => bytes.len(),
            Self::Packed(packed) => packed.plain_length(),
        }
    }

    /// A response with this body; packed, it says so in its extensions.
    pub fn response(&self) -> Response {
        let mut response = Response::new(Body::Whole(self.bytes().clone()));
        match self {
            Self::Plain(_) => {}
            Self::Packed(packed) => {
                response.extensions_mut().insert(packed.form());
            }
        }
        response
    }
}

impl<T: Into<Bytes>> From<T> for StoredBody {
    fn from(bytes: T) -> Self {
        Self::Plain(bytes.into())
    }
}

/// True where the head is as small as heads are.
pub(super) fn is_short_head(headers: &HeaderMap) -> bool {
    let line = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + LINE_BYTES;
    headers.iter().map(line).sum::<usize>() <= MOST_HEAD_BYTES
}

/// True where an answer with this status is a whole one, and the last word on its request.
pub(super) fn is_storable_status(status: StatusCode) -> bool {
    let is_part = matches!(status, StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED);
    (200..=599).contains(&status.as_u16()) && !is_part
}

/// True where the status says something of this one request, its moment, its size or its conditions, whatever it was
/// that was asked for: whoever brings a target to say so would keep everybody else from the answer. RFC 6585 forbids to
/// store those that it defines.
pub(super) fn is_of_one_request(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::REQUEST_TIMEOUT
            | StatusCode::PRECONDITION_FAILED
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::RANGE_NOT_SATISFIABLE
            | StatusCode::EXPECTATION_FAILED
            | StatusCode::TOO_EARLY
            | StatusCode::PRECONDITION_REQUIRED
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
            | StatusCode::NETWORK_AUTHENTICATION_REQUIRED
    )
}
