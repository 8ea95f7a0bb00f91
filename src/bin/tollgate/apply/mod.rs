//! `tollgate apply`: makes the tables hold what an API file says, and serves it.

pub mod input;
mod no_canary;
mod outcome;
pub mod plan_report;
mod stale_report;

use std::io::{self, Write};

use anyhow::{Result, anyhow};
use indicatif::ProgressBar;
use serde_json::{Map, Value};
use tollgate::{
    api_file::{
        apply::{ApplyScope, Plan, Planning, Progress, Staleness, apply},
        export::StoredItems,
    },
    calendar::timestamp,
    canary::Percent,
    clock::Clock,
    deployment::{Origin, counted},
    store::Store,
};

use self::input::{Input, PlannedBase, ScopeArgs};
use crate::{
    canary_args::{CanaryArgs, percent},
    common_args::{ALL, ALL_AND_COUNTERS, CommonArgs},
    confirm::{Answer, ask, is_asked},
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
    message_arg::MessageArg,
    notes::note,
    operator::operator,
    output_format::OutputFormat,
    paint::Paint,
    text_table::printable,
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

/// Shorter applies are over before a bar is read.
const PROGRESS_BAR_FROM: usize = 200;

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
    let rollout = canary.as_ref();
    if !arguments.yes
        && let Err(status) = is_asked("apply it")
    {
        return Ok(status);
    }
    // An apply that is ended at any write leaves what was served, and the next one finishes it.
    let tables = if canary.is_some() { ALL_AND_COUNTERS } else { ALL };
    arguments.common.place.connected(tables, WhenInterrupted::End, async |connection| {
        let store = &connection.store;
        let input = match input::read(&arguments.file, &arguments.scope, &store.tables)? {
            Ok(input) => input,
            Err(status) => return Ok(status),
        };
        let plan = match plan(store, input, rollout).await? {
            Ok(plan) => plan,
            Err(status) => return Ok(status),
        };
        let output = arguments.common.output;
        if output == OutputFormat::Text {
            let mut out = io::stdout().lock();
            plan_report::lines(&plan, Paint::of_stdout())
                .iter()
                .try_for_each(|line| writeln!(out, "{line}"))?;
            out.flush()?;
        }
        plan_report::warn(&plan);
        if plan.is_empty() {
            output.write(|| outcome::json(&plan, &[]), |_| Ok(()))?;
            return Ok(ExitStatus::Ok);
        }
        let plan = match arguments.yes {
            true => plan,
            false => match confirmed(store, plan, rollout).await? {
                Ok(plan) => plan,
                Err(status) => return Ok(status),
            },
        };
        let by = operator(connection.sts().as_ref()).await;
        let origin = Origin { at: Clock::System.now(), by: &by, message: arguments.message.text() };
        carry_out(store, &plan, origin, &arguments.common).await
    })
}

/// The fields of `canarySettings` that are asked for; `None`: all requests get what is applied.
type Rollout<'a> = Option<&'a Map<String, Value>>;

/// Plans; `Err`: it is no good, which is printed.
async fn made(
    store: &Store,
    desired: StoredItems,
    scope: ApplyScope,
    rollout: Rollout<'_>,
) -> Result<Result<Plan, ExitStatus>> {
    let plan = match Plan::make(store, desired, scope).await? {
        Planning::Valid(plan) => *plan,
        Planning::Invalid(problems) => return Ok(Err(plan_report::refuse(&problems))),
    };
    Ok(match rollout {
        None => Ok(plan),
        Some(settings) => {
            plan.into_canary(&store.tables.stages, settings).map_err(|reasons| no_canary::refuse(&reasons))
        }
    })
}

