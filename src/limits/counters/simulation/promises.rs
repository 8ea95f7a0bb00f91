//! The promises that must hold whatever happens, and their auditor, who knows the true time and every admission.

use std::collections::BTreeMap;

use super::{
    super::{Charge, Unit},
    counter_model::CounterModel,
};
use crate::limits::{
    quota::{Period, Window},
    rule::Limits,
};

/// Everything that was admitted, and the most that ever was allowed.
#[derive(Debug, Default)]
pub struct Ledger {
    pub admitted: u64,
    pub refused: u64,
    /// Without the store, each instance on its own account.
    pub degraded: u64,
    charged: BTreeMap<(Period, Window), u64>,
    /// True times of admissions from leases, while all plans had a throttle.
    times_ms: Vec<u64>,
    most_limit: u64,
    least_offset: u64,
    most_rate: Option<(f64, u64)>,
    plans: u32,
    /// Buckets that were set back to full, since another plan had left them.
    pub resets: u64,
    has_unthrottled_plan: bool,
    pub longest_lease_ms: u64,
    pub skew_ms: u64,
    broken: Option<String>,
}

impl Ledger {
    pub fn plan(&mut self, limits: &Limits) {
        self.plans += 1;
        if let Some(quota) = limits.quota {
            self.least_offset = match self.most_limit {
                0 => quota.offset,
                _ => self.least_offset.min(quota.offset),
            };
            self.most_limit = self.most_limit.max(quota.limit);
        }
        match limits.throttle {
            None => self.has_unthrottled_plan = true,
            Some(throttle) => {
                // What one plan took counts in the other's intervals, so an edit may let both bursts pass.
                let (rate, burst) = self.most_rate.unwrap_or_default();
                self.most_rate = Some((rate + throttle.rate(), burst + throttle.burst_limit()));
            }
        }
    }

    pub fn admit(&mut self, now_ms: u64, unit: &Unit) {
        self.admitted += 1;
        if unit.is_degraded() {
            self.degraded += 1;
        } else {
            self.times_ms.push(now_ms);
        }
        if let Some(Charge { period, window }) = unit.charge() {
            *self.charged.entry((period, window)).or_default() += 1;
            let (early, late) = (period.window(now_ms + self.skew_ms), period.window(now_ms - self.skew_ms));
            if !(late..=early).contains(&window) {
                self.broke(format!("at {now_ms} a unit of {period:?} {window:?} was admitted"));
            }
        }
    }

    /// A bucket is full again, which stood at `tat_ns`. Only another plan can have left it so late.
    pub fn reset(&mut self, now_ms: u64, tat_ns: u128, limits: &Limits) {
        self.resets += 1;
        let latest_ns = limits.throttle.and_then(|throttle| throttle.latest_tat_ns(now_ms, 0));
        if self.plans < 2 || latest_ns.is_none_or(|latest_ns| tat_ns <= latest_ns) {
            self.broke(format!("at {now_ms} a bucket was reset that stood at {tat_ns}"));
        }
    }

    /// A unit that its request did not need.
    pub fn put_back(&mut self, unit: &Unit) {
        self.admitted -= 1;
        if unit.is_degraded() {
            self.degraded -= 1;
        } else {
            self.times_ms.pop();
        }
        if let Some(Charge { period, window }) = unit.charge() {
            *self.charged.entry((period, window)).or_default() -= 1;
        }
    }

    pub fn broke(&mut self, what: String) {
        self.broken.get_or_insert(what);
    }

    /// Checks every promise.
    ///
    /// # Errors
    ///
    /// The first promise that was broken.
    pub fn audit(&mut self, store: &CounterModel) -> Result<(), String> {
        for (key, charged) in &self.charged {
            let offset = if store.first == Some(*key) { self.least_offset } else { 0 };
            let used = store.used.get(key).copied().unwrap_or(0);
            if *charged + offset > self.most_limit.max(offset) {
                let limit = self.most_limit;
                self.broken.get_or_insert(format!("{charged} admitted in {key:?}, limit {limit} - {offset}"));
            }
            if *charged + offset > used {
                self.broken
                    .get_or_insert(format!("{charged} admitted in {key:?}, {used} - {offset} granted"));
            }
        }
        self.audit_rate();
        self.broken.take().map_or(Ok(()), Err)
    }

    /// Admitted in every span τ ≤ burst + rate × (τ + T + skew).
    fn audit_rate(&mut self) {
        let Some((rate, burst)) = self.most_rate.filter(|_| !self.has_unthrottled_plan) else { return };
        let slack_ms = (self.longest_lease_ms + 2 * self.skew_ms) as f64;
        // While some have not heard of an edit, the plans may set each other's buckets back.
        let bound = burst as f64 * (1 + self.resets) as f64 + rate * slack_ms / 1000.0;
        let first_ms = self.times_ms.first().copied().unwrap_or(0);
        let mut least = f64::INFINITY;
        for (index, at_ms) in self.times_ms.iter().enumerate() {
            let regained = rate * (at_ms - first_ms) as f64 / 1000.0;
            least = least.min(index as f64 - regained);
            let most = (index + 1) as f64 - regained - least;
            if most > bound + 1e-6 {
                self.broken.get_or_insert(format!("at {at_ms} {most:.3} over the rate, at most {bound:.3}"));
            }
        }
    }
}
