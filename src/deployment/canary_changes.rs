//! An operator's changes of a canary: it is started, takes the stage's place, or ends.
//!
//! Each is one write of the stage item, if that is still as it was read.

use serde_json::{Map, Value};

use super::{
    PublishOutcome, canary_load,
    candidate::Candidate,
    last_good,
    pointer::{ResolvedDeployment, Validation},
    publication::{Origin, Publication, PublishPurpose},
    publish::{ATTEMPTS, stage_variables, store_snapshot},
    validation,
};
use crate::{
    canary::{CanaryRollback, CanarySettings},
    clock::milliseconds,
    error::{InvalidConfiguration, ItemId, Problem, StoreError},
    stages::StageSettings,
    store::{ApplyMark, ConditionalWrite, LastGood, MoveKind, PointerMove, Promotion, StageRow, Store},
};

type Item = Map<String, Value>;

/// What an operator wants of a stage's canary.
#[derive(Clone, Debug)]
pub struct CanaryStart<'a> {
    /// `None`: that of the canary which the stage has; without one, the stage's items as they are now.
    pub deployment_id: Option<String>,
    /// Fields of `canarySettings`; those that are not named stay as the stage's canary has them.
    pub fields: Item,
    pub origin: Origin<'a>,
}

/// The outcome of starting a canary.
#[derive(Debug)]
pub enum CanaryStarted {
    /// The stage had none that was on.
    Started(CanarySettings),
    /// The stage had this one, with other settings.
    Changed(CanarySettings),
    /// The stage had one, which was switched off meanwhile. Nothing has changed.
    RolledBack(CanaryRollback),
    /// The stage serves this very deployment, with the same variables.
    ServedAlready {
        deployment_id: String,
    },
    /// Nothing has changed: everything that is wrong.
    Invalid {
        problems: Vec<Problem>,
        warnings: Vec<Problem>,
    },
    NoStage,
    /// There is nothing that it could be a canary of.
    NotServed,
    /// The items are half written.
    Applying(ApplyMark),
}

/// The outcome of promoting a canary.
#[derive(Debug)]
pub enum CanaryPromotion {
    Promoted {
        deployment_id: String,
        former: Option<String>,
    },
    /// Nothing has changed: everything that is wrong.
    Invalid(Vec<Problem>),
    RolledBack(CanaryRollback),
    NoStage,
    NoCanary,
    /// Its variables may be changed at this moment.
    Applying(ApplyMark),
}

/// The outcome of ending a canary.
#[derive(Debug)]
pub enum CanaryAbort {
    /// The stage serves what it served, and its next edit all of its items if `auto_deploys`.
    Aborted {
        served: Option<String>,
        auto_deploys: bool,
    },
    NoStage,
    NoCanary,
}

const CANARY: &str = "canarySettings";
const ROLLBACK: &str = "canaryRollback";

