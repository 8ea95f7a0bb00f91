//! The form of a command's result: text for people, or JSON or YAML for programs.

use std::io::{self, StdoutLock, Write};

use serde_json::{Map, Value};
use tollgate::api_file::yaml;

use crate::json_text;

/// The form of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    #[default]
    Text,
    Json,
    Yaml,
}

/// The version of all results for programs. It is raised when a member goes or means something else, not when one is
/// added.
pub const SCHEMA_VERSION: u32 = 1;

impl OutputFormat {
    /// Writes a result to stdout in this form.
    ///
    /// # Errors
    ///
    /// The reader is gone.
    pub fn write(
        self,
        json: impl FnOnce() -> Value,
        text: impl FnOnce(&mut StdoutLock<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match self {
            Self::Json => writeln!(stdout, "{}", json_text::indented(&versioned(json())))?,
            Self::Yaml => stdout.write_all(yaml(&versioned(json())).as_bytes())?,
            Self::Text => text(&mut stdout)?,
        }
        stdout.flush()
    }

    /// Writes one of many results that come one after another: a line of JSON, or a document of YAML.
    ///
    /// # Errors
    ///
    /// The reader is gone.
    pub fn write_one_of_many(
        self,
        json: impl FnOnce() -> Value,
        text: impl FnOnce(&mut StdoutLock<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        match self {
            Self::Json => writeln!(stdout, "{}", json_text::in_a_line(&versioned(json())))?,
            Self::Yaml => write!(stdout, "---\n{}", yaml(&versioned(json())))?,
            Self::Text => text(&mut stdout)?,
        }
        stdout.flush()
    }
}

/// The result with its version; a list stands under `results`.
fn versioned(result: Value) -> Value {
    let mut members = match result {
        Value::Object(members) => members,
        list => Map::from_iter([("results".to_owned(), list)]),
    };
    members.insert("schemaVersion".to_owned(), SCHEMA_VERSION.into());
    Value::Object(members)
}
