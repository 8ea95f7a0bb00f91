//! `tollgate canary promote`.

use std::io::Write;

use anyhow::Result;
use serde_json::json;
use tollgate::{
    canary::CanaryRollback,
    clock::Clock,
    deployment::{CanaryPromotion, FormerAutoDeploy, ItemsAfterCanary, Origin, counted, promote_canary},
};

use super::{
    no_canary,
    other_items::{OtherItems, tell_items},
    print_when_it_acts,
};
use crate::{
    common_args::{CommonArgs, STAGES},
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
    message_arg::MessageArg,
    notes::note,
    operator::operator,
    unfinished_apply::{ending, unfinished},
};

/// Serve the canary's deployment to all
///
/// The stage points to it, its variables become the stage's, and the canary ends: in one write. Where the items are other
/// ones than the canary's, autoDeploy goes off in it, so that nothing serves them by surprise.
///
/// Examples:
///   tollgate canary promote v1
///
/// Exit code 3: the canary was switched off by itself, or there are problems; nothing has changed. 4: there is no such
/// stage, or it has no canary. 5: an apply to it has not ended.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate canary promote v1")]
pub struct Arguments {
    /// The stage.
    stage: String,
    #[command(flatten)]
    message: MessageArg,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { stage, message, common } = arguments;
    common.place.connected(STAGES, WhenInterrupted::FinishFirst, async |connection| {
        let store = &connection.store;
        let by = operator(connection.sts().as_ref()).await;
        let origin = Origin { at: Clock::System.now(), by: &by, message: message.text() };
        let (deployment_id, former, items) = match promote_canary(store, stage, origin).await? {
            CanaryPromotion::Promoted { deployment_id, former, items } => (deployment_id, former, items),
            CanaryPromotion::NoStage => return Ok(ExitStatus::no_stage(store, stage)),
            CanaryPromotion::NoCanary => return Ok(no_canary(stage)),
            CanaryPromotion::Applying(mark) => {
                note(format_args!("tollgate: {}; {}", unfinished(stage, &mark), ending(&mark)));
                return Ok(ExitStatus::Stale);
            }
            CanaryPromotion::RolledBack(CanaryRollback { at, reason }) => {
                note(format_args!("tollgate: the canary of {stage} was switched off at {at}: {reason}"));
                note(format_args!(
                    "tollgate: try it again with: tollgate canary start {stage} --percent 5; end it with: tollgate canary abort {stage}"
                ));
                return Ok(ExitStatus::Invalid);
            }
            CanaryPromotion::Invalid(problems) => {
                note(format_args!("tollgate: {stage}: {}; nothing has changed", counted(problems.len(), "problem")));
                problems.iter().for_each(|problem| note(format_args!("  problem: {problem}")));
                return Ok(ExitStatus::Invalid);
            }
        };
        common.output.write(
            || {
                json!({ "stage": stage, "deploymentId": deployment_id, "former": former,
                    "itemsAreServed": items == ItemsAfterCanary::Served,
                    "autoDeploySwitchedOff": items == ItemsAfterCanary::Others(FormerAutoDeploy::On) })
            },
            |out| match &former {
                Some(former) => {
                    writeln!(out, "{stage}: serves deployment {deployment_id}, and served {former} before")
                }
                None => writeln!(out, "{stage}: serves deployment {deployment_id}"),
            },
        )?;
        if let ItemsAfterCanary::Others(auto_deploy) = items {
            tell_items(&OtherItems {
                stage,
                again: &common.place.again(),
                auto_deploy,
                served: Some(&deployment_id),
                whose: "those of an edit that was never the canary",
                file: "the file of the canary",
            });
        }
        print_when_it_acts();
        Ok(ExitStatus::Ok)
    })
}
