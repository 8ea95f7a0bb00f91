//! One key on one instance: admit, ask the store, or refuse.
//!
//! A request is decided at once where the instance holds a lease or remembers a refusal; else it asks, and the
//! answer decides. A lease that runs low is renewed beside the integration's work. Of a write that may have
//! happened, the grant is lost.

use std::num::NonZeroU32;

use super::{
    Accuracy, Limits,
    counter::{Form, Outcome, Write},
    demand::Demand,
    lease::{Charge, LeasePool, Paid, Unit},
    outage::Outage,
    pause,
    quota::Period,
    rate_limit_status::RateLimitStatus,
    refusal::{Reason, Refusal, Refused, nothing_allowed},
    writes::{self, Attempt, BucketIs, Contention, CounterSnapshot, Remaining},
};

/// A request that races others for the last few units gives up after so many writes.
const MOST_ATTEMPTS: u32 = 6;
/// Of the last write, which holds only if nobody else wrote in between.
const MOST_RETURNS: u32 = 20;
/// A renewal that has said nothing for so long is forgotten: its instance may have been frozen.
const RENEWAL_MS: u64 = 1000;

/// The state of one key and plan on one instance.
#[derive(Debug)]
pub struct Admission {
    pub(super) holdings: LeasePool,
    pub(super) seen: CounterSnapshot,
    /// Whose windows `seen` speaks of.
    pub(super) seen_period: Option<Period>,
    pub(super) demand: Demand,
    /// Size of the last lease.
    pub(super) leased: u64,
    renewing_until_ms: u64,
    pub(super) crowded_until_ms: u64,
    pub(super) expects: BucketIs,
    pub(super) refused: Option<Refused>,
    pub(super) outage: Outage,
    pub(super) random: u64,
}

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    Admit(Unit),
    /// Admit, and do the write while the integration works; then [`Admission::renewed`].
    AdmitAndRenew(Unit, Write),
    /// Do the write; then [`Admission::answered`].
    Ask(Write),
    Refuse(Refusal),
}

impl Admission {
    /// Instances with different seeds do not ask in step.
    pub fn new(seed: u64) -> Self {
        Self {
            holdings: LeasePool::default(),
            seen: CounterSnapshot::default(),
            seen_period: None,
            demand: Demand::default(),
            leased: 0,
            renewing_until_ms: 0,
            crowded_until_ms: 0,
            expects: BucketIs::Idle,
            refused: None,
            outage: Outage::default(),
            random: seed,
        }
    }

    /// A request has come.
    pub fn decide(&mut self, limits: &Limits, now_ms: u64) -> Decision {
        if limits.throttle.is_none() && limits.quota.is_none() {
            return Decision::Admit(Unit { paid: Paid::Nothing });
        }
        self.demand.arrived(now_ms);
        self.follow(limits, now_ms);
        if let Some(refusal) = nothing_allowed(limits, now_ms) {
            return Decision::Refuse(refusal);
        }
        if let Some(unit) = self.spend(now_ms) {
            return match self.renewal(limits, now_ms) {
                Some(write) => Decision::AdmitAndRenew(unit, write),
                None => Decision::Admit(unit),
            };
        }
        if let Some(refused) = self.refused {
            return Decision::Refuse(refused.at(now_ms));
        }
        if self.outage.is_silent(now_ms) {
            return self.alone(limits, now_ms);
        }
        self.ask(limits, now_ms, 1)
    }

    /// What became of a write that a request waited for. `now_ms` is the present, not the request's time: a
    /// lease may have expired on its way.
    pub fn answered(&mut self, limits: &Limits, write: &Write, outcome: Outcome, now_ms: u64) -> Decision {
        self.follow(limits, now_ms);
        self.learn(limits, write, outcome, now_ms);
        self.follow(limits, now_ms);
        // The plan may have changed while the write was on its way.
        if let Some(refusal) = nothing_allowed(limits, now_ms) {
            return Decision::Refuse(refusal);
        }
        if let Some(unit) = self.spend(now_ms) {
            return Decision::Admit(unit);
        }
        if let Some(refused) = self.refused {
            return Decision::Refuse(refused.at(now_ms));
        }
        let may_ask = !self.outage.lasts() && write.attempt < MOST_ATTEMPTS;
        match outcome {
            Outcome::NotSent | Outcome::Unknown if !may_ask => self.alone(limits, now_ms),
            Outcome::Done(_) | Outcome::Refused(_) if !may_ask => {
                let pause_ms = self.pause_ms();
                Decision::Refuse(Refusal::after(Reason::Throttled, pause_ms))
            }
            Outcome::Done(_) | Outcome::Refused(_) | Outcome::NotSent | Outcome::Unknown => {
                self.ask(limits, now_ms, write.attempt + 1)
            }
        }
    }

