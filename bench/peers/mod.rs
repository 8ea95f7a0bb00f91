//! The gateway beside its peers: the same target function, the same key check and limit, on one machine.
//!
//! `make bench-peers` installs the peers, measures, and writes bench/PEERS.md and its plots.

mod comparison;
mod effort;
mod functions;
mod load;
mod peer;
mod report;
mod row;
mod scale;
mod servers;
mod starts;

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::Serialize;

use self::{
    comparison::ComparedRow,
    effort::{FULL, QUICK},
    functions::{AT_ONCE, PeerSources},
    scale::{RoutePoint, WritePoint},
};
use crate::{scenario::TARGET, test_bed::TestBed};

/// Everything that is measured, as the plots are drawn from.
#[derive(Serialize)]
pub struct PeerResults {
    pub rows: Vec<ComparedRow>,
    pub routes: Vec<RoutePoint>,
    pub instances: Vec<WritePoint>,
    pub keys: Vec<WritePoint>,
}

/// The date, the commit and the effort of a run, for the results.
pub struct Run<'a> {
    pub date: &'a str,
    pub commit: &'a str,
    pub gateway_binary: &'a Path,
    pub hello_binary: &'a Path,
    pub is_quick: bool,
}

/// Measures all of it, and writes the results; a quick run prints them.
///
/// # Errors
/// The floor or the gateway fails. A peer that fails is a line of the results.
pub async fn run(run: &Run<'_>) -> Result<()> {
    let effort = if run.is_quick { QUICK } else { FULL };
    let Run { gateway_binary, hello_binary, .. } = *run;
    let bed =
        TestBed::start(|services| PeerSources { gateway_binary, hello_binary, services }.functions()).await?;
    for count in 1..=AT_ONCE {
        bed.start_instances(TARGET, count).await?;
    }
    let results = PeerResults {
        rows: comparison::measure(&bed, &effort).await,
        routes: scale::routes(&bed, &effort).await,
        instances: scale::instances(&bed, &effort).await?,
        keys: scale::keys(&bed, &effort).await?,
    };
    bed.stop().await;
    let data = peer::tool("results.json");
    fs::write(&data, serde_json::to_string_pretty(&results)?).with_context(|| data.display().to_string())?;
    let text = report::write(run, &effort, &results);
    if run.is_quick {
        print!("{text}");
    } else {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/PEERS.md");
        fs::write(path, text).with_context(|| format!("writing {path}"))?;
        eprintln!("written: {path}");
    }
    Ok(())
}
