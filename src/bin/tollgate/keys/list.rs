//! `tollgate keys list`.

use anyhow::Result;
use serde_json::Value;
use tollgate::{authorizers::ApiKey, calendar::timestamp};

use super::{Item, shown, status, text};
use crate::{
    common_args::{CommonArgs, KEYS},
    exit_status::ExitStatus,
    text_table::{self, Column},
    time_arg,
};

/// List all API keys, by name.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate keys list
  tollgate keys list --local -o yaml")]
pub struct Arguments {
    #[command(flatten)]
    common: CommonArgs,
}

const COLUMNS: [Column; 6] = [
    Column::left("ID"),
    Column::left("NAME"),
    Column::left("STATUS"),
    Column::left("PLAN"),
    Column::left("STAGES"),
    Column::left("EXPIRES"),
];

/// # Errors
///
/// The table cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { common } = arguments;
    common.place.run(KEYS, async |store| {
        let mut items = store.api_key_items().await?;
        items.sort_by(|a, b| (text(a, "name"), text(a, "id")).cmp(&(text(b, "name"), text(b, "id"))));
        let now = time_arg::now();
        let rows = || items.iter().map(|item| row(item, now)).collect::<Vec<_>>();
        common.output.write(
            || items.iter().cloned().map(Value::Object).collect(),
            |out| text_table::write(out, &COLUMNS, &rows()),
        )?;
        Ok(ExitStatus::Ok)
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
