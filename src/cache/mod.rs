//! The response cache: which answers of a route are kept, for whom, and for how long.
//!
//! Two levels, both by one key: the memory of this instance, and a table that all instances share. By default the
//! rules are API Gateway's, without its traps: callers are kept apart, a failure is never kept, and what is not in
//! the key does not reach the target. With `cacheMode: "HTTP"` they are those of RFC 9111. A cache that fails
//! costs time, never an answer.
//!
//! A request's way: [`Responses::answer`] (`answer`) makes its key (`key`) and looks for an entry (`lookup`) in both
//! levels (`levels`, `memory`); without one that will do, it asks the target and keeps what may be kept (`fill`). What
//! each mode says to the questions on that way stands in `rules`: those of RFC 9111 are asked of `rfc9111`, those of
//! API Gateway's mode of `storable`, `forwarded` and `invalidation`.

mod bypass;
mod cache_request;
mod client_response;
mod entry;
mod fill;
mod forwarded;
mod invalidation;
mod key;
mod levels;
mod lock;
mod lookup;
mod memory;
mod parse;
mod responses;
mod rfc9111;
mod rules;
mod status;
mod storable;
mod tee;
#[cfg(test)]
mod tests;
mod uncacheable;

use std::time::Duration;

use http::{HeaderName, Method};

pub use self::{
    bypass::Bypass,
    cache_request::{CacheOutcome, CacheRequest},
    entry::{Entry, MOST_SKEW_MS},
    fill::{Fill, Refill},
    key::{CacheKey, KeyPart},
    levels::{CacheStore, Found, StoredEntry, Taken, Written},
    lock::{Lock, LockState},
    lookup::Lookup,
    parse::MOST_GENERATION,
    responses::Responses,
    rfc9111::{Uri, Variants, changed_uris},
    status::CacheStatus,
    uncacheable::UncacheableReason,
};
use self::{invalidation::Invalidation, key::KeyParameters};

/// What a route says of caching.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CachePolicy {
    mode: Mode,
    /// The method whose answers are kept; those of `GET` answer `HEAD` too.
    method: Method,
    /// `None`: as the stage says.
    ttl: Option<Duration>,
    key: KeyParameters,
    /// Whether one caller's answer may go to another.
    is_shared: bool,
    forwards_unkeyed_headers: bool,
    invalidation: Invalidation,
    /// Headers that the target gets with something else in them than the client's: `Vary` on one tells nothing.
    mapped_headers: Vec<HeaderName>,
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

/// `cacheMode`: whose rules hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// What the route item says.
    #[default]
    ApiGateway,
    /// What requests and answers say, by RFC 9111.
    Http,
}
