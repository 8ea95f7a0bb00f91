//! `tollgate deploy`: a stage's items become its deployment.

use anyhow::Result;
use tollgate::deployment::{self, Outcome, Trigger, counted};

use crate::{
    Ending,
    connection::{self, Connection},
    report::{self, Output, Report},
};

/// Serve the items of a stage as they are now, if they are valid.
///
/// Exit code 3: there are problems, and nothing has changed. 4: there is no such stage.
#[derive(clap::Args)]
pub struct Arguments {
    /// The stage.
    stage: String,
    /// The form of the result.
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<Ending> {
    let store = arguments.connection.store()?;
    let stage = arguments.stage.clone();
    let published = async { Ok(deployment::publish(&store, &stage, Trigger::Request).await?) };
    let outcome = connection::block_on(
        &[&store.tables.stages, &store.tables.routes, &store.tables.deployments],
        published,
    )?;
    if outcome == Outcome::LeftAlone {
        eprintln!(
            "tollgate: there is no stage {stage} in {} or {}",
            store.tables.stages, store.tables.routes
        );
        return Ok(Ending::NotFound);
    }
    let report = Report::of_stage(stage, outcome, headline);
    let ending = if report.is_valid() { Ending::Ok } else { Ending::Invalid };
    report::print(&[report], arguments.output)?;
    Ok(ending)
}

fn headline(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Published { deployment_id, routes, .. } => {
            format!("serves {}, deployment {deployment_id}", counted(*routes, "route"))
        }
        Outcome::Unchanged { deployment_id, .. } => {
            format!("serves these items already, deployment {deployment_id}")
        }
        Outcome::Invalid { problems, .. } => {
            format!("{}; what was served stays", counted(problems.len(), "problem"))
        }
        Outcome::LeftAlone => "no items".to_owned(),
    }
}
