//! The response cache: which answers of a route are kept, for whom, and for how long.
//!
//! Two levels, both by one key: the memory of this instance, and a table that all instances share. By default the
//! rules are API Gateway's, without its traps: callers are kept apart, a failure is never kept, and what is not in
//! the key does not reach the target. A cache that fails costs time, never an answer.

mod bypass;
mod conditional;
mod entry;
mod forwarded;
mod invalidation;
mod key;
mod levels;
mod memory;
mod responses;
mod status;
mod storable;
mod tee;
#[cfg(test)]
mod tests;

use std::time::Duration;

use http::Method;

pub use self::{
    bypass::Bypass,
    entry::Entry,
    key::{CacheKey, KeyPart},
    levels::{CacheStore, Found, Lock, Taken},
    responses::{Asked, Refill, Responses},
    status::CacheStatus,
};
use self::{invalidation::Invalidation, key::KeyParameters};
use crate::item::Fields;

/// What a route says of caching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachePolicy {
    /// The method whose answers are kept; those of `GET` answer `HEAD` too.
    method: Method,
    /// `None`: as the stage says.
    ttl: Option<Duration>,
    key: KeyParameters,
    /// Whether one caller's answer may go to another.
    is_shared: bool,
    forwards_unkeyed_headers: bool,
    invalidation: Invalidation,
    /// For how long a stale answer is given while a new one is fetched.
    stale_while_revalidate: Duration,
    /// For how long a stale answer is given where the target fails.
    stale_if_error: Duration,
}

/// What a stage says of the caching of all its routes, at once and without a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageCache {
    ttl: Option<Duration>,
    /// Part of every key: a new one empties the stage's cache.
    pub generation: u64,
}

/// API Gateway's default and most.
const DEFAULT_TTL: Duration = Duration::from_secs(300);
const MOST_TTL_SECONDS: u64 = 3_600;
/// A day: a stale answer is better than none, but not for ever.
const MOST_STALE_SECONDS: u64 = 86_400;
/// The most that a DynamoDB number and a JSON number both say exactly.
pub(crate) const MOST_GENERATION: u64 = (1 << 53) - 1;

impl CachePolicy {
    /// Reads what a route item says of caching; `None` where `cachingEnabled` is not `true`.
    ///
    /// `method` is the route's, where it names one; `path_parameters` are the names in its path.
    pub fn parse(fields: &Fields<'_>, method: Option<&Method>, path_parameters: &[String]) -> Option<Self> {
        let is_enabled = fields.boolean("cachingEnabled").unwrap_or(false);
        let key = KeyParameters::parse(fields, path_parameters, is_enabled);
        let policy = Self {
            method: method.filter(|method| *method != Method::HEAD).cloned().unwrap_or(Method::GET),
            ttl: seconds(fields, "cacheTtlInSeconds", MOST_TTL_SECONDS),
            key,
            is_shared: fields.boolean("cacheShared").unwrap_or(false),
            forwards_unkeyed_headers: fields.boolean("forwardUnkeyedHeaders").unwrap_or(false),
            invalidation: Invalidation::parse(fields),
            stale_while_revalidate: seconds(fields, "staleWhileRevalidate", MOST_STALE_SECONDS)
                .unwrap_or_default(),
            stale_if_error: seconds(fields, "staleIfError", MOST_STALE_SECONDS).unwrap_or_default(),
        };
        is_enabled.then_some(policy)
    }

    /// How long an answer is fresh; zero: nothing is kept.
    pub fn ttl(&self, stage: &StageCache) -> Duration {
        self.ttl.or(stage.ttl).unwrap_or(DEFAULT_TTL)
    }

    /// How long an answer that is not fresh any more may still be of use.
    fn stale_for(&self) -> Duration {
        self.stale_while_revalidate.max(self.stale_if_error)
    }
}

impl StageCache {
    /// Reads what a stage item says of caching.
    pub fn parse(fields: &Fields<'_>) -> Self {
        Self {
            ttl: seconds(fields, "cacheTtlInSeconds", MOST_TTL_SECONDS),
            generation: fields.integer("cacheGeneration", 0..=MOST_GENERATION).unwrap_or(0),
        }
    }
}

fn seconds<'a>(fields: &Fields<'a>, name: &'a str, most: u64) -> Option<Duration> {
    fields.integer(name, 0..=most).map(Duration::from_secs)
}
