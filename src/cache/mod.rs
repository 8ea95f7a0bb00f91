//! The response cache: which answers of a route are stored, for whom, and for how long.
//!
//! Two levels, both by one key: the memory of this instance, and a table that all instances share. By default the
//! rules are API Gateway's, without its traps: callers are kept apart, a failure is never stored, and what is not in
//! the key does not reach the target. With `cacheMode: "HTTP"` they are those of RFC 9111. A cache that fails
//! costs time, never an answer.
//!
//! A request's way through these files, in order:
//!
//! 1. [`CacheRequest`] (`cache_request`) is what the cache must know of it, its route's [`CachePolicy`] included
//!    (`policy`). The rules of a mode (`mode_rules`) answer each question below, in `api_gateway` or `rfc9111`.
//! 2. [`Responses::lookup`] (`lookup`) makes its key (`key`) and looks into both levels (`levels`: `memory`, then the
//!    table), for an `entry` or for the variants of one (`stored`). Of many who miss, one takes the `lock`, and of
//!    many in one process one asks for it (`turns`); the others wait. [`Lookup`] is a hit, a [`Fill`], or that the cache has no part in it.
//! 3. The gateway calls the integration with [`Fill::context`].
//! 4. [`Fill::store`] (`fill`) stores the response in both levels if it may be, as its body goes out (`tee`), or leaves
//!    the reason against that (`uncacheable`) with the lock. A fill that is dropped releases the lock
//!    (`held_lock`).
//! 5. [`Responses::client_response`] (`client_response`) makes it the client's own: `Cache-Status` (`status`), 304.

mod api_gateway;
mod cache_control;
mod cache_request;
mod client_response;
mod entry;
mod fill;
mod held_lock;
mod key;
mod levels;
mod lock;
mod lookup;
mod memory;
mod mode_rules;
mod policy;
mod responses;
mod rfc9111;
mod status;
mod stored;
mod tee;
#[cfg(test)]
mod tests;
mod turns;
mod uncacheable;

pub use self::{
    cache_request::{CacheOutcome, CacheRequest},
    entry::{Entry, MOST_SKEW_MS, StoredBody},
    fill::{Fill, Refill},
    key::{CacheKey, ExplainedKey, KeyPart},
    levels::{CacheStore, Found, LockOutcome, StoredEntry, Written},
    lock::{Lock, LockState, UncacheableAnswer},
    lookup::Lookup,
    mode_rules::{Bypass, InvalidatePermission, MOST_GENERATION, StageCache},
    policy::CachePolicy,
    responses::Responses,
    rfc9111::{Uri, Variants, changed_uris},
    status::CacheStatus,
    stored::Stored,
    uncacheable::UncacheableReason,
};
