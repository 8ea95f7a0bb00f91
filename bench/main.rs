//! Measures the gateway under the local Lambda host, side by side with a bare hello and with direct invokes.
//!
//! `bench/run` builds everything and starts this.

mod budgets;
mod cache_units;
mod callers;
mod cases;
mod cold_starts;
mod compressed_requests;
mod counting_proxy;
mod effort;
mod functions;
mod gateway_units;
mod idle_requests;
mod integration;
mod key_costs;
mod key_items;
mod loopback;
mod mapped_requests;
mod measurements;
mod peers;
mod process;
mod results;
mod rounds;
mod scenario;
mod statistics;
mod test_bed;

use std::{
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

use anyhow::{Context, Result};
use clap::Parser;
use tokio::{runtime::Builder, signal};

use crate::{
    callers::Issuer,
    effort::{Effort, FULL, QUICK},
    functions::FunctionSources,
    measurements::{FunctionMemory, Measurements},
    peers::Run,
    scenario::{HELLO, SIZES, counted, gateway},
    test_bed::TestBed,
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
    /// Only what templates and services cost, printed.
    #[arg(long)]
    mapped: bool,
    /// Only what compression costs, printed.
    #[arg(long)]
    compressed: bool,
    /// The gateway beside its peers, for bench/PEERS.md.
    #[arg(long)]
    peers: bool,
    /// Measures nothing: serves everything until Ctrl-C, for a profiler.
    #[arg(long)]
    hold: bool,
    /// The gateway's release binary.
    #[arg(long)]
    gateway: PathBuf,
    /// The release binary of bench/hello.rs.
    #[arg(long)]
    hello: PathBuf,
    /// The date, for the results.
    #[arg(long)]
    date: String,
    /// The commit that is measured, for the results.
    #[arg(long)]
    commit: String,
    /// `cargo bench` says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // One thread for the host and its client: a request waits for no other core to wake up.
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(&arguments))
}

async fn run(arguments: &Arguments) -> Result<()> {
    if arguments.limits {
        print!("{}", results::keys(&key_costs::measure(&arguments.gateway).await?));
        return Ok(());
    }
    if arguments.peers {
        let Arguments { date, commit, gateway, hello, quick, .. } = arguments;
        let run = Run { date, commit, gateway_binary: gateway, hello_binary: hello, is_quick: *quick };
        return peers::run(&run).await;
    }
    let effort = if arguments.quick { QUICK } else { FULL };
    let issuer = Rc::new(Issuer::new()?);
    let bed = start_bed(&arguments.gateway, &arguments.hello, &issuer).await?;
    if arguments.hold {
        bed.show().await?;
        signal::ctrl_c().await?;
        bed.stop().await;
        return Ok(());
    }
    if arguments.cache {
        cache_units::fill(&bed).await?;
        let rounds = rounds::measure(&bed, &cases::cache(&bed), &effort).await?;
        print!("{}", results::cache(&rounds, &cache_units::measure(&bed, effort.counted_requests).await?));
        bed.stop().await;
        return Ok(());
    }
    if arguments.mapped {
        let rounds = rounds::measure(&bed, &cases::mapped(&bed), &effort).await?;
        print!("{}", results::mapped(&rounds));
        bed.stop().await;
        return Ok(());
    }
    if arguments.compressed {
        let rounds = rounds::measure(&bed, &cases::compressed(&bed), &effort).await?;
        print!("{}", results::compressed(&rounds));
        bed.stop().await;
        return Ok(());
    }
    let measured = measure(&bed, &issuer, &effort, &arguments.gateway).await?;
    bed.stop().await;

    let results = results::write(&arguments.date, &arguments.commit, &effort, &measured);
    if arguments.quick {
        print!("{results}");
    } else {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/RESULTS.md");
        fs::write(path, results).with_context(|| format!("writing {path}"))?;
        eprintln!("written: {path}");
    }
    Ok(())
}

/// Writes all items and lets each gateway publish its routes.
async fn start_bed(gateway_binary: &Path, hello_binary: &Path, issuer: &Issuer) -> Result<TestBed> {
    let bed = TestBed::start(|services| {
        FunctionSources { gateway_binary, hello_binary, services, issuer }.functions()
    })
    .await?;
    for routes in SIZES {
        bed.start_instance(&gateway(routes)).await?;
        bed.end_instances(&gateway(routes)).await;
    }
    Ok(bed)
}

async fn measure(
    bed: &TestBed,
    issuer: &Rc<Issuer>,
    effort: &Effort,
    gateway_binary: &Path,
) -> Result<Measurements> {
    eprintln!("starts …");
    let mut functions = vec![HELLO.to_owned()];
    functions.extend(SIZES.map(gateway));
    let starts = cold_starts::measure(bed, &functions, effort.starts).await?;
    let mut memory = Vec::new();
    for function in &functions {
        let started = bed.memory(function)?;
        memory.push(FunctionMemory { function: function.clone(), started, served: None });
    }
    cache_units::fill(bed).await?;
    eprintln!("requests …");
    let rounds = rounds::measure(bed, &cases::all(bed, issuer), effort).await?;
    for row in &mut memory {
        row.served = Some(bed.memory(&row.function)?);
    }
    eprintln!("requests after a pause …");
    let idle = idle_requests::measure(bed, effort.pauses).await?;
    eprintln!("DynamoDB units …");
    let mut units = Vec::new();
    for routes in SIZES {
        units.push(gateway_units::measure(bed, &counted(routes), routes, effort.counted_requests).await?);
    }
    eprintln!("the cache …");
    let cache = cache_units::measure(bed, effort.counted_requests).await?;
    eprintln!("keys and plans …");
    let keys = key_costs::measure(gateway_binary).await?;
    let binary_bytes = fs::metadata(gateway_binary)?.len();
    Ok(Measurements { starts, rounds, memory, idle, units, cache, keys, binary_bytes })
}
