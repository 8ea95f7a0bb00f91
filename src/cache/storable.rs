//! Which answers may be kept.

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{SET_COOKIE, VARY},
};

use super::{CachePolicy, UncacheableReason};

/// API Gateway's most, in bytes of the body.
pub(super) const MOST_BODY_BYTES: usize = 1_048_576;
/// Heads are small; one that is not would cost every reader of the entry.
const MOST_HEAD_BYTES: usize = 32 * 1_024;
/// Of a header line, besides name and value: `: ` and the end of the line.
const LINE_BYTES: usize = 4;

impl CachePolicy {
    /// Proves that an answer with this head is one for everybody who asks with the same key.
    ///
    /// Not a failure (tomorrow's caller need not have it), nothing that is one caller's or depends on what the
    /// key does not have, and nothing that is only a part.
    pub(super) fn may_keep_a_call(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<(), UncacheableReason> {
        let is_failure = status.is_server_error() || !may_stand_in_an_entry(status);
        if is_failure || is_of_one_request(status) || is_of_what_no_key_has(status) {
            Err(UncacheableReason::Status(status))
        } else if headers.contains_key(SET_COOKIE) {
            Err(UncacheableReason::SetCookie)
        } else if !self.covers_vary(headers) {
            Err(UncacheableReason::Vary)
        } else {
            Ok(())
        }
    }

    /// Whether all headers that the answer depends on, by its own word, are in the key or were never forwarded.
    fn covers_vary(&self, headers: &HeaderMap) -> bool {
        headers.get_all(VARY).iter().all(|line| {
            let Ok(line) = line.to_str() else { return false };
            line.split(',').map(str::trim).filter(|name| !name.is_empty()).all(|name| {
                let is_keyed = name.parse().is_ok_and(|name| self.key.has_header(&name));
                name != "*" && (is_keyed || !self.forwards_unkeyed_headers)
            })
        })
    }
}

/// Whether the head is as small as heads are.
pub(super) fn has_room_for(headers: &HeaderMap) -> bool {
    let line = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + LINE_BYTES;
    headers.iter().map(line).sum::<usize>() <= MOST_HEAD_BYTES
}

/// Whether an answer with this status is a whole one, and the last word on its request.
pub(super) fn may_stand_in_an_entry(status: StatusCode) -> bool {
    let is_part = matches!(status, StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED);
    (200..=599).contains(&status.as_u16()) && !is_part
}

/// Whether it says something of this one request, its moment, its size or its conditions, whatever it was that was
/// asked for: whoever brings a target to say so would keep everybody else from the answer. RFC 6585 forbids to keep
/// those that it defines.
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

/// The same, of who asks, of the rest of the query, and of headers that may be forwarded all the same.
fn is_of_what_no_key_has(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_ACCEPTABLE
            | StatusCode::PROXY_AUTHENTICATION_REQUIRED
            | StatusCode::URI_TOO_LONG
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
    )
}
