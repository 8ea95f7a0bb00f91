//! Refusals of requests, with their reason, and the time for which they are remembered.

use std::time::Duration;

use crate::limits::{rule::Limits, throttle::RETRY_AFTER_STOP};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitRefusal {
    pub reason: RefusalReason,
    pub retry_after: Duration,
    /// True if this instance decided it by itself, the store being away.
    pub is_degraded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    Throttled,
    QuotaExceeded,
    /// The store is away and nothing is left of the quota.
    Unavailable,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct RememberedRefusal {
    pub reason: RefusalReason,
    /// The store is not asked before.
    pub until_ms: u64,
    pub retry_at_ms: u64,
}

impl RememberedRefusal {
    /// The refusal of a request that comes at `now_ms`.
    pub fn at(self, now_ms: u64) -> LimitRefusal {
        LimitRefusal::after(self.reason, self.retry_at_ms.saturating_sub(now_ms))
    }
}

impl LimitRefusal {
    pub(super) fn after(reason: RefusalReason, ms: u64) -> Self {
        Self { reason, retry_after: Duration::from_millis(ms), is_degraded: false }
    }

    pub(super) fn without_store(reason: RefusalReason, retry_after: Duration) -> Self {
        Self { reason, retry_after, is_degraded: true }
    }
}

/// Refuses where a throttle or a quota is 0: that needs no counter.
pub fn nothing_allowed(limits: &Limits, now_ms: u64) -> Option<LimitRefusal> {
    if limits.throttle.is_some_and(|throttle| throttle.lets_nothing_through()) {
        return Some(LimitRefusal {
            reason: RefusalReason::Throttled,
            retry_after: RETRY_AFTER_STOP,
            is_degraded: false,
        });
    }
    let quota = limits.quota.filter(|quota| quota.limit == 0)?;
    let end_ms = quota.period.end_ms(quota.period.window(now_ms));
    Some(LimitRefusal::after(RefusalReason::QuotaExceeded, end_ms.saturating_sub(now_ms)))
}
