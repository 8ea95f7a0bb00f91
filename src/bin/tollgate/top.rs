//! `tollgate top`: how many requests a second, how long they take and how many fail, by route.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{
    access_lines::{RouteRow, RouteTotals, TailPosition, Window},
    calendar::timestamp,
};

use crate::{
    common_args::{CommonArgs, NO_TABLES},
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
    log_args::{LineSource, LogArgs},
    output_format::OutputFormat,
    text_table::{self, Column},
    time_arg,
};

/// Show requests a second, their times and failures by route, live, until Ctrl-C: of CloudWatch Logs, or of the local
/// world.
///
/// Lines come to CloudWatch Logs some seconds late. Where stdout is no terminal, one table follows another.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate top --stack shop-gateway
  tollgate top --local --stage v1 --window 10s
  tollgate top --log-group /aws/lambda/shop-gateway --count 1 -o json")]
pub struct Arguments {
    /// The time that is summed.
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = up_to_an_hour)]
    window: u64,
    /// The time between two tables.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = up_to_an_hour)]
    interval: u64,
    /// End after so many tables.
    #[arg(short = 'n', long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// The busiest routes that are shown.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    routes: usize,
    #[command(flatten)]
    lines: LogArgs,
    #[command(flatten)]
    common: CommonArgs,
}

const COLUMNS: [Column; 8] = [
    Column::left("STAGE"),
    Column::left("ROUTE"),
    Column::right("REQUESTS"),
    Column::right("A SECOND"),
    Column::right("P50 MS"),
    Column::right("P99 MS"),
    Column::right("4XX"),
    Column::right("5XX"),
];

/// Moves to the first place of a terminal, and clears it.
const CLEAR: &str = "\u{1b}[H\u{1b}[J";

/// Reads `10s`.
fn up_to_an_hour(text: &str) -> Result<u64, String> {
    match time_arg::duration(text)? {
        seconds @ 1..=3_600 => Ok(seconds),
        _ => Err("expected 1s to 1h".to_owned()),
    }
}

/// # Errors
///
/// The log cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { window, interval, count, lines, common, .. } = arguments;
    common.place.connected(NO_TABLES, WhenInterrupted::End, async |connection| {
        let window_ms = window * 1_000;
        let from_ms = time_arg::now_ms().saturating_sub(window_ms);
        let mut source = lines.source(common, connection, from_ms)?;
        // The lines of the whole window are read at once.
        let mut totals = RouteTotals::new(Window(window_ms), from_ms);
        let mut shown = 0;
        loop {
            read(&mut source, &mut totals).await?;
            show(arguments, &mut totals, time_arg::now_ms())?;
            shown += 1;
            if count.is_some_and(|count| shown >= count) {
                return Ok(ExitStatus::Ok);
            }
            tokio::time::sleep(Duration::from_secs(*interval)).await;
        }
    })
}

async fn read(source: &mut LineSource<'_>, totals: &mut RouteTotals) -> Result<()> {
    while let Some(page) = source.patient_page().await? {
        page.lines.iter().for_each(|line| totals.add(line));
        if page.position == TailPosition::UpToDate {
            break;
        }
    }
    Ok(())
}

fn show(arguments: &Arguments, totals: &mut RouteTotals, now_ms: u64) -> io::Result<()> {
    let (rows, all) = totals.rows(now_ms);
    let now = timestamp(now_ms / 1_000);
    let output = arguments.common.output;
    output.write_one_of_many(
        || to_json(&now, arguments.window, &rows, &all),
        |out| {
            if output == OutputFormat::Text && io::stdout().is_terminal() {
                write!(out, "{CLEAR}")?;
            }
            writeln!(out, "{now}, the last {} s", arguments.window)?;
            let hidden = rows.len().saturating_sub(arguments.routes);
            let shown = rows.iter().take(arguments.routes).map(cells);
            text_table::write(out, &COLUMNS, &shown.chain([cells_of_all(&all)]).collect::<Vec<_>>())?;
            if hidden > 0 {
                writeln!(out, "and {hidden} more routes: --routes")?;
            }
            Ok(())
        },
    )
}

fn cells_of_all(row: &RouteRow) -> Vec<String> {
    let mut cells = cells(row);
    "total".clone_into(&mut cells[0]);
    cells[1].clear();
    cells
}

fn cells(row: &RouteRow) -> Vec<String> {
    let RouteRow { stage, route, requests, requests_per_second, p50_ms, p99_ms, refused, failed } = row;
    let route = if route.is_empty() { "(no route)" } else { route };
    vec![
        stage.clone(),
        route.to_owned(),
        requests.to_string(),
        format!("{requests_per_second:.1}"),
        p50_ms.to_string(),
        p99_ms.to_string(),
        refused.to_string(),
        failed.to_string(),
    ]
}

fn to_json(now: &str, window: u64, rows: &[RouteRow], all: &RouteRow) -> Value {
    let row = |row: &RouteRow| {
        let RouteRow { stage, route, requests, requests_per_second, p50_ms, p99_ms, refused, failed } = row;
        let rate: Value = format!("{requests_per_second:.3}").parse().unwrap_or_default();
        json!({
            "stage": stage, "routeKey": route, "requests": requests, "requestsPerSecond": rate,
            "p50Ms": p50_ms, "p99Ms": p99_ms, "4xx": refused, "5xx": failed,
        })
    };
    let mut total = row(all);
    if let Some(total) = total.as_object_mut() {
        total.retain(|name, _| !["stage", "routeKey"].contains(&name.as_str()));
    }
    json!({ "time": now, "windowSeconds": window, "routes": rows.iter().map(row).collect::<Value>(), "total": total })
}
