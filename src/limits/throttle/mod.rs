//! Token buckets: how many requests a second, and how many at once.
//!
//! A bucket is one number, its TAT (GCRA's theoretical arrival time): when it will be full again. Every token
//! taken moves the TAT on by one interval, and it may not pass `now` by more than the burst. All of it is
//! whole nanoseconds, so nothing drifts; and in 128 bits, so that nothing saturates: of two sums that were cut to the
//! same, nobody could tell which is later.

mod addresses;
#[cfg(test)]
mod tests;
mod written_throttles;

use std::{num::NonZeroU32, time::Duration};

use serde_json::Value;

pub use self::{
    addresses::Addresses,
    written_throttles::{ApiThrottles, PER_CALLER, RouteThrottles},
};
use crate::item::Fields;

const NS_PER_MS: u128 = 1_000_000;
/// No two instances' clocks differ by more.
const MOST_SKEW_NS: u128 = 10_000_000_000;

/// `throttle {rateLimit, burstLimit}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Throttle {
    /// The cost of one token. Rounded up: a bucket never gives more than its rate. At most 585 years.
    interval_ns: u64,
    /// 0 where either is: nothing passes.
    burst_limit: u32,
}

/// The wait after a refusal by a limit of 0: somebody must edit it first.
pub const RETRY_AFTER_STOP: Duration = Duration::from_secs(60);

/// A bucket of one instance. New, it is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    tat_ns: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Tokens,
    /// So long from now the tokens are there, if nobody else takes any; `MAX`: never.
    RetryAfter(Duration),
}