/// Gives a share of a stage's requests to a canary, or changes the one that it has.
///
/// # Errors
///
/// The store failed.
pub async fn start_canary(
    store: &Store,
    stage: &str,
    start: &CanaryStart<'_>,
) -> Result<CanaryStarted, StoreError> {
    let mut had_canary = false;
    for _ in 0..ATTEMPTS {
        let Some(row) = store.stage(stage).await? else { return Ok(CanaryStarted::NoStage) };
        if let Some(rollback) = rollback(&row.item).filter(|_| had_canary) {
            return Ok(CanaryStarted::RolledBack(rollback));
        }
        if let Some(mark) = ApplyMark::of(&row.item) {
            return Ok(CanaryStarted::Applying(mark));
        }
        let Some(served) = &row.deployment_id else { return Ok(CanaryStarted::NotServed) };
        let standing = standing(&row.item);
        had_canary |= standing.is_some();
        let mut fields = standing.cloned().unwrap_or_default();
        fields.extend(start.fields.clone());
        let standing_id = standing.and_then(|standing| standing.get("deploymentId")?.as_str());
        let id = start.deployment_id.as_deref().or(standing_id);
        // Without one, what its variables are is known before what it is.
        fields.insert("deploymentId".to_owned(), id.unwrap_or(served).into());
        let mut canary = match canary_of(store, &row, &fields) {
            Ok(canary) => canary,
            Err(InvalidConfiguration(problems)) => {
                return Ok(CanaryStarted::Invalid { problems, warnings: Vec::new() });
            }
        };
        if id.is_none() {
            match deployment_of_items(store, stage, &canary, start.origin).await? {
                Ok(id) => canary.deployment_id = id,
                Err(invalid) => return Ok(invalid),
            }
            fields.insert("deploymentId".to_owned(), canary.deployment_id.clone().into());
        }
        match canary_load::checked(store, stage, &canary).await? {
            Ok(resolved) => keep_validation(store, stage, &resolved).await?,
            Err(problems) => return Ok(CanaryStarted::Invalid { problems, warnings: Vec::new() }),
        }
        let variables = stage_variables(&store.tables.stages, Some(&row.item));
        if canary.deployment_id == *served && canary.stage_variables == variables {
            return Ok(CanaryStarted::ServedAlready { deployment_id: canary.deployment_id });
        }
        let is_standing = standing_id == Some(&*canary.deployment_id);
        if !is_standing {
            store.forget_canary_answers(stage, &canary.deployment_id, milliseconds(start.origin.at)).await?;
        }
        match store.start_canary(stage, &row, &fields).await? {
            ConditionalWrite::Done if is_standing => return Ok(CanaryStarted::Changed(canary)),
            ConditionalWrite::Done => return Ok(CanaryStarted::Started(canary)),
            ConditionalWrite::ChangedMeanwhile => {}
        }
    }
    Err(others_were_quicker())
}

/// Points a stage at its canary's deployment, with the canary's variables, and ends the canary.
///
/// # Errors
///
/// The store failed.
pub async fn promote_canary(
    store: &Store,
    stage: &str,
    origin: Origin<'_>,
) -> Result<CanaryPromotion, StoreError> {
    for _ in 0..ATTEMPTS {
        let Some(row) = store.stage(stage).await? else { return Ok(CanaryPromotion::NoStage) };
        if !has_canary(&row.item) {
            return Ok(CanaryPromotion::NoCanary);
        }
        if let Some(mark) = ApplyMark::of(&row.item) {
            return Ok(CanaryPromotion::Applying(mark));
        }
        let canary = match StageSettings::parse(&store.tables.stages, &row.item).value {
            Ok(StageSettings { canary: Some(canary), .. }) => canary,
            Ok(StageSettings { canary: None, .. }) => return Ok(CanaryPromotion::NoCanary),
            Err(InvalidConfiguration(problems)) => return Ok(CanaryPromotion::Invalid(problems)),
        };
        if let Some(rollback) = canary.rollback {
            return Ok(CanaryPromotion::RolledBack(rollback));
        }
        let resolved = match canary_load::checked(store, stage, &canary).await? {
            Ok(resolved) => resolved,
            Err(problems) => return Ok(CanaryPromotion::Invalid(problems)),
        };
        keep_validation(store, stage, &resolved).await?;
        let CanarySettings { deployment_id, stage_variables, .. } = *canary;
        let mut item = row.item.clone();
        let variables = stage_variables.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        item.insert("stageVariables".to_owned(), Value::Object(variables.collect()));
        let last_good = LastGood { deployment_id: deployment_id.clone(), item: last_good::of_item(&item) };
        let moved = PointerMove {
            deployment_id: deployment_id.clone(),
            routes: resolved.deployment.map_or(0, |deployment| deployment.route_count()),
            kind: MoveKind::Promote,
            origin: origin.into(),
        };
        let promotion = Promotion {
            moved: &moved,
            stage_variables: &stage_variables,
            message: &format!("serves deployment {deployment_id}"),
            last_good: &last_good,
        };
        match store.promote_canary(stage, &row, &promotion).await? {
            ConditionalWrite::Done => {
                let former = row.deployment_id;
                return Ok(CanaryPromotion::Promoted { deployment_id, former });
            }
            ConditionalWrite::ChangedMeanwhile => {}
        }
    }
    Err(others_were_quicker())
}

