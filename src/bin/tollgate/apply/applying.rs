//! An apply, whatever its input is: plan, show, ask, write, and serve.

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
    clock::Clock,
    deployment::{Origin, counted},
    store::Store,
};

use super::{
    input::{Input, PlannedBase},
    no_canary, outcome, plan_report, stale_report,
};
use crate::{
    common_args::PlaceArgs,
    confirm::{Answer, ask},
    connection::Connection,
    exit_status::ExitStatus,
    notes::note,
    operator::operator,
    output_format::OutputFormat,
    paint::Paint,
    text_table::printable,
};

/// Shorter applies are over before a bar is read.
const PROGRESS_BAR_FROM: usize = 200;

/// The fields of `canarySettings` that are asked for; `None`: all requests get what is applied.
pub type Rollout<'a> = Option<&'a Map<String, Value>>;

/// An apply as an operator asks for it.
pub struct Applying<'a> {
    pub rollout: Rollout<'a>,
    /// It is not asked for again.
    pub yes: bool,
    /// What `tollgate history` shows of it.
    pub message: &'a str,
    pub output: OutputFormat,
    /// Where the tables are, for commands that are told.
    pub place: &'a PlaceArgs,
}

impl Applying<'_> {
    /// Plans, shows the plan, asks, and carries it out.
    ///
    /// # Errors
    ///
    /// The tables cannot be read or written.
    pub async fn apply(&self, connection: &Connection, input: Input) -> Result<ExitStatus> {
        let store = &connection.store;
        let plan = match plan(store, input, self.rollout).await? {
            Ok(plan) => plan,
            Err(status) => return Ok(status),
        };
        if self.output == OutputFormat::Text {
            let mut out = io::stdout().lock();
            plan_report::lines(&plan, Paint::of_stdout())
                .iter()
                .try_for_each(|line| writeln!(out, "{line}"))?;
            out.flush()?;
        }
        plan_report::warn(&plan);
        if plan.is_empty() {
            self.output.write(|| outcome::json(&plan, &[]), |_| Ok(()))?;
            return Ok(ExitStatus::Ok);
        }
        let plan = match self.yes {
            true => plan,
            false => match confirmed(store, plan, self.rollout).await? {
                Ok(plan) => plan,
                Err(status) => return Ok(status),
            },
        };
        let by = operator(connection.sts().as_ref()).await;
        let origin = Origin { at: Clock::System.now(), by: &by, message: self.message };
        self.carry_out(store, &plan, origin).await
    }

    async fn carry_out(&self, store: &Store, plan: &Plan, origin: Origin<'_>) -> Result<ExitStatus> {
        let (output, again) = (self.output, self.place.again());
        let count = plan.write_count();
        // On stderr, and only if that is a terminal.
        let bar =
            if count >= PROGRESS_BAR_FROM { ProgressBar::new(count as u64) } else { ProgressBar::hidden() };
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
}

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
