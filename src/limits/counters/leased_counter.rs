//! One counter on one instance: admit a request, ask the store, or refuse.
//!
//! A request is decided at once where the instance has a lease or remembers a refusal; else it asks the store, and
//! the response decides. A lease that runs low is renewed while the integration works. The grant of a write that may
//! have happened is lost.

use std::num::NonZeroU32;

use super::{
    counter::{CounterWrite, WriteForm, WriteOutcome},
    counter_snapshot::{CounterSnapshot, Remaining},
    demand::Demand,
    lease_pool::{Charge, LeasePool, Paid, QuotaUnits, Unit},
    limit_refusal::{LimitRefusal, RefusalReason, RememberedRefusal, nothing_allowed},
    next_write::{self, Attempt, BucketState, Contention},
    outage::{LocalLimits, Outage},
    rate_limit_status::RateLimitStatus,
};
use crate::{
    clock::pause_lasts,
    limits::{
        quota::Period,
        rule::{Accuracy, Limits},
    },
};

/// A request that races others for the last few units gives up after so many writes.
const MOST_ATTEMPTS: u32 = 6;
/// The last write is tried so often: it holds only if nobody else wrote in between.
const MOST_RETURNS: u32 = 20;
/// A renewal without a response for so long is forgotten: its instance may have been frozen.
const RENEWAL_MS: u64 = 1000;

/// The state of one counter on one instance.
#[derive(Debug)]
pub struct LeasedCounter {
    pub(super) leases: LeasePool,
    pub(super) snapshot: CounterSnapshot,
    /// The period whose windows are in `snapshot`.
    pub(super) snapshot_period: Option<Period>,
    pub(super) demand: Demand,
    /// Size of the last lease.
    pub(super) lease_units: u64,
    renewing_until_ms: u64,
    pub(super) contended_until_ms: u64,
    pub(super) expected_bucket: BucketState,
    pub(super) refusal: Option<RememberedRefusal>,
    pub(super) outage: Outage,
    pub(super) random: u64,
}

/// The decision on a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    Admit(Unit),
    /// Admit, and do the write while the integration works; then [`LeasedCounter::renewed`].
    AdmitAndRenew(Unit, CounterWrite),
    /// Do the write; then [`LeasedCounter::answered`].
    Ask(CounterWrite),
    Refuse(LimitRefusal),
}

impl LeasedCounter {
    /// Instances with different seeds do not ask in step.
    pub fn new(seed: u64) -> Self {
        Self {
            leases: LeasePool::default(),
            snapshot: CounterSnapshot::default(),
            snapshot_period: None,
            demand: Demand::default(),
            lease_units: 0,
            renewing_until_ms: 0,
            contended_until_ms: 0,
            expected_bucket: BucketState::Idle,
            refusal: None,
            outage: Outage::default(),
            random: seed,
        }
    }

    /// Decides about a request that has just come.
    pub fn decide(&mut self, limits: &Limits, now_ms: u64) -> Decision {
        self.arrive(limits, now_ms).unwrap_or_else(|| self.ask_or_decide_locally(limits, now_ms))
    }

    /// The same as far as that needs no write; `None`: see [`Self::decide_later`].
    pub fn arrive(&mut self, limits: &Limits, now_ms: u64) -> Option<Decision> {
        if limits.is_unlimited() {
            return Some(Decision::Admit(Unit { paid: Paid::Nothing }));
        }
        self.demand.record_arrival(now_ms);
        self.decide_without_write(limits, now_ms)
    }

    /// Decides about a request that came before, and has waited since for what others' writes would bring.
    pub fn decide_later(&mut self, limits: &Limits, now_ms: u64) -> Decision {
        let decision = self.decide_without_write(limits, now_ms);
        decision.unwrap_or_else(|| self.ask_or_decide_locally(limits, now_ms))
    }

    /// Says if requests that come together may wait for each other's writes. Where each has a write of its own, or the store
    /// keeps failing, that would only take time.
    pub fn asks_in_turn(&self, limits: &Limits) -> bool {
        limits.accuracy == Accuracy::Lease && !self.outage.breaker.is_open()
    }

    fn decide_without_write(&mut self, limits: &Limits, now_ms: u64) -> Option<Decision> {
        self.update(limits, now_ms);
        if let Some(refusal) = nothing_allowed(limits, now_ms) {
            return Some(Decision::Refuse(refusal));
        }
        if let Some(unit) = self.spend(now_ms) {
            return Some(match self.renewal(limits, now_ms) {
                Some(write) => Decision::AdmitAndRenew(unit, write),
                None => Decision::Admit(unit),
            });
        }
        self.refusal.map(|refusal| Decision::Refuse(refusal.at(now_ms)))
    }

    fn ask_or_decide_locally(&mut self, limits: &Limits, now_ms: u64) -> Decision {
        if !self.outage.breaker.allows(now_ms) {
            return self.decide_locally(limits, now_ms);
        }
        self.ask(limits, now_ms, 1)
    }

