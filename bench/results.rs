//! Writes the measurements as bench/RESULTS.md shows them.

use std::{fmt::Write, fs, ops::Add, thread};

use crate::{
    budgets,
    cache_units::CacheUnits,
    counting_proxy::{Tally, Units},
    effort::Effort,
    gateway_units::GatewayUnits,
    idle_requests::IdleCost,
    key_costs::KeyCost,
    measurements::{Figure, FunctionMemory, Measurements},
    rounds::CaseRounds,
    scenario::{CallerScenario, CompressedScenario, MappedScenario, NOT_CACHED, Scenario, TYPICAL},
    statistics::Spread,
};

const P50: Figure = |round| round.p50;
const P99: Figure = |round| round.p99;
const CPU: Figure = |round| round.cpu;

pub fn write(date: &str, commit: &str, effort: &Effort, measured: &Measurements) -> String {
    let mut text = String::new();
    head(&mut text, date, commit, effort);
    budget_table(&mut text, measured);
    latency_tables(&mut text, measured);
    start_table(&mut text, measured);
    memory_table(&mut text, measured);
    unit_tables(&mut text, measured);
    idle_table(&mut text, measured);
    text.push_str(&cache(&measured.rounds, &measured.cache));
    callers_table(&mut text, measured);
    text.push_str(&mapped(&measured.rounds));
    text.push_str(&compressed(&measured.rounds));
    text.push_str(&keys(&measured.keys));
    text.push_str(include_str!("where-the-time-goes.md"));
    text
}

pub fn keys(costs: &[KeyCost]) -> String {
    let mut text = "## API keys and usage plans\n\nDynamoDB units a request, by `ConsumedCapacity`; a plan with a \
                    rate and a quota, `MOCK`. A hot, refused or forged key comes as fast as the instances answer, one \
                    request at a time each. Stages are read every 5 s by each instance, whatever is requested.\n\n\
                    | key | instances | requests | write | read | read, stages | CPU, µs |\n|---|---|---|---|---|---|---|\n"
        .to_owned();
    for cost in costs {
        let [write, read, refresh] =
            [cost.write, cost.read, cost.refresh_read].map(|units| format!("{units:.4}"));
        let cpu = cost.cpu.map_or_else(|| "–".to_owned(), |cpu| format!("{:.0}", cpu.as_secs_f64() * 1e6));
        let [instances, requests] = [cost.instances, cost.requests].map(|number| number.to_string());
        line(&mut text, &[cost.kind.name(), &instances, &requests, &write, &read, &refresh, &cpu]);
    }
    text + "\nThe request without a key, to a `MOCK` that requires none, shows how much of the CPU time at 100 requests a \
            second is not the key's: in the 10 ms between two requests the host and the client run, and the gateway's \
            code and data leave the processor's caches.\n\n"
}

/// The machine, and the cores of it that are used: `AMD EPYC, 2 cores, Linux 6.18`, 1.
pub fn machine() -> (String, usize) {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let cores = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    let used = thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    (format!("{model}, {cores} cores, Linux {}", kernel.trim()), used)
}

fn head(text: &mut String, date: &str, commit: &str, effort: &Effort) {
    let (machine, used) = machine();
    let Effort { rounds, requests, starts, .. } = effort;
    *text += &format!(
        "# What Tollgate costs\n\n\
         Written by `make bench`; not edited by hand. {date}, commit {commit}, {machine}\n\n\
         **Method.** Everything runs on one machine, on {used} of its cores, under the local Lambda host, each function as one process: \
         the gateway and the `lambda_http` hello as `release` builds (fat LTO), the host, its DynamoDB (dynoxide) and \
         the client in one optimised process (profile `measuring`: no LTO). Requests go one after the other on a \
         kept connection; every answer is checked. {rounds} rounds after a warm-up, each with {requests} requests of \
         every case, the cases in a random order. A figure is the median of the rounds, with the lowest and the \
         highest round in brackets; differences and ratios are taken within a round. CPU is user + system time of \
         the function's own process, from the kernel's scheduler statistics. {starts} starts of each function. \
         Routes are a third `MOCK`, `AWS_PROXY` and `DYNAMODB` (`GetItem`) each, and all of them are requested; the \
         gateway of {TYPICAL} routes has one more, an `AWS_PROXY` that requires a key, of a plan with a rate and a quota. The \
         target of `AWS_PROXY` is the hello. `REFRESH_SECONDS` is its default, 5.\n\n"
    );
}

