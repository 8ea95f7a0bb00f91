//! The rest of a plan that is left to a caller.

use super::counter_snapshot::Remaining;
use crate::limits::{
    quota::{Period, Window},
    rule::Limits,
    throttle::RETRY_AFTER_STOP,
};

/// The rest of a key's rate and quota, as this instance sees it.
#[derive(Clone, Copy, Debug)]
pub struct RateLimitStatus {
    pub(super) limits: Limits,
    pub(super) remaining: Remaining,
    pub(super) now_ms: u64,
}

/// One limit: so many requests in a window of seconds, so many left until it is whole again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitStatus {
    pub name: &'static str,
    pub limit: u64,
    pub window_seconds: u64,
    pub left: u64,
    pub reset_seconds: u64,
}

impl RateLimitStatus {
    /// Of a key that has spent nothing.
    pub fn unspent(limits: Limits, now_ms: u64) -> Self {
        Self { limits, remaining: Remaining { rate: u64::MAX, quota: u64::MAX }, now_ms }
    }

    /// The rate, then the quota, as far as the plan has them.
    pub fn of_each_limit(&self) -> Vec<LimitStatus> {
        self.rate().into_iter().chain(self.quota()).collect()
    }

    fn rate(&self) -> Option<LimitStatus> {
        let throttle = self.limits.throttle?;
        if throttle.lets_nothing_through() {
            let seconds = RETRY_AFTER_STOP.as_secs();
            return Some(LimitStatus {
                name: "rate",
                limit: 0,
                window_seconds: seconds,
                left: 0,
                reset_seconds: seconds,
            });
        }
        let limit = throttle.burst_limit();
        let left = self.remaining.rate.min(limit);
        let seconds =
            |tokens| u64::try_from(throttle.cost_ns(tokens).div_ceil(1_000_000_000)).unwrap_or(u64::MAX);
        Some(LimitStatus {
            name: "rate",
            limit,
            window_seconds: seconds(limit),
            left,
            reset_seconds: seconds(limit - left),
        })
    }

    fn quota(&self) -> Option<LimitStatus> {
        let quota = self.limits.quota?;
        let window = quota.period.window(self.now_ms);
        Some(LimitStatus {
            name: "quota",
            limit: quota.limit,
            window_seconds: length_seconds(quota.period, window),
            left: self.remaining.quota.min(quota.limit),
            reset_seconds: (quota.period.end_ms(window).saturating_sub(self.now_ms)).div_ceil(1000),
        })
    }
}

fn length_seconds(period: Period, window: Window) -> u64 {
    let before = window.0.checked_sub(1).map_or(0, |before| period.end_ms(Window(before)));
    (period.end_ms(window) - before) / 1000
}
