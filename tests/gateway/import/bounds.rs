//! Documents that are made to be slow or large: each part is told once, and long names are cut. Each of them took
//! minutes while its work grew with the square of the input.

use std::fmt::Write;

use tollgate::api_import::{ImportOptions, Imported, Input, import};

fn imported(text: String) -> Imported {
    let inputs = [Input::Text { name: "api.yaml".to_owned(), text }];
    import(&inputs, None, &ImportOptions::default()).unwrap()
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
fn ten_thousand_of_one_kind_are_each_told_once() {
    const COUNT: usize = 10_000;
    for (name, text, findings) in [
        ("duplicate keys", duplicate_keys(COUNT), COUNT),
        ("bad references", bad_references(COUNT), COUNT),
        ("merged", merged(COUNT), 0),
    ] {
        let Imported { report, tree, .. } = imported(text);
        let told = report.findings.iter().filter(|finding| finding.place.starts_with("api.yaml:")).count();
        assert!(told.abs_diff(findings) <= 2, "{name}: {told} findings");
        assert!(tree.node_count() < 16 * COUNT, "{name}: {} nodes", tree.node_count());
        assert!(report.to_string().len() < 400 * COUNT, "{name}: {} bytes", report.to_string().len());
        assert!(report.to_json().is_object());
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