/// Plans what the input says, as long as the tables are what a plan in it was made of.
async fn plan(store: &Store, input: Input, rollout: Rollout<'_>) -> Result<Result<Plan, ExitStatus>> {
    let Input { desired, scope, planned } = input;
    let plan = match made(store, desired, scope, rollout).await? {
        Ok(plan) => plan,
        Err(status) => return Ok(Err(status)),
    };
    if let Some(PlannedBase { base, by, at }) = planned {
        let staleness = Staleness::between(&base, &plan.base);
        if !staleness.is_none() {
            note(format_args!(
                "tollgate: the tables have changed since {} made the plan at {}; nothing is written. Changed since:",
                printable(&by),
                timestamp(at)
            ));
            stale_report::changes(store, &staleness).await?;
            return Ok(Err(ExitStatus::Stale));
        }
    }
    Ok(Ok(plan))
}

/// Asks, and makes sure that the tables are still what was shown.
async fn confirmed(store: &Store, shown: Plan, rollout: Rollout<'_>) -> Result<Result<Plan, ExitStatus>> {
    if ask(&plan_report::question(&shown))? == Answer::No {
        note("tollgate: nothing is written");
        return Ok(Err(ExitStatus::Declined));
    }
    let plan = match made(store, shown.desired, shown.scope, rollout).await? {
        Ok(plan) => plan,
        Err(status) => return Ok(Err(status)),
    };
    let staleness = Staleness::between(&shown.base, &plan.base);
    if staleness.is_none() {
        return Ok(Ok(plan));
    }
    note(
        "tollgate: the tables have changed since the difference was shown; nothing is written. Changed since:",
    );
    stale_report::changes(store, &staleness).await?;
    Ok(Err(ExitStatus::Stale))
}

async fn carry_out(
    store: &Store,
    plan: &Plan,
    origin: Origin<'_>,
    common: &CommonArgs,
) -> Result<ExitStatus> {
    let (output, again) = (common.output, common.place.again());
    let count = plan.write_count();
    // On stderr, and only if that is a terminal.
    let bar = if count >= PROGRESS_BAR_FROM { ProgressBar::new(count as u64) } else { ProgressBar::hidden() };
    let mut told = |progress: Progress<'_>| match progress {
        Progress::Written(items) => bar.inc(items as u64),
        Progress::Ended(result) if output == OutputFormat::Text => {
            // Who has closed stdout wants no words, and still gets the rest of the stages.
            let mut out = io::stdout();
            bar.suspend(|| {
                drop(outcome::lines(result, &again).iter().try_for_each(|line| writeln!(out, "{line}")))
            });
        }
        Progress::Ended(_) => {}
    };
    let applied = tokio::select! {
        applied = apply(store, plan, origin, &mut told) => applied,
        _ = tokio::signal::ctrl_c() => {
            return Err(anyhow!("stopped; {}", half_done(plan)));
        }
    };
    bar.finish_and_clear();
    let applied = applied.map_err(|error| anyhow::Error::from(error).context(half_done(plan)))?;
    output.write(|| outcome::json(plan, &applied.stages), |_| Ok(()))?;
    match &applied.stopped {
        None => {
            tell_keys_and_plans(plan);
            Ok(ExitStatus::Ok)
        }
        Some(stop) => stale_report::print(store, stop).await,
    }
}

fn tell_keys_and_plans(plan: &Plan) {
    let plans = plan.usage_plans.len() + plan.removed_usage_plans.len();
    let parts = [(plans, "usage plan"), (plan.api_keys.len(), "API key")];
    let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| counted(*n, noun)).collect();
    if !parts.is_empty() {
        note(format_args!(
            "tollgate: changed {}: {} within the gateway's KEY_CACHE_SECONDS [60]",
            parts.join(" and "),
            if plans + plan.api_keys.len() == 1 { "it acts" } else { "they act" }
        ));
    }
}

/// What is true whenever an apply breaks off.
fn half_done(plan: &Plan) -> String {
    let percent = plan.stages.iter().find_map(|stage| stage.work.canary_percent());
    let canary = percent.map_or(String::new(), |percent| format!(" with --canary {percent}"));
    format!("stages that are not told above serve what they did; apply again{canary} to end it")
}
