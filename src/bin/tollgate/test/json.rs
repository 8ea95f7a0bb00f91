//! The report for programs.

use serde_json::{Value, json};

use super::report::{DifferenceReport, FileReport, Place, StepReport, TestReport};

/// A form that adds fields keeps this number; one that takes some away has another.
const SCHEMA_VERSION: u32 = 1;

pub fn report(reports: &[FileReport]) -> Value {
    let place = |place: &Place| json!({ "file": place.file, "line": place.line });
    let difference = |DifferenceReport { what, place: at, expected, got }: &DifferenceReport| json!({ "what": what, "at": place(at), "expected": expected, "got": got });
    let step = |StepReport { number, place: at, request, differences }: &StepReport| {
        json!({
            "step": number,
            "at": place(at),
            "request": request,
            "differences": differences.iter().map(difference).collect::<Value>(),
        })
    };
    let test = |test: &TestReport| {
        json!({
            "name": test.name,
            "at": place(&test.place),
            "passed": test.failed.is_empty(),
            "failedSteps": test.failed.iter().map(step).collect::<Value>(),
        })
    };
    let file = |FileReport { path, tests }: &FileReport| json!({ "file": path, "tests": tests.iter().map(test).collect::<Value>() });
    let tests = || reports.iter().flat_map(|report| &report.tests);
    let failed = tests().filter(|test| !test.failed.is_empty()).count();
    json!({
        "schemaVersion": SCHEMA_VERSION,
        "passed": tests().count() - failed,
        "failed": failed,
        "files": reports.iter().map(file).collect::<Value>(),
    })
}
