//! The stages: what each serves, and what keeps its items from being served.

use super::finding::{Finding, quoted};
use crate::{
    calendar::timestamp,
    deployment::{ItemsState, ServedOrigin, StageReport, counted, stage_report, unknown_format},
    error::StoreError,
    store::{ApplyMark, Store},
};

pub async fn examine(store: &Store) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for stage in store.stage_names().await? {
        if let Some(report) = stage_report(store, &stage).await? {
            findings.extend(of_stage(store, &report).await?);
        }
    }
    if findings.is_empty() {
        findings.push(Finding::warning("stages", "there is none: nothing is served"));
    }
    Ok(findings)
}

async fn of_stage(store: &Store, report: &StageReport) -> Result<Vec<Finding>, StoreError> {
    let subject = format!("stage {}", report.stage);
    let check = format!("tollgate check {}", quoted(&report.stage));
    let mut findings = Vec::new();
    if let Some(ApplyMark { id, by, at, canary }) = &report.unfinished_apply {
        let words = format!(
            "the apply that {by} began at {} (id {id}) has not ended, and no edit goes live: an apply of the file finishes it",
            timestamp(*at)
        );
        let canary = canary.map_or(String::new(), |percent| format!(" --canary {percent}"));
        let apply = format!("tollgate apply tollgate.yaml --stage {}{canary}", quoted(&report.stage));
        findings.push(Finding::problem(&subject, words).mended_by(apply));
    }
    match &report.items {
        ItemsState::Invalid(problems) => {
            let words =
                format!("its items have {}, and what was served stays", counted(problems.len(), "problem"));
            findings.push(Finding::problem(&subject, words).mended_by(check));
        }
        ItemsState::NotServed => {
            let deploy = format!("tollgate deploy {}", quoted(&report.stage));
            let words = "its items are valid, and not served yet";
            findings.push(Finding::warning(&subject, words).mended_by(deploy));
        }
        ItemsState::Served => {}
    }
    match &report.served {
        None => findings.push(Finding::problem(&subject, "nothing is served: it answers 503")),
        Some(served) => {
            if served.origin == ServedOrigin::LastGood {
                let words =
                    format!("what its item points to is no good, and deployment {} is served", served.id);
                findings.push(Finding::problem(&subject, words));
            }
            if let Some(format) = pointed_format(store, report).await? {
                let words = format!(
                    "a newer gateway has stored its deployment, in format {format}: this tool is too old"
                );
                findings.push(Finding::problem(&subject, words));
            }
        }
    }
    if findings.is_empty() {
        let routes = report.served.as_ref().map_or(0, |served| served.routes);
        findings.push(Finding::good(subject, format!("serves {}", counted(routes, "route"))));
    }
    Ok(findings)
}

async fn pointed_format(store: &Store, report: &StageReport) -> Result<Option<u8>, StoreError> {
    let row = store.stage(&report.stage).await?;
    match row.and_then(|row| row.deployment_id) {
        Some(id) => unknown_format(store, &id).await,
        None => Ok(None),
    }
}
