//! `tollgate canary abort`.

use std::io::Write;

use anyhow::Result;
use serde_json::json;
use tollgate::deployment::{CanaryAbort, FormerAutoDeploy, ItemsAfterCanary, abort_canary};

use super::{
    no_canary,
    other_items::{OtherItems, tell_items},
    print_when_it_acts,
};
use crate::{
    common_args::{CommonArgs, STAGES},
    exit_status::ExitStatus,
};

/// End a canary: the stage serves all requests with what it served
///
/// The items stay as they are. Where they are not what the stage serves, autoDeploy goes off, so that nothing serves the
/// canary's edit by surprise.
///
/// Examples:
///   tollgate canary abort v1
///
/// Exit code 4: there is no such stage, or it has no canary.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate canary abort v1")]
pub struct Arguments {
    /// The stage.
    stage: String,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { stage, common } = arguments;
    common.place.run_writing(STAGES, async |store| {
        let (served, items) = match abort_canary(store, stage).await? {
            CanaryAbort::Aborted { served, items } => (served, items),
            CanaryAbort::NoStage => return Ok(ExitStatus::no_stage(store, stage)),
            CanaryAbort::NoCanary => return Ok(no_canary(stage)),
        };
        common.output.write(
            || {
                json!({ "stage": stage, "deploymentId": served, "itemsAreServed": items == ItemsAfterCanary::Served,
                    "autoDeploySwitchedOff": items == ItemsAfterCanary::Others(FormerAutoDeploy::On) })
            },
            |out| match &served {
                Some(served) => writeln!(out, "{stage}: serves deployment {served} to all"),
                None => writeln!(out, "{stage}: has no canary any more"),
            },
        )?;
        if let ItemsAfterCanary::Others(auto_deploy) = items {
            tell_items(&OtherItems {
                stage,
                again: &common.place.again(),
                auto_deploy,
                served: served.as_deref(),
                whose: "those of the edit",
                file: "the file of before the edit",
            });
        }
        print_when_it_acts();
        Ok(ExitStatus::Ok)
    })
}