impl Throttle {
    /// `None` where the rate is no number, or one below 0.
    pub fn new(rate_limit: f64, burst_limit: u32) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
        let interval_ns = (1e9 / rate_limit).ceil().max(1.0) as u64;
        let burst_limit = if rate_limit > 0.0 { burst_limit } else { 0 };
        (rate_limit.is_finite() && rate_limit >= 0.0).then_some(Self { interval_ns, burst_limit })
    }

    /// Reads `{rateLimit, burstLimit}`. Where one of them is 0, the other does not matter.
    pub fn parse(fields: Fields<'_>) -> Option<Self> {
        let throttle = Self::read(&fields);
        fields.finish();
        throttle
    }

    fn read(fields: &Fields<'_>) -> Option<Self> {
        let rate_limit = fields.parsed("rateLimit", "a number, 0 or more", |value| {
            let rate: f64 = match value {
                Value::String(text) => text.trim().parse().ok()?,
                other => other.as_f64()?,
            };
            (rate.is_finite() && rate >= 0.0).then_some(rate)
        });
        let burst_limit = fields.integer("burstLimit", 0..=u64::from(u32::MAX));
        let stops = rate_limit == Some(0.0) || burst_limit == Some(0);
        let (rate_limit, burst_limit) = match (rate_limit, burst_limit) {
            (rate, burst) if stops => (rate.or(Some(0.0)), burst.or(Some(0))),
            (rate, burst) => (
                fields.require("rateLimit", rate, "requests a second"),
                fields.require("burstLimit", burst, "requests at once"),
            ),
        };
        Self::new(rate_limit?, u32::try_from(burst_limit?).ok()?)
    }

    /// The throttle of a cost of one token, and a bucket's size, as another one was found to have them.
    pub fn of_interval(interval_ns: u64, burst_limit: u32) -> Self {
        Self { interval_ns: interval_ns.max(1), burst_limit }
    }

    pub fn interval_ns(&self) -> u64 {
        self.interval_ns
    }

    /// The limits as part of a counter's key: where a stage and its canary have others, no bucket is of both.
    pub fn counter_part(&self) -> String {
        format!("{:x}-{:x}", self.interval_ns, self.burst_limit)
    }

    /// True if it lets nothing pass: the switch that stops a route, a stage or a plan.
    pub fn lets_nothing_through(&self) -> bool {
        self.burst_limit == 0
    }

    pub fn burst_limit(&self) -> u64 {
        u64::from(self.burst_limit)
    }

    /// Tokens a second.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn rate(&self) -> f64 {
        1e9 / self.interval_ns as f64
    }

    /// True if `other` lets through as much, at any rate and at once.
    pub fn lets_through_no_more_than(&self, other: &Self) -> bool {
        self.lets_nothing_through()
            || (self.interval_ns >= other.interval_ns && self.burst_limit <= other.burst_limit)
    }

    /// One instance's part of a limit that `instances` share.
    pub fn divided_by(&self, instances: NonZeroU32) -> Self {
        // 0 stops; whoever has some has one at least.
        let burst_limit = (self.burst_limit / instances).max(self.burst_limit.min(1));
        Self { interval_ns: self.interval_ns.saturating_mul(u64::from(instances.get())), burst_limit }
    }

    /// The limit of so many together who each have this one.
    pub fn times(&self, many: NonZeroU32) -> Self {
        let interval_ns = self.interval_ns.div_ceil(u64::from(many.get()));
        Self { interval_ns, burst_limit: self.burst_limit.saturating_mul(many.get()) }
    }

    /// The time by which `tokens` move the TAT.
    pub fn cost_ns(&self, tokens: u64) -> u128 {
        u128::from(self.interval_ns) * u128::from(tokens)
    }

    /// The latest TAT at which a bucket has `tokens`; `None`: it never has so many.
    pub fn latest_tat_ns(&self, now_ms: u64, tokens: u64) -> Option<u128> {
        let left = self.burst_limit().checked_sub(tokens)?;
        Some(ns(now_ms).saturating_add(self.cost_ns(left)))
    }

    /// The TAT after `tokens` were taken from a full bucket.
    pub fn tat_from_full_ns(&self, now_ms: u64, tokens: u64) -> u128 {
        ns(now_ms).saturating_add(self.cost_ns(tokens))
    }

    /// True if a bucket was left by other limits, before an edit: later than these ever set it. The tokens that were
    /// taken then, which may have been hours apart, do not count now. `u128::MAX` is a TAT that cannot be read.
    pub fn is_foreign(&self, tat_ns: u128, now_ms: u64) -> bool {
        let empty_ns = self.tat_from_full_ns(now_ms, self.burst_limit());
        tat_ns < u128::MAX && tat_ns > empty_ns.saturating_add(MOST_SKEW_NS)
    }

    /// The tokens that are in a bucket.
    pub fn remaining_tokens(&self, tat_ns: u128, now_ms: u64) -> u64 {
        let now_ns = ns(now_ms);
        // Clocks of two instances differ; a bucket from the future has simply not refilled.
        let empty_ns = self.tat_from_full_ns(now_ms, self.burst_limit());
        let left_ns = empty_ns.saturating_sub(self.own_ns(tat_ns, now_ms).max(now_ns));
        whole(left_ns / u128::from(self.interval_ns))
    }

    /// The least wait until a bucket has `tokens`, at most the burst.
    pub fn wait_ms(&self, tat_ns: u128, now_ms: u64, tokens: u64) -> u64 {
        let tat_ns = self.own_ns(tat_ns, now_ms);
        let latest_ns = self.latest_tat_ns(now_ms, tokens.min(self.burst_limit())).unwrap_or(0);
        whole(tat_ns.saturating_sub(latest_ns).div_ceil(NS_PER_MS))
    }

    /// A TAT as these limits count it: a foreign one is a full bucket's.
    fn own_ns(&self, tat_ns: u128, now_ms: u64) -> u128 {
        if self.is_foreign(tat_ns, now_ms) { 0 } else { tat_ns }
    }
}

impl Bucket {
    pub fn take(&mut self, throttle: &Throttle, now_ms: u64, tokens: u64) -> Taken {
        self.tat_ns = throttle.own_ns(self.tat_ns, now_ms);
        match throttle.latest_tat_ns(now_ms, tokens) {
            None => Taken::RetryAfter(Duration::MAX),
            Some(latest_ns) if self.tat_ns <= latest_ns => {
                self.tat_ns = self.tat_ns.max(ns(now_ms)).saturating_add(throttle.cost_ns(tokens));
                Taken::Tokens
            }
            Some(_) => {
                Taken::RetryAfter(Duration::from_millis(throttle.wait_ms(self.tat_ns, now_ms, tokens)))
            }
        }
    }

    /// Undoes a `take` whose tokens were not used.
    pub fn give_back(&mut self, throttle: &Throttle, tokens: u64) {
        self.tat_ns = self.tat_ns.saturating_sub(throttle.cost_ns(tokens));
    }
}

fn ns(ms: u64) -> u128 {
    u128::from(ms) * NS_PER_MS
}

/// At most what fits.
fn whole(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
