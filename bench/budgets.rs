//! The budgets of DESIGN.md §8, each beside its figure.

use crate::{
    integration::Integration,
    key_costs::KeyKind,
    measurements::{Measurements, UnitsPerRequest},
    rounds::Round,
    scenario::{CachedScenario, Scenario, gateway},
    statistics::Spread,
};

/// The number of routes of the gateway whose warm proxied request, start and so on are meant.
const TYPICAL: usize = 1_000;
const MOST: usize = 10_000;
const PROXIED: Scenario = Scenario::Gateway(Integration::AwsProxy, TYPICAL);

/// One budget.
pub struct Budget {
    pub what: &'static str,
    pub at_most: &'static str,
    pub measured: String,
    pub verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Met,
    Missed,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "**MISSED**",
        }
    }
}

#[rustfmt::skip]
pub fn all(measured: &Measurements) -> Vec<Budget> {
    let added = |latency: fn(Round) -> f64| measured.compare(PROXIED, Scenario::Invoke, |own, direct| latency(own) - latency(direct));
    let start = measured.starts_of(&gateway(TYPICAL));
    let resident = megabytes(measured.served_memory(&gateway(MOST)).resident);
    let binary = megabytes(measured.binary_bytes);
    let UnitsPerRequest { read, write } = measured.units_of(Integration::AwsProxy, TYPICAL);
    let [hot, refused, forged] = [KeyKind::Hot, KeyKind::Refused, KeyKind::Forged].map(|kind| measured.key_cost(kind));
    let cpu = hot.cpu.map_or(f64::NAN, |cpu| cpu.as_secs_f64() * 1e6);
    let looks = measured.cache_of(CachedScenario::MemoryHit).table_calls_per_request();
    let hot_read = hot.read + hot.refresh_read;
    vec![
        spread("added latency of a warm proxied request over a direct invoke, p50", 0.3, "0.3 ms", " ms", added(|round| round.p50)),
        spread("the same, p99",                                                     1.0, "1 ms", " ms", added(|round| round.p99)),
        spread("CPU per warm proxied request without API key and plan", 150.0, "150 µs (then 100, then 60)", " µs", measured.of(PROXIED, |round| round.cpu)),
        single("DynamoDB write units for it",       0.02,  "0.02", write, format!("{write:.4}")),
        single("DynamoDB read units for it",        0.005, "0.005", read, format!("{read:.4}")),
        single("CPU per `MOCK` request with API key and plan, hot key",  150.0, "150 µs", cpu, format!("{cpu:.0} µs")),
        single("DynamoDB write units for it",       0.02,  "0.02", hot.write, format!("{:.4}", hot.write)),
        single("DynamoDB read units for it",        0.005, "0.005", hot_read, format!("{hot_read:.4}")),
        single("forged key: read units",            0.0,   "0", forged.read, format!("{:.4}", forged.read)),
        single("refused key: write units, one a second at most to see whether it still is", 0.02, "0 while remembered", refused.write, format!("{:.4}", refused.write)),
        single("memory hit of the cache: calls of its table", 0.005, "no DynamoDB call, but for one look in 5 s", looks, format!("{looks:.4}")),
        spread("process start to first `/next`, 1,000 routes, no TLS, wall", 10.0, "10 ms", " ms", start.wall),
        spread("the same, CPU",                                               5.0, "5 ms", " ms", start.cpu),
        single("resident memory with 10,000 routes, after the requests", 30.0, "30 MB", resident, format!("{resident:.1} MB")),
        single("binary",                            9.0, "9 MB (then 6)", binary, format!("{binary:.2} MB")),
    ]
}

fn spread(what: &'static str, limit: f64, at_most: &'static str, unit: &str, figure: Spread) -> Budget {
    let digits = if limit < 10.0 { 3 } else { 1 };
    single(what, limit, at_most, figure.median, format!("{figure:.digits$}{unit}"))
}

fn single(what: &'static str, limit: f64, at_most: &'static str, figure: f64, measured: String) -> Budget {
    let verdict = if figure <= limit { Verdict::Met } else { Verdict::Missed };
    Budget { what, at_most, measured, verdict }
}

/// Of 1,000,000 bytes each.
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
