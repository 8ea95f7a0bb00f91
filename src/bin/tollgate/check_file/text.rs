//! The report for people: place, message, the line with carets, a hint; and a summary.

use std::io::{self, Write};

use tollgate::{
    api_file::{CheckedFile, FileProblem, Position, Severity, Sources},
    deployment::counted,
};

use super::excerpt::Excerpt;
use crate::text_table::printable;

pub fn write(out: &mut impl Write, path: &str, checked: &CheckedFile) -> io::Result<()> {
    for problem in &checked.problems {
        write_problem(out, &checked.sources, problem)?;
    }
    writeln!(out, "{path}: {}", summary(checked))
}

/// Writes a problem with the line that it stands in.
///
/// # Errors
///
/// The reader is gone.
pub fn write_problem(out: &mut impl Write, sources: &Sources, problem: &FileProblem) -> io::Result<()> {
    let source = sources.of(problem.span);
    let Position { line, column } = source.position(problem.span.start);
    let word = match problem.severity {
        Severity::Problem => "problem",
        Severity::Warning => "warning",
    };
    writeln!(out, "{}:{line}:{column}: {word}: {}", source.name, printable(&problem.message))?;
    let margin = " ".repeat(line.to_string().len());
    let Excerpt { text, indent, carets } = Excerpt::of(problem, source);
    writeln!(out, " {line} | {}", text.trim_end())?;
    writeln!(out, " {margin} | {}{}", " ".repeat(indent), "^".repeat(carets))?;
    if let Some(subject) = &problem.subject {
        writeln!(out, " {margin} = in {}", printable(subject))?;
    }
    if let Some(first) = problem.first {
        let source = sources.of(first);
        let Position { line, column } = source.position(first.start);
        writeln!(out, " {margin} = first at {}:{line}:{column}", source.name)?;
    }
    if let Some(hint) = &problem.hint {
        writeln!(out, " {margin} = {}", printable(hint))?;
    }
    writeln!(out)
}

/// `2 stages, 14 routes; 1 warning`, or `3 problems, 1 warning`.
fn summary(checked: &CheckedFile) -> String {
    let count = |severity| checked.problems.iter().filter(|problem| problem.severity == severity).count();
    let (problems, warnings) = (count(Severity::Problem), count(Severity::Warning));
    let mut parts = Vec::new();
    if problems > 0 {
        parts.push(counted(problems, "problem"));
    } else {
        let stages = &checked.api.stages;
        let routes = stages.iter().map(|stage| stage.routes.len()).sum();
        parts.push(format!("valid, {}, {}", counted(stages.len(), "stage"), counted(routes, "route")));
    }
    if warnings > 0 {
        parts.push(counted(warnings, "warning"));
    }
    parts.join(", ")
}
