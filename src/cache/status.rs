//! The cache's part in a request, for the client (`Cache-Status`, RFC 9211) and for the log.

use http::{HeaderName, HeaderValue, StatusCode};

use crate::message::Response;

/// The cache's part in a request on a cached route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheStatus {
    /// Answered from an entry; the target was not asked.
    Hit {
        /// Seconds for which the entry is still fresh.
        ttl: u64,
    },
    /// Answered from an entry that is not fresh any more, by so many seconds.
    Stale { by: u64 },
    /// The same, since the target failed: with this status, or without an answer.
    StaleOnError { why: Forward, status: Option<StatusCode> },
    /// The target was asked.
    Forwarded {
        why: Forward,
        /// It said that the entry still holds.
        is_confirmed: bool,
        is_stored: bool,
    },
    /// The cache had no part in it, though the route's responses are cached.
    Bypass,
    /// Nothing is said of a cache: no responses to such requests are cached, or the client wants none but a cached one.
    Unused,
}

/// The reason for asking the target (RFC 9211 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forward {
    /// Nothing was known.
    UriMiss,
    /// There were answers only for other values of the headers that `Vary` names.
    VaryMiss,
    /// The entry was not fresh any more.
    Stale,
    /// The caller wanted a new answer.
    Request,
}

impl Forward {
    /// The status of a response that was not stored.
    pub(super) fn not_stored(self) -> CacheStatus {
        CacheStatus::Forwarded { why: self, is_confirmed: false, is_stored: false }
    }

    fn name(self) -> &'static str {
        match self {
            Self::UriMiss => "uri-miss",
            Self::VaryMiss => "vary-miss",
            Self::Stale => "stale",
            Self::Request => "request",
        }
    }
}

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

impl CacheStatus {
    /// Its name in the access log, which the metrics count.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Hit { .. } => "HIT",
            Self::Stale { .. } | Self::StaleOnError { .. } => "STALE",
            Self::Forwarded { is_confirmed: true, .. } => "REVALIDATED",
            Self::Forwarded { why: Forward::Request, .. } => "REFRESH",
            Self::Forwarded { .. } => "MISS",
            Self::Bypass => "BYPASS",
            Self::Unused => return None,
        })
    }

    /// True for a response that was stored before.
    pub fn is_from_an_entry(self) -> bool {
        match self {
            Self::Hit { .. } | Self::Stale { .. } | Self::StaleOnError { .. } => true,
            Self::Forwarded { is_confirmed, .. } => is_confirmed,
            Self::Bypass | Self::Unused => false,
        }
    }

    /// Adds the gateway's member to `Cache-Status`, after those of caches that are nearer to the origin.
    pub(super) fn apply(self, response: &mut Response) {
        let text = match self {
            Self::Hit { ttl } => format!("tollgate; hit; ttl={ttl}"),
            // At least 1: `ttl=0` is said of an entry that is still fresh.
            Self::Stale { by } => format!("tollgate; hit; ttl=-{}", by.max(1)),
            Self::StaleOnError { why, status } => {
                let status = status.map(|status| format!("; fwd-status={}", status.as_u16()));
                format!("tollgate; fwd={}{}", why.name(), status.unwrap_or_default())
            }
            Self::Forwarded { why, is_confirmed, is_stored } => {
                let confirmed = if is_confirmed { "; fwd-status=304" } else { "" };
                let stored = if is_stored { "; stored" } else { "" };
                format!("tollgate; fwd={}{confirmed}{stored}", why.name())
            }
            Self::Bypass => "tollgate; fwd=bypass".to_owned(),
            Self::Unused => return,
        };
        let value = HeaderValue::try_from(text).expect("ASCII without control characters");
        response.headers_mut().append(CACHE_STATUS, value);
    }
}
