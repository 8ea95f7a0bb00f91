//! What an instance holds: requests granted to it and not yet admitted.
//!
//! A lease is never used after it expires, nor after its window. Of an expired lease the rate tokens are
//! lost; the quota units stay, to be set off against the next write's, or returned at the end.

use std::collections::VecDeque;

use super::{
    Limits,
    quota::{Period, Window},
};

/// The window that a unit of quota was granted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    pub period: Period,
    pub window: Window,
}

/// What a lease pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cover {
    Throttle,
    Quota(Charge),
    Both(Charge),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    pub units: u64,
    pub expires_at_ms: u64,
    pub cover: Cover,
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
        bucket: bool,
        charge: Option<Charge>,
    },
}

#[derive(Debug, Default)]
pub(super) struct LeasePool {
    leases: VecDeque<Lease>,
    /// Quota units without rate tokens.
    stock: Option<(Charge, u64)>,
}

impl Unit {
    /// The quota window that it was charged to.
    pub fn charge(&self) -> Option<Charge> {
        match self.paid {
            Paid::Nothing => None,
            Paid::Lease { cover, .. } => cover.charge(),
            Paid::Local { charge, .. } => charge,
        }
    }

    /// Whether it was admitted on this instance's own account, the store being away.
    pub fn is_degraded(&self) -> bool {
        matches!(self.paid, Paid::Local { .. })
    }
}

impl Cover {
    pub fn new(has_rate: bool, charge: Option<Charge>) -> Option<Self> {
        match (has_rate, charge) {
            (false, None) => None,
            (true, None) => Some(Self::Throttle),
            (false, Some(charge)) => Some(Self::Quota(charge)),
            (true, Some(charge)) => Some(Self::Both(charge)),
        }
    }

    pub fn charge(self) -> Option<Charge> {
        match self {
            Self::Throttle => None,
            Self::Quota(charge) | Self::Both(charge) => Some(charge),
        }
    }

    /// Whether it pays for all that a plan limits: plans change while leases are out.
    fn suffices(self, limits: &Limits) -> bool {
        let has_throttle = !matches!(self, Self::Quota(_));
        let period = self.charge().map(|charge| charge.period);
        (has_throttle || limits.throttle.is_none())
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

    /// Puts aside whatever may not be used any more.
    pub fn settle(&mut self, limits: &Limits, now_ms: u64) {
        let is_live = |lease: &Lease| {
            now_ms < lease.expires_at_ms
                && lease.cover.charge().is_none_or(|charge| !charge.is_over(now_ms))
                && lease.cover.suffices(limits)
        };
        while let Some(index) = self.leases.iter().position(|lease| !is_live(lease)) {
            let lease = self.leases.remove(index).expect("the index was just found");
            self.keep(lease.cover.charge(), lease.units);
        }
        self.stock = self.stock.filter(|(charge, _)| !charge.is_over(now_ms));
    }

    /// One unit of the lease that expires first.
    pub fn spend(&mut self) -> Option<Unit> {
        let lease = self.leases.front_mut()?;
        lease.units -= 1;
        let paid = Paid::Lease { expires_at_ms: lease.expires_at_ms, cover: lease.cover };
        if lease.units == 0 {
            self.leases.pop_front();
        }
        Some(Unit { paid })
    }

    /// Quota units of `charge`, with or without a lease.
    pub fn spend_stock(&mut self, charge: Charge) -> bool {
        self.take_stock(charge, 1) == 1
    }

    pub fn put_back(&mut self, expires_at_ms: u64, cover: Cover) {
        self.leases.push_front(Lease { units: 1, expires_at_ms, cover });
    }

    pub fn live(&self) -> u64 {
        self.leases.iter().map(|lease| lease.units).sum()
    }

    pub fn stock(&self, charge: Charge) -> u64 {
        self.stock.filter(|(kept, _)| *kept == charge).map_or(0, |(_, units)| units)
    }

    pub fn take_stock(&mut self, charge: Charge, most: u64) -> u64 {
        match &mut self.stock {
            Some((kept, units)) if *kept == charge => {
                let taken = most.min(*units);
                *units -= taken;
                taken
            }
            Some(_) | None => 0,
        }
    }

    /// Keeps quota units; of two windows, the later's.
    pub fn keep(&mut self, charge: Option<Charge>, units: u64) {
        let Some(charge) = charge.filter(|_| units > 0) else { return };
        match &mut self.stock {
            Some((kept, more)) if *kept == charge => *more += units,
            Some((kept, _)) if kept.period == charge.period && kept.window > charge.window => {}
            Some(_) | None => self.stock = Some((charge, units)),
        }
    }

    /// All quota units, the live leases' too; nothing is left to spend.
    pub fn return_unused(&mut self) -> Option<(Charge, u64)> {
        while let Some(lease) = self.leases.pop_front() {
            self.keep(lease.cover.charge(), lease.units);
        }
        self.stock.take().filter(|(_, units)| *units > 0)
    }
}
