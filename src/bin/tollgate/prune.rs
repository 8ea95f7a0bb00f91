//! `tollgate prune`: old deployments of a stage are deleted.

use std::io::Write;

use anyhow::Result;
use serde_json::json;
use tollgate::{
    calendar::timestamp,
    deployment::{self, PrunableDeployment, PrunePlan, counted},
    store::ConditionalWrite,
};

use crate::{
    common_args::{CommonArgs, STAGES},
    confirm::{self, Answer},
    exit_status::ExitStatus,
    interrupt::is_interrupted,
    notes::note,
};

/// Delete old deployments of a stage for good, but for the newest ones and those in use.
///
/// One that is served, was last good or is a canary's stays whatever its age. The history still tells of what is deleted.
/// On a terminal it asks first. Exit code 1: the answer was not yes. 4: there is no such stage. 64: there is no terminal
/// to ask on, and no --yes.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate prune v1
  tollgate prune v1 --keep 20 --yes")]
pub struct Arguments {
    /// The stage.
    stage: String,
    /// The number of those it served last that stay, and of the newest it never served.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    keep: u32,
    /// Delete them without asking.
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(Arguments { stage, keep, yes, common }: &Arguments) -> Result<ExitStatus> {
    if !yes && let Err(status) = confirm::is_asked("delete deployments for good") {
        return Ok(status);
    }
    common.place.run_writing(STAGES, async |store| {
        let PrunePlan { to_delete, kept } = deployment::plan_pruning(store, stage, *keep as usize).await?;
        if to_delete.is_empty() && kept == 0 && store.stage(stage).await?.is_none() {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        if !to_delete.is_empty() {
            note(format_args!("tollgate: to delete, {} of {stage}:", counted(to_delete.len(), "deployment")));
            to_delete.iter().for_each(|deployment| note(format_args!("  {}", line(deployment))));
            if !yes && confirm::ask("delete them for good?")? == Answer::No {
                note(format_args!("tollgate: all deployments of {stage} stay"));
                return Ok(ExitStatus::Declined);
            }
        }
        let (mut deleted, mut kept) = (Vec::new(), kept);
        for (index, deployment) in to_delete.iter().enumerate() {
            if is_interrupted() {
                kept += to_delete.len() - index;
                break;
            }
            let id = &deployment.stored.id;
            match deployment::delete_pruned(store, stage, deployment).await? {
                ConditionalWrite::Done => deleted.push(id),
                ConditionalWrite::ChangedMeanwhile => {
                    note(format_args!("tollgate: deployment {id} stays: it has come into use meanwhile"));
                    kept += 1;
                }
            }
        }
        common.output.write(
            || json!({ "stage": stage, "deleted": deleted, "kept": kept }),
            |out| {
                let count = counted(deleted.len(), "deployment");
                writeln!(out, "{stage}: {count} deleted, {kept} kept")
            },
        )?;
        Ok(ExitStatus::Ok)
    })
}

/// `69b8…, last served 2026-11-30T14:27:05Z`.
fn line(deployment: &PrunableDeployment) -> String {
    let id = &deployment.stored.id;
    match deployment.at_ms() {
        Some(at_ms) => format!("{id}, of {}", timestamp(at_ms / 1_000)),
        None => format!("{id}, of a time before the history"),
    }
}
