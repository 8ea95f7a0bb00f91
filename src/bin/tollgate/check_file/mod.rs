//! `tollgate check FILE`: all problems of an API file, each with its place.

mod excerpt;
mod github;
mod json;
mod sarif;
mod text;

use std::{
    io::{self, ErrorKind, Write},
    path::Path,
};

use anyhow::{Context, Result};
use tollgate::api_file::{self, CheckedFile, yaml};

use crate::{exit_status::ExitStatus, notes::note};

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

/// Says if an argument names a file: no stage's name has a dot or a slash in it.
pub fn is_file(argument: &str) -> bool {
    argument.contains(['.', '/', '\\'])
}

/// # Errors
///
/// The file cannot be read, or the reader of the report is gone.
pub fn run(path: &str, format: ReportFormat) -> Result<ExitStatus> {
    let checked = match api_file::check(Path::new(path)) {
        Ok(checked) => checked,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            note(format_args!("tollgate: there is no file {path}"));
            return Ok(ExitStatus::NotFound);
        }
        Err(error) => return Err(error).with_context(|| format!("reading {path}")),
    };
    write(path, &checked, format)?;
    Ok(if checked.is_valid() { ExitStatus::Ok } else { ExitStatus::Invalid })
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
        ReportFormat::Json => writeln!(out, "{:#}", json::report(path, checked))?,
        ReportFormat::Yaml => out.write_all(yaml(&json::report(path, checked)).as_bytes())?,
        ReportFormat::Github => github::write(&mut out, checked)?,
        ReportFormat::Sarif => writeln!(out, "{:#}", sarif::report(checked))?,
    }
    out.flush()
}
