//! `tollgate keys rotate`: a successor for a key, which works on for a while.

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{
    authorizers::{ApiKey, KeyValue},
    calendar::timestamp,
    environment::LONGEST_SECONDS,
    store::Rotated,
};

use super::{Item, create, find, new_key, say_when, text};
use crate::{
    common::{Common, KEYS},
    exit_status::Ending,
    time_arg::{self, Moment},
};

/// Make a new key in the stead of another, show its value this once, and let the other end.
///
/// The new key has an id and a value of its own, and everything else as the other, its end too. It is counted
/// by itself: its quota begins anew. The value goes to stdout, and nothing else does; with `-o json`: the new
/// item, with the value in it. Exit code 3: the key has a successor already, has ended, or its item has
/// problems. 4: there is no such key.
#[derive(clap::Args)]
pub struct Arguments {
    /// The id of the key that shall end.
    id: String,
    /// How long it works on, such as 24h; 0s ends it now.
    #[arg(long, value_parser = time_arg::duration, default_value = "24h", value_name = "TIME")]
    overlap: u64,
    /// When the new key ends [default: when the other one would have].
    #[arg(long, value_parser = time_arg::moment, value_name = "DATE|TIME")]
    expires: Option<Moment>,
    #[command(flatten)]
    common: Common,
}

/// # Errors
///
/// The table cannot be read or written, or somebody else writes to the key at the same time.
pub fn run(arguments: &Arguments) -> Result<Ending> {
    let now = time_arg::now();
    let common = &arguments.common;
    common.run(KEYS, async |store| {
        let Some(old) = find(store, &arguments.id).await? else {
            return Ok(Ending::no_key(store, &arguments.id));
        };
        let key = match ApiKey::parse(&store.tables.api_keys, &old).value {
            Ok(key) => key,
            Err(problems) => {
                eprintln!("{problems}");
                return Ok(Ending::Invalid);
            }
        };
        let expires_at = arguments.expires.map(|expires| expires.seconds(now)).or(key.expires_at);
        if let Some(refusal) = refusal(&old, expires_at, now) {
            eprintln!("tollgate: {refusal}");
            return Ok(Ending::Invalid);
        }
        let until = key.expires_at.map_or(now + arguments.overlap, |at| at.min(now + arguments.overlap));
        let (new, value) = successor(&old, expires_at, now)?;
        match store.rotate_api_key(&old, &new, &until.into()).await? {
            Rotated::Rotated => {}
            Rotated::ChangedMeanwhile => {
                anyhow::bail!("key {} was changed meanwhile; nothing is written", arguments.id)
            }
        }
        eprintln!("tollgate: created key {}; its value is shown this once", text(&new, "id"));
        eprintln!("tollgate: key {} ends at {}", key.id, timestamp(until));
        if arguments.overlap < LONGEST_SECONDS && key.expires_at != Some(until) {
            say_when();
        }
        if !key.enabled {
            eprintln!("tollgate: key {} is disabled, as {} is", text(&new, "id"), key.id);
        }
        let previous = json!({ "previous": { "id": key.id, "expiresAt": until } });
        create::show(&new, &value, common.output, &previous)?;
        Ok(Ending::Ok)
    })
}

/// Why the key can have no successor.
fn refusal(old: &Item, expires_at: Option<u64>, now: u64) -> Option<String> {
    let id = text(old, "id");
    if let Some(successor) = old.get("rotatedTo") {
        let successor = successor.as_str().unwrap_or_default();
        return Some(format!("key {id} has a successor already: key {successor}"));
    }
    let ended = expires_at.filter(|at| *at <= now)?;
    Some(format!("a successor of key {id} would have ended at {}; see --expires", timestamp(ended)))
}

fn successor(old: &Item, expires_at: Option<u64>, now: u64) -> Result<(Item, KeyValue)> {
    let value = new_key::value()?;
    let mut new = old.clone();
    let own = [
        ("keyHash", Value::from(value.hash().to_string())),
        ("id", new_key::id()?.into()),
        ("createdAt", now.into()),
        ("rotatedFrom", text(old, "id").into()),
    ];
    new.extend(own.map(|(name, value)| (name.to_owned(), value)));
    if let Some(expires_at) = expires_at {
        new.insert("expiresAt".to_owned(), expires_at.into());
    }
    Ok((new, value))
}
