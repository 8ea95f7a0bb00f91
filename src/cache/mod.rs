//! The response cache: which answers of a route are stored, for whom, and for how long.
//!
//! Two levels, both by one key: the memory of this instance, and a table that all instances share. By default the
//! rules are API Gateway's, without its traps: callers are kept apart, a failure is never stored, and what is not in
//! the key does not reach the target. With `cacheMode: "HTTP"` they are those of RFC 9111. A cache that fails
//! costs time, never an answer.
//!
//! A request's way: [`Responses::answer`] (`answer`) makes its key (`key`) and looks for an entry (`lookup`) in both
//! levels (`levels`, `memory`); without one that will do, it asks the target and stores what may be stored (`fill`).
//! The questions on that way stand in `mode_rules`, a route's `policy` has the rules of one mode, and each mode answers
//! them in its own folder (`api_gateway`, `rfc9111`).

mod answer;
mod api_gateway;
mod asked;
mod cache_control;
mod conditional;
mod entry;
mod fill;
mod key;
mod levels;
mod lock;
mod lookup;
mod memory;
mod mode_rules;
mod place;
mod policy;
mod responses;
mod rfc9111;
mod status;
mod stored;
mod tee;
#[cfg(test)]
mod tests;
mod uncacheable;

pub use self::{
    asked::CacheRequest,
    entry::{Entry, MOST_SKEW_MS},
    key::{CacheKey, ExplainedKey, KeyPart},
    levels::{CacheStore, Found, StoredEntry, Taken, Written},
    lock::{Lock, LockState, UncacheableAnswer},
    mode_rules::{Bypass, InvalidatePermission, MOST_GENERATION, StageCache},
    place::Refill,
    policy::CachePolicy,
    responses::Responses,
    rfc9111::{Uri, Variants, changed_uris},
    status::CacheStatus,
    stored::Stored,
    uncacheable::UncacheableReason,
};
