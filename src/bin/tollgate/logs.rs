//! `tollgate logs`: the access lines.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{
    access_lines::{AccessLine, TailPosition},
    calendar::timestamp,
};

use crate::{
    common_args::{CommonArgs, NO_TABLES},
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
    log_args::{INTERVAL, LineSource, LogArgs},
    output_format::OutputFormat,
    paint::{Colour, Paint},
    text_table::printable,
    time_arg,
};

/// Print the access lines, oldest first: of CloudWatch Logs, or of the local world.
///
/// Times are in UTC. With `-o json` each line is a line of JSON, in the words of the access log, and with the time.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate logs --stack shop-gateway --since 1h
  tollgate logs --follow --stage v1 --status 5xx --log-group /aws/lambda/shop-gateway
  tollgate logs --route 'GET /orders/{id}' --key u1q0a7ht2c --local")]
pub struct Arguments {
    /// Go on with new lines as they come, until Ctrl-C.
    #[arg(short, long)]
    follow: bool,
    /// How far back to begin, such as 30s, 10m, 2h or 1d.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = time_arg::duration)]
    since: u64,
    #[command(flatten)]
    lines: LogArgs,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The log cannot be read.
pub fn run(Arguments { follow, since, lines, common }: &Arguments) -> Result<ExitStatus> {
    common.place.connected(NO_TABLES, WhenInterrupted::End, async |connection| {
        let from_ms = time_arg::now_ms().saturating_sub(since * 1_000);
        let mut source = lines.source(common, connection, from_ms)?;
        let mut printer = Printer::new(common.output);
        loop {
            let position = match *follow {
                true => follow_on(&mut source, &mut printer).await?,
                false => print_page(&mut source, &mut printer).await?,
            };
            match (position, *follow) {
                (TailPosition::MoreToCome, _) => {}
                (TailPosition::UpToDate, true) => tokio::time::sleep(INTERVAL).await,
                (TailPosition::UpToDate, false) => return Ok(ExitStatus::Ok),
            }
        }
    })
}

async fn print_page(source: &mut LineSource<'_>, printer: &mut Printer) -> Result<TailPosition> {
    let page = source.page().await?;
    page.lines.iter().try_for_each(|line| printer.print(line))?;
    Ok(page.position)
}

async fn follow_on(source: &mut LineSource<'_>, printer: &mut Printer) -> Result<TailPosition> {
    let Some(page) = source.patient_page().await? else { return Ok(TailPosition::UpToDate) };
    page.lines.iter().try_for_each(|line| printer.print(line))?;
    Ok(page.position)
}

/// Prints lines in columns that grow with what stands in them.
struct Printer {
    output: OutputFormat,
    paint: Paint,
    widths: [usize; 3],
}

/// Longer texts move what follows.
const WIDEST: usize = 40;

impl Printer {
    fn new(output: OutputFormat) -> Self {
        Self { output, paint: Paint::of_stdout(), widths: [2, 20, 12] }
    }

    fn print(&mut self, line: &AccessLine) -> io::Result<()> {
        let output = self.output;
        output.write_one_of_many(|| to_json(line), |out| writeln!(out, "{}", self.text(line)))
    }

    fn text(&mut self, line: &AccessLine) -> String {
        let request = format!("{} {}", line.text("httpMethod"), line.text("path"));
        let cells = [line.text("stage"), request.trim(), line.text("routeKey")].map(printable);
        for (width, cell) in self.widths.iter_mut().zip(&cells) {
            *width = (*width).max(cell.chars().count().min(WIDEST));
        }
        let [stage, request, route] = &cells;
        let [stage_width, request_width, route_width] = self.widths;
        let status = self.paint.paint(colour(line.status), &line.status.to_string());
        let time = self.paint.paint(Colour::Dim, &time(line.at_ms));
        let text = format!(
            "{time} {status} {:>6} ms  {stage:<stage_width$}  {request:<request_width$}  {route:<route_width$}  {}",
            line.latency_ms,
            self.rest(line)
        );
        text.trim_end().to_owned()
    }

    /// What few lines have.
    fn rest(&self, line: &AccessLine) -> String {
        const NAMED: [(&str, &str); 4] = [
            ("cacheStatus", "cache="),
            ("apiKeyId", "key="),
            ("principalId", "principal="),
            ("degraded", "degraded="),
        ];
        let named = NAMED.iter().filter_map(|(field, name)| {
            let value = line.text(field);
            (!value.is_empty()).then(|| format!("{name}{}", printable(value)))
        });
        let reasons =
            ["errorResponseType", "errorMessage", "integrationErrorMessage"].map(|name| line.text(name));
        let reason: Vec<&str> = reasons.into_iter().filter(|reason| !reason.is_empty()).collect();
        let reason = (!reason.is_empty())
            .then(|| self.paint.paint(colour(line.status), &printable(&reason.join(": "))));
        named.chain(reason).collect::<Vec<_>>().join(" ")
    }
}

fn colour(status: u16) -> Colour {
    match status {
        ..=299 => Colour::Green,
        300..=399 => Colour::Cyan,
        400..=499 => Colour::Yellow,
        500.. => Colour::Red,
    }
}

/// `2026-11-30T14:48:39.123Z`.
fn time(at_ms: u64) -> String {
    let seconds = timestamp(at_ms / 1_000);
    format!("{}.{:03}Z", seconds.trim_end_matches('Z'), at_ms % 1_000)
}

fn to_json(line: &AccessLine) -> Value {
    let mut json = json!(line.fields);
    json["time"] = time(line.at_ms).into();
    json
}