fn budget_table(text: &mut String, measured: &Measurements) {
    *text += "## Budgets\n\n| what | at most | measured | |\n|---|---|---|---|\n";
    for budget in budgets::all(measured) {
        let verdict = budget.verdict.word();
        line(text, &[budget.what, budget.at_most, &budget.measured, verdict]);
    }
    *text += "\n";
}

fn latency_tables(text: &mut String, measured: &Measurements) {
    *text += "## Warm requests\n\nLatency as the client sees it; the host's own work is in it.\n\n\
              | case | p50, ms | p99, ms | CPU a request, µs |\n|---|---|---|---|\n";
    for case in &measured.rounds {
        let [p50, p99] = [P50, P99].map(|figure| format!("{:.3}", measured.of(case.scenario, figure)));
        let cpu = match case.scenario.function() {
            Some(_) => format!("{:.0}", measured.of(case.scenario, CPU)),
            None => "–".to_owned(),
        };
        line(text, &[case.scenario.name(), p50, p99, cpu]);
    }
    for (base, name) in [(Scenario::Invoke, "a direct invoke"), (Scenario::Hello, "the bare hello")] {
        let (more, rule) =
            if base == Scenario::Hello { (" CPU, µs | CPU, × |", "---|---|") } else { ("", "") };
        *text += &format!(
            "\nAgainst {name}:\n\n| case | p50, ms | p50, × | p99, ms | p99, × |{more}\n|---|---|---|---|---|{rule}\n"
        );
        for case in measured.rounds.iter().filter(|case| case.scenario != base) {
            comparison_row(text, measured, case.scenario, base);
        }
    }
    *text += "\n";
}

fn comparison_row(text: &mut String, measured: &Measurements, scenario: Scenario, base: Scenario) {
    let difference =
        |figure: Figure| measured.compare(scenario, base, |own, other| figure(own) - figure(other));
    let ratio = |figure: Figure| measured.compare(scenario, base, |own, other| figure(own) / figure(other));
    let mut cells = vec![scenario.name()];
    for figure in [P50, P99] {
        cells.push(format!("{:.3}", difference(figure)));
        cells.push(format!("{:.2}", ratio(figure)));
    }
    if base == Scenario::Hello {
        match scenario.function() {
            Some(_) => cells.extend([format!("{:.0}", difference(CPU)), format!("{:.2}", ratio(CPU))]),
            None => cells.extend(["–".to_owned(), "–".to_owned()]),
        }
    }
    line(text, &cells);
}

/// The cost of a look at the stages before the response.
fn idle_table(text: &mut String, measured: &Measurements) {
    *text += "## A request after a pause\n\nA request that comes once a minute finds the last look at the stages older than \
              `MAX_STALE_SECONDS`, so the gateway looks before it answers: one `Scan` of the stages more. Measured with \
              pauses of 1.2 s, `REFRESH_SECONDS=1` and `MAX_STALE_SECONDS=1` (a minute with the defaults takes the same \
              step), beside a gateway that does not look first. `MOCK`; the difference is taken to the request that follows \
              at once.\n\n\
              | gateway | after the pause, ms | right after it, ms | difference, ms |\n|---|---|---|---|\n";
    for IdleCost { scenario, after_pause, warm, added } in &measured.idle {
        let figures = [after_pause, warm, added].map(|spread| format!("{spread:.3}"));
        let [after_pause, warm, added] = &figures;
        line(text, &[scenario.name(), after_pause, warm, added]);
    }
    *text += "\n";
}

