//! `tollgate check`: everything that is wrong with the operator's items, those of stages before they go live.

use std::collections::BTreeSet;

use anyhow::Result;
use tollgate::{
    deployment::{self, Outcome, counted},
    store::Store,
};

use crate::{
    Ending, check_keys,
    connection::{self, Connection},
    report::{self, Output, Report},
};

/// Say everything that is wrong or odd in the items of a stage, or of all, and then of API keys and usage plans
/// too; change nothing.
///
/// Exit code 3: there are problems. 4: there is no such stage.
#[derive(clap::Args)]
pub struct Arguments {
    /// The stage; without it, all.
    stage: Option<String>,
    /// The form of the result.
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

/// # Errors
///
/// The tables cannot be read.
pub fn run(arguments: &Arguments) -> Result<Ending> {
    let store = arguments.connection.store()?;
    let tables = &store.tables;
    let of_stages = [tables.stages.as_str(), &tables.routes, &tables.deployments];
    let of_keys = [tables.api_keys.as_str(), &tables.usage_plans];
    let of_keys = if arguments.stage.is_some() { &[][..] } else { &of_keys };
    let reports = reports(&store, arguments.stage.as_deref());
    let reports = connection::block_on(&[&of_stages[..], of_keys].concat(), reports)?;
    if let Some(stage) = &arguments.stage
        && reports.is_empty()
    {
        eprintln!(
            "tollgate: there is no stage {stage} in {} or {}",
            store.tables.stages, store.tables.routes
        );
        return Ok(Ending::NotFound);
    }
    report::print(&reports, arguments.output)?;
    Ok(if reports.iter().all(Report::is_valid) { Ending::Ok } else { Ending::Invalid })
}

async fn reports(store: &Store, stage: Option<&str>) -> Result<Vec<Report>> {
    let stages = match stage {
        Some(stage) => BTreeSet::from([stage.to_owned()]),
        None => store.stage_names().await?,
    };
    let mut reports = Vec::new();
    if stage.is_none() {
        reports.extend(check_keys::reports(store, &stages).await?);
    }
    for stage in stages {
        if let Some(outcome) = deployment::check(store, &stage).await? {
            reports.push(Report::of_stage(stage, outcome, headline));
        }
    }
    Ok(reports)
}

fn headline(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Published { routes, .. } => format!("{}, not served yet", counted(*routes, "route")),
        Outcome::Unchanged { .. } => "valid, and served as it is".to_owned(),
        Outcome::Invalid { problems, .. } => counted(problems.len(), "problem"),
        Outcome::LeftAlone => "no items".to_owned(),
    }
}
