//! The lock of a key, by which one instance tells the others that it asks the target, or that nobody need wait.

use std::time::Duration;

use super::{MOST_SKEW_MS, UncacheableReason};
use crate::clock::ms;

/// Says what other instances need not do for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Milliseconds since 1970.
    pub until_ms: u64,
    pub state: LockState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockState {
    /// Its owner asks the target, or did so just now: others wait for the entry.
    Filling,
    /// Nobody fills: the answer was not stored, and waiting for another would be of no use. `None`: the reason is not known.
    KnownUncacheable(Option<UncacheableReason>),
}

/// An answer that did not become an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UncacheableAnswer {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// `None`: that is not known.
    pub reason: Option<UncacheableReason>,
}

/// The most for which others wait for one who fills, and for which nobody waits after an uncacheable response.
const MOST: Duration = Duration::from_secs(10);

impl Lock {
    /// The lock of one who fills, and whose target may take `limit`.
    pub(super) fn filling(now_ms: u64, limit: Duration) -> Self {
        Self { until_ms: now_ms + ms(Self::duration(limit)), state: LockState::Filling }
    }

    /// The lock that is left after a response of that moment, which was not stored.
    pub(super) fn known_uncacheable(answered_at_ms: u64, why: UncacheableReason) -> Self {
        Self { until_ms: answered_at_ms + ms(MOST), state: LockState::KnownUncacheable(Some(why)) }
    }

    /// The time for which one who fills keeps the others waiting, where the target may take `limit`: half of that at
    /// most, so that they can still ask it themselves, and not for long where the process of the filler has died.
    pub(super) fn duration(limit: Duration) -> Duration {
        (limit / 2).min(MOST)
    }

    /// True where it says something at `now_ms`. Not if it ends later than any: then the clock of who made it was wrong,
    /// and others would wait for as long.
    pub fn is_held(self, now_ms: u64) -> bool {
        now_ms < self.until_ms && self.until_ms <= Self::end(now_ms)
    }

    /// The end of the last lock of now, also of a clock that is ahead by no more than clocks are.
    pub fn end(now_ms: u64) -> u64 {
        now_ms + ms(MOST) + MOST_SKEW_MS
    }

    pub(super) fn is_known_uncacheable(self) -> bool {
        matches!(self.state, LockState::KnownUncacheable(_))
    }

    /// Tells of the answer that was not stored; also where the lock is over.
    pub fn uncacheable(self) -> Option<UncacheableAnswer> {
        match self.state {
            LockState::Filling => None,
            LockState::KnownUncacheable(reason) => {
                Some(UncacheableAnswer { at_ms: self.until_ms.saturating_sub(ms(MOST)), reason })
            }
        }
    }
}
