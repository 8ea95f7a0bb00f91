//! The next write of an instance, in the form that the last known state of the item asks for.
//!
//! The item may have changed since: then the condition does not hold, and the response holds the item.

use super::{
    counter::{Counter, CounterWrite, NewWindow, QuotaForm, RateForm, Spent, WriteForm},
    counter_snapshot::{CounterSnapshot, Remaining, WindowState},
    demand::Demand,
    lease_pool::{Charge, Cover, LeasePool, QuotaUnits},
};
use crate::limits::{
    quota::Quota,
    rule::{Accuracy, Limits},
    throttle::Throttle,
};

const MS_PER_DAY: u64 = 86_400_000;
const NS_PER_MS: u128 = 1_000_000;
/// From here on a request asks for no more than itself.
const MODEST_ATTEMPT: u32 = 3;

/// An idle bucket is set going so far in the future at most.
const AHEAD_NS: u128 = 100_000_000;

/// The instances that are known to write at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contention {
    Few,
    Many,
}

/// One of a request's attempts at a write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub now_ms: u64,
    /// From 1.
    pub number: u32,
    pub contention: Contention,
    /// The state of the bucket where the snapshot is too old to tell.
    pub expects: BucketState,
}

/// Idle: full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BucketState {
    Idle,
    Running,
}

/// The requests to ask for.
#[derive(Clone, Copy, Debug)]
struct LeaseSize {
    units: u64,
    lease_ms: u64,
}

fn lease_size(limits: &Limits, demand: &Demand, remaining: Remaining, now_ms: u64) -> LeaseSize {
    let lease_ms = match limits.throttle {
        Some(_) => demand.lease_ms(),
        None => demand.quota_lease_ms(remaining.quota),
    };
    let units = match limits.accuracy {
        Accuracy::Exact => 1,
        Accuracy::Lease => demand.lease(now_ms, lease_ms, remaining.rate.min(remaining.quota)),
    };
    // A condition on `used` can only hold a grant that the limit holds.
    let units = units.min(limits.quota.map_or(u64::MAX, |quota| quota.limit));
    LeaseSize { units, lease_ms }
}

/// The units that a renewal would ask for.
pub(super) fn next_units(
    limits: &Limits,
    snapshot: &CounterSnapshot,
    demand: &Demand,
    leases: &LeasePool,
    now_ms: u64,
) -> u64 {
    lease_size(limits, demand, snapshot.remaining(limits, leases, now_ms), now_ms).units
}

/// The write that takes a lease. The units that it returns are gone from `leases` from now on.
pub(super) fn take(
    limits: &Limits,
    snapshot: &CounterSnapshot,
    demand: &Demand,
    leases: &mut LeasePool,
    attempt: Attempt,
) -> CounterWrite {
    let now_ms = attempt.now_ms;
    let remaining = snapshot.remaining(limits, leases, now_ms);
    let LeaseSize { units, lease_ms } = lease_size(limits, demand, remaining, now_ms);
    let mut units = if attempt.number >= MODEST_ATTEMPT { units.min(1) } else { units };
    let mut returned = 0;
    let form = match snapshot {
        // The offset may leave nothing: the item is made all the same, so that the first period passes.
        CounterSnapshot::Absent => {
            units = units.min(remaining.quota);
            create(limits, units, now_ms)
        }
        CounterSnapshot::Unknown | CounterSnapshot::Item(_) => {
            let charge = snapshot.charge(limits, now_ms);
            let window_state = snapshot.window_state(charge);
            if let (Some(charge), WindowState::Current) = (charge, window_state) {
                // At most what is granted, so that `used` never falls and a repeated write never gives quota away.
                returned = leases.take_spare(charge, units);
            }
            let quota = limits.quota.zip(charge).map(|(quota, charge)| match window_state {
                WindowState::Current => same_window(&quota, charge, units - returned),
                WindowState::Next => next_window(charge, units),
            });
            let rate =
                limits.throttle.map(|throttle| rate_form(&throttle, snapshot.tat_ns(), units, attempt));
            WriteForm::Take { rate, quota }
        }
    };
    let keep_until_ms = keep_until_ms(limits, snapshot, now_ms);
    let attempt = attempt.number;
    CounterWrite { form, units, returned, keep_until_ms, sent_at_ms: now_ms, lease_ms, attempt }
}

fn create(limits: &Limits, units: u64, now_ms: u64) -> WriteForm {
    WriteForm::Create {
        tat_ns: limits.throttle.map(|throttle| throttle.tat_from_full_ns(now_ms, units)),
        quota: limits.quota.map(|Quota { period, offset, .. }| {
            let spent = Spent { window: period.window(now_ms), used: offset.saturating_add(units) };
            NewWindow { period, spent }
        }),
    }
}

