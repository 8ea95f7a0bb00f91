//! What came of a template, for people.

use std::io::{self, Write};

use tollgate::{
    api_file::{FileProblem, Sources, Span},
    template::{
        mapping_template::{OverrideValue, Overrides, VariableText},
        velocity::Place,
    },
};

use super::{
    rendering::{Failure, Note, Outcome, Tried, Written},
    report::Detail,
    trace::{Recorder, Step, shortened},
};
use crate::{
    check_file::text::write_problem,
    text_table::{self, Column, printable},
};

/// The characters of a value in a table.
const MOST_OF_A_CELL: usize = 100;

/// # Errors
///
/// The reader is gone.
pub fn write(out: &mut impl Write, tried: &Tried, detail: Detail) -> io::Result<()> {
    let Tried { written, outcome, variables, trace, .. } = tried;
    let mut tables = Vec::new();
    if let Outcome::Rendered(rendered) = outcome {
        write_overrides(&mut tables, &rendered.overrides)?;
    }
    write_variables(&mut tables, variables)?;
    write_notes(&mut tables, tried)?;
    if detail == Detail::Trace {
        write_trace(&mut tables, trace)?;
    }
    match outcome {
        Outcome::Rendered(rendered) => write_body(out, &rendered.text)?,
        Outcome::Passthrough(body) => write_body(out, body)?,
        Outcome::Failed(failure) => {
            write_failure(out, written, failure)?;
            // The line that stands before a table is there already.
            return out.write_all(tables.strip_prefix(b"\n").unwrap_or(&tables));
        }
    }
    out.write_all(&tables)
}

fn write_notes(out: &mut impl Write, tried: &Tried) -> io::Result<()> {
    let notes = tried.notes();
    if !notes.is_empty() {
        writeln!(out)?;
    }
    notes.into_iter().try_for_each(|Note { place, words }| {
        let place = place.map(|Place { line, column }| format!(":{line}:{column}")).unwrap_or_default();
        writeln!(out, "{}{place}: note: {}", printable(&tried.written.name), printable(&words))
    })
}

/// Writes a body with nothing in it that a terminal would obey, but line ends and tabs.
fn write_body(out: &mut impl Write, body: &str) -> io::Result<()> {
    for line in body.lines() {
        let parts: Vec<_> = line.split('\t').map(printable).collect();
        writeln!(out, "{}", parts.join("\t"))?;
    }
    Ok(())
}

fn write_overrides(out: &mut impl Write, Overrides { request, response, .. }: &Overrides) -> io::Result<()> {
    let of = |place: &str, values: &[OverrideValue]| -> Vec<Vec<String>> {
        let row =
            |OverrideValue { name, value }: &OverrideValue| vec![format!("{place}.{name}"), cell(value)];
        values.iter().map(row).collect()
    };
    let mut rows = of("requestOverride.path", &request.path);
    rows.extend(of("requestOverride.querystring", &request.querystring));
    rows.extend(of("requestOverride.header", &request.header));
    rows.extend(
        response.status.iter().map(|status| vec!["responseOverride.status".to_owned(), cell(status)]),
    );
    rows.extend(of("responseOverride.header", &response.header));
    write_table(out, &[Column::left("OVERRIDE"), Column::left("VALUE")], &rows)
}

fn write_variables(out: &mut impl Write, variables: &[VariableText]) -> io::Result<()> {
    let row = |VariableText { name, value }: &VariableText| vec![format!("${name}"), cell(value)];
    let rows: Vec<_> = variables.iter().map(row).collect();
    write_table(out, &[Column::left("VARIABLE"), Column::left("AT THE END")], &rows)
}

fn write_trace(out: &mut impl Write, trace: &Recorder) -> io::Result<()> {
    let row = |Step { place, source, result }: &Step| {
        vec![format!("{}:{}", place.line, place.column), cell(source), cell(result)]
    };
    let rows: Vec<_> = trace.steps.iter().map(row).collect();
    let columns = [Column::left("PLACE"), Column::left("EVALUATED"), Column::left("RESULT")];
    write_table(out, &columns, &rows)?;
    match trace.left_out {
        0 => Ok(()),
        more => writeln!(out, "… and {more} steps more"),
    }
}

/// Writes a table after an empty line, if there are rows.
fn write_table(out: &mut impl Write, columns: &[Column], rows: &[Vec<String>]) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    text_table::write(out, columns, rows)
}

fn cell(text: &str) -> String {
    shortened(text, MOST_OF_A_CELL)
}

/// Writes a failure as problems of an API file are written.
fn write_failure(out: &mut impl Write, written: &Written, failure: &Failure) -> io::Result<()> {
    let Failure { place, message, consequence } = failure;
    let Some(place) = place else {
        writeln!(out, "{}: problem: {}", printable(&written.name), printable(message))?;
        return writeln!(out, "   = {}\n", printable(consequence));
    };
    let start = offset(&written.text, *place);
    let mut sources = Sources::default();
    let file = sources.add(written.name.clone(), written.text.clone());
    let problem = FileProblem::syntax(Span { file, start, end: start }, message).with_hint(consequence);
    write_problem(out, &sources, &problem)
}

fn offset(text: &str, Place { line, column }: Place) -> usize {
    let lines = text.split_inclusive('\n');
    let before: usize = lines.clone().take(line.saturating_sub(1)).map(str::len).sum();
    let line = lines.clone().nth(line.saturating_sub(1)).unwrap_or_default();
    let within = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    before + within
}
