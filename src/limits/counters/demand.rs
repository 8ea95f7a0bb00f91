//! The size and duration of the next lease: estimates only, nothing that is promised hangs on them.

use super::counter::Counter;

/// A token is used at most so long after its grant, unless many instances share the item.
const SHORTEST_LEASE_MS: u64 = 1000;
const LONGEST_LEASE_MS: u64 = 10_000;
/// Writes a second on one item; DynamoDB takes 1,000 at most.
const WRITES_PER_SECOND: f64 = 350.0;
/// A quota-only lease may last while the whole fleet uses up this part of what remains.
const PART_OF_REMAINDER: f64 = 0.002;
const LONGEST_QUOTA_LEASE_MS: u64 = 30_000;
/// A first guess of the others, soon after the first sight of the item.
const FIRST_ESTIMATE_MS: u64 = 100;
/// Arrivals are forgotten at this pace.
const MEMORY_MS: f64 = 1000.0;
const LARGEST_LEASE: u64 = 1000;

/// The instance's own arrivals, and the share that others have in the item.
#[derive(Debug, Default)]
pub(super) struct Demand {
    /// Arrivals, each fading away: `λ̂ × MEMORY_MS` in the long run.
    arrivals: f64,
    arrived_at_ms: u64,
    /// Admissions, fading likewise.
    admitted: f64,
    admitted_at_ms: u64,
    /// Units spent since the last grant.
    spent: u64,
    anchor: Option<Anchor>,
    /// N̂: the number of instances like this one that the item feeds.
    peers: f64,
    /// Units and writes a second, of all instances.
    units_per_second: f64,
    writes_per_second: f64,
    lease_ms: u64,
}

/// An earlier state of the item, from which on this instance has counted its own share.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    at_ms: u64,
    writes: u64,
    granted: u64,
    own: u64,
}

impl Demand {
    pub fn record_arrival(&mut self, now_ms: u64) {
        self.arrivals = faded(self.arrivals, self.arrived_at_ms, now_ms) + 1.0;
        self.arrived_at_ms = self.arrived_at_ms.max(now_ms);
    }

    pub fn record_spent(&mut self, now_ms: u64) {
        self.spent = self.spent.saturating_add(1);
        self.admitted = faded(self.admitted, self.admitted_at_ms, now_ms) + 1.0;
        self.admitted_at_ms = self.admitted_at_ms.max(now_ms);
    }

    pub fn peers(&self) -> f64 {
        self.peers.max(1.0)
    }

    /// The time for which a lease of rate tokens may be used: T = max(1 s, N̂/350).
    pub fn lease_ms(&self) -> u64 {
        self.lease_ms.clamp(SHORTEST_LEASE_MS, LONGEST_LEASE_MS)
    }

    /// The same of a lease without rate tokens, where so much of the quota remains.
    pub fn quota_lease_ms(&self, remaining: u64) -> u64 {
        let rate = self.units_per_second.max(self.arrivals * 1000.0 / MEMORY_MS).max(1.0);
        let horizon_ms = whole(float(remaining) * PART_OF_REMAINDER / rate * 1000.0);
        horizon_ms.clamp(self.lease_ms(), LONGEST_QUOTA_LEASE_MS)
    }

    /// L = clamp(min(λ̂·T_h, R/(2·N̂)), 1, L_max); and a lease grows only as fast as leases are used up.
    pub fn lease(&self, now_ms: u64, horizon_ms: u64, remaining: u64) -> u64 {
        let expected = faded(self.arrivals, self.arrived_at_ms, now_ms) * float(horizon_ms) / MEMORY_MS;
        let fair = float(remaining) / (2.0 * self.peers());
        let used = whole(faded(self.admitted, self.admitted_at_ms, now_ms)).max(self.spent);
        let grown = used.saturating_mul(2).saturating_add(1);
        whole(expected.min(fair)).min(grown).clamp(1, LARGEST_LEASE)
    }

    /// The item was seen; `units` were granted to this instance, if any.
    pub fn observe(&mut self, now_ms: u64, counter: &Counter, units: u64) {
        if units > 0 {
            self.spent = 0;
        }
        let fresh = Anchor { at_ms: now_ms, writes: counter.writes, granted: counter.granted, own: 0 };
        let Some(anchor) = &mut self.anchor else {
            self.anchor = Some(fresh);
            return;
        };
        anchor.own = anchor.own.saturating_add(units);
        let anchor = *anchor;
        let elapsed_ms = now_ms.saturating_sub(anchor.at_ms);
        let is_first = self.peers < 1.0 && elapsed_ms >= FIRST_ESTIMATE_MS;
        if elapsed_ms < SHORTEST_LEASE_MS && !is_first {
            return;
        }
        let per_second = |count: u64| float(count) * 1000.0 / float(elapsed_ms);
        let all = counter.granted.saturating_sub(anchor.granted);
        self.peers = (float(all) / float(anchor.own.max(1))).max(1.0);
        self.units_per_second = per_second(all);
        self.writes_per_second = per_second(counter.writes.saturating_sub(anchor.writes));
        let writers = (self.writes_per_second * float(self.lease_ms()) / 1000.0).min(self.peers());
        self.lease_ms = whole(writers / WRITES_PER_SECOND * 1000.0);
        self.anchor = Some(fresh);
    }
}

fn faded(count: f64, at_ms: u64, now_ms: u64) -> f64 {
    count * decay(float(now_ms.saturating_sub(at_ms)) / MEMORY_MS)
}

/// e⁻ˣ for x ≥ 0, as (1 - x/1024)¹⁰²⁴: at most 0.0003 too small. `f64::exp` would be all that needs libm, which each
/// start would load.
fn decay(x: f64) -> f64 {
    (0..10).fold((1.0 - x / 1024.0).max(0.0), |power, _| power * power)
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn float(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
fn whole(number: f64) -> u64 {
    number as u64
}
