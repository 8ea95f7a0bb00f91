//! Applying: a stage's items and the fields of its item are replaced as one, and served as one.
//!
//! A mark in the stage item keeps others from publishing what is half written. At the end the items are read again: only
//! what was planned is published, in the transaction that also changes the stage's fields and takes the mark away.

use serde_json::{Map, Value};

use super::{
    base_path_claims::BasePathClaim,
    candidate::{Candidate, PackedDeployment},
    publication::{Origin, Publication, PublishPurpose, Trigger},
    publish::{self, pointer_of},
    publish_decision::{PublishDecision, PublishOutcome, StageUpdate, decide, is_held},
    stage_state::{PointerCheck, StageState},
    storing::store_snapshot,
};
use crate::{
    canary::Percent,
    decimal::canonical_numbers,
    error::{InvalidConfiguration, ItemId, Problem, StoreError},
    item::{Findings, Parsed},
    stages::StageSettings,
    store::{
        ApplyEnd, ApplyMark, AutoDeploy, ConditionalWrite, MoveKind, Pointer, Record, StageFields, StageRow,
        Store, TargetState,
    },
};

type Item = Map<String, Value>;

/// The fields of a stage item that say what is served: the gateway and the tool write them, and no file has them.
pub const STATE_FIELDS: [&str; 7] = [
    "deploymentId",
    "revision",
    "lastDeploymentStatus",
    "lastDeploymentMessage",
    "applying",
    "canarySettings",
    "canaryRollback",
];

/// A stage as an apply will leave it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedStage {
    pub stage: String,
    /// The stage item as it was read.
    pub base: Option<Item>,
    /// The stage item, without what the gateway and the tool write into it.
    pub item: Item,
    /// In the order of their keys.
    pub routes: Vec<Item>,
}

/// The deployment that the items of a planned stage make.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedDeployment {
    pub id: String,
    pub routes: usize,
    pub warnings: Vec<Problem>,
}

/// The outcome of the end of an apply to a stage.
#[derive(Debug, PartialEq)]
pub enum ApplyOutcome {
    /// The stage serves this deployment from now on, or did before.
    Served { deployment_id: String },
    /// It is stored, and the stage stays where it is: it has `canarySettings`.
    Held { deployment_id: String },
    /// It is the stage's canary from now on, or was before.
    Canary { deployment_id: String, percent: Percent },
    /// The items are not those that were planned; the stage keeps what it served.
    ItemsChanged,
    /// The stage item has changed: another apply took over, or somebody moved the pointer.
    StageChanged,
    /// What was valid when it was planned is not any more; the stage keeps what it served.
    Invalid(Vec<Problem>),
}

/// Validates a planned stage as a publisher would. Changes nothing.
///
/// # Errors
///
/// The store failed.
pub async fn check_planned(
    store: &Store,
    planned: &PlannedStage,
) -> Result<Result<PlannedDeployment, Findings>, StoreError> {
    let PlannedStage { stage, item, routes, base: _ } = planned;
    let stage_variables = publish::stage_variables(&store.tables.stages, Some(item));
    let candidate = Candidate::of_items(store, stage, &stage_variables, routes);
    let Parsed { value: settings, mut warnings } = StageSettings::parse(&store.tables.stages, item);
    let mut problems = Vec::new();
    match settings {
        Ok(settings) => {
            let claim = BasePathClaim::of(store, &settings).await?;
            let conflicts = claim.conflicts.iter();
            problems.extend(conflicts.map(|conflict| conflict.problem(&store.tables.stages, stage)));
        }
        Err(InvalidConfiguration(of_stage)) => problems.extend(of_stage),
    }
    warnings.extend(candidate.warnings.iter().cloned());
    let key = format!("stage={stage}");
    let routes_of_stage = ItemId { table: &store.tables.routes, key: &key };
    problems.extend(
        candidate.check_memory(routes_of_stage, store.deployment_memory).err().map(|problem| *problem),
    );
    match candidate.deployment {
        Ok(PackedDeployment { routes, snapshot }) if problems.is_empty() => {
            Ok(Ok(PlannedDeployment { id: snapshot.id.clone(), routes, warnings }))
        }
        Ok(_) => Ok(Err(Findings { problems, warnings })),
        Err(InvalidConfiguration(of_routes)) => {
            problems.extend(of_routes);
            Ok(Err(Findings { problems, warnings }))
        }
    }
}

