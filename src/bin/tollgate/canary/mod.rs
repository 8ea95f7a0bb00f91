//! `tollgate canary`: one file per command.

mod abort;
mod other_items;
mod promote;
mod start;
mod status;

use anyhow::Result;
use clap::Subcommand;

use crate::{exit_status::ExitStatus, notes::note};

/// Try a deployment with a share of a stage's requests.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Start(start::Arguments),
    Promote(promote::Arguments),
    Abort(abort::Arguments),
    Status(status::Arguments),
}

/// # Errors
///
/// Those of the command.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    match &arguments.command {
        Command::Start(arguments) => start::run(arguments),
        Command::Promote(arguments) => promote::run(arguments),
        Command::Abort(arguments) => abort::run(arguments),
        Command::Status(arguments) => status::run(arguments),
    }
}

const FOLLOWS: &str = "instances follow within REFRESH_SECONDS (5 unless it is set, 1 with tollgate dev), \
                       one that answers seldom within MAX_STALE_SECONDS (30, 1 with tollgate dev)";

/// Prints when a change acts.
fn print_when_it_acts() {
    note(format_args!("tollgate: {FOLLOWS}"));
}

/// Prints that the stage has no canary.
fn no_canary(stage: &str) -> ExitStatus {
    note(format_args!("tollgate: {stage} has no canary"));
    ExitStatus::NotFound
}
