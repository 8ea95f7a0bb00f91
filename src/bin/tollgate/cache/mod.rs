//! `tollgate cache`: one file per command.

mod explain;
mod explained_request;
mod purge;
mod stats;
mod stored_entry;

use anyhow::Result;
use clap::Subcommand;

use crate::exit_status::ExitStatus;

/// Empty the response cache, or look into it.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Explain(explain::Arguments),
    Purge(purge::Arguments),
    Stats(stats::Arguments),
}

/// # Errors
///
/// Those of the command.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    match &arguments.command {
        Command::Explain(arguments) => explain::run(arguments),
        Command::Purge(arguments) => purge::run(arguments),
        Command::Stats(arguments) => stats::run(arguments),
    }
}
