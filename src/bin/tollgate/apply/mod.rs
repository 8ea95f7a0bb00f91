//! `tollgate apply`: makes the tables hold what an API file says, and serves it.

pub mod applying;
pub mod input;
mod no_canary;
mod outcome;
pub mod plan_report;
mod stale_report;

use anyhow::Result;
use tollgate::canary::Percent;

use self::{applying::Applying, input::ScopeArgs};
use crate::{
    canary_args::{CanaryArgs, percent},
    common_args::{ALL, ALL_AND_COUNTERS, CommonArgs},
    confirm::is_asked,
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
    message_arg::MessageArg,
    notes::note,
};

/// Make the tables hold what an API file says, or a plan of `tollgate diff --save`, and serve it: each stage as one, or not
/// at all.
///
/// It shows the difference, and asks on a terminal. Nothing is removed without --prune. With --canary the items are written,
/// and each stage that they change goes on serving what it serves: their deployment is its canary, in the same step.
///
/// Exit code 1: the answer was not yes. 3: there are problems, or it can be no canary, and nothing is written. 4: there is no such file, or no such
/// stage in it. 5: the tables have changed since the plan was made, or while it was applied. 64: there is no terminal to ask
/// on, and no --yes.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate apply tollgate.yaml
  tollgate apply tollgate.yaml --prune --yes -m 'new prices'
  tollgate apply tollgate.yaml --canary 5 --rollback-on-5xx 5 --yes
  tollgate apply plan.json --yes")]
pub struct Arguments {
    /// The API file, or a plan.
    #[arg(value_name = "FILE|PLAN")]
    file: String,
    #[command(flatten)]
    scope: ScopeArgs,
    /// Serve it to this share of requests in percent alone, as a canary of each stage that changes.
    #[arg(long, value_parser = percent, value_name = "PERCENT")]
    canary: Option<Percent>,
    #[command(flatten)]
    canary_options: CanaryArgs,
    /// Apply without asking.
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    message: MessageArg,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The file cannot be read, or the tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let canary = match (arguments.canary, arguments.canary_options.is_given()) {
        (Some(percent), _) => Some(arguments.canary_options.fields(percent)),
        (None, false) => None,
        (None, true) => {
            note(
                "tollgate: --sticky, --header, --use-stage-cache, --rollback-on-5xx and --min-requests are for --canary",
            );
            return Ok(ExitStatus::WrongUse);
        }
    };
    if !arguments.yes
        && let Err(status) = is_asked("apply it")
    {
        return Ok(status);
    }
    let applying = Applying {
        rollout: canary.as_ref(),
        yes: arguments.yes,
        message: arguments.message.text(),
        output: arguments.common.output,
        place: &arguments.common.place,
    };
    // An apply that is ended at any write leaves what was served, and the next one finishes it.
    let tables = if canary.is_some() { ALL_AND_COUNTERS } else { ALL };
    arguments.common.place.connected(tables, WhenInterrupted::End, async |connection| {
        let input = match input::read(&arguments.file, &arguments.scope, &connection.store.tables)? {
            Ok(input) => input,
            Err(status) => return Ok(status),
        };
        applying.apply(connection, input).await
    })
}
