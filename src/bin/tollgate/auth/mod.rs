//! `tollgate auth`: one file per command.

mod explain;

use anyhow::Result;
use clap::Subcommand;

use crate::exit_status::ExitStatus;

/// Look into what callers are asked for.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Explain(explain::Arguments),
}

/// # Errors
///
/// Those of the command.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    match &arguments.command {
        Command::Explain(arguments) => explain::run(arguments),
    }
}
