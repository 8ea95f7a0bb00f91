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

/// A YAML block.
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
    if (is_word && !is_other) || is_number {
        text.to_owned()
    } else if text.contains(char::is_control) {
        Value::from(text).to_string()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_yaml_would_read_as_something_else_is_quoted() {
        let cases = [
            ("status", "status"),
            ("200", "200"),
            ("body.id", "body.id"),
            ("headers.x-a", "headers.x-a"),
            ("null", "'null'"),
            ("a: b", "'a: b'"),
            ("\"it's\"", "'\"it''s\"'"),
            ("", "''"),
            ("1e3", "'1e3'"),
            ("a\nb", "\"a\\nb\""),
        ];
        for (text, expected) in cases {
            assert_eq!(quoted(text), expected, "{text}");
        }
    }
}
