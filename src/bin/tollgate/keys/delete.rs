//! `tollgate keys delete`.

use std::io::Write;

use anyhow::Result;
use serde_json::json;

use super::{Item, OneKey, find, print_when_it_acts, shown, text};
use crate::{
    common_args::KEYS,
    confirm::{self, Answer},
    exit_status::ExitStatus,
    notes::note,
};

/// Delete an API key for good; `disable` can be undone.
///
/// It acts within KEY_CACHE_SECONDS of the gateway. On a terminal it asks first. Exit code 1: the answer was not yes.
/// 4: there is no such key. 64: there is no terminal to ask on, and no --yes.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate keys delete u1q0a7ht2c
  tollgate keys delete u1q0a7ht2c --yes")]
pub struct Arguments {
    #[command(flatten)]
    key: OneKey,
    /// Delete it without asking.
    #[arg(short, long)]
    yes: bool,
}

/// # Errors
///
/// The table cannot be read or written.
pub fn run(Arguments { key: OneKey { id, common }, yes }: &Arguments) -> Result<ExitStatus> {
    if !yes && let Err(status) = confirm::is_asked("delete it for good") {
        return Ok(status);
    }
    common.place.run_writing(KEYS, async |store| {
        let Some(item) = find(store, id).await? else { return Ok(ExitStatus::no_key(store, id)) };
        if !yes && confirm::ask(&question(&item))? == Answer::No {
            note(format_args!("tollgate: key {id} stays as it is"));
            return Ok(ExitStatus::Declined);
        }
        store.delete_api_key(text(&item, "keyHash")).await?;
        common
            .output
            .write(|| json!({ "id": id, "deleted": true }), |out| writeln!(out, "deleted key {id}"))?;
        print_when_it_acts();
        Ok(ExitStatus::Ok)
    })
}

fn question(item: &Item) -> String {
    let (id, name) = (shown(text(item, "id")), text(item, "name"));
    let name = if name.is_empty() { String::new() } else { format!(" ({})", shown(name)) };
    format!("delete key {id}{name} for good?")
}
