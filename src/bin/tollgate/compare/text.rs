//! The result for people: routes, under them the requests that differ, and a summary.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use tollgate::{
    api_comparison::{ComparedRoute, ComparisonReport, Difference, Exchange},
    deployment::counted,
};

use crate::text_table::printable;

/// The most requests of a route that are told; `-o json` and `--page` have all.
const MOST_REQUESTS: usize = 20;
/// The most characters of a value.
const MOST_CHARS: usize = 120;

/// # Errors
///
/// The reader is gone.
pub fn write(out: &mut impl Write, report: &ComparisonReport) -> io::Result<()> {
    for route in &report.routes {
        write_route(out, route)?;
    }
    writeln!(out)?;
    writeln!(out, "{}: {}", counted(report.requests(), "request"), outcome(report))?;
    if report.equals_are_refusals() {
        writeln!(
            out,
            "every equal answer is 401 or 403: let the requests in with -H 'Authorization: …' or a key"
        )?;
    }
    for (reason, tally) in report.left_out.iter() {
        writeln!(out, "{} left out: {reason} (first: {})", tally.count, printable(&tally.first))?;
    }
    Ok(())
}

/// `4 equal, 1 different`
fn outcome(report: &ComparisonReport) -> String {
    let mut parts = vec![format!("{} equal", report.equal()), format!("{} different", report.different())];
    if report.unanswered() > 0 {
        parts.push(format!("{} not answered", report.unanswered()));
    }
    parts.join(", ")
}

fn write_route(out: &mut impl Write, route: &ComparedRoute) -> io::Result<()> {
    let ComparedRoute { route, requests, different, unanswered, equal, exchanges } = route;
    let mut parts = vec![counted(*requests, "request")];
    for (count, word) in [(different, "different"), (unanswered, "not answered")] {
        if *count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    if exchanges.is_empty() {
        parts.push(format!("equal ({})", statuses(equal)));
    }
    writeln!(out, "{}: {}", printable(route), parts.join(", "))?;
    for exchange in exchanges.iter().take(MOST_REQUESTS) {
        write_exchange(out, exchange)?;
    }
    match exchanges.len().saturating_sub(MOST_REQUESTS) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more (-o json and --page have all)"),
    }
}

/// `200`, `3 × 200, 1 × 404`
fn statuses(equal: &BTreeMap<u16, usize>) -> String {
    match equal.first_key_value() {
        Some((status, _)) if equal.len() == 1 => status.to_string(),
        _ => {
            let counts = equal.iter().map(|(status, count)| format!("{count} × {status}"));
            counts.collect::<Vec<_>>().join(", ")
        }
    }
}

fn write_exchange(out: &mut impl Write, exchange: &Exchange) -> io::Result<()> {
    let Exchange { source, method, target, differences, more_differences, .. } = exchange;
    let source = if source.is_empty() { String::new() } else { format!(" ({})", printable(source)) };
    writeln!(out, "  {} {}{source}", printable(method), printable(target))?;
    for difference in differences {
        let Difference { what, left, right } = difference.clone().cut(MOST_CHARS);
        writeln!(out, "    {}", printable(&what))?;
        writeln!(out, "      left:  {}", printable(&left))?;
        writeln!(out, "      right: {}", printable(&right))?;
    }
    match more_differences {
        0 => Ok(()),
        more => writeln!(out, "    and {}", counted(*more, "more difference")),
    }
}
