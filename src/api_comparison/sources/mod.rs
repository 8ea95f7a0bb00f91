//! Files with requests, known by their content: access logs, HAR, Postman collections, OpenAPI documents, files of tests,
//! and plain lines.

mod har;
mod lines;
mod openapi;
mod postman;
#[cfg(feature = "local")]
mod test_requests;

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};

use serde_json::Value;

use self::lines::LineKind;
pub use self::lines::plain as plain_request;
use super::{left_out::LeftOut, request::WrittenRequest};
use crate::{
    api_file::yaml_value,
    integrations::http::encoded_value,
    json::{self, count_values},
};

/// Values of parameters and variables, by name.
pub type Values = BTreeMap<String, String>;

/// The requests of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadSource {
    pub kind: SourceKind,
    pub requests: Vec<WrittenRequest>,
    pub left_out: LeftOut,
}

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    AccessLog,
    Har,
    OpenApi,
    Plain,
    Postman,
    Tests,
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessLog => "access log",
            Self::Har => "HAR",
            Self::OpenApi => "OpenAPI",
            Self::Plain => "requests",
            Self::Postman => "Postman collection",
            Self::Tests => "tests",
        })
    }
}

/// The reason why a file has no requests.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("it cannot be read")]
    Unreadable(#[from] io::Error),
    #[error("expected a file of at most 64 MB")]
    TooLong,
    #[error("expected text in UTF-8")]
    NotText,
    #[error("line {line}: {message}")]
    Syntax { line: usize, message: String },
    #[error("got more than two million values, expected a smaller document")]
    TooManyValues,
    #[error("{0}")]
    Tests(String),
    #[error(
        "expected an access log, a HAR file, a Postman collection (v2.1), an OpenAPI document, a file of `tollgate test`, or \
         lines such as GET /orders/7"
    )]
    Unknown,
}

const MOST_BYTES: usize = 64 << 20;
const MOST_VALUES: usize = 2_000_000;
/// Of a log.
const LONGEST_LINE: usize = 1 << 20;

/// Reads the requests of a file. `values` are those of variables.
///
/// # Errors
///
/// There are none in it, or it is none of the known kinds.
pub fn read_source(path: &Path, values: &Values) -> Result<ReadSource, SourceError> {
    let text = text_of(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Source { path, name: &name, text: &text, values }.read()
}

/// The route keys of an OpenAPI document; `None`: the file is none.
///
/// # Errors
///
/// The file cannot be read, or is no text.
pub fn document_routes(path: &Path) -> Result<Option<Vec<String>>, SourceError> {
    let text = text_of(path)?;
    let is_json = text.trim_start().starts_with('{');
    let read = if is_json { json::read(text.as_bytes()).ok() } else { yaml_value(&text).ok() };
    let is_one = |document: &Value| document.get("openapi").or_else(|| document.get("swagger")).is_some();
    Ok(read.filter(is_one).map(|document| openapi::route_keys(&document)))
}

fn text_of(path: &Path) -> Result<String, SourceError> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MOST_BYTES + 1).unwrap_or(u64::MAX);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    if bytes.len() > MOST_BYTES {
        return Err(SourceError::TooLong);
    }
    let text = String::from_utf8(bytes).map_err(|_| SourceError::NotText)?;
    if text.contains('\0') {
        return Err(SourceError::NotText);
    }
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

/// A file that is read.
struct Source<'a> {
    path: &'a Path,
    /// Without its folder.
    name: &'a str,
    text: &'a str,
    values: &'a Values,
}

