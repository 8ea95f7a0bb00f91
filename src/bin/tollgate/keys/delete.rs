//! `tollgate keys delete`.

use std::io::Write;

use anyhow::Result;
use serde_json::json;

use super::{OneKey, find, say_when, text};
use crate::{common::KEYS, ending::Ending};

/// # Errors
///
/// The table cannot be read or written.
pub fn run(OneKey { id, common }: &OneKey) -> Result<Ending> {
    common.run(KEYS, async |store| {
        let Some(item) = find(store, id).await? else { return Ok(Ending::no_key(store, id)) };
        store.delete_api_key(text(&item, "keyHash")).await?;
        common
            .output
            .write(|| json!({ "id": id, "deleted": true }), |out| writeln!(out, "deleted key {id}"))?;
        say_when();
        Ok(Ending::Ok)
    })
}
