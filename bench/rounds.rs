//! Warm requests, one after the other: latency and CPU time, round after round.
//!
//! Every round measures all cases, in an order of its own, so that a slow minute of the machine meets all of them.
//! Comparisons are made within a round.

use std::time::{Duration, Instant};

use anyhow::Result;
use uuid::Uuid;

use crate::{cases::Case, effort::Effort, scenario::Scenario, statistics::percentile, test_bed::TestBed};

/// The figures of one case in one round.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// Microseconds a request, user and system; zero for DynamoDB, which has no process of its own.
    pub cpu: f64,
}

pub struct CaseRounds {
    pub scenario: Scenario,
    pub rounds: Vec<Round>,
}

/// # Errors
/// The first wrong answer ends it.
pub async fn measure(bed: &TestBed, cases: &[Case], effort: &Effort) -> Result<Vec<CaseRounds>> {
    let mut measured: Vec<_> =
        cases.iter().map(|case| CaseRounds { scenario: case.scenario, rounds: Vec::new() }).collect();
    for case in cases {
        block(bed, case, effort.requests.min(300)).await?;
    }
    let mut order: Vec<usize> = (0..cases.len()).collect();
    for _ in 0..effort.rounds {
        order.sort_by_cached_key(|_| Uuid::new_v4());
        for &index in &order {
            measured[index].rounds.push(block(bed, &cases[index], effort.requests).await?);
        }
    }
    Ok(measured)
}

async fn block(bed: &TestBed, case: &Case, requests: usize) -> Result<Round> {
    // The first ones bring caches and connections back.
    for number in 0..20 {
        case.send(bed, number).await?;
    }
    let before = cpu_time(bed, case).await?;
    let mut latencies = Vec::with_capacity(requests);
    for number in 0..requests {
        let sent_at = Instant::now();
        case.send(bed, number).await?;
        latencies.push(sent_at.elapsed().as_secs_f64() * 1_000.0);
    }
    let after = cpu_time(bed, case).await?;
    Ok(Round {
        p50: percentile(&mut latencies, 0.5),
        p99: percentile(&mut latencies, 0.99),
        cpu: after.saturating_sub(before).as_secs_f64() * 1e6 / requests as f64,
    })
}

async fn cpu_time(bed: &TestBed, case: &Case) -> Result<Duration> {
    match case.scenario.function() {
        Some(function) => bed.cpu_time(&function).await,
        None => Ok(Duration::ZERO),
    }
}
