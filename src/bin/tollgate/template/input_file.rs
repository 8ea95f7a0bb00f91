//! `--input`: the request that a template is tried with, as JSON. Every part may be left out.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind, Read},
};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::value::RawValue;
use tollgate::api_file::{FileProblem, Sources, Span};

use super::{
    context_input::ContextInput,
    texts::{Text, Texts},
};
use crate::{check_file::text::write_problem, exit_status::ExitStatus, notes::note};

/// The request, and for a response's template the answer of the integration.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct InputFile {
    pub method: Option<String>,
    pub path: Option<String>,
    /// Decoded.
    pub path_parameters: BTreeMap<String, Text>,
    /// Decoded.
    pub querystring: BTreeMap<String, Texts>,
    pub headers: BTreeMap<String, Texts>,
    body: Option<Box<RawValue>>,
    pub stage_variables: BTreeMap<String, Text>,
    pub context: ContextInput,
    pub integration_response: Option<IntegrationResponse>,
}

/// The answer of an integration, as far as a template sees it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct IntegrationResponse {
    body: Option<Box<RawValue>>,
}

/// The result of reading it.
pub enum ReadInput {
    Read(Box<InputFile>),
    /// It is not there, or is wrong; the operator was told.
    Refused(ExitStatus),
}

impl InputFile {
    /// Reads a file, or with `-` stdin. Nothing given is an empty request.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn read(file: Option<&str>) -> Result<ReadInput> {
        let Some(file) = file else { return Ok(ReadInput::Read(Box::default())) };
        let text = if file == "-" {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map(|_| text)
        } else {
            fs::read_to_string(file)
        };
        let text = match text {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                note(format_args!("tollgate: there is no file {file}"));
                return Ok(ReadInput::Refused(ExitStatus::NotFound));
            }
            Err(error) => return Err(error).with_context(|| format!("reading {file}")),
        };
        match serde_json::from_str(&text) {
            Ok(input) => Ok(ReadInput::Read(Box::new(input))),
            Err(error) => {
                let name = if file == "-" { "stdin" } else { file };
                tell(name, text, &error)?;
                Ok(ReadInput::Refused(ExitStatus::Invalid))
            }
        }
    }

    /// The body of the request.
    pub fn body(&self) -> String {
        text_of(self.body.as_deref())
    }

    /// The body that a response's template maps.
    pub fn answered_body(&self) -> String {
        text_of(self.integration_response.as_ref().and_then(|response| response.body.as_deref()))
    }
}

/// A text is the body itself, everything else is the body as it is written.
fn text_of(body: Option<&RawValue>) -> String {
    let written = body.map_or("", RawValue::get);
    if written == "null" {
        return String::new();
    }
    serde_json::from_str(written).unwrap_or_else(|_| written.to_owned())
}

/// Shows what is wrong with an input, as problems of an API file are shown.
fn tell(name: &str, text: String, error: &serde_json::Error) -> io::Result<()> {
    let message = error.to_string();
    let message =
        message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
    let start = offset(&text, error.line(), error.column());
    let mut sources = Sources::default();
    let file = sources.add(name.to_owned(), text);
    let problem = FileProblem::syntax(Span { file, start, end: start }, message);
    write_problem(&mut io::stdout().lock(), &sources, &problem)
}

/// The offset of a place that counts from 1, the column in bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut offset = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
