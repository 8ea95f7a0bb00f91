//! The real arithmetic against a model of the store, in many seeded runs: a promise that breaks names its seed.
//!
//! `SCHEDULES=1000000` runs more of them, `SEED=…` one of them.

pub(super) mod counter_model;
mod event_loop;
mod fleets;
mod promises;
mod random;
mod schedule;
mod simulated_instance;
mod store_calls;

use std::{env, thread};

use self::{event_loop::Simulation, random::Random, schedule::Schedule};

const SCHEDULES: u64 = 100_000;

#[derive(Debug, Default)]
struct Sums {
    admitted: u64,
    refused: u64,
    degraded: u64,
    calls: u64,
    resets: u64,
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn run(seed: u64) -> Result<Simulation, String> {
    let mut random = Random::new(seed);
    let schedule = Schedule::random(&mut random);
    if env::var("SEED").is_ok() {
        eprintln!("{schedule:#?}");
    }
    let mut simulation = Simulation::new(schedule, random);
    simulation.run();
    simulation.ledger.audit(&simulation.store).map_err(|broken| format!("SEED={seed}: {broken}"))?;
    Ok(simulation)
}

fn run_all(seeds: impl Iterator<Item = u64>) -> Result<Sums, String> {
    let mut sums = Sums::default();
    for seed in seeds {
        let Simulation { ledger, store, .. } = run(seed)?;
        sums.admitted += ledger.admitted;
        sums.refused += ledger.refused;
        sums.degraded += ledger.degraded;
        sums.calls += store.calls;
        sums.resets += ledger.resets;
    }
    Ok(sums)
}

#[test]
fn no_schedule_breaks_a_promise() {
    if let Some(seed) = number("SEED") {
        let simulation = run(seed);
        eprintln!("{simulation:#?}");
        simulation.map(drop).unwrap();
        return;
    }
    let schedules = number("SCHEDULES").unwrap_or(SCHEDULES);
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let results: Vec<Result<Sums, String>> = thread::scope(|scope| {
        let start = |first| scope.spawn(move || run_all((first..schedules).step_by(threads as usize)));
        let running: Vec<_> = (0..threads).map(start).collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let mut all = Sums::default();
    for result in results {
        let Sums { admitted, refused, degraded, calls, resets } = result.unwrap();
        all.admitted += admitted;
        all.refused += refused;
        all.degraded += degraded;
        all.calls += calls;
        all.resets += resets;
    }
    eprintln!("{schedules} schedules: {all:?}");
    // An instance that admits nothing breaks no promise.
    assert!(all.admitted > 2 * schedules && all.resets >= schedules / 1000, "{all:?}");
}