    /// What became of a write beside a request.
    pub fn renewed(&mut self, limits: &Limits, write: &Write, outcome: Outcome, now_ms: u64) {
        self.renewing_until_ms = 0;
        self.follow(limits, now_ms);
        self.learn(limits, write, outcome, now_ms);
    }

    /// The request was refused later on its way: its unit is as if it had never been spent.
    pub fn put_back(&mut self, limits: &Limits, unit: Unit) {
        match unit.paid {
            Paid::Nothing => {}
            Paid::Lease { expires_at_ms, cover } => self.holdings.put_back(expires_at_ms, cover),
            Paid::Local { bucket, charge } => {
                self.holdings.keep(charge, 1);
                if let Some(throttle) = limits.throttle.filter(|_| bucket) {
                    self.outage.give_back(&throttle.divided_by(self.peers()));
                }
            }
        }
    }

    /// Where the key stands, what is leased to this instance included.
    pub fn standing(&self, limits: &Limits, now_ms: u64) -> RateLimitStatus {
        let Remaining { rate, quota } = self.seen.room(limits, &self.holdings, now_ms);
        let live = self.holdings.live();
        let left = Remaining { rate: rate.saturating_add(live), quota: quota.saturating_add(live) };
        RateLimitStatus { limits: *limits, left, now_ms }
    }

    /// The instance ends: nothing is admitted any more, and quota units go back. Then [`Admission::returned`].
    pub fn terminate(&mut self, now_ms: u64) -> Option<Write> {
        writes::return_unused(&self.seen, &mut self.holdings, now_ms)
    }

    /// What became of the last write: perhaps another attempt.
    pub fn returned(write: &Write, outcome: Outcome, now_ms: u64) -> Option<Write> {
        let Form::Return { period, window, units, .. } = write.form else { return None };
        match outcome {
            Outcome::Refused(Some(counter)) if write.attempt < MOST_RETURNS => {
                writes::returning(Charge { period, window }, units, &counter, now_ms, write.attempt + 1)
            }
            Outcome::Done(_) | Outcome::Refused(_) | Outcome::NotSent | Outcome::Unknown => None,
        }
    }

    fn spend(&mut self, now_ms: u64) -> Option<Unit> {
        let unit = self.holdings.spend()?;
        self.demand.spent(now_ms);
        Some(unit)
    }

    fn ask(&mut self, limits: &Limits, now_ms: u64, attempt: u32) -> Decision {
        Decision::Ask(self.take(limits, now_ms, attempt))
    }

    /// When a quarter is left, and the next lease would be used too.
    fn renewal(&mut self, limits: &Limits, now_ms: u64) -> Option<Write> {
        let is_low = self.holdings.live() <= self.leased / 4;
        let is_free = !pause::lasts(self.renewing_until_ms, now_ms)
            && self.refused.is_none()
            && !self.outage.has_begun();
        if limits.accuracy == Accuracy::Exact || !is_low || !is_free {
            return None;
        }
        if writes::next_units(limits, &self.seen, &self.demand, &self.holdings, now_ms) < 2 {
            return None;
        }
        self.renewing_until_ms = now_ms.saturating_add(RENEWAL_MS);
        Some(self.take(limits, now_ms, 1))
    }

    fn take(&mut self, limits: &Limits, now_ms: u64, attempt: u32) -> Write {
        let crowd =
            if pause::lasts(self.crowded_until_ms, now_ms) { Contention::Many } else { Contention::Few };
        writes::take(
            limits,
            &self.seen,
            &self.demand,
            &mut self.holdings,
            Attempt { now_ms, attempt, crowd, expects: self.expects },
        )
    }

    fn alone(&mut self, limits: &Limits, now_ms: u64) -> Decision {
        let charge = self.seen.charge(limits, now_ms);
        let throttle = limits.throttle.map(|throttle| throttle.divided_by(self.peers()));
        match self.outage.admit(limits, throttle.as_ref(), charge, &mut self.holdings, now_ms) {
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
