//! `tollgate deploy`: publishes a stage's items as its deployment.

use anyhow::Result;
use tollgate::deployment::{self, PublishOutcome, Trigger, counted};

use crate::{
    check_report::{self, CheckReport},
    common_args::{CommonArgs, STAGES},
    exit_status::ExitStatus,
};

/// Serve the items of a stage as they are now, if they are valid.
///
/// Exit code 3: there are problems, and nothing has changed. 4: there is no such stage.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate deploy v1
  tollgate deploy v1 --stack shop-gateway
  tollgate deploy '$default' --local")]
pub struct Arguments {
    /// The stage.
    stage: String,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { stage, common } = arguments;
    common.run_writing(STAGES, async |store| {
        let outcome = deployment::publish(store, stage, Trigger::Request).await?;
        if outcome == PublishOutcome::LeftAlone {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        let report = CheckReport::of_stage(stage.clone(), outcome, headline);
        let status = if report.is_valid() { ExitStatus::Ok } else { ExitStatus::Invalid };
        check_report::print(&[report], common.output)?;
        Ok(status)
    })
}

fn headline(outcome: &PublishOutcome) -> String {
    match outcome {
        PublishOutcome::Published { deployment_id, routes, .. } => {
            format!("serves {}, deployment {deployment_id}", counted(*routes, "route"))
        }
        PublishOutcome::Unchanged { deployment_id, .. } => {
            format!("serves these items already, deployment {deployment_id}")
        }
        PublishOutcome::Restored { deployment_id, .. } => {
            format!("stored deployment {deployment_id} again: it was not whole")
        }
        PublishOutcome::Invalid { problems, .. } => {
            format!("{}; what was served stays", counted(problems.len(), "problem"))
        }
        PublishOutcome::LeftAlone => "no items".to_owned(),
    }
}