/// Publishes a stage whose items are written, and ends its apply.
///
/// # Errors
///
/// The store failed; the stage serves what it did, and the mark stands.
pub async fn finish_apply(
    store: &Store,
    planned: &PlannedStage,
    fields: &StageFields,
    mark: &ApplyMark,
    origin: Origin<'_>,
) -> Result<ApplyOutcome, StoreError> {
    let written = match written_stage(store, planned, mark).await? {
        Ok(written) => written,
        Err(outcome) => return Ok(outcome),
    };
    let is_held = is_held(&written.row);
    let state = planned_state(store, planned, written).await?;
    // With canarySettings the pointer stays, as after an edit.
    let trigger = if is_held { Trigger::Edit } else { Trigger::Request };
    let publication = Publication { trigger, kind: MoveKind::Apply, auto_deploy: AutoDeploy::Keep, origin };
    let stored = match stored(store, &planned.stage, &state, publication).await? {
        Ok(stored) => stored,
        Err(outcome) => return Ok(outcome),
    };
    if !is_held && state.claim.take(store, &planned.stage).await? == ConditionalWrite::ChangedMeanwhile {
        return Ok(ApplyOutcome::StageChanged);
    }
    let unheld = StageFields::default();
    let end = ApplyEnd { mark, fields: if is_held { &unheld } else { fields } };
    let StoredCandidate { deployment_id, .. } = &stored;
    let deployment_id = deployment_id.clone();
    Ok(match end_apply(store, &planned.stage, &state, &stored, end).await? {
        ConditionalWrite::ChangedMeanwhile => ApplyOutcome::StageChanged,
        ConditionalWrite::Done if is_held => ApplyOutcome::Held { deployment_id },
        ConditionalWrite::Done => ApplyOutcome::Served { deployment_id },
    })
}

/// The stage of an apply, with its items written as they were planned.
pub(super) struct WrittenStage {
    pub row: StageRow,
    pub routes: Vec<Item>,
}

/// The deployment of an apply, which is stored, and the change of the stage item that makes it known.
pub(super) struct StoredCandidate {
    pub deployment_id: String,
    update: Option<StageUpdate>,
    target: TargetState,
}

/// Reads a stage that an apply has written; `Err`: it is not as it was planned.
pub(super) async fn written_stage(
    store: &Store,
    planned: &PlannedStage,
    mark: &ApplyMark,
) -> Result<Result<WrittenStage, ApplyOutcome>, StoreError> {
    let PlannedStage { stage, base, routes, .. } = planned;
    let is_own = |row: &StageRow| ApplyMark::of(&row.item).as_ref() == Some(mark);
    let row = store.stage(stage).await?.filter(|row| is_own(row) && is_as_read(&row.item, base.as_ref()));
    let Some(row) = row else { return Ok(Err(ApplyOutcome::StageChanged)) };
    let written = store.routes(stage).await?;
    if !are_equal(&written, routes) {
        return Ok(Err(ApplyOutcome::ItemsChanged));
    }
    Ok(Ok(WrittenStage { row, routes: written }))
}

