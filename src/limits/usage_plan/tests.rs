//! One instance with one key, second by second. What many instances do is in `simulation`.

use std::time::Duration;

use proptest::prelude::*;

use super::{simulation::store::Store, *};
use crate::limits::throttle::Throttle;

/// 2024-07-01T00:00Z.
const MONDAY_MS: u64 = 1_719_792_000_000;
const DAY_MS: u64 = 86_400_000;

struct Key {
    admission: Admission,
    store: Store,
    limits: Limits,
    store_is_away: bool,
}

impl Key {
    fn new(throttle: Option<(f64, u32)>, quota: Option<Quota>) -> Self {
        let throttle = throttle.map(|(rate, burst)| Throttle::new(rate, burst).unwrap());
        let limits =
            Limits { throttle, quota, accuracy: Accuracy::Lease, on_store_error: OnStoreError::Refuse };
        Self { admission: Admission::new(1), store: Store::default(), limits, store_is_away: false }
    }

    fn call(&mut self, write: &Write) -> Outcome {
        if self.store_is_away {
            return Outcome::Unknown;
        }
        match self.store.execute(write, self.limits.quota.map(|quota| quota.period)) {
            Ok(counter) => Outcome::Done(counter),
            Err(old) => Outcome::Refused(old),
        }
    }

    fn request(&mut self, now_ms: u64) -> Result<Unit, Refusal> {
        let mut decision = self.admission.decide(&self.limits, now_ms);
        loop {
            decision = match decision {
                Decision::Admit(unit) => return Ok(unit),
                Decision::Refuse(refusal) => return Err(refusal),
                Decision::AdmitAndRenew(unit, write) => {
                    let outcome = self.call(&write);
                    self.admission.renewed(&self.limits, &write, outcome, now_ms);
                    return Ok(unit);
                }
                Decision::Ask(write) => {
                    let outcome = self.call(&write);
                    self.admission.answered(&self.limits, &write, outcome, now_ms)
                }
            }
        }
    }

    /// How many of so many requests are admitted, and the last one's refusal.
    fn requests(&mut self, count: u64, now_ms: u64) -> (u64, Option<Refusal>) {
        let mut admitted = 0;
        let mut last = None;
        for _ in 0..count {
            match self.request(now_ms) {
                Ok(_) => admitted += 1,
                Err(refusal) => last = Some(refusal),
            }
        }
        (admitted, last)
    }
}

fn quota(limit: u64, offset: u64) -> Option<Quota> {
    Some(Quota { limit, period: Period::Day, offset })
}

fn refusal(reason: Reason, ms: u64) -> Refusal {
    Refusal::after(reason, ms)
}

/// Of an instance that decides by itself.
fn alone(reason: Reason, ms: u64) -> Refusal {
    Refusal::alone(reason, Duration::from_millis(ms))
}

#[test]
fn a_key_gets_exactly_its_burst() {
    for burst in [1, 2, 5, 40, 100] {
        let mut key = Key::new(Some((0.5, burst)), None);
        let (admitted, refused) = key.requests(150, MONDAY_MS);
        assert_eq!(admitted, u64::from(burst));
        assert_eq!(refused, Some(refusal(Reason::Throttled, 2000)), "burst {burst}");
    }
}

#[test]
fn a_quota_is_used_to_the_last_unit_in_each_window() {
    let mut key = Key::new(None, quota(50, 20));
    let hour_before_midnight = MONDAY_MS + DAY_MS - 3_600_000;
    let exceeded = |ms| Some(refusal(Reason::QuotaExceeded, ms));
    assert_eq!(key.requests(100, hour_before_midnight), (30, exceeded(3_600_000)), "less the offset");
    assert_eq!(key.requests(100, MONDAY_MS + DAY_MS), (50, exceeded(DAY_MS)));
    assert_eq!(key.requests(100, MONDAY_MS + 9 * DAY_MS), (50, exceeded(DAY_MS)));
}

#[test]
fn an_offset_may_leave_nothing_of_the_first_period() {
    let mut key = Key::new(None, quota(5, 5));
    assert_eq!(key.requests(3, MONDAY_MS), (0, Some(refusal(Reason::QuotaExceeded, DAY_MS))));
    assert_eq!(key.requests(9, MONDAY_MS + DAY_MS).0, 5);
}

#[test]
fn a_quota_of_0_refuses_without_asking() {
    let mut key = Key::new(Some((1.0, 1)), quota(0, 0));
    assert_eq!(key.requests(3, MONDAY_MS), (0, Some(refusal(Reason::QuotaExceeded, DAY_MS))));
    assert_eq!(key.store.calls, 0);
}

#[test]
fn a_remembered_refusal_costs_no_write() {
    for mut key in [Key::new(Some((0.01, 1)), None), Key::new(None, quota(1, 0))] {
        key.requests(2, MONDAY_MS);
        let before = key.store.calls;
        assert_eq!(key.requests(1000, MONDAY_MS + 400).0, 0);
        assert_eq!(key.store.calls, before);
        // But it is not believed for ever: the plan or the item may have been changed.
        key.requests(1, MONDAY_MS + 1001);
        assert_eq!(key.store.calls, before + 1);
    }
}

#[test]
fn a_cold_key_costs_one_write_a_request_and_a_busy_one_few() {
    let mut key = Key::new(Some((1000.0, 1000)), quota(1_000_000, 0));
    // The first finds no item.
    key.request(MONDAY_MS).unwrap();
    assert_eq!(key.store.calls, 2);
    for minute in 1..=60 {
        key.request(MONDAY_MS + minute * 60_000).unwrap();
    }
    assert_eq!(key.store.calls, 62);
    for request in 0..10_000 {
        key.request(MONDAY_MS + DAY_MS / 2 + request * 10).unwrap();
    }
    assert!(key.store.calls < 62 + 200, "{}", key.store.calls);
}

