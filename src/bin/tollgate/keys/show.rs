//! `tollgate keys show`.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::Value;
use tollgate::{authorizers::ApiKey, calendar::timestamp};

use super::{find, list, not_found};
use crate::{
    Ending,
    connection::{self, Connection},
    moment,
    report::Output,
    table,
};

/// Show what is kept of an API key: everything but its value.
///
/// Exit code 3: its item has problems. 4: there is no such key.
#[derive(clap::Args)]
pub struct Arguments {
    /// The key's id.
    id: String,
    /// The form of the result.
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

/// # Errors
///
/// The table cannot be read.
pub fn run(arguments: &Arguments) -> Result<Ending> {
    let store = arguments.connection.store()?;
    let Some(item) = connection::block_on(&[&store.tables.api_keys], find(&store, &arguments.id))? else {
        return Ok(not_found(&store, &arguments.id));
    };
    let parsed = ApiKey::parse(&store.tables.api_keys, &item);
    let mut stdout = io::stdout().lock();
    match arguments.output {
        Output::Json => writeln!(stdout, "{:#}", Value::Object(item.clone()))?,
        Output::Text => {
            let key = parsed.as_ref().ok().map(|(key, _)| key);
            writeln!(stdout, "{:<12}  {}", "status", list::status(key, moment::now()))?;
            for (name, value) in &item {
                writeln!(stdout, "{:<12}  {}", table::printable(name), attribute(name, value))?;
            }
        }
    }
    Ok(match parsed {
        Ok(_) => Ending::Ok,
        Err(problems) => {
            eprintln!("{problems}");
            Ending::Invalid
        }
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
