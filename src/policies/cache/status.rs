//! What the cache did with a request, for the client (`Cache-Status`, RFC 9211) and for the log.

use http::{HeaderName, HeaderValue};

use crate::message::Response;

/// What became of a request on a cached route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheStatus {
    /// Answered from an entry; the target was not asked.
    Hit {
        /// Seconds for which the entry is still fresh.
        ttl: u64,
    },
    /// Answered from an entry that is not fresh any more, by so many seconds.
    Stale { by: u64 },
    /// There was no entry of any use.
    Miss { is_kept: bool },
    /// The caller wanted a new answer.
    Refresh { is_kept: bool },
    /// The cache had no part in it.
    Bypass,
}

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

impl CacheStatus {
    /// Its name in the access log, which the metrics count.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hit { .. } => "HIT",
            Self::Stale { .. } => "STALE",
            Self::Miss { .. } => "MISS",
            Self::Refresh { .. } => "REFRESH",
            Self::Bypass => "BYPASS",
        }
    }

    /// Adds the gateway's member to `Cache-Status`, after those of caches that are nearer to the origin.
    pub fn apply(self, response: &mut Response) {
        let text = match self {
            Self::Hit { ttl } => format!("tollgate; hit; ttl={ttl}"),
            Self::Stale { by } => format!("tollgate; hit; ttl=-{by}"),
            Self::Miss { is_kept: true } => "tollgate; fwd=uri-miss; stored".to_owned(),
            Self::Miss { is_kept: false } => "tollgate; fwd=uri-miss".to_owned(),
            Self::Refresh { is_kept: true } => "tollgate; fwd=request; stored".to_owned(),
            Self::Refresh { is_kept: false } => "tollgate; fwd=request".to_owned(),
            Self::Bypass => "tollgate; fwd=bypass".to_owned(),
        };
        let value = HeaderValue::try_from(text).expect("ASCII without control characters");
        response.headers_mut().append(CACHE_STATUS, value);
    }
}
