//! Sums of the last lines by stage and route: how many a second, how long they took, how many failed.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
};

use super::AccessLine;

/// The lines of the last seconds.
#[derive(Debug)]
pub struct RouteTotals {
    window: Window,
    begun_ms: u64,
    samples: VecDeque<Sample>,
}

/// The time that is summed, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(pub u64);

#[derive(Debug)]
struct Sample {
    at_ms: u64,
    stage: String,
    route: String,
    status: u16,
    latency_ms: u64,
}

/// The sums of a route, or of all.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteRow {
    /// Empty in the row of all.
    pub stage: String,
    /// Empty where no route was found.
    pub route: String,
    pub requests: usize,
    pub requests_per_second: f64,
    pub p50_ms: u64,
    pub p99_ms: u64,
    /// Answers with 400 to 499.
    pub refused: usize,
    /// Answers with 500 and more.
    pub failed: usize,
}

impl RouteTotals {
    /// Sums from now on.
    pub fn new(window: Window, now_ms: u64) -> Self {
        Self { window, begun_ms: now_ms, samples: VecDeque::new() }
    }

    pub fn add(&mut self, line: &AccessLine) {
        self.samples.push_back(Sample {
            at_ms: line.at_ms,
            stage: line.text("stage").to_owned(),
            route: line.text("routeKey").to_owned(),
            status: line.status,
            latency_ms: line.latency_ms,
        });
    }

    /// The sums of the window that ends now: each route, the busiest first, and all of them.
    pub fn rows(&mut self, now_ms: u64) -> (Vec<RouteRow>, RouteRow) {
        let begin = now_ms.saturating_sub(self.window.0);
        // Late lines stand behind later ones.
        self.samples.retain(|sample| sample.at_ms >= begin);
        // Before a whole window is over, what is summed is shorter.
        let span_ms = now_ms.saturating_sub(begin.max(self.begun_ms)).max(1_000);
        let mut by_route: BTreeMap<(&str, &str), Vec<&Sample>> = BTreeMap::new();
        for sample in &self.samples {
            by_route.entry((&sample.stage, &sample.route)).or_default().push(sample);
        }
        let mut rows: Vec<RouteRow> = by_route
            .into_iter()
            .map(|((stage, route), samples)| row(stage, route, &samples, span_ms))
            .collect();
        rows.sort_by_key(|row| Reverse(row.requests));
        let all: Vec<&Sample> = self.samples.iter().collect();
        (rows, row("", "", &all, span_ms))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and times of a window are far below 2^52")]
fn row(stage: &str, route: &str, samples: &[&Sample], span_ms: u64) -> RouteRow {
    let mut latencies: Vec<u64> = samples.iter().map(|sample| sample.latency_ms).collect();
    latencies.sort_unstable();
    let count = |is_it: fn(u16) -> bool| samples.iter().filter(|sample| is_it(sample.status)).count();
    RouteRow {
        stage: stage.to_owned(),
        route: route.to_owned(),
        requests: samples.len(),
        requests_per_second: samples.len() as f64 * 1_000.0 / span_ms as f64,
        p50_ms: percentile(&latencies, 50),
        p99_ms: percentile(&latencies, 99),
        refused: count(|status| (400..500).contains(&status)),
        failed: count(|status| status >= 500),
    }
}

/// The least value that so many percent do not pass (nearest rank); 0 of none.
fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::cloudwatch_logs::LogEvent;

    fn line(at_ms: u64, route: &str, status: u16, latency_ms: u64) -> AccessLine {
        let message = format!(
            r#"{{"stage":"v1","routeKey":"{route}","status":{status},"responseLatency":{latency_ms}}}"#
        );
        AccessLine::of(&LogEvent { timestamp: at_ms, message, ..LogEvent::default() }).unwrap()
    }

    #[test]
    fn routes_are_summed_over_the_window_the_busiest_first() {
        let mut totals = RouteTotals::new(Window(10_000), 0);
        totals.add(&line(1_000, "GET /old", 200, 9));
        for latency_ms in 1..=100 {
            totals.add(&line(95_000, "GET /a", if latency_ms <= 3 { 503 } else { 200 }, latency_ms));
        }
        totals.add(&line(91_000, "GET /b", 404, 7));
        let row = |route: &str, requests, per_second, p50_ms, p99_ms, refused, failed| RouteRow {
            stage: if route.is_empty() { String::new() } else { "v1".to_owned() },
            route: route.to_owned(),
            requests,
            requests_per_second: per_second,
            p50_ms,
            p99_ms,
            refused,
            failed,
        };
        let (rows, all) = totals.rows(100_000);
        assert_eq!(rows, [row("GET /a", 100, 10.0, 50, 99, 0, 3), row("GET /b", 1, 0.1, 7, 7, 1, 0)]);
        assert_eq!(all, row("", 101, 10.1, 50, 99, 1, 3));
        assert_eq!(totals.rows(200_000), (vec![], row("", 0, 0.0, 0, 0, 0, 0)));
    }

    #[test]
    fn before_a_window_is_over_it_is_as_long_as_it_has_lasted() {
        let mut totals = RouteTotals::new(Window(60_000), 100_000);
        (0..8).for_each(|_| totals.add(&line(101_000, "GET /a", 200, 1)));
        assert_eq!(totals.rows(104_000).1.requests_per_second, 2.0);
        // A second at least: the first look is no burst.
        let mut totals = RouteTotals::new(Window(60_000), 100_000);
        totals.add(&line(100_000, "GET /a", 200, 1));
        assert_eq!(totals.rows(100_001).1.requests_per_second, 1.0);
    }
}
