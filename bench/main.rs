//! Measures the gateway under the local Lambda host, side by side with a bare hello and with direct invokes.
//!
//! `bench/run` builds everything and starts this.

mod budgets;
mod cached;
mod cases;
mod counter;
mod figures;
mod integration;
mod limits;
mod measured;
mod process;
mod report;
mod rounds;
mod stand;
mod starts;
mod units;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::Parser;
use tokio::{runtime::Builder, signal};

use crate::{
    measured::{Measured, Memory},
    stand::{HELLO, SIZES, Stand, counted, gateway},
};

#[derive(Parser)]
struct Arguments {
    /// A smoke test: few requests, and the figures only printed.
    #[arg(long)]
    quick: bool,
    /// Only what keys and plans cost at DynamoDB, printed.
    #[arg(long)]
    limits: bool,
    /// Only what the response cache costs, printed.
    #[arg(long)]
    cache: bool,
    /// Measures nothing: serves everything until Ctrl-C, for a profiler.
    #[arg(long)]
    hold: bool,
    /// The gateway's release binary.
    #[arg(long)]
    gateway: PathBuf,
    /// The release binary of bench/hello.rs.
    #[arg(long)]
    hello: PathBuf,
    /// When this is, for the report.
    #[arg(long)]
    date: String,
    /// What is measured, for the report.
    #[arg(long)]
    commit: String,
    /// `cargo bench` says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How much is measured.
pub struct Effort {
    pub rounds: usize,
    /// Of each case, in each round.
    pub requests: usize,
    pub starts: usize,
    /// Of each case, for DynamoDB's units.
    pub counted_requests: usize,
}

const FULL: Effort = Effort { rounds: 9, requests: 1_000, starts: 25, counted_requests: 500 };
const QUICK: Effort = Effort { rounds: 3, requests: 100, starts: 3, counted_requests: 50 };

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // One thread for the host and its client: a request waits for no other core to wake up.
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(&arguments))
}

async fn run(arguments: &Arguments) -> Result<()> {
    if arguments.limits {
        print!("{}", report::limits(&limits::measure(&arguments.gateway).await?));
        return Ok(());
    }
    let effort = if arguments.quick { QUICK } else { FULL };
    let stand = Stand::start(&arguments.gateway, &arguments.hello).await?;
    if arguments.hold {
        stand.show().await?;
        signal::ctrl_c().await?;
        stand.stop().await;
        return Ok(());
    }
    if arguments.cache {
        cached::fill(&stand).await?;
        let rounds = rounds::measure(&stand, &cached::cases(&stand), &effort).await?;
        print!("{}", report::cache(&rounds, &cached::measure(&stand, effort.counted_requests).await?));
        stand.stop().await;
        return Ok(());
    }
    let measured = measure(&stand, &effort, &arguments.gateway).await?;
    stand.stop().await;

    let report = report::write(&arguments.date, &arguments.commit, &effort, &measured);
    if arguments.quick {
        print!("{report}");
    } else {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/RESULTS.md");
        fs::write(path, report).with_context(|| format!("writing {path}"))?;
        eprintln!("written: {path}");
    }
    Ok(())
}

async fn measure(stand: &Stand, effort: &Effort, gateway_binary: &Path) -> Result<Measured> {
    eprintln!("starts …");
    let mut functions = vec![HELLO.to_owned()];
    functions.extend(SIZES.map(gateway));
    let starts = starts::measure(stand, &functions, effort.starts).await?;
    let mut memory = Vec::new();
    for function in &functions {
        memory.push(Memory { function: function.clone(), started: stand.memory(function)?, served: None });
    }
    cached::fill(stand).await?;
    eprintln!("requests …");
    let rounds = rounds::measure(stand, &cases::all(stand), effort).await?;
    for row in &mut memory {
        row.served = Some(stand.memory(&row.function)?);
    }
    eprintln!("DynamoDB units …");
    let mut units = Vec::new();
    for routes in SIZES {
        units.push(units::measure(stand, &counted(routes), routes, effort.counted_requests).await?);
    }
    eprintln!("the cache …");
    let cache = cached::measure(stand, effort.counted_requests).await?;
    eprintln!("keys and plans …");
    let limits = limits::measure(gateway_binary).await?;
    let binary_bytes = fs::metadata(gateway_binary)?.len();
    Ok(Measured { starts, rounds, memory, units, cache, limits, binary_bytes })
}
