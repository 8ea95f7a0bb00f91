//! `tollgate canary abort`.

use std::io::Write;

use anyhow::Result;
use serde_json::json;
use tollgate::deployment::{CanaryAbort, FormerAutoDeploy, ItemsAfterAbort, abort_canary};

use super::{no_canary, print_when_it_acts};
use crate::{
    common_args::{CommonArgs, STAGES},
    exit_status::ExitStatus,
    notes::note,
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
    common.run_writing(STAGES, async |store| {
        let (served, items) = match abort_canary(store, stage).await? {
            CanaryAbort::Aborted { served, items } => (served, items),
            CanaryAbort::NoStage => return Ok(ExitStatus::no_stage(store, stage)),
            CanaryAbort::NoCanary => return Ok(no_canary(stage)),
        };
        common.output.write(
            || {
                json!({ "stage": stage, "deploymentId": served, "itemsAreServed": items == ItemsAfterAbort::Served,
                    "autoDeploySwitchedOff": items == ItemsAfterAbort::Others(FormerAutoDeploy::On) })
            },
            |out| match &served {
                Some(served) => writeln!(out, "{stage}: serves deployment {served} to all"),
                None => writeln!(out, "{stage}: has no canary any more"),
            },
        )?;
        if let ItemsAfterAbort::Others(auto_deploy) = items {
            tell_items(arguments, auto_deploy, served.as_deref());
        }
        print_when_it_acts();
        Ok(ExitStatus::Ok)
    })
}

/// Tells that the edit is still there, and the ways to go on.
fn tell_items(Arguments { stage, common }: &Arguments, auto_deploy: FormerAutoDeploy, served: Option<&str>) {
    let again = common.again();
    note(format_args!(
        "tollgate: the routes table still has other items than {stage} serves: those of the edit"
    ));
    let on = match auto_deploy {
        FormerAutoDeploy::On => {
            note(
                "tollgate: autoDeploy is off from now on, or the next edit of a route would serve all of them",
            );
            " --auto-deploy"
        }
        FormerAutoDeploy::Off => "",
    };
    note(format_args!(
        "tollgate: to go back: tollgate apply FILE{again} with the file of before the edit, which sets autoDeploy too"
    ));
    if let Some(served) = served {
        note(format_args!(
            "tollgate: the routes that {stage} serves, as a file: tollgate export old.yaml --stage {stage} --deployment \
             {served}{again}"
        ));
    }
    note(format_args!("tollgate: to serve the items as they are: tollgate deploy {stage}{on}{again}"));
}