impl Source<'_> {
    fn read(&self) -> Result<ReadSource, SourceError> {
        let begin = self.text.trim_start();
        if begin.starts_with(['{', '[']) {
            return self.json();
        }
        let has = |word: &str| self.text.lines().any(|line| key_of(line) == Some(word));
        if has("tests") {
            return self.tests();
        }
        if has("openapi") || has("swagger") {
            let document = yaml_value(self.text)
                .map_err(|error| SourceError::Syntax { line: error.line, message: error.message })?;
            return Ok(self.openapi(&document));
        }
        self.lines()
    }

    fn json(&self) -> Result<ReadSource, SourceError> {
        // One object a line is a log; `[` on one is a list.
        let mut lines = self.text.lines().filter(|line| !line.trim().is_empty());
        let is_object = |line: &str| {
            line.len() <= LONGEST_LINE && json::read(line.as_bytes()).is_ok_and(|it| it.is_object())
        };
        if lines.next().is_some_and(is_object) && lines.next().is_some() {
            return self.lines();
        }
        if count_values(self.text.as_bytes()) > MOST_VALUES {
            return Err(SourceError::TooManyValues);
        }
        let document = json::read(self.text.as_bytes()).map_err(|error| SourceError::Syntax {
            line: error.line(),
            // It says the line itself.
            message: format!("no JSON: {}", error.to_string().split(" at line ").next().unwrap_or_default()),
        })?;
        let document = document.get("collection").filter(|inner| inner.is_object()).unwrap_or(&document);
        if let Some(entries) = document["log"]["entries"].as_array() {
            return Ok(ReadSource {
                kind: SourceKind::Har,
                requests: har::requests(self.name, entries),
                left_out: LeftOut::default(),
            });
        }
        if document["info"].is_object() && document["item"].is_array() {
            return Ok(self.postman(document));
        }
        if document.get("openapi").or_else(|| document.get("swagger")).is_some() {
            return Ok(self.openapi(document));
        }
        if document["tests"].is_array() {
            return self.tests();
        }
        self.log_document(document)
    }

    fn postman(&self, document: &Value) -> ReadSource {
        let Found { requests, left_out } = postman::requests(self.name, document, self.values);
        ReadSource { kind: SourceKind::Postman, requests, left_out }
    }

    fn openapi(&self, document: &Value) -> ReadSource {
        let Found { requests, left_out } = openapi::requests(self.name, document);
        ReadSource { kind: SourceKind::OpenApi, requests, left_out }
    }

    #[cfg(feature = "local")]
    fn tests(&self) -> Result<ReadSource, SourceError> {
        let requests = test_requests::requests(self.path)?;
        Ok(ReadSource { kind: SourceKind::Tests, requests, left_out: LeftOut::default() })
    }

    #[cfg(not(feature = "local"))]
    fn tests(&self) -> Result<ReadSource, SourceError> {
        let words = format!(
            "{}: a file of tests needs a tool that was built with the feature `local`",
            self.path.display()
        );
        Err(SourceError::Tests(words))
    }

    /// What `aws logs filter-log-events` prints, a list of lines, or one line.
    fn log_document(&self, document: &Value) -> Result<ReadSource, SourceError> {
        let lines: Vec<String> = match (document["events"].as_array(), document.as_array()) {
            (Some(events), _) => {
                events.iter().filter_map(|event| event["message"].as_str()).map(str::to_owned).collect()
            }
            (None, Some(lines)) => lines.iter().map(Value::to_string).collect(),
            (None, None) => vec![document.to_string()],
        };
        self.of_lines(lines.iter().map(String::as_str))
    }

    fn lines(&self) -> Result<ReadSource, SourceError> {
        self.of_lines(self.text.lines())
    }

    fn of_lines<'l>(&self, lines: impl Iterator<Item = &'l str>) -> Result<ReadSource, SourceError> {
        let read = lines::requests(self.name, lines);
        if read.requests.is_empty() {
            return Err(SourceError::Unknown);
        }
        let kind = match read.kind {
            LineKind::Plain => SourceKind::Plain,
            LineKind::Log => SourceKind::AccessLog,
        };
        Ok(ReadSource { kind, requests: read.requests, left_out: read.left_out })
    }
}

/// The name of a line of YAML that begins at the margin.
fn key_of(line: &str) -> Option<&str> {
    let (key, rest) = line.split_once(':')?;
    let is_key = rest.is_empty() || rest.starts_with(char::is_whitespace);
    is_key.then(|| key.trim_end().trim_matches(['"', '\'']))
}

/// Requests that were found, and what was none.
#[derive(Debug, Default)]
struct Found {
    requests: Vec<WrittenRequest>,
    left_out: LeftOut,
}

/// A name or a value of a form.
fn form_encoded(text: &str) -> String {
    encoded_value(text)
}
