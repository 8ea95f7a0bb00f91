//! Why a request is not admitted, and for how long that is remembered.

use std::time::Duration;

use super::Limits;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Reason,
    pub retry_after: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Throttled,
    QuotaExceeded,
    /// The store is away and nothing is left of the quota.
    Unavailable,
}

/// A refusal that is remembered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused {
    pub reason: Reason,
    /// The store is not asked before.
    pub until_ms: u64,
    pub retry_at_ms: u64,
}

impl Refused {
    pub fn at(self, now_ms: u64) -> Refusal {
        Refusal::after(self.reason, self.retry_at_ms.saturating_sub(now_ms))
    }
}

impl Refusal {
    pub(super) fn after(reason: Reason, ms: u64) -> Self {
        Self { reason, retry_after: Duration::from_millis(ms) }
    }
}

/// A quota of 0 needs no store.
pub(super) fn nothing_allowed(limits: &Limits, now_ms: u64) -> Option<Refusal> {
    let quota = limits.quota.filter(|quota| quota.limit == 0)?;
    let end_ms = quota.period.end_ms(quota.period.window(now_ms));
    Some(Refusal::after(Reason::QuotaExceeded, end_ms.saturating_sub(now_ms)))
}
