//! `tollgate import --apply`: the imported API and its keys, in the tables.

use anyhow::Result;
use tollgate::api_import::aws_cli::{HashedKey, keys_file};

use super::Arguments;
use crate::{
    apply::{applying::Applying, input},
    common_args::{ALL, KEYS_AND_PLANS},
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
    keys::{BadLines, csv_file, keep_all},
    output_format::OutputFormat,
};

/// Applies the text of an API file, and then keeps the keys.
///
/// # Errors
///
/// The tables cannot be read or written.
pub fn apply(arguments: &Arguments, text: &str, keys: &[HashedKey]) -> Result<ExitStatus> {
    let Arguments { yes, message, place, .. } = arguments;
    let input = input::of_checked(text);
    let message = match message.text() {
        "" => format!("import of {}", arguments.names()),
        message => message.to_owned(),
    };
    let applying =
        Applying { rollout: None, yes: *yes, message: &message, output: OutputFormat::Text, place };
    let status = place
        .connected(ALL, WhenInterrupted::End, async |connection| applying.apply(connection, input).await)?;
    if status != ExitStatus::Ok || keys.is_empty() {
        return Ok(status);
    }
    let file = csv_file::read(keys_file(keys).as_bytes(), None);
    // Their plans are in the tables only now.
    place.run_writing(KEYS_AND_PLANS, async |store| {
        keep_all(store, "API keys", file, BadLines::RefuseAll, OutputFormat::Text).await
    })
}
