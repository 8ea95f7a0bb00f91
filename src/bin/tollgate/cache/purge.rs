//! `tollgate cache purge`.

use std::io::Write;

use anyhow::Result;
use serde_json::json;
use tollgate::store::Raised;

use crate::{
    common::{Common, STAGE_ITEMS},
    ending::Ending,
};

/// Give no answer any more that is kept now.
///
/// It raises the stage item's cacheGeneration by one, which is one write however much is kept: entries of before are
/// not asked for any more, and expire by themselves. It acts within REFRESH_SECONDS of the gateway.
///
/// Exit code 3: the item's cacheGeneration is no number that can be raised. 4: there is no such stage.
#[derive(clap::Args)]
pub struct Arguments {
    /// The stage.
    stage: String,
    #[command(flatten)]
    common: Common,
}

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<Ending> {
    let Arguments { stage, common } = arguments;
    common.run(STAGE_ITEMS, async |store| {
        let table = &store.tables.stages;
        let generation = match store.raise_cache_generation(stage).await? {
            Raised::To(generation) => generation,
            Raised::NoStage => {
                eprintln!("tollgate: there is no stage {stage} in {table}");
                return Ok(Ending::NotFound);
            }
            Raised::NoGeneration => {
                eprintln!(
                    "tollgate: {table} [stage={stage}] cacheGeneration: no whole number that can be raised"
                );
                return Ok(Ending::Invalid);
            }
        };
        common.output.write(
            || json!({ "stage": stage, "cacheGeneration": generation }),
            |out| writeln!(out, "{stage}: cacheGeneration {generation}"),
        )?;
        say_when();
        Ok(Ending::Ok)
    })
}

fn say_when() {
    eprintln!("tollgate: instances follow within REFRESH_SECONDS (5 unless it is set)");
}
