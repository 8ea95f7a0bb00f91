//! `tollgate keys enable` and `disable`.

use std::io::Write;

use anyhow::Result;
use serde_json::Value;

use super::{OneKey, find, say_when, text};
use crate::{common::KEYS, exit_status::Ending};

/// What a key becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    Enabled,
    Disabled,
}

/// # Errors
///
/// The table cannot be read or written.
pub fn run(OneKey { id, common }: &OneKey, to: To) -> Result<Ending> {
    let (enabled, done) = match to {
        To::Enabled => (Value::Bool(true), "enabled"),
        To::Disabled => (Value::Bool(false), "disabled"),
    };
    common.run(KEYS, async |store| {
        let Some(item) = find(store, id).await? else { return Ok(Ending::no_key(store, id)) };
        let changed = store.set_api_key(text(&item, "keyHash"), "enabled", &enabled).await?;
        let Some(item) = changed else { return Ok(Ending::no_key(store, id)) };
        common.output.write(|| Value::Object(item), |out| writeln!(out, "{done} key {id}"))?;
        say_when();
        Ok(Ending::Ok)
    })
}
