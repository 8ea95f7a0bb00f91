//! The limits of requests: throttles and quotas, the counters that hold them, and the usage of every key.
//!
//! ```text
//! usage_plan ──────── what a key's plan says; `admit` makes the permit of a request
//!   ├ rule ────────── limits (throttle, quota) with the counter that they are counted in
//!   │   ├ throttle ── token buckets: requests a second, requests at once
//!   │   └ quota ───── requests a day, week or month
//!   └ counters ────── one instance's part in the counters that all instances share: leases
//! rate_limit_headers  what the counters leave a caller, in the response's headers
//! usage ───────────── what each key did, by day and stage, for the operator's eyes
//! ```
//!
//! Each imports only from those below it; `usage` decides nothing and stands apart. `throttle::Addresses` limits
//! client addresses on this instance alone, before anything is read for them.

pub mod counters;
pub mod quota;
pub mod rate_limit_headers;
pub mod rule;
pub mod throttle;
pub mod usage;
pub mod usage_plan;
