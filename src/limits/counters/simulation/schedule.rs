//! The schedule of one run, all of it drawn from a seed.

use super::random::Random;
use crate::limits::{
    quota::{Period, Quota},
    rule::{Accuracy, Limits, OnStoreError},
    throttle::Throttle,
};

/// 2024-07-01T00:00Z: a day, a week and a month begin.
pub const ROLL_MS: u64 = 1_719_792_000_000;

/// Chances are per mille: of a call where a call can fail, else of a request.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    pub crash: u64,
    pub terminate: u64,
    pub freeze: u64,
    pub longest_freeze_ms: u64,
    /// The write does not happen, or its response does not come.
    pub lost_call: u64,
    pub lost_answer: u64,
    pub duplicate: u64,
    pub not_sent: u64,
    pub slow: u64,
    pub skew_ms: u64,
    /// Units that come back, as the request was refused later.
    pub put_back: u64,
}

#[derive(Clone, Debug)]
pub struct Schedule {
    pub instances: usize,
    pub requests: u64,
    pub start_ms: u64,
    /// Mean time between requests.
    pub every_ms: f64,
    /// Requests go to this many instances first of all, to any of them otherwise.
    pub favoured: usize,
    /// An instance gets no other request while one waits for the store, as on Lambda.
    pub one_at_a_time: bool,
    /// One way.
    pub latency_ms: (u64, u64),
    pub limits: Limits,
    /// The plan is edited before this request.
    pub edit: Option<(u64, Limits)>,
    pub faults: Faults,
}

impl Schedule {
    pub fn random(random: &mut Random) -> Self {
        let (instances, requests) = match random.index(2000) {
            0 => (random.between(500, 3000), random.between(1000, 6000)),
            1..=100 => (random.between(20, 60), random.between(50, 200)),
            101..=600 => (1, random.between(10, 80)),
            _ => (random.between(2, 8), random.between(10, 80)),
        };
        let every_ms = random.pick(&[0.5, 2.0, 10.0, 50.0, 300.0]);
        let limits = limits(random);
        let start_ms = ROLL_MS - random.pick(&[0, 200, 1000, 3_600_000]);
        let edit = random.per_mille(200).then(|| (random.between(1, requests), edited(&limits, random)));
        let instances = usize::try_from(instances).expect("few");
        Self {
            instances,
            requests,
            start_ms,
            every_ms,
            favoured: random.index(instances) + 1,
            one_at_a_time: random.per_mille(500),
            latency_ms: random.pick(&[(1, 1), (1, 8), (2, 60), (1, 400)]),
            limits,
            edit,
            faults: if random.per_mille(100) { Faults::default() } else { faults(random) },
        }
    }
}

fn limits(random: &mut Random) -> Limits {
    let (has_throttle, has_quota) = random.pick(&[(true, true), (true, true), (true, false), (false, true)]);
    Limits {
        throttle: has_throttle.then(|| throttle(random)),
        quota: has_quota.then(|| {
            let limit = random.pick(&[0, 1, 3, 10, 25, 60, 1000]);
            let offset = if random.per_mille(800) { 0 } else { random.between(0, limit) };
            Quota { limit, period: random.pick(&[Period::Day, Period::Week, Period::Month]), offset }
        }),
        accuracy: if random.per_mille(900) { Accuracy::Lease } else { Accuracy::Exact },
        on_store_error: if random.per_mille(900) { OnStoreError::Refuse } else { OnStoreError::Allow },
    }
}

fn throttle(random: &mut Random) -> Throttle {
    let rate_limit = random.pick(&[0.01, 0.5, 3.0, 20.0, 100.0, 1000.0]);
    let burst_limit = random.pick(&[1, 2, 5, 20, 100]);
    Throttle::new(rate_limit, burst_limit).unwrap()
}

/// Other numbers, or other kinds of limits.
fn edited(before: &Limits, random: &mut Random) -> Limits {
    let mut after = *before;
    match random.index(4) {
        0 => return limits(random),
        1 => after.throttle = after.throttle.map(|_| throttle(random)),
        _ => {
            let limit = random.pick(&[1, 2, 8, 40]);
            after.quota = after.quota.map(|quota| Quota { limit, offset: quota.offset.min(limit), ..quota });
        }
    }
    after
}

fn faults(random: &mut Random) -> Faults {
    let mut some = |chances: &[u64]| if random.per_mille(500) { 0 } else { random.pick(chances) };
    Faults {
        crash: some(&[5, 30, 200]),
        terminate: some(&[5, 30, 100]),
        freeze: some(&[10, 50]),
        longest_freeze_ms: some(&[50, 900, 3000, 100_000_000]).max(10),
        lost_call: some(&[10, 100, 400]),
        lost_answer: some(&[10, 100, 400]),
        duplicate: some(&[10, 200, 500]),
        not_sent: some(&[10, 200]),
        slow: some(&[10, 200]),
        skew_ms: some(&[5, 100, 1000]),
        put_back: some(&[10, 200]),
    }
}
