//! Where a caller stands with its plan.

use super::{Limits, Period, Window, writes::Remaining};
use crate::limits::{rate_limit_headers::Part, throttle::RETRY_AFTER_STOP};

/// What a plan leaves a key, as this instance sees it.
#[derive(Clone, Copy, Debug)]
pub struct RateLimitStatus {
    pub(super) limits: Limits,
    pub(super) left: Remaining,
    pub(super) now_ms: u64,
}

impl RateLimitStatus {
    /// The rate, then the quota, as far as the plan has them.
    pub fn parts(&self) -> Vec<Part> {
        let rate = self.limits.throttle.map(|throttle| {
            if throttle.stops() {
                return stopped();
            }
            let limit = throttle.burst_limit();
            let left = self.left.rate.min(limit);
            let seconds =
                |tokens| u64::try_from(throttle.cost_ns(tokens).div_ceil(1_000_000_000)).unwrap_or(u64::MAX);
            Part {
                name: "rate",
                limit,
                window_seconds: seconds(limit),
                left,
                reset_seconds: seconds(limit - left),
            }
        });
        let quota = self.limits.quota.map(|quota| {
            let window = quota.period.window(self.now_ms);
            Part {
                name: "quota",
                limit: quota.limit,
                window_seconds: length_seconds(quota.period, window),
                left: self.left.quota.min(quota.limit),
                reset_seconds: (quota.period.end_ms(window).saturating_sub(self.now_ms)).div_ceil(1000),
            }
        });
        rate.into_iter().chain(quota).collect()
    }
}

/// Of a rate of 0: nothing, and when to look again.
fn stopped() -> Part {
    let seconds = RETRY_AFTER_STOP.as_secs();
    Part { name: "rate", limit: 0, window_seconds: seconds, left: 0, reset_seconds: seconds }
}

fn length_seconds(period: Period, window: Window) -> u64 {
    let before = window.0.checked_sub(1).map_or(0, |before| period.end_ms(Window(before)));
    (period.end_ms(window) - before) / 1000
}
