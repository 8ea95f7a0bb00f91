//! `tollgate keys delete`.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::json;

use super::{find, not_found, text};
use crate::{
    Ending,
    connection::{self, Connection},
    report::Output,
};

/// Delete an API key for good; `disable` can be undone.
///
/// Exit code 4: there is no such key. It acts within KEY_CACHE_SECONDS of the gateway.
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

/// # Errors
///
/// The table cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<Ending> {
    let store = arguments.connection.store()?;
    let deleted = connection::block_on(&[&store.tables.api_keys], async {
        let Some(item) = find(&store, &arguments.id).await? else { return Ok(None) };
        Ok(Some(store.delete_api_key(text(&item, "keyHash")).await?))
    })?;
    if deleted.is_none() {
        return Ok(not_found(&store, &arguments.id));
    }
    let mut stdout = io::stdout().lock();
    match arguments.output {
        Output::Json => writeln!(stdout, "{:#}", json!({ "id": arguments.id, "deleted": true }))?,
        Output::Text => writeln!(stdout, "deleted key {}", arguments.id)?,
    }
    Ok(Ending::Ok)
}
