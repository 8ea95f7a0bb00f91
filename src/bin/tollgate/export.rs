//! `tollgate export`: the items of the tables as an API file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::OpenOptions,
    io::{self, Write},
};

use anyhow::{Context, Result};
use tollgate::{
    api_file::export::{Export, StoredItems, export},
    store::Store,
};

use crate::{
    common_args::{self, CommonArgs},
    exit_status::ExitStatus,
    notes::note,
    output_format::OutputFormat,
};

/// Write the items of a stage, or of all, and then usage plans and what is known of API keys too, as an API file.
///
/// What the gateway writes into the items, and the values and hashes of keys, are left out. What else had to be is told on
/// stderr. Exit code 4: there is no such stage.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate export tollgate.yaml
  tollgate export --stage v1 --local
  tollgate export tollgate.yaml --force --table-prefix shop")]
pub struct Arguments {
    /// The file to write, which must not be there yet; without it, stdout.
    file: Option<String>,
    /// Only this stage, without plans and keys.
    #[arg(long)]
    stage: Option<String>,
    /// Write over a file that is there.
    #[arg(long, requires = "file")]
    force: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read, or the file cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { file, stage, force, common } = arguments;
    let tables = if stage.is_some() { common_args::STAGES } else { common_args::ALL };
    common.run(tables, async |store| {
        let items = read(store, stage.as_deref()).await?;
        if let Some(stage) = stage
            && items.stages.is_empty()
            && items.routes.values().all(Vec::is_empty)
        {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        let Export { text, json, left_out } = export(&items);
        let text = match common.output {
            // The file is YAML.
            OutputFormat::Text | OutputFormat::Yaml => text,
            OutputFormat::Json => format!("{json:#}\n"),
        };
        match file {
            None => io::stdout().lock().write_all(text.as_bytes())?,
            Some(file) => {
                let mut options = OpenOptions::new();
                options.write(true).create_new(!force).create(true).truncate(true);
                let written = options.open(file).and_then(|mut out| out.write_all(text.as_bytes()));
                written.with_context(|| format!("writing {file}"))?;
            }
        }
        left_out.iter().for_each(|line| note(format_args!("tollgate: left out: {line}")));
        Ok(ExitStatus::Ok)
    })
}

async fn read(store: &Store, stage: Option<&str>) -> Result<StoredItems> {
    let names = match stage {
        Some(stage) => BTreeSet::from([stage.to_owned()]),
        None => store.stage_names().await?,
    };
    let mut items = StoredItems { routes: BTreeMap::new(), ..StoredItems::default() };
    for name in names {
        items.stages.extend(store.stage(&name).await?.map(|row| row.item));
        items.routes.insert(name.clone(), store.routes(&name).await?);
    }
    if stage.is_none() {
        items.usage_plans = store.usage_plan_items().await?;
        items.api_keys = store.api_key_items().await?;
    }
    Ok(items)
}
