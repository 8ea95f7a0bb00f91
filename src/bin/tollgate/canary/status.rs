//! `tollgate canary status`.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{
    api_file::difference::without_secrets,
    canary::{AnswerCounts, CanaryRollback, CanarySettings, RollbackRule, StickyBy},
    context::CanaryCache,
    deployment::counted,
    stages::StageSettings,
};

use super::no_canary;
use crate::{
    common_args::{CANARIES, CommonArgs},
    exit_status::ExitStatus,
    notes::note,
    text_table::printable,
    time_arg,
};

/// Say what share the canary of a stage has, and what it has answered in the last minute
///
/// The counts are those of all instances, which tell them within a few seconds.
///
/// Examples:
///   tollgate canary status v1
///   tollgate canary status v1 -o json
///
/// Exit code 3: the stage item has problems. 4: there is no such stage, or it has no canary.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
#[command(after_help = "\
Examples:
  tollgate canary status v1
  tollgate canary status v1 -o json")]
pub struct Arguments {
    /// The stage.
    stage: String,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The tables cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let Arguments { stage, common } = arguments;
    common.place.run(CANARIES, async |store| {
        let Some(row) = store.stage(stage).await? else { return Ok(ExitStatus::no_stage(store, stage)) };
        let canary = match StageSettings::parse(&store.tables.stages, &row.item).value {
            Ok(settings) => settings.canary,
            Err(invalid) => {
                note(format_args!("tollgate: {stage}: {}", counted(invalid.0.len(), "problem")));
                note(invalid);
                return Ok(ExitStatus::Invalid);
            }
        };
        let Some(canary) = canary else { return Ok(no_canary(stage)) };
        let counts = store.canary_answers(stage, &canary.deployment_id, time_arg::now_ms()).await?;
        let settings = row.item.get("canarySettings");
        common
            .output
            .write(|| to_json(stage, &canary, settings, counts), |out| write(out, stage, &canary, counts))?;
        Ok(ExitStatus::Ok)
    })
}

fn write(out: &mut impl Write, stage: &str, canary: &CanarySettings, counts: AnswerCounts) -> io::Result<()> {
    let CanarySettings { deployment_id, percent, sticky_by, .. } = canary;
    let deployment_id = printable(deployment_id);
    match &canary.rollback {
        Some(CanaryRollback { at, reason }) => {
            writeln!(out, "{stage}: deployment {deployment_id} was switched off at {}", printable(at))?;
            writeln!(out, "  why          {}", printable(reason))?;
        }
        None => writeln!(out, "{stage}: {percent} % of requests get deployment {deployment_id}")?,
    }
    let sticky = match sticky_by {
        StickyBy::None => "each request is drawn",
        StickyBy::Caller => "a caller stays with one version",
        StickyBy::Address => "an address stays with one version",
    };
    writeln!(out, "  choice       {sticky}")?;
    if let Some(header) = &canary.header {
        writeln!(out, "  header       {header}: always, or never")?;
    }
    let cache = match canary.cache {
        CanaryCache::Own => "of its own",
        CanaryCache::OfStage => "the stage's",
    };
    writeln!(out, "  cache        {cache}")?;
    match canary.rollback_rule {
        Some(RollbackRule { percent, min_requests }) => writeln!(
            out,
            "  rollback     over {percent} % of 5xx in a minute with at least {}",
            counted_answers(min_requests)
        )?,
        None => writeln!(out, "  rollback     none by itself")?,
    }
    let AnswerCounts { answers, errors } = counts;
    writeln!(out, "  last minute  {}, {errors} of them 5xx ({} %)", counted_answers(answers), share(counts))
}

fn counted_answers(answers: u64) -> String {
    if answers == 1 { "1 answer".to_owned() } else { format!("{answers} answers") }
}

/// The share of 5xx in percent, with two decimals.
fn share(AnswerCounts { answers, errors }: AnswerCounts) -> String {
    let hundredths = (errors * 10_000).checked_div(answers).unwrap_or_default();
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn to_json(stage: &str, canary: &CanarySettings, settings: Option<&Value>, counts: AnswerCounts) -> Value {
    let rollback = canary.rollback.as_ref();
    json!({
        "stage": stage,
        "canarySettings": settings.map(|settings| without_secrets("", settings)),
        "isOn": rollback.is_none(),
        "canaryRollback": rollback.map(|CanaryRollback { at, reason }| json!({ "at": at, "reason": reason })),
        "lastMinute": { "answers": counts.answers, "errors": counts.errors, "errorPercent": share(counts) },
    })
}
