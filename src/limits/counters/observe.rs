//! The knowledge that an instance has of a counter, and its change with every response of the store.

use super::{
    counter::{CounterWrite, WriteOutcome},
    counter_snapshot::CounterSnapshot,
    lease_pool::{Charge, Lease},
    leased_counter::LeasedCounter,
    limit_refusal::{RefusalReason, RememberedRefusal},
    next_write,
};
use crate::{
    clock::pause_lasts,
    limits::rule::{Accuracy, Limits},
};

/// An instance that lost a race expects others for so long.
const CONTENDED_MS: u64 = 10_000;

impl LeasedCounter {
    /// Brings leases and snapshot up to the present and to the plan as it is now.
    pub(super) fn update(&mut self, limits: &Limits, now_ms: u64) {
        let period = limits.quota.map(|quota| quota.period);
        if self.snapshot_period != period {
            self.snapshot_period = period;
            self.snapshot = CounterSnapshot::Unknown;
            self.refusal = None;
        }
        self.refusal = self.refusal.filter(|refusal| pause_lasts(refusal.until_ms, now_ms));
        self.leases.expire(limits, now_ms);
    }

    /// Takes in the outcome of a write: leases, demand, the state of the store and of the item.
    pub(super) fn observe(
        &mut self,
        limits: &Limits,
        write: &CounterWrite,
        outcome: WriteOutcome,
        now_ms: u64,
    ) {
        let cover = next_write::cover(&write.form);
        let charge = cover.charge;
        // The plan's period may have changed while the write was on its way.
        let is_current = charge.map(|charge| charge.period) == limits.quota.map(|quota| quota.period);
        let snapshot = match outcome {
            WriteOutcome::Done(counter) | WriteOutcome::Refused(Some(counter)) => {
                CounterSnapshot::Item(counter)
            }
            WriteOutcome::Refused(None) => CounterSnapshot::Absent,
            WriteOutcome::NotSent | WriteOutcome::Unknown => self.snapshot,
        };
        match outcome {
            WriteOutcome::Done(counter) => {
                self.outage.breaker.answered();
                self.demand.observe(now_ms, &counter, write.units);
                self.lease_units = write.units;
                let expires_at_ms = write.sent_at_ms.saturating_add(write.lease_ms);
                self.leases.add(Lease { units: write.units, expires_at_ms, cover });
            }
            WriteOutcome::Refused(item) => {
                self.outage.breaker.answered();
                if let Some(counter) = item {
                    self.demand.observe(now_ms, &counter, 0);
                    self.expected_bucket =
                        next_write::bucket_found(&write.form, &counter).unwrap_or(self.expected_bucket);
                }
                // Not what the last response said: others were faster, twice.
                if write.attempt > 1 {
                    self.contended_until_ms = now_ms.saturating_add(CONTENDED_MS);
                }
                self.leases.keep_spare(charge, write.returned);
            }
            // If it did happen, `used` rose by what it granted less what it returned: the spare units are still
            // counted, and the grant is lost.
            WriteOutcome::NotSent | WriteOutcome::Unknown => {
                self.leases.keep_spare(charge, write.returned);
                return self.outage.breaker.failed(now_ms);
            }
        }
        if is_current {
            self.observe_item(limits, snapshot, write.sent_at_ms, now_ms);
        }
    }

    /// Takes note of the item, and remembers if it had nothing left when it was asked: under a flood, tokens
    /// that have come since are gone before another write arrives.
    fn observe_item(&mut self, limits: &Limits, snapshot: CounterSnapshot, asked_at_ms: u64, now_ms: u64) {
        self.snapshot = snapshot;
        self.refusal = None;
        if snapshot == CounterSnapshot::Absent {
            return;
        }
        let remaining = snapshot.remaining(limits, &self.leases, asked_at_ms);
        let charge = snapshot.charge(limits, now_ms);
        if let (0, Some(Charge { period, window })) = (remaining.quota, charge) {
            // Only a refund or another plan could change it before the window ends.
            let retry_at_ms = period.end_ms(window).max(now_ms.saturating_add(1));
            let until_ms = retry_at_ms.min(now_ms.saturating_add(self.pause_ms()));
            self.refusal =
                Some(RememberedRefusal { reason: RefusalReason::QuotaExceeded, until_ms, retry_at_ms });
        } else if remaining.rate == 0 {
            self.refusal = Some(self.throttled(limits, now_ms));
        }
    }

    /// The store is asked again when a lease's worth of tokens is there for every instance, or T later.
    fn throttled(&mut self, limits: &Limits, now_ms: u64) -> RememberedRefusal {
        let throttle = limits.throttle.expect("only a throttle leaves nothing of its rate");
        let wait_ms = throttle.wait_ms(self.snapshot.tat_ns(), now_ms, 1);
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
        RememberedRefusal { reason: RefusalReason::Throttled, until_ms, retry_at_ms }
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