/// If others write within a round trip, `tat <= now` is seldom true any more when a write arrives, while
/// `tat >= now` stays true. So under contention an idle bucket is set going a little in the future: that wastes a few
/// tokens of a bucket that is full.
fn rate_form(throttle: &Throttle, tat_ns: u128, units: u64, attempt: Attempt) -> RateForm {
    if throttle.is_foreign(tat_ns, attempt.now_ms) {
        return RateForm::Reset { was_ns: tat_ns, tat_ns: throttle.tat_from_full_ns(attempt.now_ms, units) };
    }
    let now_ns = u128::from(attempt.now_ms) * NS_PER_MS;
    if tat_ns > now_ns || (attempt.number == 1 && attempt.expects == BucketState::Running) {
        // A lease over the burst never fits: the range is then empty.
        let to_ns = throttle.latest_tat_ns(attempt.now_ms, units).unwrap_or(0);
        return RateForm::Running { from_ns: now_ns, to_ns, add_ns: throttle.cost_ns(units) };
    }
    let spare_ns = throttle.cost_ns(throttle.burst_limit().saturating_sub(units));
    let ahead_ns = match attempt.contention {
        Contention::Few => 0,
        Contention::Many => (spare_ns / 4).min(AHEAD_NS),
    };
    let from_ns = now_ns.saturating_add(ahead_ns);
    RateForm::Idle { at_most_ns: from_ns, tat_ns: from_ns.saturating_add(throttle.cost_ns(units)) }
}

/// The state of the bucket that a refused write should have expected; `None`: it was not refused for that.
pub(super) fn bucket_found(form: &WriteForm, found: &Counter) -> Option<BucketState> {
    match form {
        WriteForm::Take { rate: Some(RateForm::Idle { at_most_ns, .. }), .. } => {
            (found.tat_ns > *at_most_ns).then_some(BucketState::Running)
        }
        WriteForm::Take { rate: Some(RateForm::Running { from_ns, .. }), .. } => {
            (found.tat_ns < *from_ns).then_some(BucketState::Idle)
        }
        WriteForm::Take { rate: Some(RateForm::Reset { .. }) | None, .. }
        | WriteForm::Create { .. }
        | WriteForm::Return { .. } => None,
    }
}

fn same_window(quota: &Quota, Charge { period, window }: Charge, add: u64) -> QuotaForm {
    QuotaForm::Same { period, window, at_most: quota.limit.saturating_sub(add), add }
}

fn next_window(Charge { period, window }: Charge, units: u64) -> QuotaForm {
    QuotaForm::Next(NewWindow { period, spent: Spent { window, used: units } })
}

/// The write that returns all quota units at the end; `None`: there is nothing to return.
pub(super) fn return_unused(
    snapshot: &CounterSnapshot,
    leases: &mut LeasePool,
    now_ms: u64,
) -> Option<CounterWrite> {
    let unused = leases.return_unused()?;
    let CounterSnapshot::Item(counter) = snapshot else { return None };
    return_units(unused, counter, now_ms, 1)
}

/// One attempt at returning quota units; `None`: the item has gone on to another window.
pub(super) fn return_units(
    unused: QuotaUnits,
    counter: &Counter,
    now_ms: u64,
    attempt: u32,
) -> Option<CounterWrite> {
    let QuotaUnits { charge: Charge { period, window }, units } = unused;
    let is_current = counter.spent.is_some_and(|spent| spent.window == window && spent.used >= units);
    let keep_until_ms = period.end_ms(window).saturating_add(400 * MS_PER_DAY);
    is_current.then_some(CounterWrite {
        form: WriteForm::Return { period, window, units, writes: counter.writes },
        units: 0,
        returned: units,
        keep_until_ms,
        sent_at_ms: now_ms,
        lease_ms: 0,
        attempt,
    })
}

/// Long enough that a deleted item could not have refused anything: longer than any period, since a plan that has
/// no quota now may get its old one back. An offset counts once, so an item whose plan has one is kept for a year.
fn keep_until_ms(limits: &Limits, snapshot: &CounterSnapshot, now_ms: u64) -> u64 {
    let full_ns = limits.throttle.map_or(0, |throttle| throttle.cost_ns(throttle.burst_limit()));
    let full_ms = (u128::from(now_ms)).max(snapshot.tat_ns() / NS_PER_MS).saturating_add(full_ns / NS_PER_MS);
    let full_ms = u64::try_from(full_ms).unwrap_or(u64::MAX);
    let counted_ms =
        limits.quota.zip(snapshot.charge(limits, now_ms)).map_or(0, |(quota, Charge { period, window })| {
            let days = if quota.offset > 0 { 400 } else { 1 };
            period.end_ms(window).saturating_add(days * MS_PER_DAY)
        });
    full_ms.saturating_add(33 * MS_PER_DAY).max(counted_ms)
}

/// The limits that a grant of this form pays for.
pub(super) fn cover(form: &WriteForm) -> Cover {
    match *form {
        WriteForm::Create { tat_ns, quota } => {
            Cover { has_tokens: tat_ns.is_some(), charge: quota.map(NewWindow::charge) }
        }
        WriteForm::Take { rate, quota } => {
            let charge = quota.map(|quota| match quota {
                QuotaForm::Same { period, window, .. } => Charge { period, window },
                QuotaForm::Next(new) => new.charge(),
            });
            Cover { has_tokens: rate.is_some(), charge }
        }
        WriteForm::Return { .. } => Cover { has_tokens: false, charge: None },
    }
}

impl NewWindow {
    fn charge(self) -> Charge {
        Charge { period: self.period, window: self.spent.window }
    }
}
