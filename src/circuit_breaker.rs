//! A circuit breaker: after three failures in a row a call is tried once a second, until one is answered.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// So many failures in a row are no accident.
const FAILURES: u32 = 3;
/// From then on, one call in this time finds out if there is a response again.
const PROBE_EVERY_MS: u64 = 1000;

/// Saves requests the wait for a response that will not come. New, it is closed: every call may be made.
#[derive(Debug, Default)]
pub struct CircuitBreaker {
    failures: AtomicU32,
    /// Milliseconds since 1970.
    last_try_ms: AtomicU64,
}

impl CircuitBreaker {
    /// True if a call is worth making. While the breaker is open, that is so for one caller a second.
    pub fn allows(&self, now_ms: u64) -> bool {
        if !self.is_open() {
            return true;
        }
        let last_try_ms = self.last_try_ms.load(Ordering::Relaxed);
        // A clock that was set back must not close the way for long.
        let is_due = now_ms.abs_diff(last_try_ms) >= PROBE_EVERY_MS;
        is_due
            && self
                .last_try_ms
                .compare_exchange(last_try_ms, now_ms, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// There was a response, whatever it said: the breaker closes.
    pub fn answered(&self) {
        self.failures.store(0, Ordering::Relaxed);
    }

    /// A call came to nothing.
    pub fn failed(&self, now_ms: u64) {
        self.last_try_ms.store(now_ms, Ordering::Relaxed);
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// True after repeated failures, until there is a response.
    pub fn is_open(&self) -> bool {
        self.failures() >= FAILURES
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures.load(Ordering::Relaxed)
    }

    /// The time until an open breaker lets the next call through.
    pub fn probe_in_ms(&self, now_ms: u64) -> u64 {
        PROBE_EVERY_MS.saturating_sub(now_ms.abs_diff(self.last_try_ms.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_three_failures_in_a_row_one_call_a_second_is_allowed() {
        let breaker = CircuitBreaker::default();
        for now_ms in [10, 20, 30] {
            assert!(breaker.allows(now_ms));
            breaker.failed(now_ms);
        }
        assert_eq!(breaker.probe_in_ms(31), 999);
        assert_eq!([31, 1_029, 1_030, 1_031].map(|ms| breaker.allows(ms)), [false, false, true, false]);
        breaker.failed(1_040);
        assert_eq!([2_039, 2_040].map(|ms| breaker.allows(ms)), [false, true]);
        breaker.answered();
        assert!(breaker.allows(2_042) && breaker.allows(2_042));
    }

    #[test]
    fn an_answer_between_failures_keeps_the_breaker_closed() {
        let breaker = CircuitBreaker::default();
        for now_ms in 1..=9 {
            breaker.failed(now_ms);
            if now_ms % 3 == 2 {
                breaker.answered();
            }
        }
        assert!(!breaker.is_open() && breaker.allows(10));
    }

    #[test]
    fn a_clock_that_was_set_back_by_hours_lets_the_next_call_through() {
        let breaker = CircuitBreaker::default();
        for _ in 0..3 {
            breaker.failed(40_000_000);
        }
        assert_eq!([40_000_000, 10_000, 10_001].map(|ms| breaker.allows(ms)), [false, true, false]);
    }
}
