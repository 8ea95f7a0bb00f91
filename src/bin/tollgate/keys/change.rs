//! `tollgate keys enable` and `disable`.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::Value;

use super::{find, not_found, text};
use crate::{
    Ending,
    connection::{self, Connection},
    report::Output,
};

#[derive(clap::Args)]
pub struct Arguments {
    /// The key's id.
    id: String,
    /// The form of the result.
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

/// What a key becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    Enabled,
    Disabled,
}

/// # Errors
///
/// The table cannot be read or written.
pub fn run(arguments: &Arguments, to: To) -> Result<Ending> {
    let store = arguments.connection.store()?;
    let enabled = Value::Bool(to == To::Enabled);
    let changed = connection::block_on(&[&store.tables.api_keys], async {
        let Some(item) = find(&store, &arguments.id).await? else { return Ok(None) };
        Ok(store.set_api_key(text(&item, "keyHash"), "enabled", &enabled).await?)
    })?;
    let Some(item) = changed else { return Ok(not_found(&store, &arguments.id)) };
    let mut stdout = io::stdout().lock();
    match (arguments.output, to) {
        (Output::Json, _) => writeln!(stdout, "{:#}", Value::Object(item))?,
        (Output::Text, To::Enabled) => writeln!(stdout, "enabled key {}", arguments.id)?,
        (Output::Text, To::Disabled) => writeln!(stdout, "disabled key {}", arguments.id)?,
    }
    Ok(Ending::Ok)
}