fn start_table(text: &mut String, measured: &Measurements) {
    *text += "## Cold starts\n\nFrom the start of the process to its first `/next`; its deployment is published \
              already.\n\n| function | wall, ms | CPU, ms |\n|---|---|---|\n";
    for starts in &measured.starts {
        line(text, &[&starts.function, &format!("{:.2}", starts.wall), &format!("{:.2}", starts.cpu)]);
    }
    *text += "\n";
}

fn memory_table(text: &mut String, measured: &Measurements) {
    *text += "## Memory\n\nResident, MB of 1,000,000 bytes. Anonymous memory is that without the pages of files \
              (the binary).\n\n| function | after the start | of it anonymous | after all requests | of it anonymous \
              | peak |\n|---|---|---|---|---|---|\n";
    let megabytes = |bytes: u64| format!("{:.1}", bytes as f64 / 1e6);
    for FunctionMemory { function, started, served } in &measured.memory {
        let served = served.unwrap_or(*started);
        let sizes =
            [started.resident, started.anonymous, served.resident, served.anonymous, served.resident_peak];
        let mut cells = vec![function.clone()];
        cells.extend(sizes.map(megabytes));
        line(text, &cells);
    }
    *text += &format!("\nThe gateway's binary has {} bytes.\n\n", measured.binary_bytes);
}

fn unit_tables(text: &mut String, measured: &Measurements) {
    *text += "## DynamoDB units\n\nFrom the `ConsumedCapacity` of every call of the gateway, by operation and table. A \
              refresh, at most every 5 s an instance, is one more `Scan` of the stages, as at the start; one that \
              fell into the requests is among them.\n\n\
              | gateway | when | calls | read units | write units |\n|---|---|---|---|---|\n";
    for GatewayUnits { routes, start, requests, by_integration } in &measured.units {
        let gateway = format!("{routes} routes");
        line(
            text,
            &[
                &gateway,
                "a cold start",
                &calls(start),
                &sum(start, 1, |units| units.read),
                &sum(start, 1, |units| units.write),
            ],
        );
        for (integration, tally) in by_integration {
            let when = format!("a request, {} (of {requests})", integration.name());
            let (read, write) =
                (sum(tally, *requests, |units| units.read), sum(tally, *requests, |units| units.write));
            line(text, &[&gateway, &when, &calls(tally), &read, &write]);
        }
    }
    *text += "\n";
}

/// `rounds` are at least those of the cache's cases.
pub fn cache(rounds: &[CaseRounds], units: &[CacheUnits]) -> String {
    let mut text = "## The response cache\n\nA `MOCK`'s answer of few bytes; latency and CPU as under \"Warm requests\". A \
                    table hit is one of a gateway without memory (`CACHE_MEMORY_BYTES=0`). An answer that is \
                    remembered is looked up in the table again after `REFRESH_SECONDS`.\n\n\
                    | case | p50, ms | p99, ms | CPU a request, µs | calls | read units | write units |\n\
                    |---|---|---|---|---|---|---|\n"
        .to_owned();
    for CaseRounds { scenario, rounds } in rounds {
        let of = |figure: Figure| Spread::of(rounds.iter().map(|round| figure(*round)));
        let mut cells = vec![
            scenario.name(),
            format!("{:.3}", of(P50)),
            format!("{:.3}", of(P99)),
            format!("{:.0}", of(CPU)),
        ];
        let units = units.iter().find(|units| *scenario == Scenario::Cached(units.scenario));
        match units {
            Some(CacheUnits { requests, tally, .. }) => cells.extend([
                format!("{} (of {requests})", calls(tally)),
                sum(tally, *requests, |units| units.read),
                sum(tally, *requests, |units| units.write),
            ]),
            None if *scenario == NOT_CACHED => cells.extend(["–"; 3].map(str::to_owned)),
            None => continue,
        }
        line(&mut text, &cells);
    }
    text + "\n"
}

