//! `tollgate check`: all problems of the operator's items, those of stages before they go live.

use std::collections::BTreeSet;

use anyhow::Result;
use tollgate::{
    deployment::{self, PublishOutcome, counted},
    store::Store,
};

use crate::{
    check_keys_and_plans,
    check_report::{self, CheckReport},
    common_args::{self, CommonArgs},
    exit_status::ExitStatus,
};

/// Say everything that is wrong or odd in the items of a stage, or of all, and then of API keys and usage plans
/// too; change nothing.
///
/// Exit code 3: there are problems. 4: there is no such stage.
#[derive(clap::Args)]
pub struct Arguments {
    /// The stage; without it, all.
    stage: Option<String>,
    /// Say of each route who may call it, as the items are now, and warn of routes by which anybody may change a table;
    /// nothing of a stage that has problems.
    #[arg(long)]
    auth: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let stage = arguments.stage.as_deref();
    let tables = if stage.is_some() { common_args::STAGES } else { common_args::ALL };
    arguments.common.run(tables, async |store| {
        let reports = reports(store, arguments).await?;
        if let Some(stage) = stage
            && reports.is_empty()
        {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        check_report::print(&reports, arguments.common.output)?;
        Ok(if reports.iter().all(CheckReport::is_valid) { ExitStatus::Ok } else { ExitStatus::Invalid })
    })
}

async fn reports(store: &Store, arguments: &Arguments) -> Result<Vec<CheckReport>> {
    let stage = arguments.stage.as_deref();
    let stages = match stage {
        Some(stage) => BTreeSet::from([stage.to_owned()]),
        None => store.stage_names().await?,
    };
    let mut reports = Vec::new();
    if stage.is_none() {
        reports.extend(check_keys_and_plans::reports(store, &stages).await?);
    }
    for stage in stages {
        if let Some(outcome) = deployment::check(store, &stage).await? {
            let routes = if arguments.auth { deployment::route_access(store, &stage).await? } else { None };
            let report = CheckReport::of_stage(stage, outcome, headline);
            reports.push(match routes {
                Some(routes) => report.with_routes(&store.tables.routes, routes),
                None => report,
            });
        }
    }
    Ok(reports)
}

fn headline(outcome: &PublishOutcome) -> String {
    match outcome {
        PublishOutcome::Published { routes, footprint, .. } => {
            format!("{}, not served yet, {footprint} of memory", counted(*routes, "route"))
        }
        PublishOutcome::Unchanged { footprint, .. } | PublishOutcome::Restored { footprint, .. } => {
            format!("valid, and served as it is, {footprint} of memory")
        }
        PublishOutcome::Invalid { problems, .. } => counted(problems.len(), "problem"),
        PublishOutcome::LeftAlone => "no items".to_owned(),
    }
}
