//! What route and stage items say of caching.

use std::time::Duration;

use http::Method;

use super::{CachePolicy, Mode, StageCache, invalidation::Invalidation, key::KeyParameters};
use crate::item::{Fields, brief};

/// API Gateway's most.
const MOST_TTL_SECONDS: u64 = 3_600;
/// A day: a stale answer is better than none, but not for ever.
const MOST_STALE_SECONDS: u64 = 86_400;
/// The most that a DynamoDB number and a JSON number both say exactly.
pub const MOST_GENERATION: u64 = (1 << 53) - 1;

/// What means that answers are to be kept.
const OF_CACHING: [&str; 9] = [
    "cacheMode",
    "cacheTtlInSeconds",
    "cacheKeyParameters",
    "cacheShared",
    "forwardUnkeyedHeaders",
    "requireAuthorizationForCacheControl",
    "unauthorizedCacheControlHeaderStrategy",
    "staleWhileRevalidate",
    "staleIfError",
];

/// Methods that are there to change something.
const CHANGES: [Method; 3] = [Method::PUT, Method::PATCH, Method::DELETE];

/// What only API Gateway's mode has, and who says it in HTTP mode.
const MEANINGLESS_IN_HTTP_MODE: [(&str, &str); 5] = [
    ("cacheTtlInSeconds", "nothing with cacheMode HTTP: an answer's Cache-Control says how long it is fresh"),
    (
        "cacheKeyParameters",
        "nothing with cacheMode HTTP: the key is the URI, and what an answer's Vary names",
    ),
    ("forwardUnkeyedHeaders", "nothing with cacheMode HTTP: all headers are forwarded"),
    (
        "requireAuthorizationForCacheControl",
        "nothing with cacheMode HTTP: every caller's Cache-Control counts",
    ),
    (
        "unauthorizedCacheControlHeaderStrategy",
        "nothing with cacheMode HTTP: every caller's Cache-Control counts",
    ),
];

impl CachePolicy {
    /// Reads what a route item says of caching; `None` where `cachingEnabled` is not `true`.
    ///
    /// `method` is the route's, where it names one; `path_parameters` are the names in its path.
    pub fn parse(fields: &Fields<'_>, method: Option<&Method>, path_parameters: &[String]) -> Option<Self> {
        const MODES: [(&str, Mode); 2] = [("API_GATEWAY", Mode::ApiGateway), ("HTTP", Mode::Http)];
        let is_enabled = fields.boolean("cachingEnabled").unwrap_or(false);
        if fields.value("cachingEnabled").is_none() {
            for name in OF_CACHING {
                if let Some(value) = fields.value(name) {
                    fields.warn(name, &brief(value), "nothing without cachingEnabled");
                }
            }
        }
        if fields.value("cacheShared").is_some() && fields.value("apiKeyRequired").is_none() {
            fields.warn("cacheShared", "no apiKeyRequired", "apiKeyRequired: without it all callers are one");
        }
        let policy = match fields.choice("cacheMode", &MODES).unwrap_or_default() {
            Mode::ApiGateway => Self::parse_api_gateway(fields, method, path_parameters, is_enabled),
            Mode::Http => Self::parse_http(fields, method),
        };
        is_enabled.then_some(policy)
    }

    fn parse_api_gateway(
        fields: &Fields<'_>,
        method: Option<&Method>,
        path_parameters: &[String],
        is_enabled: bool,
    ) -> Self {
        if let Some(method) = method.filter(|method| is_enabled && CHANGES.contains(method)) {
            let expected = format!(
                "GET, HEAD or a POST that only reads: a {method} that is answered from the cache does not reach the target"
            );
            fields.warn("cachingEnabled", "true", &expected);
        }
        Self {
            mode: Mode::ApiGateway,
            method: method.filter(|method| *method != Method::HEAD).cloned().unwrap_or(Method::GET),
            ttl: seconds(fields, "cacheTtlInSeconds", MOST_TTL_SECONDS),
            key: KeyParameters::parse(fields, path_parameters, is_enabled),
            forwards_unkeyed_headers: fields.boolean("forwardUnkeyedHeaders").unwrap_or(false),
            invalidation: Invalidation::parse(fields),
            ..Self::of_both_modes(fields)
        }
    }

    /// Warns of what means nothing where requests and answers say it.
    fn parse_http(fields: &Fields<'_>, method: Option<&Method>) -> Self {
        for (name, expected) in MEANINGLESS_IN_HTTP_MODE {
            if let Some(value) = fields.value(name) {
                fields.warn(name, &value.to_string(), expected);
            }
        }
        if let Some(method) = method.filter(|method| ![Method::GET, Method::HEAD].contains(method)) {
            fields.warn(
                "cacheMode",
                "HTTP",
                &format!("GET or ANY in the route key: answers to {method} are not kept"),
            );
        }
        Self { mode: Mode::Http, ..Self::of_both_modes(fields) }
    }

    fn of_both_modes(fields: &Fields<'_>) -> Self {
        Self {
            is_shared: fields.boolean("cacheShared").unwrap_or(false),
            stale_while_revalidate: seconds(fields, "staleWhileRevalidate", MOST_STALE_SECONDS)
                .unwrap_or_default(),
            stale_if_error: seconds(fields, "staleIfError", MOST_STALE_SECONDS).unwrap_or_default(),
            ..Self::default()
        }
    }
}

impl StageCache {
    /// Reads what a stage item says of caching; `None`: it is not clear, and any guess might bring back what was
    /// purged, or keep it for too long.
    pub fn parse(fields: &Fields<'_>) -> Option<Self> {
        let ttl = seconds(fields, "cacheTtlInSeconds", MOST_TTL_SECONDS);
        let generation = fields.integer("cacheGeneration", 0..=MOST_GENERATION);
        let is_clear = |name, is_read| is_read || fields.value(name).is_none();
        (is_clear("cacheTtlInSeconds", ttl.is_some()) && is_clear("cacheGeneration", generation.is_some()))
            .then(|| Self { ttl, generation: generation.unwrap_or(0) })
    }
}

fn seconds<'a>(fields: &Fields<'a>, name: &'a str, most: u64) -> Option<Duration> {
    fields.integer(name, 0..=most).map(Duration::from_secs)
}
