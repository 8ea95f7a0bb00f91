//! Documents that are made to be slow or large: ten times the input is not a hundred times the time, and long names are cut.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use tollgate::api_import::{ImportOptions, Imported, Input, import};

fn imported(text: String) -> Imported {
    let inputs = [Input::Text { name: "api.yaml".to_owned(), text }];
    import(&inputs, None, &ImportOptions::default()).unwrap()
}

/// The time of an import with its reports.
fn time(text: String) -> Duration {
    let begin = Instant::now();
    let report = imported(text).report;
    assert!(!report.to_string().is_empty() && report.to_json().is_object());
    begin.elapsed()
}

const HEAD: &str = "openapi: 3.0.1\npaths:\n";

fn duplicate_keys(count: usize) -> String {
    let mut text = HEAD.to_owned();
    for key in 0..count {
        writeln!(text, "  /p{key}: {{}}\n  /p{key}: {{}}").unwrap();
    }
    text
}

fn bad_references(count: usize) -> String {
    let mut text = HEAD.to_owned();
    for path in 0..count {
        writeln!(text, "  /p{path}: {{ $ref: '#/components/pathItems/p{path}' }}").unwrap();
    }
    text
}

/// Merges of a map of so many names.
fn merged(count: usize) -> String {
    let mut text = "openapi: 3.0.1\nx-base: &b\n".to_owned();
    for key in 0..count {
        writeln!(text, "  k{key}: 1").unwrap();
    }
    for place in 0..5 {
        writeln!(text, "x-m{place}:\n  <<: *b\n  own: 1").unwrap();
    }
    text + "paths: {}\n"
}

#[test]
fn ten_times_the_input_is_no_hundred_times_the_time() {
    type Made = fn(usize) -> String;
    let inputs: [(&str, Made); 3] =
        [("duplicate keys", duplicate_keys), ("bad references", bad_references), ("merged", merged)];
    for (name, made) in inputs {
        let (small, large) = (time(made(1_000)), time(made(10_000)));
        // Ten times, with room for a machine that does other things too.
        assert!(large < 40 * small.max(Duration::from_millis(20)), "{name}: {small:?} became {large:?}");
    }
}

#[test]
fn a_name_as_long_as_the_input_stands_once_in_the_report() {
    let path = format!("/é~{}", "a".repeat(1_000_000));
    let mut text = format!("{HEAD}  ? {path}\n  : parameters:\n");
    for parameter in 0..5_000 {
        writeln!(text, "    - {{ name: p{parameter}, in: query, x-unknown: 1 }}").unwrap();
    }
    text += "    get: { x-amazon-apigateway-integration: { type: mock } }\n";
    let report = imported(text).report;
    assert!(report.entries.len() > 5_000, "{}", report.entries.len());
    let longest = report.entries.iter().max_by_key(|entry| entry.pointer.len()).unwrap();
    assert!(
        longest.pointer.starts_with("/paths/~1é~0aaa") && longest.pointer.ends_with("aaa…"),
        "{}",
        longest.pointer
    );
    assert!(longest.pointer.chars().count() < 1_010, "{}", longest.pointer.chars().count());
    assert!(report.to_json().to_string().len() < 40_000_000);
}