/// Stores the deployment of a stage; `Err`: it cannot be served any more.
pub(super) async fn stored(
    store: &Store,
    stage: &str,
    state: &StageState,
    publication: Publication<'_>,
) -> Result<Result<StoredCandidate, ApplyOutcome>, StoreError> {
    let purpose = PublishPurpose::Publish(publication);
    let PublishDecision { outcome, snapshot, update } = decide(store, stage, purpose, state);
    let (outcome, target) = match &snapshot {
        Some(snapshot) => store_snapshot(store, stage, snapshot, purpose, outcome).await?,
        None => (outcome, TargetState::InUse),
    };
    Ok(match outcome {
        PublishOutcome::Published { deployment_id, .. }
        | PublishOutcome::Unchanged { deployment_id, .. }
        | PublishOutcome::Restored { deployment_id, .. } => {
            Ok(StoredCandidate { deployment_id, update, target })
        }
        PublishOutcome::Invalid { problems, .. } => Err(ApplyOutcome::Invalid(problems)),
        PublishOutcome::LeftAlone | PublishOutcome::Applying(_) => Err(ApplyOutcome::StageChanged),
    })
}

/// The last write of an apply.
pub(super) async fn end_apply(
    store: &Store,
    stage: &str,
    state: &StageState,
    StoredCandidate { update, target, .. }: &StoredCandidate,
    end: ApplyEnd<'_>,
) -> Result<ConditionalWrite, StoreError> {
    let pointer = match update {
        Some(update) => pointer_of(state, update, *target),
        None => as_it_stands(state),
    };
    store.point(stage, state.row.as_ref(), &Pointer { apply: Some(end), ..pointer }).await
}

/// Says if nobody has edited a stage item, or moved its pointer, since it was read. That an instance has switched the
/// stage's canary off changes nothing of what an apply does: the stage is held as before.
pub fn is_as_read(item: &Item, base: Option<&Item>) -> bool {
    const WRITTEN_MEANWHILE: [&str; 6] =
        ["stage", "applying", "revision", "lastDeploymentStatus", "lastDeploymentMessage", "canaryRollback"];
    let none = Item::new();
    let base = base.unwrap_or(&none);
    let names = item.keys().chain(base.keys()).filter(|name| !WRITTEN_MEANWHILE.contains(&name.as_str()));
    names.into_iter().all(|name| item.get(name) == base.get(name))
}

/// Says if items are the same; a number may be written otherwise than it is given back.
fn are_equal(written: &[Item], planned: &[Item]) -> bool {
    let canonical = |item: &Item| canonical_numbers(&Value::Object(item.clone()));
    written.len() == planned.len()
        && written.iter().zip(planned).all(|(one, other)| one == other || canonical(one) == canonical(other))
}

/// The state of the stage with its planned fields, and its items as they are in the table now.
pub(super) async fn planned_state(
    store: &Store,
    PlannedStage { stage, item, .. }: &PlannedStage,
    WrittenStage { mut row, routes }: WrittenStage,
) -> Result<StageState, StoreError> {
    let is_state = |name: &&String| STATE_FIELDS.contains(&name.as_str());
    let state = row.item.iter().filter(|(name, _)| is_state(name));
    let mut written = item.clone();
    written.extend(state.map(|(name, value)| (name.clone(), value.clone())));
    row.item = written;
    let item = &row.item;
    let stage_variables = publish::stage_variables(&store.tables.stages, Some(item));
    let settings = StageSettings::parse(&store.tables.stages, item);
    let candidate = Some(Candidate::of_items(store, stage, &stage_variables, &routes));
    let claim = match &settings.value {
        Ok(settings) => BasePathClaim::of(store, settings).await?,
        Err(_) => BasePathClaim::default(),
    };
    let (last_good, pointer) = (store.last_good(stage).await?, PointerCheck::default());
    Ok(StageState { row: Some(row), settings, stage_variables, candidate, last_good, claim, pointer })
}

/// Nothing of the stage changes but its mark and fields.
fn as_it_stands(state: &StageState) -> Pointer<'_> {
    let text = |name: &str| state.row.as_ref().and_then(|row| row.item.get(name)?.as_str());
    Pointer {
        deployment_id: None,
        moved: None,
        target: TargetState::InUse,
        auto_deploy: AutoDeploy::Keep,
        status: text("lastDeploymentStatus").unwrap_or("OK"),
        message: text("lastDeploymentMessage").unwrap_or_default(),
        record: Record::Keep,
        apply: None,
    }
}
