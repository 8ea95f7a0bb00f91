//! `tollgate schema`: the JSON Schema of an API file.

use std::io::{self, Write};

use anyhow::Result;
use tollgate::api_file::schema::schema;

use crate::exit_status::ExitStatus;

/// Print the JSON Schema of an API file: with it an editor completes and checks tollgate.yaml.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate schema > tollgate.schema.json")]
pub struct Arguments {}

/// # Errors
///
/// The reader is gone.
pub fn run() -> Result<ExitStatus> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{:#}", schema())?;
    stdout.flush()?;
    Ok(ExitStatus::Ok)
}
