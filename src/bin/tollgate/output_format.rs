//! The form of a command's result: text for people, or JSON.

use std::io::{self, StdoutLock, Write};

use serde_json::Value;

/// The form of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    #[default]
    Text,
    Json,
}

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
            Self::Json => writeln!(stdout, "{:#}", json())?,
            Self::Text => text(&mut stdout)?,
        }
        stdout.flush()
    }
}
