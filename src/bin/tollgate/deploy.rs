//! `tollgate deploy`: publishes a stage's items as its deployment.

use anyhow::Result;
use tollgate::{
    clock::Clock,
    deployment::{self, Origin, Publication, PublishOutcome, counted},
    stages::StageSettings,
    store::{AutoDeploy, Store},
};

use crate::{
    check_report::{self, CheckReport},
    common_args::{CommonArgs, STAGES},
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
    message_arg::MessageArg,
    notes::note,
    operator::operator,
    unfinished_apply::{ending, unfinished},
};

/// Serve the items of a stage as they are now, if they are valid.
///
/// Exit code 3: there are problems, and nothing has changed. 4: there is no such stage. 5: an apply to it has not ended.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate deploy v1
  tollgate deploy v1 -m 'new prices' --stack shop-gateway
  tollgate deploy '$default' --local")]
pub struct Arguments {
    /// The stage.
    stage: String,
    #[command(flatten)]
    message: MessageArg,
    /// Let later edits go live by themselves (autoDeploy: true), as before a rollback.
    #[arg(long)]
    auto_deploy: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { stage, message, auto_deploy, common } = arguments;
    common.place.connected(STAGES, WhenInterrupted::FinishFirst, async |connection| {
        let store = &connection.store;
        let by = operator(connection.sts().as_ref()).await;
        let origin = Origin { at: Clock::System.now(), by: &by, message: message.text() };
        let mut publication = Publication::on_request(origin);
        if *auto_deploy {
            publication.auto_deploy = AutoDeploy::On;
        }
        let outcome = deployment::publish(store, stage, publication).await?;
        if outcome == PublishOutcome::LeftAlone {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        if let PublishOutcome::Applying(mark) = &outcome {
            note(format_args!(
                "tollgate: {}; {}. To serve the items as they are: tollgate export now.yaml, \
                 then tollgate apply now.yaml --stage {stage}",
                unfinished(stage, mark),
                ending(mark)
            ));
            return Ok(ExitStatus::Stale);
        }
        // A deployment that is stored again was served before, and is after.
        let is_settled = matches!(outcome, PublishOutcome::Restored { .. });
        let report = CheckReport::of_stage(stage.clone(), outcome, headline);
        let is_valid = report.is_valid();
        check_report::print(&[report], common.output)?;
        if !is_valid {
            return Ok(ExitStatus::Invalid);
        }
        if !is_settled && waits_for_deploy(store, stage).await? {
            note(format_args!(
                "tollgate: autoDeploy is off: later edits wait for `tollgate deploy {stage}`; with --auto-deploy \
                 they go live by themselves"
            ));
        }
        Ok(ExitStatus::Ok)
    })
}

async fn waits_for_deploy(store: &Store, stage: &str) -> Result<bool> {
    let row = store.stage(stage).await?;
    let settings = row.map(|row| StageSettings::parse(&store.tables.stages, &row.item).value);
    Ok(settings.is_some_and(|settings| settings.is_ok_and(|settings| !settings.auto_deploy)))
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
        PublishOutcome::LeftAlone | PublishOutcome::Applying(_) => "no items".to_owned(),
    }
}
