//! `tollgate test`: the tests of an API, as a process; each report and each message whole.

mod bad_files;
mod callers;
mod deployed;
mod examples;
mod integrations;
mod reports;
mod service_answers;
mod services;
mod steps;

use crate::api_file::Folder;

/// Runs the tests of `tests.yaml` against the API of `tollgate.yaml`.
fn tested(api: &str, tests: &str, arguments: &[&str]) -> String {
    let folder = Folder::new(&[("tollgate.yaml", api.as_bytes()), ("tests.yaml", tests.as_bytes())]);
    folder.tollgate(&[&["test", "tests.yaml"], arguments].concat()).text(&[])
}

/// A report of one test that passes.
const ONE_PASSES: &str = "exit 0\nTAP version 14\n1..1\nok 1 - it\n# 1 passed, 0 failed\n--\n";

/// Fails unless each step, the lines of one test each, passes.
fn assert_passes(api: &str, steps: &str) {
    let steps: String = steps.lines().map(|line| format!("      {line}\n")).collect();
    assert_eq!(
        tested(api, &format!("tests:\n  - name: it\n    steps:\n{steps}"), &[]),
        ONE_PASSES,
        "{steps}"
    );
}
