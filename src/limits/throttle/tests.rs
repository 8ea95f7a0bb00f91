//! The tokens that a bucket gives, to the millisecond, and those that it never gives.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::read;

const NOW_MS: u64 = 1_700_000_000_000;

fn throttle(rate_limit: f64, burst_limit: u32) -> Throttle {
    Throttle::new(rate_limit, burst_limit).unwrap()
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
fn reads_a_throttle_whose_numbers_may_be_text_and_reports_wrong_ones() {
    let ok = |rate, burst| (Some(throttle(rate, burst)), vec![]);
    let problem = |text: &str| (None, vec![text.to_owned()]);
    let cases = [
        (json!({"rateLimit": 50, "burstLimit": 100}), ok(50.0, 100)),
        (json!({"rateLimit": "0.5", "burstLimit": "1"}), ok(0.5, 1)),
        (json!({"rateLimit": 0, "burstLimit": 1}), ok(0.0, 1)),
        (json!({"rateLimit": 1, "burstLimit": 0}), ok(1.0, 0)),
        (json!({"rateLimit": "0"}), ok(0.0, 0)),
        (json!({"burstLimit": 0}), ok(0.0, 0)),
        (json!({"rateLimit": "1e-300", "burstLimit": 4_294_967_295u32}), ok(1e-300, u32::MAX)),
        (
            json!({"rateLimit": "nan", "burstLimit": 1}),
            problem("rateLimit: got \"nan\", expected a number, 0 or more"),
        ),
        (
            json!({"rateLimit": "1e400", "burstLimit": 1}),
            problem("rateLimit: got \"1e400\", expected a number, 0 or more"),
        ),
        (
            json!({"rateLimit": -1, "burstLimit": 1}),
            problem("rateLimit: got -1, expected a number, 0 or more"),
        ),
        (
            json!({"rateLimit": 1, "burstLimit": 1.5}),
            problem("burstLimit: got 1.5, expected a whole number from 0 to 4294967295"),
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
    assert_eq!(
        (fast.remaining_tokens(bucket.tat_ns, NOW_MS), fast.wait_ms(bucket.tat_ns, NOW_MS, 10)),
        (10, 0)
    );
    assert_eq!(bucket.take(&fast, NOW_MS, 10), Taken::Tokens);
    assert_eq!(bucket.take(&fast, NOW_MS, 1), Taken::RetryAfter(Duration::from_millis(10)));
}

#[test]
fn a_bucket_that_is_ahead_by_no_more_than_clocks_differ_is_not_reset() {
    let throttle = throttle(100.0, 10);
    let empty_ns = throttle.tat_from_full_ns(NOW_MS, 10);
    let cases = [(0, false), (10_000_000_000, false), (10_000_000_001, true)];
    for (later_ns, expected) in cases {
        assert_eq!(throttle.is_foreign(empty_ns + later_ns, NOW_MS), expected, "{later_ns}");
    }
    assert!(!throttle.is_foreign(u128::MAX, NOW_MS), "nobody knows what it says");
    assert_eq!(throttle.remaining_tokens(u128::MAX, NOW_MS), 0);
}

fn any_throttle() -> impl Strategy<Value = Throttle> {
    (0.001..100_000.0, 1..1000u32).prop_map(|(rate, burst)| throttle(rate, burst))
}

/// Every magnitude that an operator can write, both ends included.
fn any_limits() -> impl Strategy<Value = Throttle> {
    let rate = prop_oneof![
        Just(f64::MIN_POSITIVE),
        Just(f64::MAX),
        (-300i32..300).prop_map(|exponent| 10f64.powi(exponent))
    ];
    (rate, prop_oneof![1..50u32, Just(u32::MAX)]).prop_map(|(rate, burst)| throttle(rate, burst))
}

proptest! {
    #[test]
    fn a_burst_is_what_it_says_at_any_rate(throttle in any_limits(), instances in 1..50u32) {
        for throttle in [throttle, throttle.divided_by(NonZeroU32::new(instances).unwrap())] {
            let (burst, mut bucket) = (throttle.burst_limit(), Bucket::default());
            let most = burst.min(50);
            prop_assert_eq!(throttle.remaining_tokens(bucket.tat_ns, NOW_MS), burst);
            prop_assert_eq!(bucket.take(&throttle, NOW_MS, burst - most), Taken::Tokens);
            for _ in 0..most {
                prop_assert_eq!(bucket.take(&throttle, NOW_MS, 1), Taken::Tokens);
            }
            prop_assert_ne!(bucket.take(&throttle, NOW_MS, 1), Taken::Tokens);
            prop_assert_eq!(throttle.remaining_tokens(bucket.tat_ns, NOW_MS), 0);
        }
    }

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
    fn a_token_is_there_after_retry_after_and_not_a_millisecond_before(throttle in any_throttle(), drained in 1..2000u64, tokens in 1..20u64) {
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
    fn remaining_tokens_are_exactly_those_that_can_be_taken(throttle in any_throttle(), drained in 0..1000u64, later_ms in 0..100u64) {
        let mut bucket = Bucket::default();
        for _ in 0..drained {
            bucket.take(&throttle, NOW_MS, 1);
        }
        let now_ms = NOW_MS + later_ms;
        let remaining = throttle.remaining_tokens(bucket.tat_ns, now_ms);
        prop_assert_ne!(bucket.clone().take(&throttle, now_ms, remaining + 1), Taken::Tokens);
        prop_assert_eq!(bucket.take(&throttle, now_ms, remaining), Taken::Tokens);
    }
}
