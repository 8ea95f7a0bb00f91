//! TAP, version 14: <https://testanything.org/tap-version-14-specification.html>

use std::io::{self, Write};

use serde_json::Value;

use super::report::{DifferenceReport, FileReport, StepReport, TestReport};
use crate::text_table::printable;

/// # Errors
///
/// The reader is gone.
pub fn write(out: &mut impl Write, reports: &[FileReport]) -> io::Result<()> {
    let tests: Vec<&TestReport> = reports.iter().flat_map(|report| &report.tests).collect();
    writeln!(out, "TAP version 14")?;
    writeln!(out, "1..{}", tests.len())?;
    for (nth, test) in tests.iter().enumerate() {
        let outcome = if test.failed.is_empty() { "ok" } else { "not ok" };
        // A # would begin a directive.
        let name = printable(&test.name).replace('\\', "\\\\").replace('#', "\\#");
        writeln!(out, "{outcome} {} - {name}", nth + 1)?;
        if !test.failed.is_empty() {
            write_failures(out, test)?;
        }
    }
    let failed = tests.iter().filter(|test| !test.failed.is_empty()).count();
    writeln!(out, "# {} passed, {failed} failed", tests.len() - failed)
}

/// A YAML block, in which texts are JSON: that is YAML too.
fn write_failures(out: &mut impl Write, test: &TestReport) -> io::Result<()> {
    writeln!(out, "  ---")?;
    for StepReport { number, place, request, differences } in &test.failed {
        let step = if test.steps > 1 { format!(", step {number}") } else { String::new() };
        writeln!(out, "  - request: {}", quoted(request))?;
        writeln!(out, "    at: {}", quoted(&format!("{place}{step}")))?;
        writeln!(out, "    differences:")?;
        for DifferenceReport { what, place, expected, got } in differences {
            writeln!(out, "      - what: {}", quoted(what))?;
            writeln!(out, "        at: {}", quoted(&place.to_string()))?;
            writeln!(out, "        expected: {}", quoted(expected))?;
            writeln!(out, "        got:      {}", quoted(got))?;
        }
    }
    writeln!(out, "  ...")
}

/// A word stands as it is, everything else in quotes.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "./_-".contains(c);
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_plain);
    let is_other = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text);
    let is_number =
        text.parse::<f64>().is_ok() && !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if (is_word && !is_other) || is_number { text.to_owned() } else { Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_yaml_would_read_as_something_else_is_quoted() {
        let texts = ["status", "200", "body.id", "null", "a: b", "\"x\"", "", "1e3", "GET /x", "headers.x-a"];
        let quoted = texts.map(quoted);
        let expected = [
            "status",
            "200",
            "body.id",
            "\"null\"",
            "\"a: b\"",
            "\"\\\"x\\\"\"",
            "\"\"",
            "\"1e3\"",
            "\"GET /x\"",
            "headers.x-a",
        ];
        assert_eq!(quoted, expected);
    }
}
