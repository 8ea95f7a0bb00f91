//! Rolling a stage back: it serves an older deployment again, and edits wait until somebody publishes them.
//!
//! Pointer, `autoDeploy: false` and the record of the move are one write: no edit that goes live meanwhile undoes it.

use std::collections::BTreeSet;

use super::{
    base_path_claims::BasePathClaim,
    last_good,
    pointer::{self, Pointing, Unusable, Validation},
    publication::Origin,
    validation,
};
use crate::{
    error::{InvalidConfiguration, Problem, StoreError},
    stages::StageSettings,
    store::{
        AutoDeploy, ConditionalWrite, HistoryRecord, LastGood, MoveKind, MoveOrigin, Pointer, PointerMove,
        Record, StageRow, Store, StoredDeployment, TargetState,
    },
};

/// The outcome of rolling a stage back.
#[derive(Debug, PartialEq, Eq)]
pub enum RollbackOutcome {
    RolledBack(Rollback),
    /// The stage serves this deployment: nothing has changed.
    ServedAlready,
    /// Nothing has changed.
    Refused(RollbackRefusal),
    NoStage,
}

/// A stage that was rolled back.
#[derive(Debug, PartialEq, Eq)]
pub struct Rollback {
    /// The deployment that it served before.
    pub from: Option<String>,
    pub routes: usize,
    pub auto_deploy: FormerAutoDeploy,
}

/// The stage's `autoDeploy` before a rollback, after which it is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormerAutoDeploy {
    On,
    Off,
}

/// The reason why a stage cannot be rolled back to a deployment.
#[derive(Debug, PartialEq, Eq)]
pub enum RollbackRefusal {
    /// The stage has served it, and it is deleted.
    Pruned,
    /// There is none of this id.
    Unknown,
    /// It is another stage's, is damaged or does not work with the stage's variables; or the stage item has problems.
    Problems(Vec<Problem>),
}

/// The deployment that an operator means.
#[derive(Debug, PartialEq, Eq)]
pub enum FoundDeployment {
    Found(String),
    /// Several begin so.
    Ambiguous(Vec<String>),
    NotFound,
}

/// Others may be quicker so often.
const ATTEMPTS: usize = 5;

/// The digits of a whole id.
const ID_DIGITS: usize = 32;

/// Finds the deployment of a stage whose id begins with `prefix`: among those that the stage has served, or else among
/// all that are stored.
///
/// # Errors
///
/// The store failed.
pub async fn find_deployment(
    store: &Store,
    stage: &str,
    prefix: &str,
) -> Result<FoundDeployment, StoreError> {
    let records = store.history(stage, usize::MAX).await?;
    let mut ids: Vec<String> = records.into_iter().map(|record| record.deployment_id).collect();
    ids.retain(|id| id.starts_with(prefix));
    if ids.is_empty() && prefix.len() != ID_DIGITS {
        let stored = store.stored_deployments(stage).await?.deployments;
        ids = stored.into_iter().map(|deployment| deployment.id).collect();
        ids.retain(|id| id.starts_with(prefix));
    }
    ids.sort();
    ids.dedup();
    Ok(match &mut *ids {
        [] if prefix.len() == ID_DIGITS => FoundDeployment::Found(prefix.to_owned()),
        [] => FoundDeployment::NotFound,
        [only] => FoundDeployment::Found(std::mem::take(only)),
        _ => FoundDeployment::Ambiguous(ids),
    })
}

/// Finds the deployment that a stage served before the one that it serves; `None`: its history tells of none, or there
/// is no such stage.
///
/// # Errors
///
/// The store failed.
pub async fn served_before(store: &Store, stage: &str) -> Result<Option<String>, StoreError> {
    let Some(row) = store.stage(stage).await? else { return Ok(None) };
    let Some(served) = served_by(store, stage, &row).await? else { return Ok(None) };
    let records = store.history(stage, usize::MAX).await?;
    // A pointer that was moved by hand has no record: the newest one tells what was served before.
    Ok(records.into_iter().map(|record| record.deployment_id).find(|id| *id != served))
}

/// A deployment that a stage can be rolled back to.
#[derive(Debug, PartialEq, Eq)]
pub struct RollbackCandidate {
    pub id: String,
    /// When, by whom and why it was published last; `None`: nobody knows.
    pub origin: Option<MoveOrigin>,
}

/// The deployments that a stage can be rolled back to, those first that it served last; at most `most`.
///
/// # Errors
///
/// The store failed.
pub async fn rollback_candidates(
    store: &Store,
    stage: &str,
    most: usize,
) -> Result<Vec<RollbackCandidate>, StoreError> {
    let Some(row) = store.stage(stage).await? else { return Ok(Vec::new()) };
    let Ok(settings) = StageSettings::parse(&store.tables.stages, &row.item).value else {
        return Ok(Vec::new());
    };
    let served = served_by(store, stage, &row).await?;
    let mut candidates = Vec::new();
    for candidate in known_deployments(store, stage).await? {
        if candidates.len() < most
            && served.as_ref() != Some(&candidate.id)
            && pointer::resolved(store, &settings, &candidate.id).await?.is_ok()
        {
            candidates.push(candidate);
        }
    }
    Ok(candidates)
}

