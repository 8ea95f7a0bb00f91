//! The item of a counter as an instance last saw it, and how much it leaves.

use super::{
    counter::{Counter, Spent},
    lease_pool::{Charge, LeasePool},
};
use crate::limits::rule::Limits;

/// The last known state of the item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CounterSnapshot {
    #[default]
    Unknown,
    Absent,
    Item(Counter),
}

/// The rest of a rate and a quota, `u64::MAX` where nothing is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Remaining {
    pub rate: u64,
    pub quota: u64,
}

/// The item's window against the one that a unit taken now is charged to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WindowState {
    Current,
    /// The item has none yet, or an earlier one.
    Next,
}

impl CounterSnapshot {
    pub fn tat_ns(&self) -> u128 {
        match self {
            Self::Unknown | Self::Absent => 0,
            Self::Item(counter) => counter.tat_ns,
        }
    }

    /// The window that a unit taken now is charged to. The item's window only moves forward: who has an
    /// earlier one has a slow clock, and takes the item's.
    pub fn charge(&self, limits: &Limits, now_ms: u64) -> Option<Charge> {
        let period = limits.quota?.period;
        let own = period.window(now_ms);
        Some(Charge { period, window: self.spent().map_or(own, |spent| spent.window.max(own)) })
    }

    /// Compares the item's window with the one of `charge`. An unknown item is taken to be in it.
    pub fn window_state(&self, charge: Option<Charge>) -> WindowState {
        match self {
            Self::Unknown | Self::Absent => WindowState::Current,
            Self::Item(counter) => {
                let is_same = counter.spent.map(|spent| spent.window) == charge.map(|charge| charge.window);
                if is_same { WindowState::Current } else { WindowState::Next }
            }
        }
    }

    /// The units that there are to take, the instance's own spare ones included.
    pub fn remaining(&self, limits: &Limits, leases: &LeasePool, now_ms: u64) -> Remaining {
        let rate =
            limits.throttle.map_or(u64::MAX, |throttle| throttle.remaining_tokens(self.tat_ns(), now_ms));
        let Some((quota, charge)) = limits.quota.zip(self.charge(limits, now_ms)) else {
            return Remaining { rate, quota: u64::MAX };
        };
        let quota = match (self, self.spent()) {
            (Self::Absent, _) => quota.limit.saturating_sub(quota.offset),
            (Self::Unknown | Self::Item(_), Some(spent)) if spent.window == charge.window => {
                quota.limit.saturating_sub(spent.used) + leases.spare_units(charge)
            }
            (Self::Unknown | Self::Item(_), Some(_) | None) => quota.limit,
        };
        Remaining { rate, quota }
    }

    fn spent(&self) -> Option<Spent> {
        match self {
            Self::Unknown | Self::Absent => None,
            Self::Item(counter) => counter.spent,
        }
    }
}
