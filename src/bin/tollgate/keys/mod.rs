//! `tollgate keys`: one file per command.
//!
//! A key's value is in the hands of `create` and `rotate` only, which write it to stdout once.

mod change;
mod create;
mod csv_file;
mod delete;
mod import;
mod list;
mod new_key;
mod rotate;
mod show;

use anyhow::{Result, bail};
use clap::Subcommand;
use serde_json::{Map, Value};
use tollgate::store::Store;

use crate::Ending;

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
    Show(show::Arguments),
    /// Let requests with a key pass again.
    ///
    /// It acts within KEY_CACHE_SECONDS of the gateway. Exit code 4: there is no such key.
    Enable(change::Arguments),
    /// Refuse requests with a key until it is enabled again.
    ///
    /// It acts within KEY_CACHE_SECONDS of the gateway. Exit code 4: there is no such key.
    Disable(change::Arguments),
    Rotate(rotate::Arguments),
    Delete(delete::Arguments),
    Import(import::Arguments),
}

/// # Errors
///
/// Those of the command.
pub fn run(arguments: &Arguments) -> Result<Ending> {
    match &arguments.command {
        Command::Create(arguments) => create::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Enable(arguments) => change::run(arguments, change::To::Enabled),
        Command::Disable(arguments) => change::run(arguments, change::To::Disabled),
        Command::Rotate(arguments) => rotate::run(arguments),
        Command::Delete(arguments) => delete::run(arguments),
        Command::Import(arguments) => import::run(arguments),
    }
}

/// A key's item.
type Item = Map<String, Value>;

/// The item of the key with this id.
async fn find(store: &Store, id: &str) -> Result<Option<Item>> {
    let mut found = store.api_key_items_of(id).await?;
    if found.len() > 1 {
        bail!("{} items of {} have the id {id}: it must be one key's", found.len(), store.tables.api_keys);
    }
    Ok(found.pop())
}

fn not_found(store: &Store, id: &str) -> Ending {
    eprintln!("tollgate: there is no key {id} in {}", store.tables.api_keys);
    Ending::NotFound
}

/// Whether `plan` exists; if not, says so.
async fn has_plan(store: &Store, plan: &str) -> Result<bool> {
    let exists = store.usage_plan_item(plan).await?.is_some();
    if !exists {
        eprintln!("tollgate: there is no usage plan {plan} in {}", store.tables.usage_plans);
    }
    Ok(exists)
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}
