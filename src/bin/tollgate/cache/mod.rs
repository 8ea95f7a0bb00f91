//! `tollgate cache`: one file per command.

pub mod keyed_request;
mod purge;
mod stats;

use anyhow::Result;
use clap::Subcommand;

use crate::exit_status::ExitStatus;

/// Empty the response cache, or say what is in it.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Purge(Box<purge::Arguments>),
    Stats(stats::Arguments),
}

/// # Errors
///
/// Those of the command.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    match &arguments.command {
        Command::Purge(arguments) => purge::run(arguments),
        Command::Stats(arguments) => stats::run(arguments),
    }
}
