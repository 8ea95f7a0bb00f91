//! SARIF 2.1.0 (OASIS): what code scanning and editors read.

use serde_json::{Value, json};
use tollgate::api_file::{CheckedFile, FileProblem, Rule, Severity};

use super::github::message;

const RULES: [(Rule, &str); 4] = [
    (Rule::Syntax, "The file is YAML that every reader understands alike"),
    (Rule::Layout, "The file has the sections of an API"),
    (Rule::Item, "Each item says what the gateway understands, and what it refers to is there"),
    (
        Rule::Resource,
        "The functions, tables and indexes that items name are there, with the keys that items use",
    ),
];

pub fn report(checked: &CheckedFile) -> Value {
    let rules = RULES.map(|(rule, text)| json!({ "id": rule.name(), "shortDescription": { "text": text } }));
    let driver = json!({ "name": "tollgate", "version": env!("CARGO_PKG_VERSION"), "rules": rules });
    let results: Vec<Value> = checked.problems.iter().map(|problem| result(checked, problem)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results }],
    })
}

fn result(checked: &CheckedFile, problem: &FileProblem) -> Value {
    let source = checked.sources.of(problem.span);
    let (start, end) =
        (source.position(problem.span.start), source.position(source.end_in_line(problem.span)));
    let level = match problem.severity {
        Severity::Problem => "error",
        Severity::Warning => "warning",
    };
    let text = match &problem.subject {
        Some(subject) => format!("{subject}: {}", message(problem)),
        None => message(problem),
    };
    json!({
        "ruleId": problem.rule.name(),
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&source.name) },
            "region": { "startLine": start.line, "startColumn": start.column, "endColumn": end.column },
        } }],
    })
}

/// A path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
