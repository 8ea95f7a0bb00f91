//! `tollgate keys import`: the keys of a CSV file, as API Gateway exports them.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read, Write},
};

use anyhow::{Context, Error, Result, bail};
use futures_util::{StreamExt, stream};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tollgate::{
    authorizers::KeyValue,
    store::{KeyCreation, Store},
};

use super::{
    Item,
    csv_file::{self, BadLine, KeyFile, KeyRow},
    key_args, new_key, text,
};
use crate::{
    common_args::{CommonArgs, KEYS_AND_PLANS},
    exit_status::ExitStatus,
    interrupt::is_interrupted,
    notes::note,
    output_format::OutputFormat,
    time_arg,
};

/// Keep the keys of a file: Name,Key[,Description,Enabled,UsagePlanIds], as API Gateway has it.
///
/// In a file of `tollgate import --keys` the column KeyHash stands for Key, so that no value is in it.
///
/// All bad lines are reported; if there is one, nothing is written and the exit code is 3. A key that exists
/// already is reported and stays as it is, so that an import can be done again. How many keys have no usage plan, and
/// so get 403, stderr says.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate keys import keys.csv --plan starter
  tollgate keys import - --skip-bad < keys.csv")]
pub struct Arguments {
    /// The file; `-` is stdin.
    file: String,
    /// The usage plan of all keys, whatever the file says.
    #[arg(long, value_parser = key_args::plan, value_name = "ID")]
    plan: Option<String>,
    /// Leave bad lines out.
    #[arg(long)]
    skip_bad: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// Shorter imports are over before a bar is read.
const PROGRESS_BAR_FROM: usize = 200;
/// The number of writes under way at once.
const CONCURRENT_WRITES: usize = 16;

/// The outcome of a good line.
struct ImportedKey {
    line: u64,
    id: String,
    existed: bool,
    has_plan: bool,
}

/// # Errors
///
/// The file cannot be read, or the tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let bytes = if arguments.file == "-" {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(&arguments.file)
    };
    let bytes = bytes.with_context(|| format!("cannot read {}", arguments.file))?;
    let file = csv_file::read(&bytes, arguments.plan.as_deref());
    let bad_lines = if arguments.skip_bad { BadLines::AreLeftOut } else { BadLines::RefuseAll };
    arguments.common.place.run_writing(KEYS_AND_PLANS, async |store| {
        keep_all(store, &arguments.file, file, bad_lines, arguments.common.output).await
    })
}

/// What becomes of a file with bad lines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BadLines {
    RefuseAll,
    AreLeftOut,
}

/// Keeps the keys of a file, and prints what became of each.
///
/// # Errors
///
/// The tables cannot be read or written.
pub async fn keep_all(
    store: &Store,
    file_name: &str,
    mut file: KeyFile,
    bad_lines: BadLines,
    output: OutputFormat,
) -> Result<ExitStatus> {
    name_unknown_plans(store, &mut file).await?;
    for BadLine { line, problem } in &file.bad {
        note(format_args!("{file_name}:{line}: {problem}"));
    }
    let is_refused = !file.bad.is_empty() && bad_lines == BadLines::RefuseAll;
    let written = if is_refused { Vec::new() } else { write(store, file_name, &file.rows).await? };
    for ImportedKey { line, id, .. } in written.iter().filter(|written| written.existed) {
        note(format_args!("{file_name}:{line}: exists already, as key {id}; it stays as it is"));
    }
    if is_refused {
        note("tollgate: nothing is written; --skip-bad leaves the bad lines out");
    }
    let without_plan = written.iter().filter(|written| !written.existed && !written.has_plan).count();
    if without_plan > 0 {
        note(format_args!(
            "tollgate: without a usage plan: {without_plan}; they get 403 until their items name one"
        ));
    }
    print(&written, &file.bad, output)?;
    Ok(if is_refused { ExitStatus::Invalid } else { ExitStatus::Ok })
}

