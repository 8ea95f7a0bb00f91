//! The item of a counter that all instances share, and the one conditional write that takes from it.
//!
//! A write is a condition and what it sets, as data: the store says it in DynamoDB's words, the simulation
//! executes it. Repeating any of them by accident costs quota at worst and never gives any: a grant never
//! lowers `used`, and the one form that does is bound to the item's version.

use crate::limits::quota::{Period, Window};

/// The item, as far as a plan is concerned. Under 1 KB, so one write unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    /// The bucket; 0 where there never was one.
    pub tat_ns: u128,
    /// The plan's period only: each has attributes of its own, so that windows compare.
    pub spent: Option<Spent>,
    /// Writes that succeeded so far: the item's version.
    pub writes: u64,
    /// Requests granted so far, in all windows.
    pub granted: u64,
}

/// The used part of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    pub window: Window,
    /// Granted in the window, and not returned.
    pub used: u64,
}

/// An `UpdateItem`. Besides the changes of its form, each adds 1 to `writes` and `units` to `granted`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterWrite {
    pub form: WriteForm,
    /// Requests granted, if it succeeds.
    pub units: u64,
    /// Quota units given back by it, at most `units` of them where it grants any.
    pub returned: u64,
    /// The item may be deleted then (TTL).
    pub keep_until_ms: u64,
    pub(super) sent_at_ms: u64,
    /// The time for which the grant may be used, from `sent_at_ms`.
    pub(super) lease_ms: u64,
    pub(super) attempt: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteForm {
    /// If there is no item.
    Create { tat_ns: Option<u128>, quota: Option<NewWindow> },
    /// If there is an item and both parts hold.
    Take { rate: Option<RateForm>, quota: Option<QuotaForm> },
    /// If the item is as it was seen: takes `units` from `used`.
    Return { period: Period, window: Window, units: u64, writes: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateForm {
    /// If there is no TAT or one `<= at_most_ns`: sets it.
    Idle { at_most_ns: u128, tat_ns: u128 },
    /// If the TAT is between the two, inclusive: adds to it.
    Running { from_ns: u128, to_ns: u128, add_ns: u128 },
    /// If the TAT is still `was_ns`, which other limits left: sets it.
    Reset { was_ns: u128, tat_ns: u128 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaForm {
    /// If this is the item's window and `used <= at_most`: adds to `used`.
    Same { period: Period, window: Window, at_most: u64, add: u64 },
    /// If the item has no window or an earlier one: sets both.
    Next(NewWindow),
}

/// The window of a quota that an item begins with, or goes on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewWindow {
    pub period: Period,
    pub spent: Spent,
}

/// The result of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// The item as it is now (`ALL_NEW`).
    Done(Counter),
    /// The condition did not hold; the item as it is, if there is one (`ALL_OLD`).
    Refused(Option<Counter>),
    /// It certainly did not happen.
    NotSent,
    /// It may have happened.
    Unknown,
}

impl CounterWrite {
    /// True if a client may send it again by itself when no response comes. The response to a repeated return says
    /// "refused" of what has happened, and it would be tried once more.
    pub fn may_be_repeated(&self) -> bool {
        !matches!(self.form, WriteForm::Return { .. })
    }
}
