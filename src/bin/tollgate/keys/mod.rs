//! `tollgate keys`: one file per command.
//!
//! Only `create` and `rotate` ever hold a key's value, which they write to stdout once.

mod change;
mod create;
pub mod csv_file;
mod delete;
mod import;
mod key_args;
mod list;
mod new_key;
mod rotate;
mod show;

use anyhow::{Result, bail};
use clap::Subcommand;
use serde_json::{Map, Value};
use tollgate::{
    authorizers::{ApiKey, KeyValue},
    item::WITHHELD,
    store::Store,
};

pub use self::import::{BadLines, keep_all};
use crate::{common_args::CommonArgs, exit_status::ExitStatus, notes::note};

/// One key.
#[derive(clap::Args)]
struct OneKey {
    /// The key's id.
    id: String,
    #[command(flatten)]
    common: CommonArgs,
}

/// Make, show and end API keys.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Create(create::Arguments),
    List(list::Arguments),
    /// Show what is kept of an API key: everything but its value.
    ///
    /// Exit code 3: its item has problems. 4: there is no such key.
    #[command(after_help = "Examples:\n  tollgate keys show u1q0a7ht2c")]
    Show(OneKey),
    /// Let requests with a key pass again.
    ///
    /// It acts within KEY_CACHE_SECONDS of the gateway. Exit code 4: there is no such key.
    #[command(after_help = "Examples:\n  tollgate keys enable u1q0a7ht2c")]
    Enable(OneKey),
    /// Refuse requests with a key until it is enabled again.
    ///
    /// It acts within KEY_CACHE_SECONDS of the gateway. Exit code 4: there is no such key.
    #[command(after_help = "Examples:\n  tollgate keys disable u1q0a7ht2c --local")]
    Disable(OneKey),
    Rotate(rotate::Arguments),
    Delete(delete::Arguments),
    Import(import::Arguments),
}

/// # Errors
///
/// Those of the command.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    match &arguments.command {
        Command::Create(arguments) => create::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Show(key) => show::run(key),
        Command::Enable(key) => change::run(key, change::NewState::Enabled),
        Command::Disable(key) => change::run(key, change::NewState::Disabled),
        Command::Rotate(arguments) => rotate::run(arguments),
        Command::Delete(arguments) => delete::run(arguments),
        Command::Import(arguments) => import::run(arguments),
    }
}

/// A key's item.
type Item = Map<String, Value>;

/// Returns the item of the key with this id.
async fn find(store: &Store, id: &str) -> Result<Option<Item>> {
    let mut found = store.api_key_items_of(id).await?;
    if found.len() > 1 {
        bail!("{} items of {} have the id {id}: it must be one key's", found.len(), store.tables.api_keys);
    }
    Ok(found.pop())
}

/// Returns the state of a key in one word.
fn status(key: Option<&ApiKey>, now: u64) -> &'static str {
    match key {
        None => "invalid",
        Some(key) if !key.enabled => "disabled",
        Some(key) if key.is_expired(now) => "expired",
        Some(_) => "enabled",
    }
}

/// Prints when an edit of a key takes effect.
fn print_when_it_acts() {
    note("tollgate: instances that know the key follow within KEY_CACHE_SECONDS (60 unless it is set)");
}

/// Returns the text to show, without a key's value that somebody may have written there.
fn shown(text: &str) -> &str {
    if KeyValue::stands_in(text) { WITHHELD } else { text }
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}
