//! The report for programs.

use serde_json::{Value, json};
use tollgate::api_file::{CheckedFile, FileProblem, Position, Severity, Span};

use crate::output_format::SCHEMA_VERSION;

pub fn report(path: &str, checked: &CheckedFile) -> Value {
    let of = |severity| -> Vec<Value> {
        let problems = checked.problems.iter().filter(|problem| problem.severity == severity);
        problems.map(|problem| entry(checked, problem)).collect()
    };
    json!({
        "schemaVersion": SCHEMA_VERSION,
        "file": path,
        "valid": checked.is_valid(),
        "problems": of(Severity::Problem),
        "warnings": of(Severity::Warning),
    })
}

fn entry(checked: &CheckedFile, problem: &FileProblem) -> Value {
    let mut json = place(checked, problem.span);
    json["rule"] = problem.rule.name().into();
    json["message"] = problem.message.as_str().into();
    if let Some(subject) = &problem.subject {
        json["subject"] = subject.as_str().into();
    }
    if let Some(hint) = &problem.hint {
        json["hint"] = hint.as_str().into();
    }
    if let Some(first) = problem.first {
        json["first"] = place(checked, first);
    }
    json
}

/// Columns are counted in characters, from 1; the end is the first character behind the place.
fn place(checked: &CheckedFile, span: Span) -> Value {
    let source = checked.sources.of(span);
    let (start, end) = (source.position(span.start), source.position(source.end_in_line(span)));
    let Position { line, column } = start;
    json!({ "file": source.name, "line": line, "column": column, "endColumn": end.column })
}
