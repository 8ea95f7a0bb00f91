//! `tollgate status`: what each stage serves.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{
    api_file::difference::without_secrets,
    calendar::timestamp,
    canary::Percent,
    deployment::{
        AutoDeploySetting, ItemsState, LastStatus, ServedOrigin, StageReport, counted, stage_report,
    },
    store::Store,
};

use crate::{
    common_args::{CommonArgs, STAGES},
    exit_status::ExitStatus,
    text_table::{self, Column, printable},
    unfinished_apply::unfinished,
};

/// Say of a stage, or of all, what is served, what has become of its items, and what is wrong.
///
/// Exit code 3: the items of a stage have problems, or nothing of it is served. 4: there is no such stage.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate status
  tollgate status v1 --stack shop-gateway
  tollgate status --local -o json")]
pub struct Arguments {
    /// The stage; without it, all.
    stage: Option<String>,
    #[command(flatten)]
    common: CommonArgs,
}

const COLUMNS: [Column; 7] = [
    Column::left("STAGE"),
    Column::left("WHERE"),
    Column::left("DEPLOYMENT"),
    Column::left("SINCE"),
    Column::right("ROUTES"),
    Column::left("AUTODEPLOY"),
    Column::left("ITEMS"),
];

/// # Errors
///
/// The tables cannot be read.
pub fn run(Arguments { stage, common }: &Arguments) -> Result<ExitStatus> {
    common.place.run(STAGES, async |store| {
        let reports = reports(store, stage.as_deref()).await?;
        if let Some(stage) = stage
            && reports.is_empty()
        {
            return Ok(ExitStatus::no_stage(store, stage));
        }
        common.output.write(|| json!({ "stages": stages(&reports) }), |out| write(out, &reports))?;
        Ok(if reports.iter().all(is_well) { ExitStatus::Ok } else { ExitStatus::Invalid })
    })
}

async fn reports(store: &Store, stage: Option<&str>) -> Result<Vec<StageReport>> {
    let names = match stage {
        Some(stage) => [stage.to_owned()].into(),
        None => store.stage_names().await?,
    };
    let mut reports = Vec::new();
    for name in names {
        reports.extend(stage_report(store, &name).await?);
    }
    Ok(reports)
}

fn is_well(report: &StageReport) -> bool {
    let is_invalid = matches!(report.items, ItemsState::Invalid(_));
    report.served.is_some() && !is_invalid
}

fn write(out: &mut impl Write, reports: &[StageReport]) -> io::Result<()> {
    text_table::write(out, &COLUMNS, &reports.iter().map(row).collect::<Vec<_>>())?;
    for report in reports {
        notes(report)
            .iter()
            .try_for_each(|note| writeln!(out, "{}: {}", printable(&report.stage), printable(note)))?;
    }
    Ok(())
}

fn row(report: &StageReport) -> Vec<String> {
    let place = report.location.as_ref().map_or("?".to_owned(), |location| {
        let path = if location.base_path.is_empty() { "/" } else { &location.base_path };
        match location.hosts.is_empty() {
            true => path.to_owned(),
            false => format!("{}{path}", location.hosts.join(",")),
        }
    });
    let served = report.served.as_ref();
    let items = match &report.items {
        ItemsState::Served => "served".to_owned(),
        ItemsState::NotServed => "not served yet".to_owned(),
        ItemsState::Invalid(problems) => counted(problems.len(), "problem"),
    };
    vec![
        report.stage.clone(),
        place,
        served.map_or("none: 503".to_owned(), |served| served.id.clone()),
        served
            .and_then(|served| served.since.as_ref())
            .map_or(String::new(), |since| timestamp(since.at_ms / 1_000)),
        served.map_or(String::new(), |served| served.routes.to_string()),
        match report.auto_deploy {
            AutoDeploySetting::On => "on".to_owned(),
            AutoDeploySetting::Off => "off".to_owned(),
        },
        items,
    ]
}

/// What does not fit a table.
fn notes(report: &StageReport) -> Vec<String> {
    let mut notes = Vec::new();
    if report.served.as_ref().is_some_and(|served| served.origin == ServedOrigin::LastGood) {
        notes.push("what the stage item points to is no good; what was last good is served".to_owned());
    }
    if let Some(mark) = &report.unfinished_apply {
        let canary = mark.canary.map_or(String::new(), |percent| format!(" --canary {percent}"));
        let unfinished = unfinished(&report.stage, mark);
        notes.push(format!("{unfinished}: `tollgate apply{canary}` again finishes it"));
    }
    if let Some(canary) = &report.canary_settings {
        notes.push(format!("canary: {}", without_secrets("", canary)));
    }
    match (&report.items, &report.last_status) {
        (ItemsState::Invalid(problems), _) => {
            notes.extend(problems.iter().map(|problem| format!("problem: {problem}")));
        }
        // What was wrong then is not any more, and nobody has published since.
        (ItemsState::Served | ItemsState::NotServed, Some(LastStatus { status, message }))
            if status != "OK" =>
        {
            notes.push(format!("last deployment: {status}: {}", message.lines().next().unwrap_or_default()));
        }
        (ItemsState::Served | ItemsState::NotServed, Some(_) | None) => {}
    }
    notes
}

fn stages(reports: &[StageReport]) -> Value {
    reports.iter().map(to_json).collect()
}

fn to_json(report: &StageReport) -> Value {
    let (items, problems) = match &report.items {
        ItemsState::Served => ("SERVED", &[][..]),
        ItemsState::NotServed => ("NOT_SERVED", &[][..]),
        ItemsState::Invalid(problems) => ("INVALID", &problems[..]),
    };
    let served = report.served.as_ref().map(|served| {
        let origin = match served.origin {
            ServedOrigin::Pointer => "POINTER",
            ServedOrigin::LastGood => "LAST_GOOD",
        };
        json!({
            "deploymentId": served.id,
            "routes": served.routes,
            "origin": origin,
            "since": served.since.as_ref().map(|since| timestamp(since.at_ms / 1_000)),
            "by": served.since.as_ref().map(|since| &since.by),
        })
    });
    json!({
        "stage": report.stage,
        "basePath": report.location.as_ref().map(|location| &location.base_path),
        "hosts": report.location.as_ref().map(|location| &location.hosts),
        "served": served,
        "autoDeploy": report.auto_deploy == AutoDeploySetting::On,
        "items": items,
        "problems": problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "lastDeploymentStatus": report.last_status.as_ref().map(|last| &last.status),
        "lastDeploymentMessage": report.last_status.as_ref().map(|last| &last.message),
        "canarySettings": report.canary_settings.as_ref().map(|canary| without_secrets("", canary)),
        "applying": report.unfinished_apply.as_ref().map(
            |mark| json!({ "id": mark.id, "by": mark.by, "at": timestamp(mark.at), "canaryPercent": mark.canary.map(Percent::to_json) })
        ),
    })
}
