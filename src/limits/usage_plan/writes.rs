//! Which form a write takes, by what was last seen of the item.
//!
//! The item may have changed since: then the condition does not hold, and its answer says what the item is.

use super::{
    Accuracy, Limits,
    counter::{Counter, Form, QuotaForm, RateForm, Spent, Write},
    demand::Demand,
    lease::{Charge, Cover, LeasePool},
    quota::Quota,
};
use crate::limits::throttle::Throttle;

const MS_PER_DAY: u64 = 86_400_000;
const NS_PER_MS: u128 = 1_000_000;
/// From here on a request asks for no more than itself.
const MODEST_ATTEMPT: u32 = 3;

/// How far in the future an idle bucket is set going.
const AHEAD_NS: u128 = 100_000_000;

/// Whether others are known to write at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contention {
    Few,
    Many,
}

/// When and how often a request has asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub now_ms: u64,
    pub attempt: u32,
    pub crowd: Contention,
    /// Where what was seen is too old to tell.
    pub expects: BucketIs,
}

/// Whether a bucket is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BucketIs {
    Idle,
    Running,
}

/// What is known of the item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CounterSnapshot {
    #[default]
    Nothing,
    Absent,
    Item(Counter),
}

/// What an item has left, `u64::MAX` where nothing is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Remaining {
    pub rate: u64,
    pub quota: u64,
}

impl CounterSnapshot {
    fn spent(&self) -> Option<Spent> {
        match self {
            Self::Nothing | Self::Absent => None,
            Self::Item(counter) => counter.spent,
        }
    }

