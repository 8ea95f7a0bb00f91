//! `tollgate check FILE`: all problems of an API file, each with its place.

mod excerpt;
mod github;
mod json;
mod sarif;
pub mod text;

use std::{
    io::{self, ErrorKind, Write},
    path::Path,
};

use anyhow::{Context, Result};
use tollgate::api_file::{self, CheckedFile, yaml};

use crate::{
    check_resources, common_args::CommonArgs, exit_status::ExitStatus, json_text, notes::note,
    output_format::OutputFormat,
};

/// The form of a report on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ReportFormat {
    Text,
    Json,
    Yaml,
    // Workflow commands: annotations of a pull request.
    Github,
    // SARIF 2.1.0, for code scanning.
    Sarif,
}

/// How far a file is checked.
#[derive(Clone, Copy)]
pub enum Depth<'a> {
    /// Nobody is asked.
    File,
    /// The functions and tables that it names are asked about, with these arguments.
    Resources(&'a CommonArgs),
}

/// Says if an argument names a file: no stage's name has a dot or a slash in it.
pub fn is_file(argument: &str) -> bool {
    argument.contains(['.', '/', '\\'])
}

/// A file that another command goes by.
pub enum FileOutcome {
    Valid(Box<CheckedFile>),
    /// It is not there, or has problems; the operator was told.
    Refused(ExitStatus),
}

/// # Errors
///
/// The file cannot be read, or a service does not answer, or the reader of the report is gone.
pub fn run(path: &str, format: ReportFormat, depth: Depth<'_>) -> Result<ExitStatus> {
    let Some(mut checked) = read(Path::new(path))? else { return Ok(ExitStatus::NotFound) };
    let compared = match depth {
        Depth::File => None,
        Depth::Resources(common) => check_resources::of_file(&mut checked, common)?,
    };
    write(path, &checked, format)?;
    if let (ReportFormat::Text, Some(compared)) = (format, compared) {
        compared.write(&mut io::stdout().lock())?;
    }
    Ok(if checked.is_valid() { ExitStatus::Ok } else { ExitStatus::Invalid })
}

/// Reads a file without problems; those that it has are reported as `tollgate check` does it.
///
/// # Errors
///
/// The file cannot be read, or the reader of the report is gone.
pub fn valid(path: &Path, output: OutputFormat) -> Result<FileOutcome> {
    let Some(checked) = read(path)? else { return Ok(FileOutcome::Refused(ExitStatus::NotFound)) };
    if checked.is_valid() {
        return Ok(FileOutcome::Valid(checked.into()));
    }
    write(&path.display().to_string(), &checked, output.into())?;
    Ok(FileOutcome::Refused(ExitStatus::Invalid))
}

/// `None`: there is no such file, which was told.
fn read(path: &Path) -> Result<Option<CheckedFile>> {
    match api_file::check(path) {
        Ok(checked) => Ok(Some(checked)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            note(format_args!("tollgate: there is no file {}", path.display()));
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

/// Writes the report to stdout.
///
/// # Errors
///
/// The reader of the report is gone.
pub fn write(path: &str, checked: &CheckedFile, format: ReportFormat) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        ReportFormat::Text => text::write(&mut out, path, checked)?,
        ReportFormat::Json => writeln!(out, "{}", json_text::indented(&json::report(path, checked)))?,
        ReportFormat::Yaml => out.write_all(yaml(&json::report(path, checked)).as_bytes())?,
        ReportFormat::Github => github::write(&mut out, checked)?,
        ReportFormat::Sarif => writeln!(out, "{}", json_text::indented(&sarif::report(checked)))?,
    }
    out.flush()
}
