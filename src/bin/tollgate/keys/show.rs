//! `tollgate keys show`.

use std::io::Write;

use anyhow::Result;
use serde_json::Value;
use tollgate::{authorizers::ApiKey, calendar::timestamp};

use super::{OneKey, find, list, shown};
use crate::{common::KEYS, ending::Ending, moment, table};

/// # Errors
///
/// The table cannot be read.
pub fn run(OneKey { id, common }: &OneKey) -> Result<Ending> {
    common.run(KEYS, async |store| {
        let Some(item) = find(store, id).await? else { return Ok(Ending::no_key(store, id)) };
        let parsed = ApiKey::parse(&store.tables.api_keys, &item);
        common.output.write(
            || Value::Object(item.clone()),
            |out| {
                let key = parsed.as_ref().ok().map(|(key, _)| key);
                writeln!(out, "{:<12}  {}", "status", list::status(key, moment::now()))?;
                item.iter().try_for_each(|(name, value)| {
                    let (name, value) = (table::printable(name), attribute(name, value));
                    writeln!(out, "{:<12}  {}", shown(&name), shown(&value))
                })
            },
        )?;
        Ok(match parsed {
            Ok(_) => Ending::Ok,
            Err(problems) => {
                eprintln!("{problems}");
                Ending::Invalid
            }
        })
    })
}

fn attribute(name: &str, value: &Value) -> String {
    let is_time = name == "expiresAt" || name == "createdAt";
    match (value, value.as_u64()) {
        (_, Some(seconds)) if is_time => timestamp(seconds),
        (Value::String(text), _) => table::printable(text),
        (Value::Array(values), _) => {
            values.iter().map(|value| attribute("", value)).collect::<Vec<_>>().join(", ")
        }
        (other, _) => other.to_string(),
    }
}
