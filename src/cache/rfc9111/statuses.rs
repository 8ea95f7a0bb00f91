//! What RFC 9110 says of statuses that concerns a cache.

use http::StatusCode;

/// RFC 9110 §15.1.
pub fn is_heuristically_cacheable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200 | 203 | 204 | 300 | 301 | 308 | 404 | 405 | 410 | 414 | 501)
}

/// What RFC 9110 §15 says of the status is all that there is to know.
pub fn is_understood(status: StatusCode) -> bool {
    let code = status.as_u16();
    is_heuristically_cacheable(status)
        || matches!(code, 201 | 202 | 302 | 303 | 307 | 400..=417 | 421 | 422 | 426 | 500..=505)
}
