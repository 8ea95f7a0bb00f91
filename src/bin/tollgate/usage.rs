//! `tollgate usage`: the requests of an API key, by day and stage.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{
    calendar::Day,
    limits::usage::by_day::{Counts, KEPT_DAYS, UsageByStage},
    store::Store,
};

use crate::{
    common_args::{CommonArgs, USAGE},
    exit_status::ExitStatus,
    notes::note,
    text_table::{self, Column},
    time_arg,
};

/// Say how many requests of an API key were served, throttled and over quota, by day (UTC) and stage.
///
/// Instances write what they have counted from time to time, so the last minute may be missing. Exit code 3:
/// --from is after --to, or longer ago than days are kept (400). 4: there is no such key.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate usage u1q0a7ht2c
  tollgate usage u1q0a7ht2c --from 2026-11-01 --to 2026-11-30 -o json")]
pub struct Arguments {
    /// The key's id.
    key_id: String,
    /// The first day [default: the first of the last day's month].
    #[arg(long, value_name = "DATE")]
    from: Option<Day>,
    /// The last day [default: today].
    #[arg(long, value_name = "DATE")]
    to: Option<Day>,
    #[command(flatten)]
    common: CommonArgs,
}

type ByDay = BTreeMap<Day, UsageByStage>;

const COLUMNS: [Column; 5] = [
    Column::left("DATE"),
    Column::left("STAGE"),
    Column::right("SERVED"),
    Column::right("THROTTLED"),
    Column::right("OVER QUOTA"),
];

/// # Errors
///
/// The tables cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let now = time_arg::now();
    let to = arguments.to.unwrap_or(Day::of(now));
    let from = arguments.from.unwrap_or(to.first_of_month());
    let days: Vec<Day> = if from > to { Vec::new() } else { from.through(to).collect() };
    if days.is_empty() || days.len() as u64 > KEPT_DAYS {
        note(format_args!(
            "tollgate: from {from} to {to} is {} days; it must be 1 to {KEPT_DAYS}",
            days.len()
        ));
        return Ok(ExitStatus::Invalid);
    }
    let Arguments { key_id, common, .. } = arguments;
    common.place.run(USAGE, async |store| {
        let Some(usage) = read(store, key_id, &days, now).await? else {
            return Ok(ExitStatus::no_key(store, key_id));
        };
        common.output.write(
            || to_json(key_id, from, to, &usage),
            |out| text_table::write(out, &COLUMNS, &rows(&usage)),
        )?;
        Ok(ExitStatus::Ok)
    })
}

/// Reads the usage of a key, that of a deleted one too; `None` if there is no such key.
async fn read(store: &Store, key_id: &str, days: &[Day], now: u64) -> Result<Option<ByDay>> {
    let usage = store.usage(key_id, days, now).await?;
    let exists = !usage.is_empty() || !store.api_key_items_of(key_id).await?.is_empty();
    Ok(exists.then_some(usage))
}

fn rows(usage: &ByDay) -> Vec<Vec<String>> {
    let row = |date: &str, stage: &str, counts: &Counts| {
        let numbers = [counts.served, counts.throttled, counts.over_quota].map(|number| number.to_string());
        [date.to_owned(), stage.to_owned()].into_iter().chain(numbers).collect()
    };
    let days =
        usage.iter().flat_map(|(day, stages)| stages.iter().map(move |(stage, counts)| (day, stage, counts)));
    let mut rows: Vec<_> = days.map(|(day, stage, counts)| row(&day.to_string(), stage, counts)).collect();
    let Totals { by_stage, all } = Totals::of(usage);
    if by_stage.len() > 1 {
        rows.extend(by_stage.iter().map(|(stage, counts)| row("total", stage, counts)));
    }
    rows.push(row("total", "", &all));
    rows
}

/// The sums over all days.
#[derive(Default)]
struct Totals {
    by_stage: UsageByStage,
    all: Counts,
}

impl Totals {
    fn of(usage: &ByDay) -> Self {
        let mut totals = Self::default();
        for (stage, counts) in usage.values().flatten() {
            totals.by_stage.entry(stage.clone()).or_default().add(*counts);
            totals.all.add(*counts);
        }
        totals
    }
}

fn to_json(key_id: &str, from: Day, to: Day, usage: &ByDay) -> Value {
    let counts = |counts: &Counts| json!({ "served": counts.served, "throttled": counts.throttled, "overQuota": counts.over_quota });
    let stages = |by_stage: &UsageByStage| -> Value {
        by_stage.iter().map(|(stage, of_stage)| (stage.clone(), counts(of_stage))).collect()
    };
    let days =
        usage.iter().map(|(day, by_stage)| json!({ "date": day.to_string(), "stages": stages(by_stage) }));
    let Totals { by_stage, all } = Totals::of(usage);
    json!({
        "keyId": key_id,
        "from": from.to_string(),
        "to": to.to_string(),
        "days": days.collect::<Value>(),
        "stages": stages(&by_stage),
        "total": counts(&all),
    })
}