/// Ends the canary of a stage, which serves all requests with what it served.
///
/// # Errors
///
/// The store failed.
pub async fn abort_canary(store: &Store, stage: &str) -> Result<CanaryAbort, StoreError> {
    for _ in 0..ATTEMPTS {
        let Some(row) = store.stage(stage).await? else { return Ok(CanaryAbort::NoStage) };
        if !has_canary(&row.item) {
            return Ok(CanaryAbort::NoCanary);
        }
        match store.abort_canary(stage, &row).await? {
            ConditionalWrite::Done => {
                let settings = StageSettings::parse(&store.tables.stages, &row.item).value;
                let auto_deploys = settings.is_ok_and(|settings| settings.auto_deploy);
                return Ok(CanaryAbort::Aborted { served: row.deployment_id, auto_deploys });
            }
            ConditionalWrite::ChangedMeanwhile => {}
        }
    }
    Err(others_were_quicker())
}

fn others_were_quicker() -> StoreError {
    StoreError::new("changing the canary", format!("others were quicker {ATTEMPTS} times"))
}

fn has_canary(item: &Item) -> bool {
    item.get(CANARY).is_some_and(|value| !value.is_null())
}

/// The settings of the canary that a stage has, unless it was switched off.
fn standing(item: &Item) -> Option<&Item> {
    let settings = item.get(CANARY)?.as_object()?;
    rollback(item).is_none().then_some(settings)
}

/// The record that the canary which a stage has was switched off.
fn rollback(item: &Item) -> Option<CanaryRollback> {
    let id = item.get(CANARY)?.get("deploymentId").and_then(Value::as_str).unwrap_or_default();
    CanaryRollback::read(item.get(ROLLBACK)?, id)
}

/// The canary of a stage whose item had these `canarySettings`.
fn canary_of(store: &Store, row: &StageRow, fields: &Item) -> Result<CanarySettings, InvalidConfiguration> {
    let mut item = row.item.clone();
    item.insert(CANARY.to_owned(), Value::Object(fields.clone()));
    item.remove(ROLLBACK);
    let settings = StageSettings::parse(&store.tables.stages, &item).value?;
    Ok(*settings.canary.expect("it is there, and nothing is wrong with it"))
}

/// Stores the items of a stage as they are now, without serving them.
async fn deployment_of_items(
    store: &Store,
    stage: &str,
    canary: &CanarySettings,
    origin: Origin<'_>,
) -> Result<Result<String, CanaryStarted>, StoreError> {
    let candidate = Candidate::read(store, stage, &canary.stage_variables).await?;
    let routes = ItemId { table: &store.tables.routes, key: &format!("stage={stage}") };
    let fits = candidate.check_memory(routes, store.deployment_memory);
    let Candidate { deployment, warnings, footprint, .. } = candidate;
    let packed = deployment.and_then(|packed| match fits {
        Ok(()) => Ok(packed),
        Err(problem) => Err(InvalidConfiguration(vec![problem])),
    });
    match packed {
        Err(InvalidConfiguration(problems)) => Ok(Err(CanaryStarted::Invalid { problems, warnings })),
        Ok(packed) => {
            let deployment_id = packed.snapshot.id.clone();
            let outcome = PublishOutcome::Published {
                deployment_id: deployment_id.clone(),
                routes: packed.routes,
                footprint,
                warnings: Vec::new(),
            };
            let purpose = PublishPurpose::Publish(Publication::on_request(origin));
            store_snapshot(store, stage, &packed.snapshot, purpose, outcome).await?;
            Ok(Ok(deployment_id))
        }
    }
}

/// Stores that the deployment is valid with the canary's variables, so that no instance finds it out again.
async fn keep_validation(
    store: &Store,
    stage: &str,
    resolved: &ResolvedDeployment,
) -> Result<(), StoreError> {
    match &resolved.validation {
        Validation::Stored => Ok(()),
        Validation::New(mark) => {
            store.keep_validation(resolved.id(), stage, mark, validation::version()).await.map(drop)
        }
    }
}
