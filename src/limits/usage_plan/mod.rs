//! What a key's plan allows: hard quotas and honest rates, at almost no writes.
//!
//! All instances share one item per key and plan ([`Counter`]). One conditional [`Write`] takes a lease of
//! several requests from its bucket and its quota; the instance admits them by itself ([`Admission`]).
//! Everything here is arithmetic: time comes in, decisions and writes come out, and whoever calls talks to the
//! store. The same code runs in `simulation`, against crashes, freezes and lost replies.
//!
//! Invariant: an admission spends a unit that was granted in its window, and grants never pass the limit.

mod admission;
mod counter;
mod counters;
mod demand;
mod item;
mod lease;
mod observe;
mod outage;
mod pause;
mod permit;
mod quota;
mod rate_limit_status;
mod refusal;
mod rules;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
mod writes;

pub use self::{
    admission::{Admission, Decision},
    counter::{Counter, Form, Outcome, QuotaForm, RateForm, Spent, Write},
    counters::{CounterStore, Counters, Rule},
    item::{RouteThrottle, USAGE_PLAN_ID, UsagePlan},
    lease::{Charge, Unit},
    permit::{NotAdmitted, Permit, admit},
    quota::{Period, Quota, Window},
    rate_limit_status::RateLimitStatus,
    refusal::{Reason, Refusal},
    rules::Counted,
};
use super::throttle::Throttle;

/// What a plan limits for one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub throttle: Option<Throttle>,
    pub quota: Option<Quota>,
    pub accuracy: Accuracy,
    pub on_store_error: OnStoreError,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accuracy {
    /// Many requests a write.
    #[default]
    Lease,
    /// One write a request.
    Exact,
}

/// What becomes of a request whose quota cannot be counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnStoreError {
    #[default]
    Refuse,
    Allow,
}