#[test]
fn an_exact_plan_writes_for_every_request() {
    let mut key = Key::new(None, quota(100, 0));
    key.limits.accuracy = Accuracy::Exact;
    assert_eq!(key.requests(100, MONDAY_MS), (100, None));
    assert_eq!(key.store.calls, 101);
    assert_eq!(key.store.used.values().collect::<Vec<_>>(), [&100]);
}

#[test]
fn a_unit_that_is_put_back_is_spent_by_another_request() {
    for accuracy in [Accuracy::Lease, Accuracy::Exact] {
        let mut key = Key::new(None, quota(3, 0));
        key.limits.accuracy = accuracy;
        for _ in 0..20 {
            let unit = key.request(MONDAY_MS).unwrap();
            key.admission.put_back(&key.limits, unit);
        }
        assert_eq!(key.requests(9, MONDAY_MS + 5000).0, 3);
    }
}

#[test]
fn what_an_instance_holds_goes_back_when_it_ends() {
    let mut key = Key::new(Some((1000.0, 1000)), quota(1000, 0));
    assert_eq!(key.requests(100, MONDAY_MS).0, 100);
    let used = |key: &Key| key.store.used.values().copied().last();
    assert!(used(&key) > Some(100));
    let write = key.admission.terminate(MONDAY_MS + 100).unwrap();
    assert!(matches!(key.call(&write), Outcome::Done(_)));
    assert_eq!(used(&key), Some(100));
    // Executed again, it changes nothing.
    assert!(matches!(key.call(&write), Outcome::Refused(_)));
    assert_eq!(used(&key), Some(100));
    assert_eq!(key.admission.terminate(MONDAY_MS + 100), None);
}

#[test]
fn without_the_store_a_throttle_goes_on_and_a_quota_does_not() {
    let mut key = Key::new(Some((10.0, 5)), None);
    key.store_is_away = true;
    assert_eq!(key.requests(9, MONDAY_MS), (5, Some(alone(Reason::Throttled, 100))));

    let unavailable = Some(alone(Reason::Unavailable, 1000));
    let mut key = Key::new(None, quota(5, 0));
    key.store_is_away = true;
    assert_eq!(key.requests(9, MONDAY_MS), (0, unavailable));
    key.limits.on_store_error = OnStoreError::Allow;
    assert_eq!(key.requests(9, MONDAY_MS), (9, None));

    // Once it is back it is asked, a second later at most.
    key.store_is_away = false;
    key.limits.on_store_error = OnStoreError::Refuse;
    assert_eq!(key.requests(9, MONDAY_MS + 999).0, 0);
    assert_eq!(key.requests(9, MONDAY_MS + 1000).0, 5);
}

#[test]
fn without_the_store_what_is_left_of_the_quota_is_spent() {
    let mut key = Key::new(Some((1000.0, 1000)), quota(1000, 0));
    assert_eq!(key.requests(100, MONDAY_MS).0, 100);
    let held = key.store.used.values().sum::<u64>() - 100;
    key.store_is_away = true;
    // The lease has expired; its units have not.
    assert_eq!(key.requests(500, MONDAY_MS + 5000).0, held);
}

#[test]
fn a_clock_that_was_set_back_holds_nobody_up() {
    let mut key = Key::new(Some((10.0, 1)), None);
    assert_eq!(key.requests(2, MONDAY_MS + DAY_MS / 2).0, 1);
    assert_eq!(key.requests(2, MONDAY_MS).0, 1, "refused, and that was remembered");

    let mut key = Key::new(None, quota(5, 0));
    key.store_is_away = true;
    assert_eq!(key.requests(9, MONDAY_MS + DAY_MS / 2).0, 0);
    key.store_is_away = false;
    assert_eq!(key.requests(9, MONDAY_MS).0, 5, "the store was away");
}

#[test]
fn a_lower_limit_acts_at_once_and_a_higher_one_too() {
    let mut key = Key::new(None, quota(10, 0));
    key.limits.accuracy = Accuracy::Exact;
    assert_eq!(key.requests(6, MONDAY_MS).0, 6);
    key.limits.quota = quota(4, 0);
    assert_eq!(key.requests(6, MONDAY_MS).0, 0);
    key.limits.quota = quota(8, 0);
    assert_eq!(key.requests(6, MONDAY_MS + 2000).0, 2);
}

proptest! {
    #[test]
    fn retry_after_is_honest(
        rate in 0.01..2000.0,
        burst in 1..200u32,
        gaps in prop::collection::vec(0..50u64, 1..60),
    ) {
        let mut key = Key::new(Some((rate, burst)), None);
        let mut now_ms = MONDAY_MS;
        for gap_ms in gaps {
            now_ms += gap_ms;
            let (_, refused) = key.requests(50, now_ms);
            if let Some(Refusal { retry_after, .. }) = refused {
                prop_assert!(retry_after > Duration::ZERO);
                now_ms += u64::try_from(retry_after.as_millis()).unwrap();
                prop_assert!(key.request(now_ms).is_ok());
            }
        }
    }
}

#[test]
fn a_counter_outlives_a_month_whatever_its_plan_says_now() {
    let mut key = Key::new(Some((1.0, 1)), None);
    let Decision::Ask(write) = key.admission.decide(&key.limits, MONDAY_MS) else {
        panic!("nothing is held")
    };
    assert!(write.keep_until_ms > MONDAY_MS + 31 * DAY_MS, "its used quota must still be there");
}
