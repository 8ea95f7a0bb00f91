//! `tollgate keys list`.

use anyhow::Result;
use serde_json::Value;
use tollgate::{authorizers::ApiKey, calendar::timestamp};

use super::{Item, shown, text};
use crate::{
    common::{Common, KEYS},
    exit_status::Ending,
    table::{self, Align},
    time_arg,
};

/// List all API keys, by name.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    common: Common,
}

const HEADS: [(&str, Align); 6] = [
    ("ID", Align::Left),
    ("NAME", Align::Left),
    ("STATUS", Align::Left),
    ("PLAN", Align::Left),
    ("STAGES", Align::Left),
    ("EXPIRES", Align::Left),
];

/// # Errors
///
/// The table cannot be read.
pub fn run(arguments: &Arguments) -> Result<Ending> {
    let Arguments { common } = arguments;
    common.run(KEYS, async |store| {
        let mut items = store.api_key_items().await?;
        items.sort_by(|a, b| (text(a, "name"), text(a, "id")).cmp(&(text(b, "name"), text(b, "id"))));
        let now = time_arg::now();
        let rows = || items.iter().map(|item| row(item, now)).collect::<Vec<_>>();
        common.output.write(
            || items.iter().cloned().map(Value::Object).collect(),
            |out| table::write(out, &HEADS, &rows()),
        )?;
        Ok(Ending::Ok)
    })
}

fn row(item: &Item, now: u64) -> Vec<String> {
    let key = ApiKey::parse("", item).value.ok();
    let stages = key.as_ref().and_then(|key| key.stages.as_ref()).map(|stages| stages.join(","));
    let expires = key.as_ref().and_then(|key| key.expires_at).map(timestamp);
    let cells = [
        text(item, "id"),
        text(item, "name"),
        status(key.as_ref(), now),
        text(item, "usagePlanId"),
        &stages.unwrap_or_default(),
        &expires.unwrap_or_default(),
    ];
    cells.map(|cell| shown(cell).to_owned()).into()
}

/// Whether a key is good for anything, in one word.
pub fn status(key: Option<&ApiKey>, now: u64) -> &'static str {
    match key {
        None => "invalid",
        Some(key) if !key.enabled => "disabled",
        Some(key) if key.is_expired(now) => "expired",
        Some(_) => "enabled",
    }
}