fn callers_table(text: &mut String, measured: &Measurements) {
    *text += "## Who calls, and with what\n\nA `MOCK`'s answer on routes of one gateway. Tokens are of ES256, with eight claims; \
              the Lambda authorizer is a `TOKEN` one whose function is the hello, and a call of it is its only call. A \
              client signs each new token while its latency is measured.\n\n\
              | case | p50, ms | CPU a request, µs | more than for anybody, µs |\n|---|---|---|---|\n";
    let anybody = Scenario::Caller(CallerScenario::Anybody);
    for scenario in CallerScenario::ALL.map(Scenario::Caller) {
        let more = measured.compare(scenario, anybody, |own, other| own.cpu - other.cpu);
        let more = if scenario == anybody { "–".to_owned() } else { format!("{more:.0}") };
        let [p50, cpu] = [(P50, 3), (CPU, 0)]
            .map(|(figure, digits)| format!("{:.digits$}", measured.of(scenario, figure)));
        line(text, &[scenario.name(), p50, cpu, more]);
    }
    *text += "\n";
}

/// `rounds` are at least those of the mapped cases.
pub fn mapped(rounds: &[CaseRounds]) -> String {
    let mut text = "## Templates and services\n\nA body of 2 KB, taken to a function as an event, through a mapping template \
                    of 30 lines with a loop, and to a queue that answers at once. The ratio is taken within a \
                    round.\n\n| case | p50, ms | CPU a request, µs | CPU, × AWS_PROXY |\n|---|---|---|---|\n"
        .to_owned();
    let of = |scenario| rounds.iter().find(|case| case.scenario == Scenario::Mapped(scenario));
    let base = of(MappedScenario::AsItIs).map_or(&[][..], |case| &case.rounds);
    for case in MappedScenario::ALL.into_iter().filter_map(of) {
        let of = |figure: Figure| Spread::of(case.rounds.iter().map(|round| figure(*round)));
        let ratio = Spread::of(case.rounds.iter().zip(base).map(|(own, base)| own.cpu / base.cpu));
        let cells = [
            case.scenario.name(),
            format!("{:.3}", of(P50)),
            format!("{:.0}", of(CPU)),
            format!("{ratio:.2}"),
        ];
        line(&mut text, &cells);
    }
    text + "\n"
}

/// `rounds` are at least those of the compressed cases.
pub fn compressed(rounds: &[CaseRounds]) -> String {
    let mut text = "## Compression\n\nA body of 10 KB of JSON, a `MOCK`. The difference is taken within a \
                    round.\n\n| case | p50, ms | CPU a request, µs | more than the plain answer, µs |\n|---|---|---|---|\n"
        .to_owned();
    let of = |scenario| rounds.iter().find(|case| case.scenario == Scenario::Compressed(scenario));
    let base = of(CompressedScenario::PlainAnswer).map_or(&[][..], |case| &case.rounds);
    for case in CompressedScenario::ALL.into_iter().filter_map(of) {
        let of = |figure: Figure| Spread::of(case.rounds.iter().map(|round| figure(*round)));
        let more = Spread::of(case.rounds.iter().zip(base).map(|(own, base)| own.cpu - base.cpu));
        let cells = [
            case.scenario.name(),
            format!("{:.3}", of(P50)),
            format!("{:.0}", of(CPU)),
            format!("{more:.0}"),
        ];
        line(&mut text, &cells);
    }
    text + "\n"
}

fn calls(tally: &Tally) -> String {
    let calls: Vec<_> = tally.iter().map(|(call, units)| format!("{} × {call}", units.calls)).collect();
    if calls.is_empty() { "none".to_owned() } else { calls.join(", ") }
}

fn sum(tally: &Tally, requests: usize, figure: impl Fn(&Units) -> f64) -> String {
    format!("{:.4}", tally.values().map(figure).fold(0.0, Add::add) / requests as f64)
}

pub fn line(text: &mut String, cells: &[impl AsRef<str>]) {
    let cells: Vec<_> = cells.iter().map(AsRef::as_ref).collect();
    writeln!(text, "| {} |", cells.join(" | ")).expect("text grows without errors");
}
