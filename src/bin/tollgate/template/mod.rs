//! `tollgate template`: one file per command.

mod context_input;
mod input_file;
mod rendering;
mod report;
mod report_text;
mod subject;
mod test;
mod tested_request;
mod texts;
mod trace;

use anyhow::Result;
use clap::Subcommand;

use crate::exit_status::ExitStatus;

/// Try mapping templates.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Test(test::Arguments),
}

/// # Errors
///
/// Those of the command.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    match &arguments.command {
        Command::Test(arguments) => test::run(arguments),
    }
}
