//! `tollgate cache purge`: of a stage, of a route, or of one request.

use std::io::Write;

use anyhow::{Context, Result};
use futures_util::{StreamExt, stream};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tollgate::{
    gateway::{ExplainedLookup, NoLookup},
    store::{CacheEntries, GenerationRaise, Store},
};

use super::keyed_request::{RequestDetails, RequestOutcome};
use crate::{
    common_args::{CommonArgs, SERVED_AND_CACHE},
    exit_status::ExitStatus,
    notes::note,
    request_arg::RequestLine,
    text_table,
};

/// Give no answer any more that is kept now: of a stage, of one of its routes, or to one request
///
/// Of a stage it raises the stage item's cacheGeneration by one, which is one write however much is kept: entries of
/// before are not asked for any more, and expire by themselves. With --route it reads the whole table (a read unit for
/// each 4 KB of it) and deletes the entries of the route; with --key it deletes what stands at the key that
/// `tollgate explain` tells first, which in HTTP mode is that of all answers of the URI. With either, what is being fetched from a target
/// at that moment may still be kept.
///
/// It acts within REFRESH_SECONDS of the gateway: for so long instances trust what they remember. Of a purged stage an
/// instance that answers seldom learns within MAX_STALE_SECONDS; where that is 0, with a request, and acts on it with
/// the next.
///
/// Exit code 3: the item's cacheGeneration is no number that can be raised, or the request is a bad one or another
/// stage's. 4: there is no such stage or route.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate cache purge v1
  tollgate cache purge v1 --route 'GET /orders/{id}'
  tollgate cache purge v1 --key 'GET https://api.example.com/v1/orders/7?x=1' -H 'Accept-Language: de'")]
pub struct Arguments {
    /// The stage.
    stage: String,
    /// The key of the route, as its item has it.
    #[arg(long, value_name = "KEY", conflicts_with = "request")]
    route: Option<String>,
    /// Method and URL, or path, of the request, as `tollgate explain` takes it.
    #[arg(long = "key", value_name = "REQUEST")]
    request: Option<RequestLine>,
    #[command(flatten)]
    details: RequestDetails,
    #[command(flatten)]
    common: CommonArgs,
}

/// Shorter purges are over before a bar is read.
const LONG: usize = 1_000;
/// The number of batches that are under way at once.
const AT_ONCE: usize = 4;

/// Instances compare what they remember of an entry with the table.
const MEMORY_FOLLOWS: &str =
    "instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev)";
/// Instances learn the generation of a stage when they look for news, which they do beside requests.
const STAGE_FOLLOWS: &str = "instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev), \
                             one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate dev)";

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { stage, route, request, details, common } = arguments;
    common.place.run_writing(SERVED_AND_CACHE, async |store| match (route, request) {
        (Some(route_key), _) => of_route(store, stage, route_key, common).await,
        (None, Some(line)) => of_request(store, stage, line, details, common).await,
        (None, None) => of_stage(store, stage, common).await,
    })
}

async fn of_stage(store: &Store, stage: &str, common: &CommonArgs) -> Result<ExitStatus> {
    let stages = &store.tables.stages;
    let generation = match store.raise_cache_generation(stage).await? {
        GenerationRaise::To(generation) => generation,
        GenerationRaise::NoStage => {
            note(format_args!("tollgate: there is no stage {stage} in {stages}"));
            return Ok(ExitStatus::NotFound);
        }
        GenerationRaise::NoGeneration => {
            note(format_args!(
                "tollgate: {stages} [stage={stage}] cacheGeneration: no whole number that can be raised"
            ));
            return Ok(ExitStatus::Invalid);
        }
    };
    common.output.write(
        || json!({ "stage": stage, "cacheGeneration": generation }),
        |out| writeln!(out, "{stage}: cacheGeneration {generation}"),
    )?;
    note(format_args!("tollgate: {STAGE_FOLLOWS}"));
    Ok(ExitStatus::Ok)
}

async fn of_route(store: &Store, stage: &str, route_key: &str, common: &CommonArgs) -> Result<ExitStatus> {
    let entries = store.entries_of_route(stage, route_key).await?;
    // What a route left that is gone is purged too.
    if entries.count == 0 {
        let routes = store.routes(stage).await?;
        let keys =
            routes.iter().filter_map(|item| item.get("routeKey")?.as_str()).filter(|key| *key != "$api");
        let keys: Vec<&str> = keys.collect();
        if keys.is_empty() {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        if !keys.contains(&route_key) {
            let known = text_table::printable(&keys.join(", "));
            note(format_args!("tollgate: there is no route {route_key} in stage {stage}, only {known}"));
            return Ok(ExitStatus::NotFound);
        }
    }
    delete(store, &entries).await?;
    let json = json!({ "stage": stage, "routeKey": route_key, "entriesDeleted": entries.count });
    print(stage, json, route_key, &entries, common)
}

async fn of_request(
    store: &Store,
    stage: &str,
    line: &RequestLine,
    details: &RequestDetails,
    common: &CommonArgs,
) -> Result<ExitStatus> {
    let (its_stage, route) = match details.find(store, line, common.place.local_host()?.as_deref()).await? {
        RequestOutcome::Served(stage, route) => (stage, route),
        RequestOutcome::Refused(ending) => return Ok(ending),
    };
    if its_stage != stage {
        note(format_args!("tollgate: the stage of this request is {its_stage}, not {stage}"));
        return Ok(ExitStatus::Invalid);
    }
    let key = match route.lookup.unwrap_or(Err(NoLookup::Route)) {
        Ok(ExplainedLookup { key, .. }) => key,
        Err(why) => {
            note(format_args!("tollgate: {} keeps no answers: {why}", route.key));
            return Ok(ExitStatus::NotFound);
        }
    };
    let entries = store.entries_of_key(&key).await?;
    delete(store, &entries).await?;
    let json = json!({ "stage": stage, "cacheKey": key.to_string(), "entriesDeleted": entries.count });
    print(stage, json, &line.to_string(), &entries, common)
}

async fn delete(store: &Store, CacheEntries { items, .. }: &CacheEntries) -> Result<()> {
    // On stderr, and only if that is a terminal.
    let bar = if items.len() >= LONG { ProgressBar::new(items.len() as u64) } else { ProgressBar::hidden() };
    let delete = async |batch| store.delete_cached(batch).await.map(|()| batch.len());
    let mut deletes = stream::iter(items.chunks(CacheEntries::BATCH)).map(delete).buffer_unordered(AT_ONCE);
    while let Some(deleted) = deletes.next().await {
        bar.inc(deleted.context("not all is deleted; do it again for the rest")? as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

fn print(
    stage: &str,
    json: Value,
    what: &str,
    entries: &CacheEntries,
    common: &CommonArgs,
) -> Result<ExitStatus> {
    let count = entries.count;
    common.output.write(
        || json,
        |out| {
            let plural = if count == 1 { "y" } else { "ies" };
            writeln!(out, "{stage}: deleted {count} entr{plural} of {}", text_table::printable(what))
        },
    )?;
    note(format_args!("tollgate: {MEMORY_FOLLOWS}"));
    Ok(ExitStatus::Ok)
}
