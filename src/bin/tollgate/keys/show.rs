//! `tollgate keys show`.

use std::{io::Write, iter};

use anyhow::Result;
use serde_json::Value;
use tollgate::{authorizers::ApiKey, calendar::timestamp};

use super::{OneKey, find, shown, status};
use crate::{common_args::KEYS, exit_status::ExitStatus, notes::note, text_table, time_arg};

/// # Errors
///
/// The table cannot be read.
pub fn run(OneKey { id, common }: &OneKey) -> Result<ExitStatus> {
    common.place.run(KEYS, async |store| {
        let Some(item) = find(store, id).await? else { return Ok(ExitStatus::no_key(store, id)) };
        let parsed = ApiKey::parse(&store.tables.api_keys, &item).value;
        common.output.write(
            || Value::Object(item.clone()),
            |out| {
                let key = parsed.as_ref().ok();
                let status = ("status".to_owned(), status(key, time_arg::now()).to_owned());
                let attributes = item.iter().map(|(name, value)| {
                    (
                        shown(&text_table::printable(name)).to_owned(),
                        shown(&attribute(name, value)).to_owned(),
                    )
                });
                let rows: Vec<_> = iter::once(status).chain(attributes).collect();
                let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
                rows.iter().try_for_each(|(name, value)| writeln!(out, "{name:<width$}  {value}"))
            },
        )?;
        Ok(match parsed {
            Ok(_) => ExitStatus::Ok,
            Err(problems) => {
                note(problems);
                ExitStatus::Invalid
            }
        })
    })
}

fn attribute(name: &str, value: &Value) -> String {
    let is_time = name == "expiresAt" || name == "createdAt";
    match (value, value.as_u64()) {
        (_, Some(seconds)) if is_time => timestamp(seconds),
        (Value::String(text), _) => text_table::printable(text),
        (Value::Array(values), _) => {
            values.iter().map(|value| attribute("", value)).collect::<Vec<_>>().join(", ")
        }
        (other, _) => other.to_string(),
    }
}
