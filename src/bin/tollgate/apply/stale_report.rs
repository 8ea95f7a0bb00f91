//! Why an apply was stopped: the tables are not as they were, or somebody else was there.

use anyhow::Result;
use tollgate::{
    api_file::apply::{MovedPointer, Staleness, Stop},
    calendar::timestamp,
    deployment::{UnfinishedApply, counted},
    store::Store,
};

use crate::{
    difference_report, exit_status::ExitStatus, notes::note, paint::Paint, text_table::printable,
    unfinished_apply::unfinished,
};

/// Prints why it was stopped.
///
/// # Errors
///
/// The store failed.
pub async fn print(store: &Store, stop: &Stop) -> Result<ExitStatus> {
    match stop {
        Stop::Stale { stage, staleness } => {
            note(format_args!("tollgate: stage {stage} is not as it was planned; nothing of it is written"));
            changes(store, staleness).await?;
        }
        Stop::ItemsChanged { stage, staleness } => {
            note(format_args!(
                "tollgate: somebody changed items of stage {stage} while they were written; it serves what it did. \
                 Apply again to end it. Otherwise than planned:"
            ));
            changes(store, staleness).await?;
        }
        Stop::TakenOver { stage, by: Some(mark) } => note(format_args!(
            "tollgate: stage {stage} serves what it did: it was changed meanwhile; {}",
            unfinished(stage, mark)
        )),
        Stop::TakenOver { stage, by: None } => note(format_args!(
            "tollgate: stage {stage} was changed meanwhile, and this apply to it was given up; apply again"
        )),
        Stop::Invalid { stage, problems } => {
            problems.iter().for_each(|problem| note(format_args!("problem: {problem}")));
            let count = counted(problems.len(), "problem");
            note(format_args!(
                "tollgate: stage {stage} has {count} now, and serves what it did; apply again to end it"
            ));
            return Ok(ExitStatus::Invalid);
        }
    }
    Ok(ExitStatus::Stale)
}

/// Prints what has changed in the tables, and by whom where that is known.
///
/// # Errors
///
/// The store failed.
pub async fn changes(store: &Store, staleness: &Staleness) -> Result<()> {
    difference_report::lines(&staleness.difference, Paint::of_stderr()).iter().for_each(note);
    for UnfinishedApply { stage, mark } in &staleness.applies {
        note(unfinished(stage, mark));
    }
    for MovedPointer { stage, to, .. } in &staleness.moved {
        let now = printable(to.as_deref().unwrap_or("nothing"));
        let newest = store.history(stage, 1).await?;
        match newest.first().filter(|record| Some(&record.deployment_id) == to.as_ref()) {
            Some(record) => note(format_args!(
                "stage {stage} serves {now} since {} ({} by {})",
                timestamp(record.origin.at_ms / 1_000),
                printable(&record.kind),
                printable(&record.origin.by)
            )),
            None => note(format_args!("stage {stage} serves {now} now")),
        }
    }
    Ok(())
}
