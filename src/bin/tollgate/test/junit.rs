//! JUnit's XML, as CI systems read it.

use std::io::{self, Write};

use super::report::{DifferenceReport, FileReport, StepReport, TestReport};
use crate::markup::escaped;

/// # Errors
///
/// The reader is gone.
pub fn write(out: &mut impl Write, reports: &[FileReport]) -> io::Result<()> {
    let failed = |tests: &[TestReport]| tests.iter().filter(|test| !test.failed.is_empty()).count();
    let (all, all_failed) = reports.iter().fold((0, 0), |(all, all_failed), report| {
        (all + report.tests.len(), all_failed + failed(&report.tests))
    });
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites tests=\"{all}\" failures=\"{all_failed}\">")?;
    for FileReport { path, tests } in reports {
        let (count, failed) = (tests.len(), failed(tests));
        writeln!(out, "  <testsuite name=\"{}\" tests=\"{count}\" failures=\"{failed}\">", escaped(path))?;
        for test in tests {
            write_test(out, path, test)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn write_test(out: &mut impl Write, path: &str, test: &TestReport) -> io::Result<()> {
    let TestReport { name, place, failed, .. } = test;
    let (name, class, file) = (escaped(name), escaped(path), escaped(&place.file));
    let head = format!(
        "    <testcase name=\"{name}\" classname=\"{class}\" file=\"{file}\" line=\"{}\"",
        place.line
    );
    if failed.is_empty() {
        return writeln!(out, "{head}/>");
    }
    writeln!(out, "{head}>")?;
    for StepReport { place, request, differences, .. } in failed {
        let whats: Vec<_> = differences.iter().map(|difference| difference.what.as_str()).collect();
        let message = escaped(&format!("{request}: {}", whats.join(", ")));
        writeln!(
            out,
            "      <failure type=\"difference\" message=\"{message}\">{}",
            escaped(&place.to_string())
        )?;
        for DifferenceReport { what, place, expected, got } in differences {
            let text = format!("{what} ({place})\n  expected: {expected}\n  got:      {got}");
            writeln!(out, "{}", escaped(&text))?;
        }
        writeln!(out, "      </failure>")?;
    }
    writeln!(out, "    </testcase>")
}
