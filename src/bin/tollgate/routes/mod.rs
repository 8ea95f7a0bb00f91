//! `tollgate routes`: one file per command.

mod get;
mod list;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use tollgate::{
    api_file::FileStage,
    canary::CanarySettings,
    deployment::{NotListed, Served, inspect_stages, served_of_items},
    stages::StageSettings,
};

use crate::{
    check_file::{self, FileOutcome},
    common_args::{CommonArgs, SERVED},
    exit_status::ExitStatus,
    file_hint,
    notes::note,
    output_format::OutputFormat,
};

/// Show the routes that are served, or those of a file
///
/// What is served is what requests get: items that are not published yet are in no list (`tollgate check` tells of them,
/// `tollgate export` shows them).
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Prints which of the stages have another version too.
fn tell_canaries(served: &Served, only: Option<&str>) {
    let stages = served.with_canaries().filter(|settings| only.is_none_or(|only| settings.name == only));
    for StageSettings { name, canary, .. } in stages {
        if let Some(CanarySettings { percent, deployment_id, .. }) = canary.as_deref() {
            note(format_args!(
                "tollgate: {percent} % of requests to {name} get its canary, deployment {deployment_id}: --canary shows \
                 its routes"
            ));
        }
    }
}

#[derive(Subcommand)]
enum Command {
    List(list::Arguments),
    Get(get::Arguments),
}

/// The stages that routes are shown of.
#[derive(clap::Args)]
#[group(skip)]
struct Shown {
    /// An API file such as tollgate.yaml, instead of the tables.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The routes of canaries, instead of those that the stages serve otherwise.
    #[arg(long, conflicts_with = "file")]
    canary: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// Those of the command.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    match &arguments.command {
        Command::List(arguments) => list::run(arguments),
        Command::Get(arguments) => get::run(arguments),
    }
}

impl Shown {
    /// Shows what the stages have. `stage` is the only one that is asked about.
    ///
    /// # Errors
    ///
    /// The tables or the file cannot be read.
    fn show(
        &self,
        stage: Option<&str>,
        show: impl Fn(&Served, OutputFormat) -> Result<Result<(), NotListed>>,
    ) -> Result<ExitStatus> {
        let shown = self.try_show(stage, show);
        match self.file {
            None => file_hint::hinting(shown, "tollgate routes list --file tollgate.yaml"),
            Some(_) => shown,
        }
    }

    fn try_show(
        &self,
        stage: Option<&str>,
        show: impl Fn(&Served, OutputFormat) -> Result<Result<(), NotListed>>,
    ) -> Result<ExitStatus> {
        let outcome = match &self.file {
            None => self.common.place.run(SERVED, async |store| {
                let served = inspect_stages(store, stage).await?;
                if !self.canary {
                    tell_canaries(&served, stage);
                    return show(&served, self.common.output);
                }
                let canaries = served.into_canaries();
                if let Some(stage) = stage
                    && canaries.with_canaries().all(|settings| settings.name != stage)
                {
                    return Ok(Err(NotListed::NoCanary(stage.to_owned())));
                }
                show(&canaries, self.common.output)
            })?,
            Some(file) => match check_file::valid(file, self.common.output)? {
                FileOutcome::Valid(checked) => {
                    let items: Vec<_> = checked.api.stages.iter().map(FileStage::to_items).collect();
                    show(&served_of_items(&items)?, self.common.output)?
                }
                FileOutcome::Refused(status) => return Ok(status),
            },
        };
        Ok(match outcome {
            Ok(()) => ExitStatus::Ok,
            Err(not_listed) => {
                note(format_args!("tollgate: {not_listed}"));
                ExitStatus::NotFound
            }
        })
    }
}
