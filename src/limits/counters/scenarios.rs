//! One instance with one counter, second by second. `simulation` has many instances.

use std::time::Duration;

use proptest::prelude::*;

use super::{simulation::counter_model::CounterModel, *};
use crate::limits::{
    quota::{Period, Quota},
    rule::{Accuracy, Limits, OnStoreError},
    throttle::Throttle,
};

/// 2024-07-01T00:00Z.
const MONDAY_MS: u64 = 1_719_792_000_000;
const DAY_MS: u64 = 86_400_000;

struct OneInstance {
    counter: LeasedCounter,
    store: CounterModel,
    limits: Limits,
    store_is_away: bool,
    /// Writes that came to nothing.
    failures: u32,
}

impl OneInstance {
    fn new(throttle: Option<(f64, u32)>, quota: Option<Quota>) -> Self {
        let throttle = throttle.map(|(rate, burst)| Throttle::new(rate, burst).unwrap());
        let limits =
            Limits { throttle, quota, accuracy: Accuracy::Lease, on_store_error: OnStoreError::Refuse };
        Self {
            counter: LeasedCounter::new(1),
            store: CounterModel::default(),
            limits,
            store_is_away: false,
            failures: 0,
        }
    }

    fn call(&mut self, write: &CounterWrite) -> WriteOutcome {
        if self.store_is_away {
            self.failures += 1;
            return WriteOutcome::Unknown;
        }
        match self.store.execute(write, self.limits.quota.map(|quota| quota.period)) {
            Ok(counter) => WriteOutcome::Done(counter),
            Err(old) => WriteOutcome::Refused(old),
        }
    }

    fn request(&mut self, now_ms: u64) -> Result<Unit, LimitRefusal> {
        let mut decision = self.counter.decide(&self.limits, now_ms);
        loop {
            decision = match decision {
                Decision::Admit(unit) => return Ok(unit),
                Decision::Refuse(refusal) => return Err(refusal),
                Decision::AdmitAndRenew(unit, write) => {
                    let outcome = self.call(&write);
                    self.counter.renewed(&self.limits, &write, outcome, now_ms);
                    return Ok(unit);
                }
                Decision::Ask(write) => {
                    let outcome = self.call(&write);
                    self.counter.answered(&self.limits, &write, outcome, now_ms)
                }
            }
        }
    }

