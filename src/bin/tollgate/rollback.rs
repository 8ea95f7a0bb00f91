//! `tollgate rollback`: a stage serves an older deployment again.

use std::io::Write;

use anyhow::Result;
use serde_json::json;
use tollgate::{
    calendar::timestamp,
    clock::Clock,
    deployment::{
        self, FormerAutoDeploy, Origin, Rollback, RollbackCandidate, RollbackOutcome, RollbackRefusal,
        counted,
    },
    store::Store,
};

use crate::{
    common_args::{CommonArgs, STAGES},
    confirm::{self, Answer},
    deployment_arg,
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
    message_arg::MessageArg,
    notes::note,
    operator::operator,
    text_table::{self, Column},
};

/// Serve an older deployment of a stage again, at once and whatever its items are now.
///
/// Later edits wait (autoDeploy: false), or the next one would undo it. On a terminal it asks first. Exit code 1: the
/// answer was not yes. 3: the stage cannot serve that deployment; nothing has changed. 4: there is no such stage or
/// deployment. 64: there is no terminal to ask on, and no --yes.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate rollback v1
  tollgate rollback v1 69b8f57a --yes -m 'edited by mistake'")]
pub struct Arguments {
    /// The stage.
    stage: String,
    /// The deployment, or the first digits of its id that no other has [default: as --last].
    #[arg(conflicts_with = "last")]
    id: Option<String>,
    /// The deployment that was served before the one that is served now.
    #[arg(long)]
    last: bool,
    #[command(flatten)]
    message: MessageArg,
    /// Do it without asking.
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { stage, id, last: _, message, yes, common } = arguments;
    if !yes && let Err(status) = confirm::is_asked("roll back") {
        return Ok(status);
    }
    common.place.connected(STAGES, WhenInterrupted::FinishFirst, async |connection| {
        let store = &connection.store;
        if store.stage(stage).await?.is_none() {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        let id = match target(store, stage, id.as_deref()).await? {
            Ok(id) => id,
            Err(status) => return Ok(status),
        };
        if !yes && confirm::ask(&format!("roll {stage} back to deployment {id}?"))? == Answer::No {
            note(format_args!("tollgate: {stage} stays as it is"));
            return Ok(ExitStatus::Declined);
        }
        let by = operator(connection.sts().as_ref()).await;
        let origin = Origin { at: Clock::System.now(), by: &by, message: message.text() };
        match deployment::roll_back(store, stage, &id, origin).await? {
            RollbackOutcome::RolledBack(rollback) => {
                print(stage, &id, &rollback, common)?;
                Ok(ExitStatus::Ok)
            }
            RollbackOutcome::ServedAlready => {
                common.output.write(
                    || json!({ "stage": stage, "deploymentId": id, "from": id }),
                    |out| writeln!(out, "{stage}: serves deployment {id} already"),
                )?;
                Ok(ExitStatus::Ok)
            }
            RollbackOutcome::Refused(why) => refuse(store, stage, &id, why).await,
            RollbackOutcome::NoStage => Ok(ExitStatus::no_stage(store, stage)),
        }
    })
}

/// Returns the id of the deployment that is meant.
async fn target(store: &Store, stage: &str, id: Option<&str>) -> Result<Result<String, ExitStatus>> {
    let Some(prefix) = id else {
        return Ok(match deployment::served_before(store, stage).await? {
            Some(id) => Ok(id),
            None => {
                note(format_args!("tollgate: {stage}: its history tells of no deployment before this one"));
                list_candidates(store, stage).await?;
                Err(ExitStatus::NotFound)
            }
        });
    };
    let found = deployment_arg::find(store, stage, prefix).await?;
    if found.is_err() {
        list_candidates(store, stage).await?;
    }
    Ok(found)
}

fn print(stage: &str, id: &str, rollback: &Rollback, common: &CommonArgs) -> Result<()> {
    let Rollback { from, routes, auto_deploy } = rollback;
    let before = from.as_deref().unwrap_or("nothing");
    common.output.write(
        || json!({ "stage": stage, "deploymentId": id, "from": from, "routes": routes, "autoDeploy": false }),
        |out| {
            writeln!(
                out,
                "{stage}: serves deployment {id} again, {}; before: {before}",
                counted(*routes, "route")
            )
        },
    )?;
    note("tollgate: instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev)");
    let again = common.place.again();
    match auto_deploy {
        FormerAutoDeploy::On => note(format_args!(
            "tollgate: autoDeploy is off from now on, or the next edit would undo this; to go on with the items as they \
             are: tollgate deploy {stage} --auto-deploy{again}"
        )),
        FormerAutoDeploy::Off => {
            note(format_args!(
                "tollgate: to go on with the items as they are: tollgate deploy {stage}{again}"
            ));
        }
    }
    if let Some(from) = from {
        note(format_args!("tollgate: to undo this: tollgate rollback {stage} {from}{again}"));
    }
    Ok(())
}

async fn refuse(store: &Store, stage: &str, id: &str, why: RollbackRefusal) -> Result<ExitStatus> {
    let status = match why {
        RollbackRefusal::Pruned => {
            note(format_args!("tollgate: {stage}: deployment {id} was served once, and is pruned"));
            ExitStatus::NotFound
        }
        RollbackRefusal::Unknown => {
            note(format_args!("tollgate: {stage}: there is no deployment {id}"));
            ExitStatus::NotFound
        }
        RollbackRefusal::Problems(problems) => {
            let count = counted(problems.len(), "problem");
            note(format_args!("tollgate: {stage} cannot serve deployment {id}: {count}"));
            problems.iter().for_each(|problem| note(format_args!("  {problem}")));
            ExitStatus::Invalid
        }
    };
    list_candidates(store, stage).await?;
    Ok(status)
}

/// So many deployments are listed: each is read to find out whether the stage can serve it.
const MOST_LISTED: usize = 10;

/// Tells which deployments the stage can be rolled back to.
async fn list_candidates(store: &Store, stage: &str) -> Result<()> {
    let candidates = deployment::rollback_candidates(store, stage, MOST_LISTED).await?;
    if candidates.is_empty() {
        note(format_args!("tollgate: there is none that {stage} can be rolled back to"));
        return Ok(());
    }
    note(format_args!("tollgate: {stage} can be rolled back to:"));
    let columns =
        [Column::left(""), Column::left("SINCE"), Column::left("DEPLOYMENT"), Column::left("MESSAGE")];
    let row = |RollbackCandidate { id, origin }: &RollbackCandidate| {
        let since = origin.as_ref().map_or_else(|| "-".to_owned(), |origin| timestamp(origin.at_ms / 1_000));
        let message = origin.as_ref().map(|origin| origin.message.clone()).unwrap_or_default();
        vec![String::new(), since, id.clone(), message]
    };
    let rows: Vec<Vec<String>> = candidates.iter().map(row).collect();
    let mut text = Vec::new();
    text_table::write(&mut text, &columns, &rows)?;
    note(String::from_utf8_lossy(&text));
    Ok(())
}
