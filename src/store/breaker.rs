//! When a table that keeps failing is asked again.

use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use crate::clock::milliseconds;

/// So many failures in a row are no accident.
const FAILURES: u32 = 3;
/// From then on, one call in this time finds out whether the table is back.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// One for each table that requests wait for: DynamoDB throttles them one by one.
#[derive(Debug, Default)]
pub struct Breakers {
    pub api_keys: Breaker,
    pub usage_plans: Breaker,
    pub counters: Breaker,
    pub cache: Breaker,
}

/// Saves requests the wait for a table that will not answer.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: AtomicU32,
    /// Milliseconds since 1970.
    last_try: AtomicU64,
}

impl Breaker {
    /// Whether the table is worth a call. After repeated failures yes once a second.
    pub fn allows(&self, now: SystemTime) -> bool {
        if self.failures.load(Ordering::Relaxed) < FAILURES {
            return true;
        }
        let now = milliseconds(now);
        let last_try = self.last_try.load(Ordering::Relaxed);
        // A clock that was set back must not close the way for long.
        let probe = now.abs_diff(last_try) >= PROBE_EVERY.as_millis() as u64;
        probe && self.last_try.compare_exchange(last_try, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// The table has answered, whatever it said.
    pub fn answered(&self) {
        self.failures.store(0, Ordering::Relaxed);
    }

    /// A call came to nothing.
    pub fn failed(&self, now: SystemTime) {
        self.last_try.store(milliseconds(now), Ordering::Relaxed);
        self.failures.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_keeps_failing_is_asked_once_a_second() {
        let at = |ms| SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
        let breaker = Breaker::default();
        for ms in [10, 20, 30] {
            assert!(breaker.allows(at(ms)));
            breaker.failed(at(ms));
        }
        assert_eq!([31, 1_029, 1_030, 1_031].map(|ms| breaker.allows(at(ms))), [false, false, true, false]);
        breaker.failed(at(1_040));
        assert_eq!([2_039, 2_040].map(|ms| breaker.allows(at(ms))), [false, true]);
        breaker.answered();
        assert!(breaker.allows(at(2_042)) && breaker.allows(at(2_042)));
    }
}
