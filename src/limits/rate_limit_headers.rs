//! What a caller may still do, in the answer's headers.
//!
//! `RateLimit` and `RateLimit-Policy` are draft-ietf-httpapi-ratelimit-headers-10; the figures are this instance's
//! view, which other instances may have overtaken.

use http::{HeaderName, HeaderValue};

use super::usage_plan::RateLimitStatus;
use crate::message::Response;

/// `rateLimitHeaders` of `$api`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RateLimitHeaders {
    Off,
    #[default]
    Ietf,
    /// `X-RateLimit-Limit`, `-Remaining` and `-Reset` (in seconds), of the quota if there is one, else of the rate.
    Legacy,
}

/// One limit: so many requests in a window of seconds, so many left until it is whole again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: &'static str,
    pub limit: u64,
    pub window_seconds: u64,
    pub left: u64,
    pub reset_seconds: u64,
}

/// RFC 9651 §3.3.1: a bucket that needs longer to fill, fills after a million years.
const LARGEST_INTEGER: u64 = 999_999_999_999_999;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEGACY_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const LEGACY_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const LEGACY_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

impl RateLimitHeaders {
    /// Says where a caller stands; a caller that nothing limits is told nothing.
    pub fn apply(self, standing: &RateLimitStatus, response: &mut Response) {
        let parts = standing.parts();
        let Some(last) = parts.last() else { return };
        let headers = response.headers_mut();
        match self {
            Self::Off => {}
            Self::Ietf => {
                headers.insert(
                    RATE_LIMIT_POLICY,
                    list(&parts, |part| (("q", part.limit), ("w", part.window_seconds))),
                );
                headers
                    .insert(RATE_LIMIT, list(&parts, |part| (("r", part.left), ("t", part.reset_seconds))));
            }
            Self::Legacy => {
                headers.insert(LEGACY_LIMIT, last.limit.into());
                headers.insert(LEGACY_REMAINING, last.left.into());
                headers.insert(LEGACY_RESET, last.reset_seconds.into());
            }
        }
    }
}

type Parameter = (&'static str, u64);

/// A List of Strings with Integer parameters (RFC 9651 §3.1).
fn list(parts: &[Part], parameters: impl Fn(&Part) -> (Parameter, Parameter)) -> HeaderValue {
    let item = |part: &Part| {
        let ((first, x), (second, y)) = parameters(part);
        let (x, y) = (x.min(LARGEST_INTEGER), y.min(LARGEST_INTEGER));
        format!("\"{}\";{first}={x};{second}={y}", part.name)
    };
    let list = parts.iter().map(item).collect::<Vec<_>>().join(", ");
    HeaderValue::try_from(list).expect("names and numbers are ASCII")
}
