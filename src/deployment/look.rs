//! Looks at the store, which find out whether a stage points elsewhere: when it is time for one, and the one under way.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use tokio::task::AbortHandle;

use crate::{
    clock::{milliseconds, ms},
    environment::Refresh,
    store::Store,
};

/// Says if what is served was looked at lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    Fresh,
    /// The last good look is longer ago than it may be, and the store gives no answer.
    Stale,
}

/// The times at which the store was asked. A clock that was set back puts the next look off by nothing.
#[derive(Debug)]
pub struct LookTimes {
    refresh: Refresh,
    /// Milliseconds since 1970, when the last look began.
    asked_at: AtomicU64,
    /// The same, of the last look that the store answered and that is served.
    answered_at: AtomicU64,
}

impl LookTimes {
    pub fn new(refresh: Refresh) -> Self {
        Self { refresh, asked_at: AtomicU64::new(0), answered_at: AtomicU64::new(0) }
    }

    pub fn asked(&self, now: SystemTime) {
        self.asked_at.store(milliseconds(now), Ordering::Relaxed);
    }

    pub fn answered(&self, began_at: SystemTime) {
        self.answered_at.store(milliseconds(began_at), Ordering::Relaxed);
    }

    /// Says if it is time to ask the store again: yes to one caller only.
    pub fn is_due(&self, now: SystemTime) -> bool {
        let asked_at = self.asked_at.load(Ordering::Relaxed);
        let due = milliseconds(now).abs_diff(asked_at) >= ms(self.refresh.every);
        due && self
            .asked_at
            .compare_exchange(asked_at, milliseconds(now), Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }

    pub fn freshness(&self, now: SystemTime) -> Freshness {
        let Some(max_stale) = self.refresh.max_stale else { return Freshness::Fresh };
        let age = milliseconds(now).abs_diff(self.answered_at.load(Ordering::Relaxed));
        if age > ms(max_stale) { Freshness::Stale } else { Freshness::Fresh }
    }
}

/// A look that goes on by itself, and that requests may wait for.
#[derive(Clone, Debug)]
pub struct LookUnderWay {
    began_at: SystemTime,
    task: AbortHandle,
    ended: Shared<BoxFuture<'static, ()>>,
}

impl LookUnderWay {
    pub fn start(began_at: SystemTime, look: impl Future<Output = ()> + Send + 'static) -> Self {
        let task = tokio::spawn(look);
        Self { began_at, task: task.abort_handle(), ended: task.map(drop).boxed().shared() }
    }

    /// Waits for its end, also for that of one that panicked.
    pub fn ended(&self) -> impl Future<Output = ()> + use<> {
        self.ended.clone()
    }

    /// Says if it began just now. One that Lambda froze waits for an answer that is as old.
    pub fn may_be_joined(&self, now: SystemTime, store: &Store) -> bool {
        let age = Duration::from_millis(milliseconds(now).abs_diff(milliseconds(self.began_at)));
        !self.task.is_finished() && age <= store.client_waits
    }

    pub fn is(&self, other: &Self) -> bool {
        self.task.id() == other.task.id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(second)
    }

    fn times(max_stale: Option<u64>) -> LookTimes {
        let max_stale = max_stale.map(Duration::from_secs);
        LookTimes::new(Refresh { every: Duration::from_secs(5), max_stale })
    }

    #[test]
    fn a_look_is_due_every_few_seconds_whatever_the_clock_does() {
        let times = times(None);
        let due =
            [10_000, 10_004, 10_005, 10_005, 5_000, 5_001, 4_996].map(|second| times.is_due(at(second)));
        assert_eq!(due, [true, false, true, false, true, false, false]);
        assert!(times.is_due(at(4_995)));
    }

    #[test]
    fn stages_are_stale_when_the_last_good_look_is_too_old_whatever_the_clock_does() {
        let bounded = times(Some(30));
        assert_eq!(bounded.freshness(at(10_000)), Freshness::Stale, "there was none");
        bounded.answered(at(10_000));
        let cases = [
            (10_000, Freshness::Fresh),
            (10_030, Freshness::Fresh),
            (10_031, Freshness::Stale),
            (9_970, Freshness::Fresh),
            (9_969, Freshness::Stale),
        ];
        for (second, expected) in cases {
            assert_eq!(bounded.freshness(at(second)), expected, "{second}");
        }
        assert_eq!(times(None).freshness(at(10_000)), Freshness::Fresh, "it is switched off");
    }
}
