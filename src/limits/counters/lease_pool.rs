//! The requests that were granted to an instance and that it has not admitted yet.
//!
//! A lease is never used after it expires, nor after its window. Of an expired lease the rate tokens are
//! lost; the quota units stay, to be set off against the next write's, or returned at the end.

use std::collections::VecDeque;

use crate::limits::{
    quota::{Period, Window},
    rule::Limits,
};

/// The window that a unit of quota was granted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    pub period: Period,
    pub window: Window,
}

/// The limits that a lease pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cover {
    /// True if each unit is a token of the throttle's bucket too.
    pub has_tokens: bool,
    pub charge: Option<Charge>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    pub units: u64,
    pub expires_at_ms: u64,
    pub cover: Cover,
}

/// Units of a quota's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct QuotaUnits {
    pub charge: Charge,
    pub units: u64,
}

/// One admission, paid for. Not to be copied: it can be handed back once.
#[derive(Debug, PartialEq, Eq)]
pub struct Unit {
    pub(super) paid: Paid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paid {
    /// The plan limits nothing, or is open while the store is away.
    Nothing,
    Lease {
        expires_at_ms: u64,
        cover: Cover,
    },
    /// While the store is away: from a local bucket, and from what was left of the quota.
    Local {
        from_bucket: bool,
        charge: Option<Charge>,
    },
}

/// The leases of one counter on one instance.
#[derive(Debug, Default)]
pub(super) struct LeasePool {
    leases: VecDeque<Lease>,
    /// Quota units without rate tokens.
    spare: Option<QuotaUnits>,
}

impl Unit {
    /// The quota window that it was charged to.
    pub fn charge(&self) -> Option<Charge> {
        match self.paid {
            Paid::Nothing => None,
            Paid::Lease { cover, .. } => cover.charge,
            Paid::Local { charge, .. } => charge,
        }
    }

    /// True if this instance admitted it by itself, the store being away.
    pub fn is_degraded(&self) -> bool {
        matches!(self.paid, Paid::Local { .. })
    }
}

impl Cover {
    /// True if it pays for all that a plan limits: plans change while leases are out.
    fn suffices(self, limits: &Limits) -> bool {
        let period = self.charge.map(|charge| charge.period);
        (self.has_tokens || limits.throttle.is_none())
            && limits.quota.is_none_or(|quota| Some(quota.period) == period)
    }
}

impl Charge {
    fn is_over(self, now_ms: u64) -> bool {
        now_ms >= self.period.end_ms(self.window)
    }
}

impl LeasePool {
    pub fn add(&mut self, lease: Lease) {
        if lease.units > 0 {
            self.leases.push_back(lease);
        }
    }

    /// Ends the leases that may not be used any more; their quota units become spare ones.
    pub fn expire(&mut self, limits: &Limits, now_ms: u64) {
        let is_live = |lease: &Lease| {
            now_ms < lease.expires_at_ms
                && lease.cover.charge.is_none_or(|charge| !charge.is_over(now_ms))
                && lease.cover.suffices(limits)
        };
        while let Some(index) = self.leases.iter().position(|lease| !is_live(lease)) {
            let lease = self.leases.remove(index).expect("the index was just found");
            self.keep_spare(lease.cover.charge, lease.units);
        }
        self.spare = self.spare.filter(|spare| !spare.charge.is_over(now_ms));
    }

    /// Spends one unit of the lease that expires first.
    pub fn spend(&mut self) -> Option<Unit> {
        let lease = self.leases.front_mut()?;
        lease.units -= 1;
        let paid = Paid::Lease { expires_at_ms: lease.expires_at_ms, cover: lease.cover };
        if lease.units == 0 {
            self.leases.pop_front();
        }
        Some(Unit { paid })
    }

    /// Spends a spare unit of `charge`; false if there is none.
    pub fn spend_spare(&mut self, charge: Charge) -> bool {
        self.take_spare(charge, 1) == 1
    }

    pub fn put_back(&mut self, expires_at_ms: u64, cover: Cover) {
        self.leases.push_front(Lease { units: 1, expires_at_ms, cover });
    }

    /// The units of all leases.
    pub fn leased_units(&self) -> u64 {
        self.leases.iter().map(|lease| lease.units).sum()
    }

    pub fn spare_units(&self, charge: Charge) -> u64 {
        self.spare.filter(|spare| spare.charge == charge).map_or(0, |spare| spare.units)
    }

    /// Takes spare units of `charge`, `most` of them at most.
    pub fn take_spare(&mut self, charge: Charge, most: u64) -> u64 {
        match &mut self.spare {
            Some(spare) if spare.charge == charge => {
                let taken = most.min(spare.units);
                spare.units -= taken;
                taken
            }
            Some(_) | None => 0,
        }
    }

    /// Keeps quota units; of two windows, the later's.
    pub fn keep_spare(&mut self, charge: Option<Charge>, units: u64) {
        let Some(charge) = charge.filter(|_| units > 0) else { return };
        match &mut self.spare {
            Some(spare) if spare.charge == charge => spare.units += units,
            Some(QuotaUnits { charge: kept, .. })
                if kept.period == charge.period && kept.window > charge.window => {}
            Some(_) | None => self.spare = Some(QuotaUnits { charge, units }),
        }
    }

    /// Takes out all quota units, the leases' too; nothing is left to spend.
    pub fn return_unused(&mut self) -> Option<QuotaUnits> {
        while let Some(lease) = self.leases.pop_front() {
            self.keep_spare(lease.cover.charge, lease.units);
        }
        self.spare.take().filter(|spare| spare.units > 0)
    }
}