    /// The number of admitted ones of so many requests, and the last refusal.
    fn requests(&mut self, count: u64, now_ms: u64) -> (u64, Option<LimitRefusal>) {
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

fn refusal(reason: RefusalReason, ms: u64) -> LimitRefusal {
    LimitRefusal::after(reason, ms)
}

/// The refusal of an instance that decides by itself.
fn without_store(reason: RefusalReason, ms: u64) -> LimitRefusal {
    LimitRefusal::without_store(reason, Duration::from_millis(ms))
}

#[test]
fn a_key_gets_exactly_its_burst() {
    for burst in [1, 2, 5, 40, 100] {
        let mut key = OneInstance::new(Some((0.5, burst)), None);
        let (admitted, refused) = key.requests(150, MONDAY_MS);
        assert_eq!(admitted, u64::from(burst));
        assert_eq!(refused, Some(refusal(RefusalReason::Throttled, 2000)), "burst {burst}");
    }
}

#[test]
fn a_quota_is_used_to_the_last_unit_in_each_window() {
    let mut key = OneInstance::new(None, quota(50, 20));
    let hour_before_midnight = MONDAY_MS + DAY_MS - 3_600_000;
    let exceeded = |ms| Some(refusal(RefusalReason::QuotaExceeded, ms));
    assert_eq!(key.requests(100, hour_before_midnight), (30, exceeded(3_600_000)), "less the offset");
    assert_eq!(key.requests(100, MONDAY_MS + DAY_MS), (50, exceeded(DAY_MS)));
    assert_eq!(key.requests(100, MONDAY_MS + 9 * DAY_MS), (50, exceeded(DAY_MS)));
}

#[test]
fn an_offset_may_leave_nothing_of_the_first_period() {
    let mut key = OneInstance::new(None, quota(5, 5));
    assert_eq!(key.requests(3, MONDAY_MS), (0, Some(refusal(RefusalReason::QuotaExceeded, DAY_MS))));
    assert_eq!(key.requests(9, MONDAY_MS + DAY_MS).0, 5);
}

#[test]
fn a_quota_of_0_refuses_without_asking() {
    let mut key = OneInstance::new(Some((1.0, 1)), quota(0, 0));
    assert_eq!(key.requests(3, MONDAY_MS), (0, Some(refusal(RefusalReason::QuotaExceeded, DAY_MS))));
    assert_eq!(key.store.calls, 0);
}

#[test]
fn a_remembered_refusal_costs_no_write() {
    for mut key in [OneInstance::new(Some((0.01, 1)), None), OneInstance::new(None, quota(1, 0))] {
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
    let mut key = OneInstance::new(Some((1000.0, 1000)), quota(1_000_000, 0));
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
    let mut key = OneInstance::new(None, quota(100, 0));
    key.limits.accuracy = Accuracy::Exact;
    assert_eq!(key.requests(100, MONDAY_MS), (100, None));
    assert_eq!(key.store.calls, 101);
    assert_eq!(key.store.used.values().collect::<Vec<_>>(), [&100]);
}

#[test]
fn a_unit_that_is_put_back_is_spent_by_another_request() {
    for accuracy in [Accuracy::Lease, Accuracy::Exact] {
        let mut key = OneInstance::new(None, quota(3, 0));
        key.limits.accuracy = accuracy;
        for _ in 0..20 {
            let unit = key.request(MONDAY_MS).unwrap();
            key.counter.put_back(&key.limits, unit);
        }
        assert_eq!(key.requests(9, MONDAY_MS + 5000).0, 3);
    }
}

#[test]
fn unused_quota_units_go_back_when_an_instance_ends() {
    let mut key = OneInstance::new(Some((1000.0, 1000)), quota(1000, 0));
    assert_eq!(key.requests(100, MONDAY_MS).0, 100);
    let used = |key: &OneInstance| key.store.used.values().copied().last();
    assert!(used(&key) > Some(100));
    let write = key.counter.terminate(MONDAY_MS + 100).unwrap();
    assert!(matches!(key.call(&write), WriteOutcome::Done(_)));
    assert_eq!(used(&key), Some(100));
    // Executed again, it changes nothing.
    assert!(matches!(key.call(&write), WriteOutcome::Refused(_)));
    assert_eq!(used(&key), Some(100));
    assert_eq!(key.counter.terminate(MONDAY_MS + 100), None);
}

#[test]
fn without_the_store_a_throttle_admits_locally_and_a_quota_refuses() {
    let mut key = OneInstance::new(Some((10.0, 5)), None);
    key.store_is_away = true;
    assert_eq!(key.requests(9, MONDAY_MS), (5, Some(without_store(RefusalReason::Throttled, 100))));

    let unavailable = Some(without_store(RefusalReason::Unavailable, 1000));
    let mut key = OneInstance::new(None, quota(5, 0));
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
fn after_three_failed_writes_in_a_row_the_store_is_asked_once_a_second() {
    let mut key = OneInstance::new(None, quota(5, 0));
    key.store_is_away = true;
    // A request is tried again once.
    let failures = [0, 1, 2, 999, 1000, 1001, 1999, 2000].map(|later_ms| {
        key.request(MONDAY_MS + later_ms).unwrap_err();
        key.failures
    });
    assert_eq!(failures, [2, 3, 3, 3, 3, 4, 4, 4]);
    key.store_is_away = false;
    assert!(key.request(MONDAY_MS + 2001).is_ok());
}

#[test]
fn without_the_store_leased_quota_units_are_spent_even_after_the_lease_expired() {
    let mut key = OneInstance::new(Some((1000.0, 1000)), quota(1000, 0));
    assert_eq!(key.requests(100, MONDAY_MS).0, 100);
    let leased = key.store.used.values().sum::<u64>() - 100;
    key.store_is_away = true;
    // The lease has expired; its units have not.
    assert_eq!(key.requests(500, MONDAY_MS + 5000).0, leased);
}

#[test]
fn a_clock_that_was_set_back_ends_remembered_refusals_and_outages() {
    let mut key = OneInstance::new(Some((10.0, 1)), None);
    assert_eq!(key.requests(2, MONDAY_MS + DAY_MS / 2).0, 1);
    assert_eq!(key.requests(2, MONDAY_MS).0, 1, "refused, and that was remembered");

    let mut key = OneInstance::new(None, quota(5, 0));
    key.store_is_away = true;
    assert_eq!(key.requests(9, MONDAY_MS + DAY_MS / 2).0, 0);
    key.store_is_away = false;
    assert_eq!(key.requests(9, MONDAY_MS).0, 5, "the store was away");
}

#[test]
fn a_lower_limit_acts_at_once_and_a_higher_one_too() {
    let mut key = OneInstance::new(None, quota(10, 0));
    key.limits.accuracy = Accuracy::Exact;
    assert_eq!(key.requests(6, MONDAY_MS).0, 6);
    key.limits.quota = quota(4, 0);
    assert_eq!(key.requests(6, MONDAY_MS).0, 0);
    key.limits.quota = quota(8, 0);
    assert_eq!(key.requests(6, MONDAY_MS + 2000).0, 2);
}

proptest! {
    #[test]
    fn a_refused_request_is_admitted_after_its_retry_after(
        rate in 0.01..2000.0,
        burst in 1..200u32,
        gaps in prop::collection::vec(0..50u64, 1..60),
    ) {
        let mut key = OneInstance::new(Some((rate, burst)), None);
        let mut now_ms = MONDAY_MS;
        for gap_ms in gaps {
            now_ms += gap_ms;
            let (_, refused) = key.requests(50, now_ms);
            if let Some(LimitRefusal { retry_after, .. }) = refused {
                prop_assert!(retry_after > Duration::ZERO);
                now_ms += u64::try_from(retry_after.as_millis()).unwrap();
                prop_assert!(key.request(now_ms).is_ok());
            }
        }
    }
}

#[test]
fn a_counter_outlives_a_month_whatever_its_plan_says_now() {
    let mut key = OneInstance::new(Some((1.0, 1)), None);
    let Decision::Ask(write) = key.counter.decide(&key.limits, MONDAY_MS) else {
        panic!("there is no lease")
    };
    assert!(write.keep_until_ms > MONDAY_MS + 31 * DAY_MS, "its used quota must still be there");
}
