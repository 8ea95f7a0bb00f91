//! The cost and the waste of leases, on fleets that nothing bad happens to.

use super::{
    event_loop::Simulation,
    random::Random,
    schedule::{Faults, ROLL_MS, Schedule},
};
use crate::limits::{
    quota::{Period, Quota},
    rule::{Accuracy, Limits, OnStoreError},
    throttle::Throttle,
};

struct Fleet {
    name: &'static str,
    instances: usize,
    /// The rate of all instances together.
    requests_per_second: f64,
    requests: u64,
    throttle: Option<(f64, u32)>,
    quota: Option<u64>,
    /// Writes a request, at most.
    writes: f64,
    /// The admitted part of what the limits allow, at least.
    admitted: f64,
}

struct FleetRun {
    /// Writes a request.
    writes: f64,
    /// The admitted part of what the limits allow.
    admitted: f64,
    simulation: Simulation,
}

impl Fleet {
    fn run(&self) -> FleetRun {
        let throttle = self.throttle.map(|(rate, burst)| Throttle::new(rate, burst).unwrap());
        let limits = Limits {
            throttle,
            quota: self.quota.map(|limit| Quota { limit, period: Period::Month, offset: 0 }),
            accuracy: Accuracy::Lease,
            on_store_error: OnStoreError::Refuse,
        };
        let schedule = Schedule {
            instances: self.instances,
            requests: self.requests,
            start_ms: ROLL_MS + 1000,
            every_ms: 1000.0 / self.requests_per_second,
            favoured: self.instances,
            one_at_a_time: true,
            latency_ms: (2, 2),
            limits,
            edit: None,
            faults: Faults::default(),
        };
        let mut simulation = Simulation::new(schedule, Random::new(7));
        simulation.run();
        let seconds = (simulation.now_ms - ROLL_MS - 1000) as f64 / 1000.0;
        let by_rate = self.throttle.map_or(f64::MAX, |(rate, burst)| f64::from(burst) + rate * seconds);
        let allowed = by_rate.min(self.quota.map_or(f64::MAX, |limit| limit as f64));
        let admitted = simulation.ledger.admitted as f64 / allowed.min(self.requests as f64);
        let writes = simulation.store.calls as f64 / self.requests as f64;
        FleetRun { writes, admitted, simulation }
    }
}

#[test]
#[rustfmt::skip]
fn a_hot_key_costs_few_writes_and_wastes_little() {
    let fleet = |name, instances, requests_per_second, requests, throttle, quota, writes, admitted|
        Fleet { name, instances, requests_per_second, requests, throttle, quota, writes, admitted };
    let plenty = Some((20_000.0, 40_000));
    let fleets = [
        fleet("10,000 rps, 110 instances",              110, 10_000.0,  60_000, plenty,                 None,         0.04, 1.0),
        fleet("10,000 rps, 650 instances",              650, 10_000.0,  60_000, plenty,                 None,         0.15, 1.0),
        fleet("10,000 rps, 2,000 instances",          2_000, 10_000.0,  60_000, plenty,                 None,         0.32, 1.0),
        fleet("100 rps, 1 instance",                      1,    100.0,   2_000, plenty,                 None,         0.02, 1.0),
        fleet("100 rps, 16 instances",                   16,    100.0,   2_000, plenty,                 None,         0.40, 1.0),
        fleet("4 times the rate, 1 instance",             1,    400.0,   8_000, Some((100.0, 100)),     None,         0.05, 0.95),
        fleet("4 times the rate, 20 instances",          20,  2_000.0,  40_000, Some((500.0, 1_000)),   None,         0.22, 0.95),
        fleet("10 times the rate, 600 instances",       600, 10_000.0,  60_000, Some((1_000.0, 2_000)), None,         0.20, 0.95),
        fleet("quota of 10,000, 16 instances",           16,    800.0,  20_000, None,                   Some(10_000), 0.04, 0.995),
        fleet("quota of 50,000, 50 instances",           50,  5_000.0, 100_000, None,                   Some(50_000), 0.03, 0.995),
        fleet("quota of 50,000 and rate, 50 instances",  50,  5_000.0, 100_000, plenty,                 Some(50_000), 0.03, 0.995),
    ];
    let mut failed = Vec::new();
    for fleet in fleets {
        let FleetRun { writes, admitted, mut simulation } = fleet.run();
        simulation.ledger.audit(&simulation.store).unwrap();
        let line = format!("{:40} {writes:.4} writes a request, {:.2} % admitted of what is allowed", fleet.name, admitted * 100.0);
        eprintln!("{line}");
        if writes > fleet.writes || admitted < fleet.admitted {
            failed.push(line);
        }
    }
    assert_eq!(failed, Vec::<String>::new());
}

/// Half of the instances are never called again, as when load falls: what they hold must not be lost.
#[test]
fn an_instance_that_ends_returns_what_it_holds() {
    let FleetRun { mut simulation, .. } = Fleet {
        name: "",
        instances: 40,
        requests_per_second: 4000.0,
        requests: 10_000,
        throttle: None,
        quota: Some(50_000),
        writes: 0.0,
        admitted: 0.0,
    }
    .run();
    let used = |simulation: &Simulation| simulation.store.used.values().copied().last().unwrap();
    assert_eq!(simulation.ledger.admitted, 10_000);
    assert!(used(&simulation) > 10_000);
    simulation.terminate();
    assert_eq!(used(&simulation), 10_000);
}
