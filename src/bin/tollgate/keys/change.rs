//! `tollgate keys enable` and `disable`.

use std::io::Write;

use anyhow::Result;
use serde_json::Value;

use super::{OneKey, find, print_when_it_acts, text};
use crate::{common_args::KEYS, exit_status::ExitStatus};

/// The new state of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewState {
    Enabled,
    Disabled,
}

/// # Errors
///
/// The table cannot be read or written.
pub fn run(OneKey { id, common }: &OneKey, state: NewState) -> Result<ExitStatus> {
    let (enabled, done) = match state {
        NewState::Enabled => (Value::Bool(true), "enabled"),
        NewState::Disabled => (Value::Bool(false), "disabled"),
    };
    common.place.run_writing(KEYS, async |store| {
        let Some(item) = find(store, id).await? else { return Ok(ExitStatus::no_key(store, id)) };
        let changed = store.set_api_key(text(&item, "keyHash"), "enabled", &enabled).await?;
        let Some(item) = changed else { return Ok(ExitStatus::no_key(store, id)) };
        common.output.write(|| Value::Object(item), |out| writeln!(out, "{done} key {id}"))?;
        print_when_it_acts();
        Ok(ExitStatus::Ok)
    })
}
