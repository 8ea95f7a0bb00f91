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
    process::CpuTime,
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
    /// Of the CPU time of all rounds, percent.
    pub system_share: f64,
}

/// # Errors
/// The first wrong answer ends it.
pub async fn measure(stand: &Stand, cases: &[Case], effort: &Effort) -> Result<Vec<CaseRounds>> {
    let mut rounds: Vec<Vec<Round>> = cases.iter().map(|_| Vec::new()).collect();
    let mut ticks = vec![(0, 0); cases.len()];
    for case in cases {
        block(stand, case, effort.requests.min(300)).await?;
    }
    let mut order: Vec<usize> = (0..cases.len()).collect();
    for _ in 0..effort.rounds {
        order.sort_by_cached_key(|_| Uuid::new_v4());
        for &index in &order {
            let (round, cpu) = block(stand, &cases[index], effort.requests).await?;
            rounds[index].push(round);
            ticks[index].0 += cpu.user_ticks;
            ticks[index].1 += cpu.system_ticks;
        }
    }
    let measured = cases.iter().zip(rounds).zip(ticks);
    let share = |(user, system): (u64, u64)| 100.0 * system as f64 / (user + system).max(1) as f64;
    Ok(measured
        .map(|((case, rounds), ticks)| CaseRounds { way: case.way, rounds, system_share: share(ticks) })
        .collect())
}

async fn block(stand: &Stand, case: &Case, requests: usize) -> Result<(Round, CpuTime)> {
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
    let cpu = CpuTime {
        total: after.total.checked_sub(before.total).unwrap_or(Duration::ZERO),
        user_ticks: after.user_ticks - before.user_ticks,
        system_ticks: after.system_ticks - before.system_ticks,
    };
    let round = Round {
        p50: percentile(&mut latencies, 0.5),
        p99: percentile(&mut latencies, 0.99),
        cpu: cpu.total.as_secs_f64() * 1e6 / requests as f64,
    };
    Ok((round, cpu))
}

async fn cpu_time(stand: &Stand, case: &Case) -> Result<CpuTime> {
    match case.way.function() {
        Some(function) => stand.cpu_time(&function).await,
        None => Ok(CpuTime::default()),
    }
}