    /// Decides about a request that has waited for a write. `now_ms` is the present, not the request's time: a
    /// lease may have expired on its way.
    pub fn answered(
        &mut self,
        limits: &Limits,
        write: &CounterWrite,
        outcome: WriteOutcome,
        now_ms: u64,
    ) -> Decision {
        self.update(limits, now_ms);
        self.observe(limits, write, outcome, now_ms);
        self.update(limits, now_ms);
        // The plan may have changed while the write was on its way.
        if let Some(refusal) = nothing_allowed(limits, now_ms) {
            return Decision::Refuse(refusal);
        }
        if let Some(unit) = self.spend(now_ms) {
            return Decision::Admit(unit);
        }
        if let Some(refusal) = self.refusal {
            return Decision::Refuse(refusal.at(now_ms));
        }
        let may_ask = self.outage.allows_retry() && write.attempt < MOST_ATTEMPTS;
        match outcome {
            WriteOutcome::NotSent | WriteOutcome::Unknown if !may_ask => self.decide_locally(limits, now_ms),
            WriteOutcome::Done(_) | WriteOutcome::Refused(_) if !may_ask => {
                let pause_ms = self.pause_ms();
                Decision::Refuse(LimitRefusal::after(RefusalReason::Throttled, pause_ms))
            }
            WriteOutcome::Done(_)
            | WriteOutcome::Refused(_)
            | WriteOutcome::NotSent
            | WriteOutcome::Unknown => self.ask(limits, now_ms, write.attempt + 1),
        }
    }

    /// Takes in the outcome of a renewal.
    pub fn renewed(&mut self, limits: &Limits, write: &CounterWrite, outcome: WriteOutcome, now_ms: u64) {
        self.renewing_until_ms = 0;
        self.update(limits, now_ms);
        self.observe(limits, write, outcome, now_ms);
    }

    /// The request was refused later on its way: its unit is as if it had never been spent.
    pub fn put_back(&mut self, limits: &Limits, unit: Unit) {
        match unit.paid {
            Paid::Nothing => {}
            Paid::Lease { expires_at_ms, cover } => self.leases.put_back(expires_at_ms, cover),
            Paid::Local { from_bucket, charge } => {
                self.leases.keep_spare(charge, 1);
                if let Some(throttle) = limits.throttle.filter(|_| from_bucket) {
                    self.outage.put_back(&throttle.divided_by(self.peers()));
                }
            }
        }
    }

    /// The rest of the limits, with the units that are leased to this instance.
    pub fn rate_limit_status(&self, limits: &Limits, now_ms: u64) -> RateLimitStatus {
        let Remaining { rate, quota } = self.snapshot.remaining(limits, &self.leases, now_ms);
        let leased = self.leases.leased_units();
        let remaining = Remaining { rate: rate.saturating_add(leased), quota: quota.saturating_add(leased) };
        RateLimitStatus { limits: *limits, remaining, now_ms }
    }

    /// The instance ends: nothing is admitted any more, and quota units go back. Then [`LeasedCounter::returned`].
    pub fn terminate(&mut self, now_ms: u64) -> Option<CounterWrite> {
        next_write::return_unused(&self.snapshot, &mut self.leases, now_ms)
    }

    /// Takes in the outcome of the last write; perhaps there is another attempt.
    pub fn returned(write: &CounterWrite, outcome: WriteOutcome, now_ms: u64) -> Option<CounterWrite> {
        let WriteForm::Return { period, window, units, .. } = write.form else { return None };
        match outcome {
            WriteOutcome::Refused(Some(counter)) if write.attempt < MOST_RETURNS => {
                let unused = QuotaUnits { charge: Charge { period, window }, units };
                next_write::return_units(unused, &counter, now_ms, write.attempt + 1)
            }
            WriteOutcome::Done(_)
            | WriteOutcome::Refused(_)
            | WriteOutcome::NotSent
            | WriteOutcome::Unknown => None,
        }
    }

    fn spend(&mut self, now_ms: u64) -> Option<Unit> {
        let unit = self.leases.spend()?;
        self.demand.record_spent(now_ms);
        Some(unit)
    }

    fn ask(&mut self, limits: &Limits, now_ms: u64, attempt: u32) -> Decision {
        Decision::Ask(self.take(limits, now_ms, attempt))
    }

    /// The write that renews the lease: when a quarter is left, and the next lease would be used too.
    fn renewal(&mut self, limits: &Limits, now_ms: u64) -> Option<CounterWrite> {
        let is_low = self.leases.leased_units() <= self.lease_units / 4;
        let is_free = !pause_lasts(self.renewing_until_ms, now_ms)
            && self.refusal.is_none()
            && !self.outage.has_begun();
        if limits.accuracy == Accuracy::Exact || !is_low || !is_free {
            return None;
        }
        if next_write::next_units(limits, &self.snapshot, &self.demand, &self.leases, now_ms) < 2 {
            return None;
        }
        self.renewing_until_ms = now_ms.saturating_add(RENEWAL_MS);
        Some(self.take(limits, now_ms, 1))
    }

    fn take(&mut self, limits: &Limits, now_ms: u64, attempt: u32) -> CounterWrite {
        let contention =
            if pause_lasts(self.contended_until_ms, now_ms) { Contention::Many } else { Contention::Few };
        let attempt = Attempt { now_ms, number: attempt, contention, expects: self.expected_bucket };
        next_write::take(limits, &self.snapshot, &self.demand, &mut self.leases, attempt)
    }

    fn decide_locally(&mut self, limits: &Limits, now_ms: u64) -> Decision {
        let local = LocalLimits {
            throttle: limits.throttle.map(|throttle| throttle.divided_by(self.peers())),
            charge: self.snapshot.charge(limits, now_ms),
            on_store_error: limits.on_store_error,
        };
        match self.outage.admit(&local, &mut self.leases, now_ms) {
            Ok(unit) => Decision::Admit(unit),
            Err(refusal) => Decision::Refuse(refusal),
        }
    }

    pub(super) fn peers(&self) -> NonZeroU32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
        let peers = self.demand.peers().ceil() as u32;
        NonZeroU32::new(peers).unwrap_or(NonZeroU32::MIN)
    }
}
