//! `tollgate canary abort`.

use std::io::Write;

use anyhow::Result;
use serde_json::json;
use tollgate::deployment::{CanaryAbort, abort_canary};

use super::{no_canary, print_when_it_acts};
use crate::{
    common_args::{CommonArgs, STAGES},
    exit_status::ExitStatus,
    notes::note,
};

/// End a canary: the stage serves all requests with what it served
///
/// The items stay as they are, and with autoDeploy the next edit of a route serves all of them.
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
    common.run_writing(STAGES, async |store| {
        let (served, auto_deploys) = match abort_canary(store, stage).await? {
            CanaryAbort::Aborted { served, auto_deploys } => (served, auto_deploys),
            CanaryAbort::NoStage => return Ok(ExitStatus::no_stage(store, stage)),
            CanaryAbort::NoCanary => return Ok(no_canary(stage)),
        };
        common.output.write(
            || json!({ "stage": stage, "deploymentId": served }),
            |out| match &served {
                Some(served) => writeln!(out, "{stage}: serves deployment {served} to all"),
                None => writeln!(out, "{stage}: has no canary any more"),
            },
        )?;
        if auto_deploys {
            note(format_args!(
                "tollgate: with autoDeploy the next edit of a route of {stage} serves all of its items as they are then"
            ));
        }
        print_when_it_acts();
        Ok(ExitStatus::Ok)
    })
}
