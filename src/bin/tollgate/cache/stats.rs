//! `tollgate cache stats`.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{
    error::StoreError,
    store::{
        Store,
        cache_contents::{CacheContents, EntryTotals, Locks, RouteContents},
    },
};

use crate::{
    common_args::{CommonArgs, ITEMS_AND_CACHE},
    exit_status::ExitStatus,
    text_table::{self, Column},
    time_arg,
};

/// Say what the cache's table has of a stage, by route: entries, and their bytes as stored
///
/// It reads the whole table, whichever stage is asked about: half a read unit for each 4 KB of it. EXPIRED are entries
/// that no request gets any more and that DynamoDB has not deleted yet; entries of before a purge of the stage are not
/// told from others until they expire. A lock is held, for at most 10 seconds, by who asks the target for an answer
/// while others wait; when the answer is there it stays for the rest of that time.
///
/// Exit code 4: there is no such stage, and nothing of it is left.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate cache stats v1
  tollgate cache stats v1 --local -o json")]
pub struct Arguments {
    /// The stage.
    stage: String,
    #[command(flatten)]
    common: CommonArgs,
}

const COLUMNS: [Column; 5] = [
    Column::left("ROUTE"),
    Column::right("ENTRIES"),
    Column::right("BYTES"),
    Column::right("EXPIRED"),
    Column::right("BYTES"),
];

/// # Errors
///
/// The tables cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { stage, common } = arguments;
    common.place.run(ITEMS_AND_CACHE, async |store| {
        let contents = store.cache_contents(stage, time_arg::now_ms()).await?;
        if contents == CacheContents::default() && !exists(store, stage).await? {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        common.output.write(|| to_json(stage, &contents), |out| write(out, &contents))?;
        Ok(ExitStatus::Ok)
    })
}

async fn exists(store: &Store, stage: &str) -> Result<bool, StoreError> {
    Ok(store.stage(stage).await?.is_some() || !store.routes(stage).await?.is_empty())
}

fn write(out: &mut impl Write, contents: &CacheContents) -> io::Result<()> {
    let row = |name: &str, RouteContents { usable, expired }: &RouteContents| {
        let numbers = [usable.entries, usable.bytes, expired.entries, expired.bytes];
        std::iter::once(name.to_owned()).chain(numbers.map(|number| number.to_string())).collect()
    };
    let routes = contents.routes.iter().map(|(route_key, route)| row(route_key, route));
    let rows: Vec<Vec<String>> = routes.chain([row("total", &contents.total())]).collect();
    text_table::write(out, &COLUMNS, &rows)?;
    let Locks { held, ended } = contents.locks;
    writeln!(out, "locks: {held} held, {ended} ended")
}

fn to_json(stage: &str, contents: &CacheContents) -> Value {
    let amount = |EntryTotals { entries, bytes }: EntryTotals| json!({ "entries": entries, "bytes": bytes });
    let both =
        |route: &RouteContents| json!({ "kept": amount(route.usable), "expired": amount(route.expired) });
    let routes = contents.routes.iter().map(|(route_key, route)| (route_key.clone(), both(route)));
    let Locks { held, ended } = contents.locks;
    json!({
        "stage": stage,
        "routes": routes.collect::<Value>(),
        "total": both(&contents.total()),
        "locks": { "held": held, "ended": ended },
    })
}
