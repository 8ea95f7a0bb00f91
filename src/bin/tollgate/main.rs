//! The operator's tool: one command a file.
//!
//! Results go to stdout, everything else to stderr. Exit codes: 0 ok, 1 error, 2 differences, 3 invalid input,
//! 4 not found, 5 a stale plan, 6 denied by AWS, 7 a test of an API failed, 64 usage.

mod apply;
mod auth;
mod cache;
mod canary;
mod canary_args;
mod check;
mod check_auth;
mod check_file;
mod check_keys_and_plans;
mod check_report;
mod check_resources;
mod checked_rules;
mod common_args;
mod compare;
mod completion;
mod confirm;
mod connection;
mod cost;
mod credentials;
mod deploy;
mod deployment_arg;
#[cfg(feature = "local")]
mod dev;
mod diff;
mod difference_report;
mod doctor;
mod exit_status;
mod explain;
mod export;
mod failure;
mod file_hint;
mod history;
mod import;
mod init;
mod interrupt;
mod json_text;
mod keys;
mod limit_words;
mod log_args;
mod logs;
mod man;
mod markup;
mod message_arg;
mod notes;
mod operator;
mod output_format;
mod paint;
mod place_arg;
mod prune;
mod request_arg;
mod rollback;
mod routes;
mod schema;
mod status;
mod template;
#[cfg(feature = "local")]
mod test;
#[cfg(test)]
mod tests;
mod text_table;
mod time_arg;
mod top;
mod unfinished_apply;
mod usage;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, error::ErrorKind};

use self::failure::is_closed_pipe;

/// Run and manage a Tollgate API gateway.
#[derive(Parser)]
#[command(name = "tollgate", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Arguments),
    Check(check::Arguments),
    Diff(diff::Arguments),
    Apply(apply::Arguments),
    Routes(routes::Arguments),
    Explain(explain::Arguments),
    Auth(auth::Arguments),
    Template(template::Arguments),
    Compare(compare::Arguments),
    Export(export::Arguments),
    Import(import::Arguments),
    Schema(schema::Arguments),
    Deploy(deploy::Arguments),
    History(history::Arguments),
    Rollback(rollback::Arguments),
    Prune(prune::Arguments),
    Canary(canary::Arguments),
    Status(status::Arguments),
    Doctor(doctor::Arguments),
    Logs(logs::Arguments),
    Top(top::Arguments),
    Keys(keys::Arguments),
    Cache(cache::Arguments),
    Usage(usage::Arguments),
    Cost(cost::Arguments),
    Completion(completion::Arguments),
    Man(man::Arguments),
    #[cfg(feature = "local")]
    Dev(dev::Arguments),
    #[cfg(feature = "local")]
    Test(test::Arguments),
}

fn main() -> ExitCode {
    let Arguments { command } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    let result = match command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Apply(arguments) => apply::run(&arguments),
        Command::Routes(arguments) => routes::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Auth(arguments) => auth::run(&arguments),
        Command::Template(arguments) => template::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Schema(schema::Arguments {}) => schema::run(),
        Command::Deploy(arguments) => deploy::run(&arguments),
        Command::History(arguments) => history::run(&arguments),
        Command::Rollback(arguments) => rollback::run(&arguments),
        Command::Prune(arguments) => prune::run(&arguments),
        Command::Canary(arguments) => canary::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Logs(arguments) => logs::run(&arguments),
        Command::Top(arguments) => top::run(&arguments),
        Command::Keys(arguments) => keys::run(&arguments),
        Command::Cache(arguments) => cache::run(&arguments),
        Command::Usage(arguments) => usage::run(&arguments),
        Command::Cost(arguments) => cost::run(&arguments),
        Command::Completion(arguments) => completion::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
        #[cfg(feature = "local")]
        Command::Dev(arguments) => dev::run(arguments),
        #[cfg(feature = "local")]
        Command::Test(arguments) => test::run(&arguments),
    };
    match result {
        Ok(status) => status.into(),
        // The reader has seen enough.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => failure::tell(&error).into(),
    }
}

/// The command line as it is defined, with every command.
fn whole_command() -> clap::Command {
    Arguments::command()
}

/// Prints help or what is wrong with the command line, where it belongs.
fn refuse(error: &clap::Error) -> ExitCode {
    // A closed pipe is the reader's choice.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(64),
    }
}
