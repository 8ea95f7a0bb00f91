//! What an instance knows of a key's counter, and what an answer of the store changes in it.

use super::{
    Accuracy, Admission, Limits,
    counter::{Outcome, Write},
    lease::{Charge, Cover, Lease},
    pause,
    refusal::{Reason, Refused},
    writes::{self, CounterSnapshot},
};

/// Who lost a race reckons with others for so long.
const CROWDED_MS: u64 = 10_000;

impl Admission {
    /// Brings what is held and known up to the present and to the plan as it is now.
    pub(super) fn follow(&mut self, limits: &Limits, now_ms: u64) {
        let period = limits.quota.map(|quota| quota.period);
        if self.seen_period != period {
            self.seen_period = period;
            self.seen = CounterSnapshot::Nothing;
            self.refused = None;
        }
        self.refused = self.refused.filter(|refused| pause::lasts(refused.until_ms, now_ms));
        self.holdings.settle(limits, now_ms);
    }

    pub(super) fn learn(&mut self, limits: &Limits, write: &Write, outcome: Outcome, now_ms: u64) {
        let cover = writes::cover(&write.form);
        let charge = cover.and_then(Cover::charge);
        // The plan's period may have changed while the write was on its way.
        let is_current = charge.map(|charge| charge.period) == limits.quota.map(|quota| quota.period);
        let seen = match outcome {
            Outcome::Done(counter) | Outcome::Refused(Some(counter)) => CounterSnapshot::Item(counter),
            Outcome::Refused(None) => CounterSnapshot::Absent,
            Outcome::NotSent | Outcome::Unknown => self.seen,
        };
        match outcome {
            Outcome::Done(counter) => {
                self.outage.end();
                self.demand.observed(now_ms, &counter, write.units);
                self.leased = write.units;
                if let Some(cover) = cover {
                    let expires_at_ms = write.sent_at_ms.saturating_add(write.lease_ms);
                    self.holdings.add(Lease { units: write.units, expires_at_ms, cover });
                }
            }
            Outcome::Refused(item) => {
                self.outage.end();
                if let Some(counter) = item {
                    self.demand.observed(now_ms, &counter, 0);
                    self.expects = writes::expects(&write.form, &counter).unwrap_or(self.expects);
                }
                // Not what the last answer said: others were faster, twice.
                if write.attempt > 1 {
                    self.crowded_until_ms = now_ms.saturating_add(CROWDED_MS);
                }
                self.holdings.keep(charge, write.returned);
            }
            // If it did happen, `used` rose by what it granted less what it returned: what is held is still
            // counted, and the grant is lost.
            Outcome::NotSent | Outcome::Unknown => {
                self.holdings.keep(charge, write.returned);
                return self.outage.fail(now_ms);
            }
        }
        if is_current {
            self.see(limits, seen, write.sent_at_ms, now_ms);
        }
    }

    /// Takes note of the item, and remembers if it had nothing left when it was asked: under a flood, tokens
    /// that have come since are gone before another write arrives.
    fn see(&mut self, limits: &Limits, seen: CounterSnapshot, asked_at_ms: u64, now_ms: u64) {
        self.seen = seen;
        self.refused = None;
        if seen == CounterSnapshot::Absent {
            return;
        }
        let room = seen.room(limits, &self.holdings, asked_at_ms);
        let charge = seen.charge(limits, now_ms);
        if let (0, Some(Charge { period, window })) = (room.quota, charge) {
            // Only a refund or another plan could change it before the window ends.
            let retry_at_ms = period.end_ms(window).max(now_ms.saturating_add(1));
            let until_ms = retry_at_ms.min(now_ms.saturating_add(self.pause_ms()));
            self.refused = Some(Refused { reason: Reason::QuotaExceeded, until_ms, retry_at_ms });
        } else if room.rate == 0 {
            self.refused = Some(self.throttled(limits, now_ms));
        }
    }

    /// The store is asked again when a lease's worth of tokens is there for every instance, or T later.
    fn throttled(&mut self, limits: &Limits, now_ms: u64) -> Refused {
        let throttle = limits.throttle.expect("only a throttle has no room for its rate");
        let wait_ms = throttle.wait_ms(self.seen.tat_ns(), now_ms, 1);
        let share_ms = match limits.accuracy {
            Accuracy::Exact => 0,
            Accuracy::Lease => {
                let lease_ms = self.demand.lease_ms();
                let units = self.demand.lease(now_ms, lease_ms, throttle.burst_limit());
                // The first of them is there after `wait_ms`.
                let for_all = units.saturating_mul(u64::from(self.peers().get())) - 1;
                let share = self.random_part();
                let share_ms = u64::try_from(throttle.cost_ns(for_all) / 1_000_000).unwrap_or(u64::MAX);
                part(share_ms, share)
            }
        };
        let pause_ms = wait_ms.max(share_ms).min(self.pause_ms()).max(1);
        let until_ms = now_ms.saturating_add(pause_ms);
        let retry_at_ms = now_ms.saturating_add(wait_ms).max(until_ms);
        Refused { reason: Reason::Throttled, until_ms, retry_at_ms }
    }

    /// T × (0.5…1).
    pub(super) fn pause_ms(&mut self) -> u64 {
        let share = self.random_part();
        part(self.demand.lease_ms(), share)
    }

    /// 0.5…1, in 1/1024 (SplitMix64).
    fn random_part(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        512 + (mixed ^ (mixed >> 31)) % 513
    }
}

fn part(ms: u64, of_1024: u64) -> u64 {
    ms.saturating_mul(of_1024) / 1024
}
