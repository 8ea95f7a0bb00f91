//! Token buckets: how many requests a second, and how many at once.
//!
//! A bucket is one number, its TAT (GCRA's theoretical arrival time): when it will be full again. Every token
//! taken moves the TAT on by one interval, and it may not pass `now` by more than the burst. All of it is
//! whole nanoseconds, so nothing drifts.

mod addresses;

use std::{num::NonZeroU32, time::Duration};

use serde_json::Value;

pub use self::addresses::Addresses;
use crate::item::Fields;

const NS_PER_MS: u64 = 1_000_000;
/// No two instances' clocks differ by more.
const MOST_SKEW_NS: u64 = 10_000_000_000;

/// `throttle {rateLimit, burstLimit}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// What one token costs. Rounded up: a bucket never gives more than its rate.
    interval_ns: u64,
    burst_limit: NonZeroU32,
}

/// A bucket of one instance. New, it is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    tat_ns: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Tokens,
    /// So long from now the tokens are there, if nobody else takes any.
    RetryAfter(Duration),
}

impl Throttle {
    /// `None` where the rate is not a number above 0.
    pub fn new(rate_limit: f64, burst_limit: NonZeroU32) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
        let interval_ns = (1e9 / rate_limit).ceil().max(1.0) as u64;
        (rate_limit.is_finite() && rate_limit > 0.0).then_some(Self { interval_ns, burst_limit })
    }

    /// Reads `{rateLimit, burstLimit}`.
    pub fn parse(fields: Fields<'_>) -> Option<Self> {
        let rate_limit = fields.parsed("rateLimit", "a number above 0", |value| {
            let rate: f64 = match value {
                Value::String(text) => text.trim().parse().ok()?,
                other => other.as_f64()?,
            };
            (rate.is_finite() && rate > 0.0).then_some(rate)
        });
        let rate_limit = fields.require("rateLimit", rate_limit, "requests a second");
        let burst_limit = fields.integer("burstLimit", 1..=u64::from(u32::MAX));
        let burst_limit = fields.require("burstLimit", burst_limit, "requests at once");
        fields.finish();
        Self::new(rate_limit?, NonZeroU32::new(u32::try_from(burst_limit?).ok()?)?)
    }

    pub fn burst_limit(&self) -> u64 {
        u64::from(self.burst_limit.get())
    }

    /// Tokens a second.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn rate(&self) -> f64 {
        1e9 / self.interval_ns as f64
    }

    /// Whether `other` lets through as much, at any rate and at once.
    pub fn lets_through_no_more_than(&self, other: &Self) -> bool {
        self.interval_ns >= other.interval_ns && self.burst_limit <= other.burst_limit
    }

    /// One instance's part of a limit that `instances` share.
    pub fn divided_by(&self, instances: NonZeroU32) -> Self {
        let burst_limit = NonZeroU32::new(self.burst_limit.get() / instances).unwrap_or(NonZeroU32::MIN);
        Self { interval_ns: self.interval_ns.saturating_mul(u64::from(instances.get())), burst_limit }
    }

    /// What so many who each have this limit may do together.
    pub fn times(&self, many: NonZeroU32) -> Self {
        let interval_ns = self.interval_ns.div_ceil(u64::from(many.get()));
        Self { interval_ns, burst_limit: self.burst_limit.saturating_mul(many) }
    }

    /// How far `tokens` move the TAT.
    pub fn cost_ns(&self, tokens: u64) -> u64 {
        self.interval_ns.saturating_mul(tokens)
    }

    /// The latest TAT at which a bucket has `tokens`; `None`: it never has so many.
    pub fn latest_tat_ns(&self, now_ms: u64, tokens: u64) -> Option<u64> {
        let left = self.burst_limit().checked_sub(tokens)?;
        Some(ns(now_ms).saturating_add(self.cost_ns(left)))
    }

    /// The TAT after `tokens` were taken from a full bucket.
    pub fn tat_from_full_ns(&self, now_ms: u64, tokens: u64) -> u64 {
        ns(now_ms).saturating_add(self.cost_ns(tokens))
    }

    /// Whether a bucket was left by other limits, before an edit: later than these ever set it. Of what was taken
    /// then, in tokens that may have been hours apart, nothing counts now. `u64::MAX` is a TAT that cannot be read.
    pub fn is_foreign(&self, tat_ns: u64, now_ms: u64) -> bool {
        let empty_ns = self.tat_from_full_ns(now_ms, self.burst_limit());
        tat_ns < u64::MAX && tat_ns > empty_ns.saturating_add(MOST_SKEW_NS)
    }

    /// The tokens that are in a bucket.
    pub fn room(&self, tat_ns: u64, now_ms: u64) -> u64 {
        let now_ns = ns(now_ms);
        // Clocks of two instances differ; a bucket from the future has simply not refilled.
        let empty_ns = self.tat_from_full_ns(now_ms, self.burst_limit());
        empty_ns.saturating_sub(self.own_ns(tat_ns, now_ms).max(now_ns)) / self.interval_ns
    }

    /// The least wait until a bucket has `tokens`, at most the burst.
    pub fn wait_ms(&self, tat_ns: u64, now_ms: u64, tokens: u64) -> u64 {
        let tat_ns = self.own_ns(tat_ns, now_ms);
        let latest_ns = self.latest_tat_ns(now_ms, tokens.min(self.burst_limit())).unwrap_or(0);
        tat_ns.saturating_sub(latest_ns).div_ceil(NS_PER_MS)
    }

    /// A TAT as these limits count it: a foreign one is a full bucket's.
    fn own_ns(&self, tat_ns: u64, now_ms: u64) -> u64 {
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

fn ns(ms: u64) -> u64 {
    ms.saturating_mul(NS_PER_MS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::policies::testing::read;

    const NOW_MS: u64 = 1_700_000_000_000;

    fn throttle(rate_limit: f64, burst_limit: u32) -> Throttle {
        Throttle::new(rate_limit, NonZeroU32::new(burst_limit).unwrap()).unwrap()
    }

    #[test]
    fn a_bucket_gives_its_burst_then_its_rate() {
        let throttle = throttle(3.0, 2);
        let retry_after = |ms| Taken::RetryAfter(Duration::from_millis(ms));
        let mut bucket = Bucket::default();
        let cases = [
            (0, 1, Taken::Tokens),
            (0, 1, Taken::Tokens),
            (0, 1, retry_after(334)),
            (333, 1, retry_after(1)),
            (334, 1, Taken::Tokens),
            (334, 1, retry_after(333)),
            (600_000, 2, Taken::Tokens),
            (600_000, 3, Taken::RetryAfter(Duration::MAX)),
            (600_000, 2, retry_after(667)),
        ];
        for (index, (at_ms, tokens, expected)) in cases.into_iter().enumerate() {
            assert_eq!(bucket.take(&throttle, NOW_MS + at_ms, tokens), expected, "case {index}");
        }
        bucket.give_back(&throttle, 1);
        assert_eq!(bucket.take(&throttle, NOW_MS + 600_000, 1), Taken::Tokens);
        assert_eq!(bucket.take(&throttle, NOW_MS + 600_000, 1), retry_after(334));
    }

    #[test]
    fn reads_what_an_operator_writes() {
        let ok = |rate, burst| (Some(throttle(rate, burst)), vec![]);
        let problem = |text: &str| (None, vec![text.to_owned()]);
        let cases = [
            (json!({"rateLimit": 50, "burstLimit": 100}), ok(50.0, 100)),
            (json!({"rateLimit": "0.5", "burstLimit": "1"}), ok(0.5, 1)),
            (
                json!({"rateLimit": 0, "burstLimit": 1}),
                problem("rateLimit: got 0, expected a number above 0"),
            ),
            (
                json!({"rateLimit": "nan", "burstLimit": 1}),
                problem("rateLimit: got \"nan\", expected a number above 0"),
            ),
            (
                json!({"rateLimit": 1, "burstLimit": 0}),
                problem("burstLimit: got 0, expected a whole number from 1 to 4294967295"),
            ),
            (json!({"rateLimit": 1}), problem("burstLimit: got nothing, expected requests at once")),
        ];
        for (json, expected) in cases {
            assert_eq!(read(&json, Throttle::parse), expected, "{json}");
        }
    }

    #[test]
    fn a_bucket_that_other_limits_left_is_full() {
        let slow = throttle(0.001, 1000);
        let mut bucket = Bucket::default();
        assert_eq!(bucket.take(&slow, NOW_MS, 1000), Taken::Tokens);
        let fast = throttle(100.0, 10);
        assert_eq!((fast.room(bucket.tat_ns, NOW_MS), fast.wait_ms(bucket.tat_ns, NOW_MS, 10)), (10, 0));
        assert_eq!(bucket.take(&fast, NOW_MS, 10), Taken::Tokens);
        assert_eq!(bucket.take(&fast, NOW_MS, 1), Taken::RetryAfter(Duration::from_millis(10)));
    }

    #[test]
    fn a_bucket_that_another_clock_left_is_not() {
        let throttle = throttle(100.0, 10);
        let empty_ns = throttle.tat_from_full_ns(NOW_MS, 10);
        let cases = [(0, false), (10_000_000_000, false), (10_000_000_001, true)];
        for (later_ns, expected) in cases {
            assert_eq!(throttle.is_foreign(empty_ns + later_ns, NOW_MS), expected, "{later_ns}");
        }
        assert!(!throttle.is_foreign(u64::MAX, NOW_MS), "nobody knows what it says");
        assert_eq!(throttle.room(u64::MAX, NOW_MS), 0);
    }

    fn any_throttle() -> impl Strategy<Value = Throttle> {
        (0.001..100_000.0, 1..1000u32).prop_map(|(rate, burst)| throttle(rate, burst))
    }

    proptest! {
        #[test]
        fn never_admits_more_than_burst_plus_rate_times_span(
            rate in 0.1..2000.0,
            burst in 1..50u32,
            asked in prop::collection::vec((0..200u64, 1..5u64), 1..200),
        ) {
            let throttle = throttle(rate, burst);
            let (mut bucket, mut now_ms) = (Bucket::default(), NOW_MS);
            let mut taken: Vec<(u64, u64)> = Vec::new();
            for (later_ms, tokens) in asked {
                now_ms += later_ms;
                if bucket.take(&throttle, now_ms, tokens) == Taken::Tokens {
                    taken.push((now_ms, tokens));
                }
            }
            for from in 0..taken.len() {
                let mut sum = 0;
                for (at_ms, tokens) in &taken[from..] {
                    sum += tokens;
                    let span = (at_ms - taken[from].0) as f64 / 1000.0;
                    prop_assert!(sum as f64 <= f64::from(burst) + rate * span + 1e-6);
                }
            }
        }

        #[test]
        fn retry_after_is_honest(throttle in any_throttle(), drained in 1..2000u64, tokens in 1..20u64) {
            let mut bucket = Bucket::default();
            for _ in 0..drained {
                bucket.take(&throttle, NOW_MS, 1);
            }
            let Taken::RetryAfter(wait) = bucket.take(&throttle, NOW_MS, tokens) else { return Ok(()) };
            prop_assume!(wait != Duration::MAX);
            let wait_ms = u64::try_from(wait.as_millis()).unwrap();
            let mut less = bucket;
            prop_assert_ne!(less.take(&throttle, NOW_MS + wait_ms - 1, tokens), Taken::Tokens);
            prop_assert_eq!(bucket.take(&throttle, NOW_MS + wait_ms, tokens), Taken::Tokens);
        }

        #[test]
        fn has_room_for_what_it_gives(throttle in any_throttle(), drained in 0..1000u64, later_ms in 0..100u64) {
            let mut bucket = Bucket::default();
            for _ in 0..drained {
                bucket.take(&throttle, NOW_MS, 1);
            }
            let now_ms = NOW_MS + later_ms;
            let room = throttle.room(bucket.tat_ns, now_ms);
            prop_assert_ne!(bucket.clone().take(&throttle, now_ms, room + 1), Taken::Tokens);
            prop_assert_eq!(bucket.take(&throttle, now_ms, room), Taken::Tokens);
        }
    }
}
