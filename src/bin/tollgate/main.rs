//! The operator's tool: one command a file.

#[cfg(feature = "local")]
mod local;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Run and manage a Tollgate API gateway.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "local")]
    Local(local::Arguments),
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let result = match command {
        #[cfg(feature = "local")]
        Command::Local(arguments) => local::run(arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tollgate: {error:#}");
            ExitCode::FAILURE
        }
    }
}
