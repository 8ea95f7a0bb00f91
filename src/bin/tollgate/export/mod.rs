//! `tollgate export`: the items of the tables as an API file.

mod openapi;
mod update;

use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io::{self, ErrorKind, Write},
};

use anyhow::Result;
use tollgate::{
    api_file::{
        apply::read_items,
        export::{Export, StoredItems, export},
    },
    deployment,
    store::Store,
};

use crate::{
    common_args::{self, CommonArgs},
    deployment_arg,
    exit_status::ExitStatus,
    notes::note,
    output_format::OutputFormat,
};

/// Write the items of a stage, or of all, and then usage plans and what is known of API keys too, as an API file.
///
/// What the gateway writes into the items, and the values and hashes of keys, are left out. What else had to be is told on
/// stderr. Exit code 3: the file of --update has problems. 4: there is no such stage, deployment or file.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  tollgate export tollgate.yaml
  tollgate export --stage v1 --local
  tollgate export tollgate.yaml --force --table-prefix shop
  tollgate export openapi v1 > openapi.yaml")]
pub struct Arguments {
    #[command(subcommand)]
    form: Option<Form>,
    /// The file to write, which must not be there yet; without it, stdout.
    file: Option<String>,
    /// Only this stage, without plans and keys.
    #[arg(long)]
    stage: Option<String>,
    /// Only the routes and $api of this deployment, as they were when it was made; of --stage, where one is given.
    #[arg(long, value_name = "ID")]
    deployment: Option<String>,
    /// Write over a file that is there.
    #[arg(long, requires = "file")]
    force: bool,
    /// Edit the file, which has to be there: only what differs changes, and comments and order stay. Of files that it
    /// includes too. Without --stage, what the tables have not is taken out.
    #[arg(long, requires = "file", conflicts_with_all = ["force", "deployment"])]
    update: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// Another form than an API file.
#[derive(clap::Subcommand)]
enum Form {
    Openapi(openapi::Arguments),
}

/// # Errors
///
/// The tables cannot be read, or the file cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { form, file, stage, deployment, force, update, common } = arguments;
    if let Some(Form::Openapi(arguments)) = form {
        return openapi::run(arguments);
    }
    let is_part = stage.is_some() || deployment.is_some();
    let tables = if is_part { common_args::STAGES } else { common_args::ALL };
    common.place.run(tables, async |store| {
        let items = match deployment {
            None => read_items(store, stage.clone().map(|stage| BTreeSet::from([stage])).as_ref()).await?,
            Some(id) => match of_deployment(store, id, stage.as_deref()).await? {
                Ok(items) => items,
                Err(status) => return Ok(status),
            },
        };
        if let Some(stage) = stage
            && items.stages.is_empty()
            && items.routes.values().all(Vec::is_empty)
        {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        if let Some(file) = file.as_ref().filter(|_| *update) {
            return update::run(file, &items, stage.as_deref(), common.output);
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
                written.map_err(|error| match error.kind() {
                    ErrorKind::AlreadyExists => anyhow::anyhow!(
                        "{file} is there: --update brings into it what differs, --force writes over it"
                    ),
                    _ => anyhow::Error::new(error).context(format!("writing {file}")),
                })?;
            }
        }
        left_out.iter().for_each(|line| note(format_args!("tollgate: left out: {line}")));
        Ok(ExitStatus::Ok)
    })
}

/// The items that a deployment was made of.
async fn of_deployment(
    store: &Store,
    id: &str,
    stage: Option<&str>,
) -> Result<Result<StoredItems, ExitStatus>> {
    let id = match stage {
        None => id.to_owned(),
        Some(stage) => match deployment_arg::find(store, stage, id).await? {
            Ok(id) => id,
            Err(status) => return Ok(Err(status)),
        },
    };
    Ok(match deployment::items_of(store, &id, stage).await? {
        Ok(items) => Ok(StoredItems::of_deployment(items)),
        Err(why) => {
            note(format_args!("tollgate: {}", why.words(&id)));
            Err(ExitStatus::NotFound)
        }
    })
}
