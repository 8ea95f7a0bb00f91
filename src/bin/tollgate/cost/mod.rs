//! `tollgate cost`: the dollars of a month, beside Amazon API Gateway and a load balancer.

mod amount;
mod bill;
mod break_even;
mod prices;
mod report;
mod units;
mod workload;

use anyhow::Result;

use self::{
    amount::{amount, float, share},
    prices::FreeTier,
    report::CostReport,
    workload::{LONGEST_TARGET_MS, MOST_REQUESTS, Workload},
};
use crate::{exit_status::ExitStatus, output_format::OutputFormat};

/// Say what a month of an API costs with Tollgate, a REST API, an HTTP API and an Application Load Balancer (ALB), and
/// where which of them is cheaper.
///
/// Reckoned from list prices and from what the bench has metered, with requests that come evenly; no account is asked.
/// Amounts may have a suffix: 10k, 2.5M, 1G.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate cost --requests 10M --target-ms 50
  tollgate cost --requests 10M --target-ms 50 --keys 10 --hit-share 0.3 -o json")]
pub struct Arguments {
    /// Requests a month.
    #[arg(long, value_name = "AMOUNT", value_parser = |text: &str| amount(text, &(0..=MOST_REQUESTS)))]
    requests: u64,
    /// Milliseconds that the target takes to answer.
    #[arg(long, value_name = "AMOUNT", value_parser = |text: &str| amount(text, &(0..=LONGEST_TARGET_MS)))]
    target_ms: u64,
    /// Memory of the gateway's function, in MB.
    #[arg(long, value_name = "AMOUNT", default_value = "128", value_parser = |text: &str| amount(text, &(128..=10_240)))]
    memory: u64,
    /// The share of the requests that the cache answers, from its table, 0 to 1; all others are kept in it. Without it,
    /// no route is cached.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    hit_share: Option<f64>,
    /// API keys with a usage plan, which send equally often. Without it, no route asks for a key.
    #[arg(long, value_name = "AMOUNT", value_parser = |text: &str| amount(text, &(1..=1_000_000_000)))]
    keys: Option<u64>,
    /// Bytes of an access line.
    #[arg(long, value_name = "AMOUNT", default_value = "500", value_parser = |text: &str| amount(text, &(0..=256_000)))]
    log_bytes: u64,
    /// Bytes of an answer's body.
    #[arg(long, value_name = "AMOUNT", default_value = "1k", value_parser = |text: &str| amount(text, &(0..=6_000_000)))]
    answer_bytes: u64,
    /// Count what every account has free each month, for as long as it exists, as if nothing else used it.
    #[arg(long)]
    free_tier: bool,
    /// The form of the result.
    #[arg(short, long, value_enum, default_value_t)]
    output: OutputFormat,
}

/// # Errors
///
/// The reader is gone.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let workload = Workload {
        requests: float(arguments.requests),
        target_ms: float(arguments.target_ms),
        memory_mb: float(arguments.memory),
        hit_share: arguments.hit_share,
        keys: arguments.keys.map(float),
        log_bytes: float(arguments.log_bytes),
        answer_bytes: float(arguments.answer_bytes),
    };
    let free_tier = if arguments.free_tier { FreeTier::Counted } else { FreeTier::NotCounted };
    let report = CostReport::of(workload, free_tier);
    arguments.output.write(|| report.to_json(), |out| report.write_text(out))?;
    Ok(ExitStatus::Ok)
}