    pub fn tat_ns(&self) -> u128 {
        match self {
            Self::Nothing | Self::Absent => 0,
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

    /// What there is to take, the instance's own quota units included.
    pub fn room(&self, limits: &Limits, holdings: &LeasePool, now_ms: u64) -> Remaining {
        let rate = limits.throttle.map_or(u64::MAX, |throttle| throttle.room(self.tat_ns(), now_ms));
        let Some((quota, charge)) = limits.quota.zip(self.charge(limits, now_ms)) else {
            return Remaining { rate, quota: u64::MAX };
        };
        let left = match (self, self.spent()) {
            (Self::Absent, _) => quota.limit.saturating_sub(quota.offset),
            (_, Some(spent)) if spent.window == charge.window => {
                quota.limit.saturating_sub(spent.used) + holdings.stock(charge)
            }
            _ => quota.limit,
        };
        Remaining { rate, quota: left }
    }
}

/// How many requests to ask for, and for how long.
fn size(limits: &Limits, demand: &Demand, room: Remaining, now_ms: u64) -> (u64, u64) {
    let lease_ms = match limits.throttle {
        Some(_) => demand.lease_ms(),
        None => demand.quota_lease_ms(room.quota),
    };
    let units = match limits.accuracy {
        Accuracy::Exact => 1,
        Accuracy::Lease => demand.lease(now_ms, lease_ms, room.rate.min(room.quota)),
    };
    // A condition on `used` can only hold a grant that the limit holds.
    let units = units.min(limits.quota.map_or(u64::MAX, |quota| quota.limit));
    (units, lease_ms)
}

/// What a renewal would ask for.
pub(super) fn next_units(
    limits: &Limits,
    seen: &CounterSnapshot,
    demand: &Demand,
    holdings: &LeasePool,
    now_ms: u64,
) -> u64 {
    size(limits, demand, seen.room(limits, holdings, now_ms), now_ms).0
}

/// The write that takes a lease. What it returns is gone from `holdings` from now on.
pub(super) fn take(
    limits: &Limits,
    seen: &CounterSnapshot,
    demand: &Demand,
    holdings: &mut LeasePool,
    this: Attempt,
) -> Write {
    let Attempt { now_ms, attempt, .. } = this;
    let room = seen.room(limits, holdings, now_ms);
    let (units, lease_ms) = size(limits, demand, room, now_ms);
    let mut units = if attempt >= MODEST_ATTEMPT { units.min(1) } else { units };
    let (form, returned) = match seen {
        // The offset may leave nothing: the item is made all the same, so that the first period passes.
        CounterSnapshot::Absent => {
            units = units.min(room.quota);
            (create(limits, units, now_ms), 0)
        }
        CounterSnapshot::Nothing | CounterSnapshot::Item(_) => {
            let charge = seen.charge(limits, now_ms);
            let is_next = matches!(seen, CounterSnapshot::Item(counter)
                if counter.spent.map(|spent| spent.window) != charge.map(|charge| charge.window));
            // At most what is granted, so that `used` never falls and a repeated write never gives quota away.
            let returned = match charge {
                Some(charge) if !is_next => holdings.take_stock(charge, units),
                Some(_) | None => 0,
            };
            let rate = limits.throttle.map(|throttle| rate_form(&throttle, seen.tat_ns(), units, this));
            let quota = limits
                .quota
                .zip(charge)
                .map(|(quota, charge)| quota_form(&quota, charge, is_next, units, returned));
            (Form::Take { rate, quota }, returned)
        }
    };
    let keep_until_ms = keep_until_ms(limits, seen, now_ms);
    Write { form, units, returned, keep_until_ms, sent_at_ms: now_ms, lease_ms, attempt }
}

fn create(limits: &Limits, units: u64, now_ms: u64) -> Form {
    Form::Create {
        tat_ns: limits.throttle.map(|throttle| throttle.tat_from_full_ns(now_ms, units)),
        quota: limits.quota.map(|Quota { period, offset, .. }| {
            let spent = Spent { window: period.window(now_ms), used: offset.saturating_add(units) };
            (period, spent)
        }),
    }
}

/// Where others write within a round trip, `tat <= now` is seldom true any more when a write arrives, while
/// `tat >= now` stays true. So in a crowd an idle bucket is set going a little in the future: that wastes a few
/// tokens of a bucket that is full.
fn rate_form(throttle: &Throttle, tat_ns: u128, units: u64, this: Attempt) -> RateForm {
    if throttle.is_foreign(tat_ns, this.now_ms) {
        return RateForm::Reset { was_ns: tat_ns, tat_ns: throttle.tat_from_full_ns(this.now_ms, units) };
    }
    let now_ns = u128::from(this.now_ms) * NS_PER_MS;
    if tat_ns > now_ns || (this.attempt == 1 && this.expects == BucketIs::Running) {
        // A lease over the burst never fits: the range is then empty.
        let to_ns = throttle.latest_tat_ns(this.now_ms, units).unwrap_or(0);
        return RateForm::Running { from_ns: now_ns, to_ns, add_ns: throttle.cost_ns(units) };
    }
    let spare_ns = throttle.cost_ns(throttle.burst_limit().saturating_sub(units));
    let ahead_ns = match this.crowd {
        Contention::Few => 0,
        Contention::Many => (spare_ns / 4).min(AHEAD_NS),
    };
    let from_ns = now_ns.saturating_add(ahead_ns);
    RateForm::Idle { at_most_ns: from_ns, tat_ns: from_ns.saturating_add(throttle.cost_ns(units)) }
}

/// What a refused write should have reckoned with; `None`: it was not refused for that.
pub(super) fn expects(form: &Form, found: &Counter) -> Option<BucketIs> {
    match form {
        Form::Take { rate: Some(RateForm::Idle { at_most_ns, .. }), .. } => {
            (found.tat_ns > *at_most_ns).then_some(BucketIs::Running)
        }
        Form::Take { rate: Some(RateForm::Running { from_ns, .. }), .. } => {
            (found.tat_ns < *from_ns).then_some(BucketIs::Idle)
        }
        Form::Take { rate: Some(RateForm::Reset { .. }) | None, .. }
        | Form::Create { .. }
        | Form::Return { .. } => None,
    }
}

fn quota_form(quota: &Quota, charge: Charge, is_next: bool, units: u64, returned: u64) -> QuotaForm {
    let Charge { period, window } = charge;
    if is_next {
        return QuotaForm::Next { period, spent: Spent { window, used: units } };
    }
    let add = units - returned;
    QuotaForm::Same { period, window, at_most: quota.limit.saturating_sub(add), add }
}

/// The write that returns all quota units at the end; `None`: there is nothing to return.
pub(super) fn return_unused(seen: &CounterSnapshot, holdings: &mut LeasePool, now_ms: u64) -> Option<Write> {
    let (charge, units) = holdings.return_unused()?;
    let CounterSnapshot::Item(counter) = seen else { return None };
    returning(charge, units, counter, now_ms, 1)
}

pub(super) fn returning(
    charge: Charge,
    units: u64,
    counter: &Counter,
    now_ms: u64,
    attempt: u32,
) -> Option<Write> {
    let Charge { period, window } = charge;
    let is_current = counter.spent.is_some_and(|spent| spent.window == window && spent.used >= units);
    let keep_until_ms = period.end_ms(window).saturating_add(400 * MS_PER_DAY);
    is_current.then_some(Write {
        form: Form::Return { period, window, units, writes: counter.writes },
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
fn keep_until_ms(limits: &Limits, seen: &CounterSnapshot, now_ms: u64) -> u64 {
    let full_ns = limits.throttle.map_or(0, |throttle| throttle.cost_ns(throttle.burst_limit()));
    let full_ms = (u128::from(now_ms)).max(seen.tat_ns() / NS_PER_MS).saturating_add(full_ns / NS_PER_MS);
    let full_ms = u64::try_from(full_ms).unwrap_or(u64::MAX);
    let counted_ms =
        limits.quota.zip(seen.charge(limits, now_ms)).map_or(0, |(quota, Charge { period, window })| {
            let days = if quota.offset > 0 { 400 } else { 1 };
            period.end_ms(window).saturating_add(days * MS_PER_DAY)
        });
    full_ms.saturating_add(33 * MS_PER_DAY).max(counted_ms)
}

/// What a grant of this form pays for.
pub(super) fn cover(form: &Form) -> Option<Cover> {
    let (has_rate, charge) = match *form {
        Form::Create { tat_ns, quota } => {
            (tat_ns.is_some(), quota.map(|(period, Spent { window, .. })| Charge { period, window }))
        }
        Form::Take { rate, quota } => {
            let charge = quota.map(|quota| match quota {
                QuotaForm::Same { period, window, .. }
                | QuotaForm::Next { period, spent: Spent { window, .. } } => Charge { period, window },
            });
            (rate.is_some(), charge)
        }
        Form::Return { .. } => (false, None),
    };
    Cover::new(has_rate, charge)
}
