//! The reports that an instance writes beside requests: the deployment that it serves is good, or a stage item has
//! problems.
//!
//! Many instances see the same: each writes only what is not written yet, and tries it once.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::{Map, Value};
use tracing::warn;

use super::{
    base_path_claims::BasePathClaim,
    effective_settings::EffectiveStage,
    last_good,
    pointer::Validation,
    publish::{StatusWrite, write_status},
    served::{Follows, Loaded, SettingsSource},
    validation,
};
use crate::{
    error::{Problem, StoreError, chain},
    stages::StageSettings,
    store::{ConditionalWrite, LastGood, Store},
};

/// The report on one stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusReport {
    stage: String,
    /// The deployment that is served, where the item points to it.
    last_good: Option<LastGood>,
    /// The validation that this instance has made, and that is to be stored.
    validation: Option<NewValidation>,
    /// The problems that the item should say and does not, with what it says instead.
    unreported: Option<Unreported>,
}

#[derive(Clone, Debug, PartialEq)]
struct NewValidation {
    deployment_id: String,
    mark: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Unreported {
    problems: Vec<Problem>,
    status: Option<Value>,
    message: Option<Value>,
}

/// The state of a report after [`StatusReporter::confirm`].
#[derive(Debug)]
pub enum ReportProgress {
    Done,
    /// The item does not say the stage's problems yet: [`StatusReporter::write_problems`].
    ProblemsToWrite(Box<StatusReport>),
}

/// Writes reports, each once.
#[derive(Debug, Default)]
pub struct StatusReporter {
    /// The last report of each stage.
    done: Mutex<HashMap<String, StatusReport>>,
}

impl StatusReport {
    pub fn of(table: &str, stage: &EffectiveStage, loaded: &Loaded, canary: Option<&Loaded>) -> Self {
        let EffectiveStage { name, settings, source, problems, item } = stage;
        let problems: Vec<Problem> = problems.iter().chain(&loaded.refused).cloned().collect();
        let follows =
            *source == SettingsSource::Item && loaded.follows == Follows::Item && problems.is_empty();
        let of_canary = canary.into_iter().flat_map(|canary| canary.refused.iter().cloned());
        let problems: Vec<Problem> = problems.into_iter().chain(of_canary).collect();
        let resolved = loaded.resolved.as_ref();
        let pointed = resolved
            .filter(|resolved| follows && settings.deployment_id.as_ref() == Some(&resolved.snapshot.id));
        let last_good = pointed.map(|resolved| LastGood {
            deployment_id: resolved.id().to_owned(),
            item: last_good::of_item(item),
        });
        let names_none = settings.deployment_id.is_none() && !settings.auto_deploy && resolved.is_some();
        let is_reported = !names_none && is_reported(table, name, &problems, item);
        let unreported = (!is_reported).then(|| Unreported {
            problems,
            status: item.get("lastDeploymentStatus").cloned(),
            message: item.get("lastDeploymentMessage").cloned(),
        });
        let validation = resolved.and_then(|resolved| match &resolved.validation {
            Validation::Stored => None,
            Validation::New(mark) => {
                Some(NewValidation { deployment_id: resolved.id().to_owned(), mark: mark.clone() })
            }
        });
        Self { stage: name.clone(), last_good, validation, unreported }
    }
}

/// Says if the item has its problems in its message, or no longer has any there if there are none.
fn is_reported(table: &str, stage: &str, problems: &[Problem], item: &Map<String, Value>) -> bool {
    let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
    let (status, message) = (text("lastDeploymentStatus"), text("lastDeploymentMessage"));
    let is_invalid = status == "INVALID";
    if problems.is_empty() {
        let of_item = format!("\n{table} [stage={stage}] ");
        return !is_invalid || !message.contains(&of_item);
    }
    is_invalid && problems.iter().all(|problem| message.contains(&problem.to_string()))
}

impl StatusReporter {
    /// Records the deployment that is served as the last good one, and its validation, if this instance has not done so
    /// yet. A validation that cannot be stored is tried again with the next refresh, and holds up nothing.
    ///
    /// # Errors
    ///
    /// The store failed; it is tried again with the next refresh.
    pub async fn confirm(
        &self,
        store: &Store,
        mut report: StatusReport,
    ) -> Result<ReportProgress, StoreError> {
        let done = self.done().get(&report.stage).cloned();
        let done = done.as_ref();
        if let Some(NewValidation { deployment_id, mark }) = &report.validation
            && done.and_then(|done| done.validation.as_ref()) != report.validation.as_ref()
            && let Err(error) =
                store.keep_validation(deployment_id, &report.stage, mark, validation::version()).await
        {
            warn!(
                stage = report.stage,
                cause = chain(&error),
                "a validation is not stored; others make it again"
            );
            report.validation = None;
        }
        if let Some(last_good) = &report.last_good
            && done.and_then(|done| done.last_good.as_ref()) != Some(last_good)
            && record(store, &report.stage, last_good).await? == ConditionalWrite::ChangedMeanwhile
        {
            // What is there now is seen with the next refresh.
            return Ok(ReportProgress::Done);
        }
        if report.unreported.is_some() && done.is_none_or(|done| done.unreported != report.unreported) {
            return Ok(ReportProgress::ProblemsToWrite(Box::new(report)));
        }
        self.done().insert(report.stage.clone(), report);
        Ok(ReportProgress::Done)
    }

    /// Writes the stage's problems into its item. The stage's items are resolved for it, which takes as much memory as
    /// a deployment that is served.
    ///
    /// # Errors
    ///
    /// The store failed; it is tried again with the next refresh.
    pub async fn write_problems(&self, store: &Store, mut report: StatusReport) -> Result<(), StoreError> {
        if write_status(store, &report.stage).await? == StatusWrite::Written {
            // If the item does not say it with the next refresh, somebody has written over it.
            report.unreported = None;
        }
        self.done().insert(report.stage.clone(), report);
        Ok(())
    }

    fn done(&self) -> MutexGuard<'_, HashMap<String, StatusReport>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes sure that the deployment that is served is recorded as good, and its locations as the stage's: an operator may
/// have moved either by hand.
async fn record(store: &Store, stage: &str, last_good: &LastGood) -> Result<ConditionalWrite, StoreError> {
    let Some(row) = store.stage(stage).await? else { return Ok(ConditionalWrite::ChangedMeanwhile) };
    if last_good::of_item(&row.item) != last_good.item {
        return Ok(ConditionalWrite::ChangedMeanwhile);
    }
    if store.last_good(stage).await?.as_ref() != Some(last_good)
        && store.record_last_good(stage, last_good).await? == ConditionalWrite::ChangedMeanwhile
    {
        return Ok(ConditionalWrite::ChangedMeanwhile);
    }
    let Ok(settings) = StageSettings::parse(&store.tables.stages, &row.item).value else {
        return Ok(ConditionalWrite::ChangedMeanwhile);
    };
    let claim = BasePathClaim::of(store, &settings).await?;
    if claim.conflicts.is_empty() { claim.take(store, stage).await } else { Ok(ConditionalWrite::Done) }
}