/// Each deployment of a stage once: those of its history, and then those that are stored besides.
async fn known_deployments(store: &Store, stage: &str) -> Result<Vec<RollbackCandidate>, StoreError> {
    let mut known: Vec<RollbackCandidate> = Vec::new();
    let mut of_rollbacks: BTreeSet<String> = BTreeSet::new();
    for HistoryRecord { deployment_id: id, kind, origin, .. } in store.history(stage, usize::MAX).await? {
        let is_rollback = kind == MoveKind::Rollback.word();
        match known.iter_mut().find(|candidate| candidate.id == id) {
            None => {
                if is_rollback {
                    of_rollbacks.insert(id.clone());
                }
                known.push(RollbackCandidate { id, origin: Some(origin) });
            }
            // A rollback says why another one was left, not what this one is.
            Some(candidate) if !is_rollback && of_rollbacks.remove(&id) => candidate.origin = Some(origin),
            Some(_) => {}
        }
    }
    for StoredDeployment { id, created, .. } in store.stored_deployments(stage).await?.deployments {
        if known.iter().all(|candidate| candidate.id != id) {
            known.push(RollbackCandidate { id, origin: created });
        }
    }
    Ok(known)
}

/// Rolls a stage back to the deployment `id`.
///
/// # Errors
///
/// The store failed; nothing has changed.
pub async fn roll_back(
    store: &Store,
    stage: &str,
    id: &str,
    origin: Origin<'_>,
) -> Result<RollbackOutcome, StoreError> {
    for _ in 0..ATTEMPTS {
        let Some(row) = store.stage(stage).await? else { return Ok(RollbackOutcome::NoStage) };
        let from = served_by(store, stage, &row).await?;
        if from.as_deref() == Some(id) {
            return Ok(RollbackOutcome::ServedAlready);
        }
        let target = match target(store, &row, id).await? {
            Ok(target) => target,
            Err(why) => return refused(store, stage, id, why).await.map(RollbackOutcome::Refused),
        };
        let Target { settings, routes, claim } = target;
        if claim.take(store, stage).await? == ConditionalWrite::ChangedMeanwhile {
            continue;
        }
        let moved = PointerMove {
            deployment_id: id.to_owned(),
            routes,
            kind: MoveKind::Rollback,
            origin: origin.into(),
        };
        let last_good = LastGood { deployment_id: id.to_owned(), item: last_good::of_item(&row.item) };
        let pointer = Pointer {
            apply: None,
            deployment_id: Some(id),
            moved: Some(&moved),
            target: TargetState::Found,
            auto_deploy: AutoDeploy::Off,
            status: "OK",
            message: &format!("serves deployment {id}"),
            record: Record::Write(&last_good),
        };
        if store.point(stage, Some(&row), &pointer).await? == ConditionalWrite::Done {
            let auto_deploy = if settings.auto_deploy { FormerAutoDeploy::On } else { FormerAutoDeploy::Off };
            return Ok(RollbackOutcome::RolledBack(Rollback { from, routes, auto_deploy }));
        }
    }
    Err(StoreError::new("moving the stage's pointer", format!("others were quicker {ATTEMPTS} times")))
}

/// A deployment that the stage can serve.
struct Target {
    settings: StageSettings,
    routes: usize,
    claim: BasePathClaim,
}

/// The reason why a deployment is none that the stage can serve.
enum NoTarget {
    Item(Vec<Problem>),
    Deployment(Unusable),
}

async fn target(store: &Store, row: &StageRow, id: &str) -> Result<Result<Target, NoTarget>, StoreError> {
    let table = &store.tables.stages;
    let settings = match StageSettings::parse(table, &row.item).value {
        Ok(settings) => settings,
        Err(InvalidConfiguration(problems)) => return Ok(Err(NoTarget::Item(problems))),
    };
    let claim = BasePathClaim::of(store, &settings).await?;
    if !claim.conflicts.is_empty() {
        let problems = claim.conflicts.iter().map(|conflict| conflict.problem(table, &settings.name));
        return Ok(Err(NoTarget::Item(problems.collect())));
    }
    let resolved = match pointer::resolved(store, &settings, id).await? {
        Ok(resolved) => resolved,
        Err(why) => return Ok(Err(NoTarget::Deployment(why))),
    };
    if let Validation::New(mark) = &resolved.validation {
        store.keep_validation(id, &settings.name, mark, validation::version()).await?;
    }
    let routes = resolved.deployment.map_or(0, |deployment| deployment.route_count());
    Ok(Ok(Target { settings, routes, claim }))
}

async fn refused(store: &Store, stage: &str, id: &str, why: NoTarget) -> Result<RollbackRefusal, StoreError> {
    let why = match why {
        NoTarget::Item(problems) => return Ok(RollbackRefusal::Problems(problems)),
        NoTarget::Deployment(why) => why,
    };
    if why != Unusable::Unknown {
        return Ok(RollbackRefusal::Problems(why.problems(&store.tables.stages, stage, id, Pointing::Stage)));
    }
    let was_served = store.history(stage, usize::MAX).await?.iter().any(|record| record.deployment_id == id);
    Ok(if was_served { RollbackRefusal::Pruned } else { RollbackRefusal::Unknown })
}

/// The deployment that the stage serves: where its item names none, the last good one.
///
/// # Errors
///
/// The store failed.
pub async fn served_by(store: &Store, stage: &str, row: &StageRow) -> Result<Option<String>, StoreError> {
    match &row.deployment_id {
        Some(id) => Ok(Some(id.clone())),
        None => Ok(store.last_good(stage).await?.map(|last_good| last_good.deployment_id)),
    }
}
