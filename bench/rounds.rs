//! Warm requests, one after the other: latency and CPU time, round after round.
//!
//! Every round measures all cases, in an order of its own, so that a slow minute of the machine meets all of them.
//! What is compared is compared within a round.

use std::time::{Duration, Instant};

use anyhow::Result;
use uuid::Uuid;

use crate::{
    Effort,
    cases::{Case, Way},
    figures::percentile,
    stand::Stand,
};

/// What one round says of one case.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// Microseconds a request, user and system; of DynamoDB nothing is known.
    pub cpu: f64,
}

pub struct CaseRounds {
    pub way: Way,
    pub rounds: Vec<Round>,
}

/// # Errors
/// The first wrong answer ends it.
pub async fn measure(stand: &Stand, cases: &[Case], effort: &Effort) -> Result<Vec<CaseRounds>> {
    let mut measured: Vec<_> =
        cases.iter().map(|case| CaseRounds { way: case.way, rounds: Vec::new() }).collect();
    for case in cases {
        block(stand, case, effort.requests.min(300)).await?;
    }
    let mut order: Vec<usize> = (0..cases.len()).collect();
    for _ in 0..effort.rounds {
        order.sort_by_cached_key(|_| Uuid::new_v4());
        for &index in &order {
            measured[index].rounds.push(block(stand, &cases[index], effort.requests).await?);
        }
    }
    Ok(measured)
}

async fn block(stand: &Stand, case: &Case, requests: usize) -> Result<Round> {
    // The first ones bring caches and connections back.
    for number in 0..20 {
        case.send(stand, number).await?;
    }
    let before = cpu_time(stand, case).await?;
    let mut latencies = Vec::with_capacity(requests);
    for number in 0..requests {
        let sent_at = Instant::now();
        case.send(stand, number).await?;
        latencies.push(sent_at.elapsed().as_secs_f64() * 1_000.0);
    }
    let after = cpu_time(stand, case).await?;
    Ok(Round {
        p50: percentile(&mut latencies, 0.5),
        p99: percentile(&mut latencies, 0.99),
        cpu: after.saturating_sub(before).as_secs_f64() * 1e6 / requests as f64,
    })
}

async fn cpu_time(stand: &Stand, case: &Case) -> Result<Duration> {
    match case.way.function() {
        Some(function) => stand.cpu_time(&function).await,
        None => Ok(Duration::ZERO),
    }
}
