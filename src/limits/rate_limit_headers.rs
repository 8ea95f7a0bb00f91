//! The rest of a caller's limits, in the response's headers.
//!
//! `RateLimit` and `RateLimit-Policy` are draft-ietf-httpapi-ratelimit-headers-10; the figures are this instance's
//! view, which other instances may have overtaken.

use http::{HeaderName, HeaderValue};

use super::counters::{LimitStatus, RateLimitStatus};
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

/// RFC 9651 §3.3.1: a bucket that needs longer to fill, fills after a million years.
const LARGEST_INTEGER: u64 = 999_999_999_999_999;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEGACY_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const LEGACY_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const LEGACY_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The headers that say what is left to a caller: they change with every request.
pub const OF_WHAT_IS_LEFT: [HeaderName; 3] = [RATE_LIMIT, LEGACY_REMAINING, LEGACY_RESET];

impl RateLimitHeaders {
    /// Adds the headers to an answer; a caller that nothing limits gets none.
    pub fn apply(self, status: &RateLimitStatus, response: &mut Response) {
        let limits = status.of_each_limit();
        let Some(last) = limits.last() else { return };
        let headers = response.headers_mut();
        match self {
            Self::Off => {}
            Self::Ietf => {
                headers.insert(RATE_LIMIT_POLICY, list(&limits, policy));
                headers.insert(RATE_LIMIT, list(&limits, remaining));
            }
            Self::Legacy => {
                headers.insert(LEGACY_LIMIT, last.limit.into());
                headers.insert(LEGACY_REMAINING, last.left.into());
                headers.insert(LEGACY_RESET, last.reset_seconds.into());
            }
        }
    }
}

/// A List of Strings with Integer parameters (RFC 9651 §3.1).
fn list(limits: &[LimitStatus], item: fn(&LimitStatus) -> String) -> HeaderValue {
    let list = limits.iter().map(item).collect::<Vec<_>>().join(", ");
    HeaderValue::try_from(list).expect("names and numbers are ASCII")
}

fn policy(LimitStatus { name, limit, window_seconds, .. }: &LimitStatus) -> String {
    format!("\"{name}\";q={};w={}", integer(*limit), integer(*window_seconds))
}

fn remaining(LimitStatus { name, left, reset_seconds, .. }: &LimitStatus) -> String {
    format!("\"{name}\";r={};t={}", integer(*left), integer(*reset_seconds))
}

fn integer(number: u64) -> u64 {
    number.min(LARGEST_INTEGER)
}
