//! Workflow commands of GitHub Actions: each problem stands beside its line in a pull request.

use std::io::{self, Write};

use tollgate::api_file::{CheckedFile, FileProblem, Severity};

use crate::text_table::printable;

pub fn write(out: &mut impl Write, checked: &CheckedFile) -> io::Result<()> {
    checked.problems.iter().try_for_each(|problem| {
        let source = checked.sources.of(problem.span);
        let (start, end) =
            (source.position(problem.span.start), source.position(source.end_in_line(problem.span)));
        let command = match problem.severity {
            Severity::Problem => "error",
            Severity::Warning => "warning",
        };
        writeln!(
            out,
            "::{command} file={},line={},col={},endColumn={},title={}::{}",
            property(&source.name),
            start.line,
            start.column,
            end.column,
            property(problem.subject.as_deref().unwrap_or("tollgate check")),
            data(&message(problem)),
        )
    })
}

/// Message and hint.
pub fn message(problem: &FileProblem) -> String {
    match &problem.hint {
        Some(hint) => format!("{}\n{hint}", problem.message),
        None => problem.message.clone(),
    }
}

fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(printable).collect();
    lines.join("\n").replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
