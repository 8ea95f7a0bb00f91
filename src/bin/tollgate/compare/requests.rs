//! The files of a comparison: requests, rules and routes. What is wrong with one is told.

use std::{
    io::{self, ErrorKind},
    path::Path,
};

use anyhow::{Context, Result};
use tollgate::{
    api_comparison::{
        LeftOut, ReadRules, RouteNames, Rules, Selected, SourceError, WrittenRequest, document_routes,
        plain_request, read_source,
    },
    deployment::counted,
};

use super::Arguments;
use crate::{
    check_file::{self, FileOutcome, text::write_problem},
    exit_status::ExitStatus,
    notes::note,
    output_format::OutputFormat,
};

/// The requests to be sent, or why there are none.
pub enum RequestsOutcome {
    Read(Selected),
    Refused(ExitStatus),
}

/// Rules, or why there are none.
pub enum RulesOutcome {
    Read(Box<Rules>),
    Refused(ExitStatus),
}

/// The names of routes, or why there are none.
pub enum RoutesOutcome {
    Read(RouteNames),
    Refused(ExitStatus),
}

/// Reads all requests, in the order in which they are given.
///
/// # Errors
///
/// A file cannot be read.
pub fn selected(arguments: &Arguments) -> Result<RequestsOutcome> {
    let mut written: Vec<WrittenRequest> = Vec::new();
    let mut left_out = LeftOut::default();
    for line in &arguments.lines {
        let Some(request) = plain_request(line) else {
            note(format_args!(
                "tollgate: got {line:?}, expected a request such as /orders/7 or 'HEAD /orders'"
            ));
            return Ok(RequestsOutcome::Refused(ExitStatus::WrongUse));
        };
        written.push(request);
    }
    for path in &arguments.requests {
        match read_source(path, &arguments.values()) {
            Ok(read) => {
                left_out.extend(read.left_out);
                written.extend(read.requests);
            }
            Err(SourceError::Unreadable(error)) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("reading {}", path.display()));
            }
            Err(SourceError::Unreadable(_)) => return Ok(RequestsOutcome::Refused(no_file(path))),
            Err(error) => {
                note(format_args!("tollgate: {}: {error}", path.display()));
                return Ok(RequestsOutcome::Refused(ExitStatus::Invalid));
            }
        }
    }
    let mut selected = arguments.selection().select(written);
    left_out.extend(selected.left_out);
    if selected.requests.is_empty() {
        note("tollgate: there is no request to send");
        for (reason, tally) in left_out.iter() {
            note(format_args!("  {} left out: {reason} (first: {})", tally.count, tally.first));
        }
        return Ok(RequestsOutcome::Refused(ExitStatus::Invalid));
    }
    selected.left_out = left_out;
    Ok(RequestsOutcome::Read(selected))
}

fn no_file(path: &Path) -> ExitStatus {
    note(format_args!("tollgate: there is no file {}", path.display()));
    ExitStatus::NotFound
}

/// Reads a file of rules; without one there are only the defaults.
///
/// # Errors
///
/// The file cannot be read, or the reader of its problems is gone.
pub fn rules(path: Option<&Path>) -> Result<RulesOutcome> {
    let Some(path) = path else { return Ok(RulesOutcome::Read(Box::default())) };
    let read = match ReadRules::of(path) {
        Ok(read) => read,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(RulesOutcome::Refused(no_file(path))),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    if read.problems.is_empty() {
        return Ok(RulesOutcome::Read(read.rules.into()));
    }
    let mut out = io::stderr().lock();
    read.problems.iter().try_for_each(|problem| write_problem(&mut out, &read.sources, problem))?;
    note(format_args!("{}: {}", path.display(), counted(read.problems.len(), "problem")));
    Ok(RulesOutcome::Refused(ExitStatus::Invalid))
}

/// The names of the routes of an API file or an OpenAPI document.
///
/// # Errors
///
/// The file cannot be read, or the reader of its problems is gone.
pub fn route_names(path: Option<&Path>) -> Result<RoutesOutcome> {
    let Some(path) = path else { return Ok(RoutesOutcome::Read(RouteNames::default())) };
    match document_routes(path) {
        Ok(Some(keys)) => return Ok(RoutesOutcome::Read(RouteNames::of(keys))),
        Err(SourceError::Unreadable(error)) if error.kind() == ErrorKind::NotFound => {
            return Ok(RoutesOutcome::Refused(no_file(path)));
        }
        // It is no OpenAPI document.
        Ok(None) | Err(_) => {}
    }
    Ok(match check_file::valid(path, OutputFormat::Text)? {
        FileOutcome::Valid(checked) => {
            let stages = checked.api.stages.iter();
            let keys = stages.flat_map(|stage| &stage.routes).map(|route| route.name.clone());
            RoutesOutcome::Read(RouteNames::of(keys))
        }
        FileOutcome::Refused(status) => RoutesOutcome::Refused(status),
    })
}
