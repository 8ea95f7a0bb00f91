//! `tollgate history`: the deployments that a stage has served.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{
    api_file::history::{self, ApiChange, ChangedRoutes, Changes, HistoryEntry, Mover, Service, Storage},
    calendar::timestamp,
};

use crate::{
    common_args::{CommonArgs, SERVED},
    exit_status::ExitStatus,
    text_table::{self, Column},
};

/// Say what a stage has served, the newest first: since when, by whom and why, and what changed.
///
/// The first line is what it serves now. CHANGED counts the routes that were added, changed and removed against the line
/// below. Exit code 4: there is no such stage.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate history v1
  tollgate history v1 --limit 50 -o json")]
pub struct Arguments {
    /// The stage.
    stage: String,
    /// The number of entries.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read.
pub fn run(Arguments { stage, limit, common }: &Arguments) -> Result<ExitStatus> {
    common.place.run(SERVED, async |store| {
        let Some(entries) = history::history(store, stage, *limit as usize).await? else {
            return Ok(ExitStatus::no_stage(store, stage));
        };
        common.output.write(|| entries.iter().map(to_json).collect(), |out| write(out, &entries))?;
        Ok(ExitStatus::Ok)
    })
}

const COLUMNS: [Column; 8] = [
    Column::left(""),
    Column::left("SINCE"),
    Column::left("DEPLOYMENT"),
    Column::left("KIND"),
    Column::left("BY"),
    Column::right("ROUTES"),
    Column::left("CHANGED"),
    Column::left("MESSAGE"),
];

fn write(out: &mut impl Write, entries: &[HistoryEntry]) -> io::Result<()> {
    let rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    text_table::write(out, &COLUMNS, &rows)
}

fn row(entry: &HistoryEntry) -> Vec<String> {
    let HistoryEntry { deployment_id, mover, service, changes, storage } = entry;
    let record = mover.record();
    let mark = match service {
        Service::Now => "*",
        Service::Former => "",
    };
    let none = || "-".to_owned();
    let origin = record.map(|record| &record.origin);
    let message = origin.map(|origin| origin.message.clone()).unwrap_or_default();
    let storage = match storage {
        Storage::Stored => "",
        Storage::Deleted => "(pruned)",
        Storage::Unreadable => "(damaged)",
    };
    vec![
        mark.to_owned(),
        origin.map_or_else(none, |origin| timestamp(origin.at_ms / 1_000)),
        deployment_id.clone(),
        record.map_or_else(none, |record| record.kind.clone()),
        by(mover).unwrap_or("-").to_owned(),
        record.and_then(|record| record.routes).map_or_else(none, |routes| routes.to_string()),
        changed(*changes),
        [storage, &message].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
    ]
}

fn by(mover: &Mover) -> Option<&str> {
    match mover {
        Mover::Recorded(record) => Some(&record.origin.by),
        Mover::ByHand => Some("by hand"),
        Mover::Unknown => None,
    }
}

/// `+2 ~1 -0`, and `$api` where that is another.
fn changed(changes: Changes) -> String {
    match changes {
        Changes::First => "first".to_owned(),
        Changes::Unknown => "?".to_owned(),
        Changes::Of(ChangedRoutes { added, changed, removed, api }) => {
            let api = match api {
                ApiChange::Same => "",
                ApiChange::Changed => " $api",
            };
            format!("+{added} ~{changed} -{removed}{api}")
        }
    }
}

fn to_json(entry: &HistoryEntry) -> Value {
    let HistoryEntry { deployment_id, mover, service, changes, storage } = entry;
    let record = mover.record();
    let origin = record.map(|record| &record.origin);
    json!({
        "deploymentId": deployment_id,
        "at": origin.map(|origin| timestamp(origin.at_ms / 1_000)),
        "kind": record.map(|record| &record.kind),
        "by": by(mover),
        "message": origin.map_or("", |origin| &origin.message),
        "routes": record.and_then(|record| record.routes),
        "changes": match changes {
            Changes::First | Changes::Unknown => Value::Null,
            Changes::Of(ChangedRoutes { added, changed, removed, api }) => json!({
                "added": added, "changed": changed, "removed": removed, "api": *api == ApiChange::Changed,
            }),
        },
        "served": *service == Service::Now,
        "pruned": *storage == Storage::Deleted,
    })
}
