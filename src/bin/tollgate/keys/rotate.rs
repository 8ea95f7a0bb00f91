//! `tollgate keys rotate`: a successor for a key, which works on for a while.

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{
    authorizers::ApiKey, calendar::timestamp, environment::LONGEST_SECONDS, store::ConditionalWrite,
};

use super::{
    Item, find,
    new_key::{self, NewKey},
    print_when_it_acts, text,
};
use crate::{
    common_args::{CommonArgs, KEYS},
    exit_status::ExitStatus,
    notes::note,
    time_arg::{self, TimeArg},
};

/// Make a new key in the stead of another, show its value this once, and let the other end.
///
/// The new key has an id and a value of its own, and everything else as the other, its end too. It is counted
/// by itself: its quota begins anew. The value goes to stdout, and nothing else does; with `-o json`: the new
/// item, with the value in it. Exit code 3: the key has a successor already, has ended, or its item has
/// problems. 4: there is no such key.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate keys rotate u1q0a7ht2c
  tollgate keys rotate u1q0a7ht2c --overlap 7d")]
pub struct Arguments {
    /// The id of the key that shall end.
    id: String,
    /// How long it works on, such as 24h; 0s ends it now.
    #[arg(long, value_parser = time_arg::duration, default_value = "24h", value_name = "TIME")]
    overlap: u64,
    /// When the new key ends [default: when the other one would have].
    #[arg(long, value_parser = time_arg::time, value_name = "DATE|TIME")]
    expires: Option<TimeArg>,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The table cannot be read or written, or somebody else writes to the key at the same time.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let now = time_arg::now();
    let common = &arguments.common;
    common.place.run_writing(KEYS, async |store| {
        let Some(old) = find(store, &arguments.id).await? else {
            return Ok(ExitStatus::no_key(store, &arguments.id));
        };
        let key = match ApiKey::parse(&store.tables.api_keys, &old).value {
            Ok(key) => key,
            Err(problems) => {
                note(problems);
                return Ok(ExitStatus::Invalid);
            }
        };
        let expires_at = arguments.expires.map(|expires| expires.seconds(now)).or(key.expires_at);
        if let Some(refusal) = refusal(&old, expires_at, now) {
            note(format_args!("tollgate: {refusal}"));
            return Ok(ExitStatus::Invalid);
        }
        let until = key.expires_at.map_or(now + arguments.overlap, |at| at.min(now + arguments.overlap));
        let new = successor(&old, expires_at, now)?;
        match store.rotate_api_key(&old, &new.item, &until.into()).await? {
            ConditionalWrite::Done => {}
            ConditionalWrite::ChangedMeanwhile => {
                anyhow::bail!("key {} was changed meanwhile; nothing is written", arguments.id)
            }
        }
        note(format_args!("tollgate: created key {}; its value is shown this once", new.id()));
        note(format_args!("tollgate: key {} ends at {}", key.id, timestamp(until)));
        if arguments.overlap < LONGEST_SECONDS && key.expires_at != Some(until) {
            print_when_it_acts();
        }
        if !key.enabled {
            note(format_args!("tollgate: key {} is disabled, as {} is", new.id(), key.id));
        }
        let previous = json!({ "previous": { "id": key.id, "expiresAt": until } });
        new.show(common.output, &previous)?;
        Ok(ExitStatus::Ok)
    })
}

/// Returns the reason why the key can have no successor, if there is one.
fn refusal(old: &Item, expires_at: Option<u64>, now: u64) -> Option<String> {
    let id = text(old, "id");
    if let Some(successor) = old.get("rotatedTo") {
        let successor = successor.as_str().unwrap_or_default();
        return Some(format!("key {id} has a successor already: key {successor}"));
    }
    let ended = expires_at.filter(|at| *at <= now)?;
    Some(format!("a successor of key {id} would have ended at {}; see --expires", timestamp(ended)))
}

fn successor(old: &Item, expires_at: Option<u64>, now: u64) -> Result<NewKey> {
    let value = new_key::value()?;
    let mut item = old.clone();
    let own = [
        ("keyHash", Value::from(value.hash().to_string())),
        ("id", new_key::id()?.into()),
        ("createdAt", now.into()),
        ("rotatedFrom", text(old, "id").into()),
    ];
    item.extend(own.map(|(name, value)| (name.to_owned(), value)));
    if let Some(expires_at) = expires_at {
        item.insert("expiresAt".to_owned(), expires_at.into());
    }
    Ok(NewKey { item, value })
}
