//! Why a request is not admitted, and for how long that is remembered.

use std::time::Duration;

use super::Limits;
use crate::limits::throttle::RETRY_AFTER_STOP;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Reason,
    pub retry_after: Duration,
    /// Whether it was decided on this instance's own account, the store being away.
    pub is_degraded: bool,
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
        Self { reason, retry_after: Duration::from_millis(ms), is_degraded: false }
    }

    /// The same, decided without the store.
    pub(super) fn alone(reason: Reason, retry_after: Duration) -> Self {
        Self { reason, retry_after, is_degraded: true }
    }
}

/// A throttle or a quota of 0 needs no store.
pub(super) fn nothing_allowed(limits: &Limits, now_ms: u64) -> Option<Refusal> {
    if limits.throttle.is_some_and(|throttle| throttle.stops()) {
        return Some(Refusal {
            reason: Reason::Throttled,
            retry_after: RETRY_AFTER_STOP,
            is_degraded: false,
        });
    }
    let quota = limits.quota.filter(|quota| quota.limit == 0)?;
    let end_ms = quota.period.end_ms(quota.period.window(now_ms));
    Some(Refusal::after(Reason::QuotaExceeded, end_ms.saturating_sub(now_ms)))
}
