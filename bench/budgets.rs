//! The budgets of DESIGN.md §8, each beside its figure.

use crate::{
    integration::Integration,
    key_costs::KeyKind,
    measurements::{Measurements, UnitsPerRequest},
    rounds::Round,
    scenario::{CachedScenario, MappedScenario, SIZES, Scenario, TYPICAL, gateway},
    statistics::Spread,
};

const MOST: usize = SIZES[2];
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

pub fn all(measured: &Measurements) -> Vec<Budget> {
    let mut budgets = requests(measured);
    budgets.extend(steady_key(measured));
    budgets.extend(units(measured));
    budgets.extend(starts_and_sizes(measured));
    budgets
}

#[rustfmt::skip]
fn requests(measured: &Measurements) -> Vec<Budget> {
    let added = |latency: fn(Round) -> f64| measured.compare(PROXIED, Scenario::Invoke, |own, direct| latency(own) - latency(direct));
    let cpu = |scenario| measured.of(scenario, |round| round.cpu);
    let times_hello = |scenario| measured.compare(scenario, Scenario::Hello, |own, hello| own.cpu / hello.cpu);
    let gateway = |integration| times_hello(Scenario::Gateway(integration, TYPICAL));
    let cached = |scenario| times_hello(Scenario::Cached(scenario));
    let times_as_it_is = |scenario| measured.compare(Scenario::Mapped(scenario), Scenario::Mapped(MappedScenario::AsItIs), |own, other| own.cpu / other.cpu);
    vec![
        spread("added latency of a warm proxied request over a direct invoke, p50", 0.2, "0.20 ms", " ms", added(|round| round.p50)),
        spread("the same, p99",                                             1.0, "1 ms", " ms", added(|round| round.p99)),
        spread("CPU, `AWS_PROXY`, 1,000 routes",                            1.9, "1.9 × the hello (then 1.6)", " ×", times_hello(PROXIED)),
        spread("the same, absolute",                                      150.0, "150 µs (then 100, then 60)", " µs", cpu(PROXIED)),
        spread("CPU, `AWS_PROXY`, 1,000 routes, with API key and plan, hot", 2.1, "2.1 × the hello", " ×", times_hello(Scenario::Keyed)),
        spread("the same, absolute",                                      150.0, "150 µs (then 100, then 60)", " µs", cpu(Scenario::Keyed)),
        spread("CPU, `MOCK`, 1,000 routes",                                 1.1, "1.10 × the hello", " ×", gateway(Integration::Mock)),
        spread("CPU, `DYNAMODB` `GetItem`, 1,000 routes",                   1.9, "1.9 × the hello", " ×", gateway(Integration::Dynamodb)),
        spread("CPU, table hit of the cache",                               2.0, "2.0 × the hello", " ×", cached(CachedScenario::TableHit)),
        spread("CPU, miss of the cache that is kept",                       4.5, "4.5 × the hello", " ×", cached(CachedScenario::Miss)),
        spread("CPU, a body of 2 KB through a template of 30 lines",        1.5, "1.5 × `AWS_PROXY` with it", " ×", times_as_it_is(MappedScenario::Template)),
        spread("CPU, `SQS` `SendMessage` of it",                            1.5, "1.5 × `AWS_PROXY` with it", " ×", times_as_it_is(MappedScenario::Queue)),
    ]
}

/// The key at 100 requests a second beside the hot one.
fn steady_key(measured: &Measurements) -> Vec<Budget> {
    let [hot, steady, without_key] = [KeyKind::Hot, KeyKind::Steady, KeyKind::SteadyWithoutKey]
        .map(|kind| measured.key_cost(kind).cpu.map_or(f64::NAN, |cpu| cpu.as_secs_f64() * 1e6));
    let ratio = steady / hot;
    let text =
        format!("{ratio:.2} × ({steady:.0} µs, of {hot:.0}; {without_key:.0} without a key at that pace)");
    vec![single("CPU, key at 100 requests a second, one instance", 1.5, "1.5 × the hot key", ratio, text)]
}

#[rustfmt::skip]
fn units(measured: &Measurements) -> Vec<Budget> {
    let UnitsPerRequest { read, write } = measured.units_of(Integration::AwsProxy, TYPICAL);
    let [hot, refused, forged] = [KeyKind::Hot, KeyKind::Refused, KeyKind::Forged].map(|kind| measured.key_cost(kind));
    let hot_read = hot.read + hot.refresh_read;
    let looks = measured.cache_of(CachedScenario::MemoryHit).table_calls_per_request();
    vec![
        per_request("DynamoDB write units of a warm proxied request", 0.02,  "0.02",  write),
        per_request("DynamoDB read units of it",                      0.005, "0.005", read),
        per_request("hot key: write units",                           0.02,  "0.02",  hot.write),
        per_request("hot key: read units",                            0.005, "0.005", hot_read),
        per_request("forged key: read units",                         0.0,   "0",     forged.read),
        per_request("refused key: write units, one a second at most to see whether it still is", 0.02, "0 while remembered", refused.write),
        per_request("memory hit of the cache: calls of its table",    0.005, "no DynamoDB call, but for one look in 5 s", looks),
    ]
}

#[rustfmt::skip]
fn starts_and_sizes(measured: &Measurements) -> Vec<Budget> {
    let [few, typical, most] = SIZES.map(|routes| measured.starts_of(&gateway(routes)));
    let resident = megabytes(measured.served_memory(&gateway(MOST)).resident);
    let binary = megabytes(measured.binary_bytes);
    vec![
        spread("process start to first `/next`, no TLS, CPU, 10 routes", 2.0, "2.0 ms", " ms", few.cpu),
        spread("the same, 1,000 routes",                                 3.0, "3.0 ms", " ms", typical.cpu),
        spread("the same, 10,000 routes",                               10.0, "10 ms", " ms", most.cpu),
        spread("process start to first `/next`, no TLS, wall, 1,000 routes", 10.0, "10 ms", " ms", typical.wall),
        single("resident memory with 10,000 routes, all requested",     22.0, "22 MB", resident, format!("{resident:.1} MB")),
        single("binary",                                                 6.0, "6 MB", binary, format!("{binary:.2} MB")),
    ]
}

fn spread(what: &'static str, limit: f64, at_most: &'static str, unit: &str, figure: Spread) -> Budget {
    let digits = if limit < 10.0 { 3 } else { 1 };
    single(what, limit, at_most, figure.median, format!("{figure:.digits$}{unit}"))
}

/// DynamoDB units or calls a request.
fn per_request(what: &'static str, limit: f64, at_most: &'static str, figure: f64) -> Budget {
    single(what, limit, at_most, figure, format!("{figure:.4}"))
}

fn single(what: &'static str, limit: f64, at_most: &'static str, figure: f64, measured: String) -> Budget {
    let verdict = if figure <= limit { Verdict::Met } else { Verdict::Missed };
    Budget { what, at_most, measured, verdict }
}

/// Of 1,000,000 bytes each.
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