/// Lines with a plan that does not exist are bad ones.
async fn name_unknown_plans(store: &Store, file: &mut KeyFile) -> Result<()> {
    let named: BTreeSet<&str> = file.rows.iter().filter_map(|row| row.usage_plan_id.as_deref()).collect();
    let mut unknown = BTreeSet::new();
    for plan in named {
        if store.usage_plan_item(plan).await?.is_none() {
            unknown.insert(plan.to_owned());
        }
    }
    let is_unknown =
        |row: &KeyRow| row.usage_plan_id.as_ref().filter(|plan| unknown.contains(*plan)).cloned();
    let (good, bad): (Vec<_>, Vec<_>) =
        std::mem::take(&mut file.rows).into_iter().partition(|row| is_unknown(row).is_none());
    file.bad.extend(bad.iter().map(|row| BadLine {
        line: row.line,
        problem: match is_unknown(row) {
            // Columns may be swapped.
            Some(plan) if KeyValue::parse(plan.as_bytes()).is_err() => {
                format!("there is no usage plan {plan}")
            }
            _ => "there is no such usage plan".to_owned(),
        },
    }));
    file.bad.sort_by_key(|bad| bad.line);
    file.rows = good;
    Ok(())
}

/// Keeps the keys, and returns the outcome of each, by line.
async fn write(store: &Store, file_name: &str, rows: &[KeyRow]) -> Result<Vec<ImportedKey>> {
    // On stderr, and only if that is a terminal.
    let bar = if rows.len() >= PROGRESS_BAR_FROM {
        ProgressBar::new(rows.len() as u64)
    } else {
        ProgressBar::hidden()
    };
    let now = time_arg::now();
    let rows_until_interrupted = stream::iter(rows.iter().take_while(|_| !is_interrupted()));
    let mut writes =
        rows_until_interrupted.map(|row| keep(store, row, now)).buffer_unordered(CONCURRENT_WRITES);
    let mut written = Vec::new();
    while let Some(result) = writes.next().await {
        let done = written.len();
        let again =
            || format!("{done} of {} keys of {file_name} are written; do it again for the rest", rows.len());
        written.push(result.with_context(again)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if written.len() < rows.len() {
        let done = written.len();
        bail!(
            "interrupted: {done} of {} keys of {file_name} are written; do it again for the rest",
            rows.len()
        );
    }
    written.sort_by_key(|written| written.line);
    Ok(written)
}

async fn keep(store: &Store, row: &KeyRow, now: u64) -> Result<ImportedKey> {
    let id = new_key::id()?;
    let (id, existed) = match store.create_api_key(&item(row, &id, now)).await.map_err(Error::from)? {
        KeyCreation::Created => (id, false),
        KeyCreation::AlreadyExists(existing) => (text(&existing, "id").to_owned(), true),
    };
    Ok(ImportedKey { line: row.line, id, existed, has_plan: row.usage_plan_id.is_some() })
}

fn item(row: &KeyRow, id: &str, now: u64) -> Item {
    let filled = |text: &str| (!text.is_empty()).then(|| Value::from(text));
    let attributes = [
        ("keyHash", filled(&row.hash.to_string())),
        ("id", filled(id)),
        ("name", filled(&row.name)),
        ("description", filled(&row.description)),
        ("enabled", Some(row.enabled.into())),
        ("usagePlanId", row.usage_plan_id.as_deref().and_then(filled)),
        ("createdAt", Some(now.into())),
    ];
    attributes.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn print(written: &[ImportedKey], bad: &[BadLine], output: OutputFormat) -> io::Result<()> {
    let of = |existed| written.iter().filter(move |written| written.existed == existed);
    let entry = |written: &ImportedKey| json!({ "line": written.line, "id": written.id });
    output.write(
        || {
            let bad = bad.iter().map(|bad| json!({ "line": bad.line, "problem": bad.problem }));
            json!({
                "imported": of(false).map(entry).collect::<Value>(),
                "existing": of(true).map(entry).collect::<Value>(),
                "bad": bad.collect::<Value>(),
            })
        },
        |out| {
            let (imported, existing) = (of(false).count(), of(true).count());
            writeln!(out, "{imported} imported, {existing} existing, {} bad", bad.len())
        },
    )
}
