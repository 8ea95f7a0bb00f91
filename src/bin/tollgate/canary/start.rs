//! `tollgate canary start`.

use std::io::Write;

use anyhow::Result;
use serde_json::{Map, Value, json};
use tollgate::{
    canary::{CanaryRollback, CanarySettings, Percent},
    clock::Clock,
    deployment::{CanaryStart, CanaryStarted, Origin, counted, start_canary},
    error::Problem,
    stages::StageSettings,
    store::Store,
};

use super::print_when_it_acts;
use crate::{
    canary_args::{CanaryArgs, percent},
    common_args::{CANARIES, CommonArgs},
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
    message_arg::MessageArg,
    notes::note,
    operator::operator,
    unfinished_apply::{ending, unfinished},
};

/// Give a share of a stage's requests to another deployment, or change the share
///
/// Without --deployment the items of the stage as they are now become the canary's deployment, and the stage goes on
/// serving what it serves. Where the stage has a canary already, its deployment stays and the options that are given
/// change; one that was switched off by itself begins anew. While there is a canary, an edit of a route is published and
/// not served.
///
/// Examples:
///   tollgate canary start v1 --percent 5 --rollback-on-5xx 5
///   tollgate canary start v1 --percent 20
///   tollgate canary start v1 --percent 0 --header x-canary --deployment 6f73a0dae20a9235b021945e03f593fd
///
/// Exit code 3: there are problems, the stage serves nothing yet, it serves that deployment already, or its canary was
/// switched off at this moment; nothing has changed. 4: there is no such stage. 5: an apply to it has not ended.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate canary start v1 --percent 5
  tollgate canary start v1 --percent 5 --rollback-on-5xx 5 --min-requests 100 -m 'new prices'")]
pub struct Arguments {
    /// The stage.
    stage: String,
    /// The share of requests in percent, with four decimals at most.
    #[arg(long, value_parser = percent, value_name = "PERCENT")]
    percent: Percent,
    /// The id of the deployment [default: the canary's; without one, the items as they are now].
    #[arg(long, value_name = "ID")]
    deployment: Option<String>,
    /// A stage variable that is another for the canary; may be repeated.
    #[arg(long = "variable", value_parser = variable, value_name = "NAME=VALUE")]
    variables: Vec<(String, String)>,
    #[command(flatten)]
    canary: CanaryArgs,
    #[command(flatten)]
    message: MessageArg,
    #[command(flatten)]
    common: CommonArgs,
}

fn variable(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "expected NAME=VALUE".to_owned())
}

/// # Errors
///
/// The tables cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { stage, deployment, message, common, .. } = arguments;
    common.place.connected(CANARIES, WhenInterrupted::FinishFirst, async |connection| {
        let store = &connection.store;
        let by = operator(connection.sts().as_ref()).await;
        let origin = Origin { at: Clock::System.now(), by: &by, message: message.text() };
        let start = CanaryStart { deployment_id: deployment.clone(), fields: fields(arguments), origin };
        let (settings, is_new) = match start_canary(store, stage, &start).await? {
            CanaryStarted::Started(settings) => (settings, true),
            CanaryStarted::Changed(settings) => (settings, false),
            other => return Ok(refused(store, stage, &other)),
        };
        let CanarySettings { deployment_id, percent, .. } = &settings;
        common.output.write(
            || json!({ "stage": stage, "deploymentId": deployment_id, "percentTraffic": percent.to_json(), "isNew": is_new }),
            |out| {
                let word = if is_new { "get" } else { "now get" };
                writeln!(out, "{stage}: {percent} % of requests {word} deployment {deployment_id}")
            },
        )?;
        let again = common.place.again();
        note(format_args!("tollgate: to serve it to all: tollgate canary promote {stage}{again}"));
        note(format_args!("tollgate: to undo it: tollgate canary abort {stage}{again}"));
        if is_auto_deployed(store, stage).await? {
            note(format_args!(
                "tollgate: {stage} has autoDeploy: while the canary stands, an edit of a route is published and served to \
                 nobody; promote does not take it in, and then switches autoDeploy off"
            ));
        }
        print_when_it_acts();
        Ok(ExitStatus::Ok)
    })
}

/// The fields of `canarySettings` that the options say.
fn fields(Arguments { percent, canary, variables, .. }: &Arguments) -> Map<String, Value> {
    let mut fields = canary.fields(*percent);
    let overrides = variables.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
    let overrides: Map<_, _> = overrides.collect();
    if !overrides.is_empty() {
        fields.insert("stageVariableOverrides".to_owned(), Value::Object(overrides));
    }
    fields
}

/// Says if edits of the stage would go live by themselves without the canary.
async fn is_auto_deployed(store: &Store, stage: &str) -> Result<bool> {
    let row = store.stage(stage).await?;
    let settings = row.map(|row| StageSettings::parse(&store.tables.stages, &row.item).value);
    Ok(settings.is_some_and(|settings| settings.is_ok_and(|settings| settings.auto_deploy)))
}

/// Prints why nothing has changed.
fn refused(store: &Store, stage: &str, outcome: &CanaryStarted) -> ExitStatus {
    match outcome {
        CanaryStarted::NoStage => return ExitStatus::no_stage(store, stage),
        CanaryStarted::NotServed => note(format_args!(
            "tollgate: {stage} serves nothing yet that a canary could stand beside: tollgate deploy {stage}"
        )),
        CanaryStarted::ServedAlready { deployment_id } => note(format_args!(
            "tollgate: {stage} serves deployment {deployment_id} already, to all; edit an item, or name another with --deployment"
        )),
        CanaryStarted::Applying(mark) => {
            note(format_args!("tollgate: {}; {}", unfinished(stage, mark), ending(mark)));
            return ExitStatus::Stale;
        }
        CanaryStarted::RolledBack(CanaryRollback { at, reason }) => note(format_args!(
            "tollgate: the canary of {stage} was switched off just now, at {at}: {reason}; nothing has changed"
        )),
        CanaryStarted::Invalid { problems, warnings } => {
            note(format_args!(
                "tollgate: {stage}: {}; nothing has changed",
                counted(problems.len(), "problem")
            ));
            let list = |name: &str, problems: &[Problem]| {
                problems.iter().for_each(|problem| note(format_args!("  {name}: {problem}")));
            };
            list("problem", problems);
            list("warning", warnings);
        }
        CanaryStarted::Started(_) | CanaryStarted::Changed(_) => {}
    }
    ExitStatus::Invalid
}
