//! The end of an apply whose deployment becomes the stage's canary: all others are served what they were.

use serde_json::{Map, Value};

use super::{
    apply::{ApplyOutcome, PlannedStage, StoredCandidate, end_apply, planned_state, stored, written_stage},
    canary_item::{CANARY, ROLLBACK, keep_validation, rollback},
    canary_load,
    publication::{Origin, Publication, Trigger},
};
use crate::{
    clock::milliseconds,
    error::StoreError,
    stages::StageSettings,
    store::{ApplyEnd, ApplyMark, AutoDeploy, ConditionalWrite, MoveKind, StageFields, Store},
};

type Item = Map<String, Value>;

/// Stores the deployment of a stage whose items are written, and makes it the stage's canary with these `canarySettings`, in
/// the write that ends the apply. Nothing else of the stage item changes.
///
/// # Errors
///
/// The store failed; the stage serves what it did, and the mark stands.
pub async fn finish_canary_apply(
    store: &Store,
    planned: &PlannedStage,
    settings: &Item,
    mark: &ApplyMark,
    origin: Origin<'_>,
) -> Result<ApplyOutcome, StoreError> {
    let stage = &planned.stage;
    let mut written = match written_stage(store, planned, mark).await? {
        Ok(written) => written,
        Err(outcome) => return Ok(outcome),
    };
    let was_off = planned.base.as_ref().and_then(rollback).is_some();
    let is_same = written.row.item.get(CANARY).and_then(|canary| canary.get("deploymentId"))
        == settings.get("deploymentId");
    // One that was switched off begins anew.
    let is_standing = is_same && !was_off;
    // What is tried already has failed meanwhile: whoever wants it all the same says so again.
    if is_standing && rollback(&written.row.item).is_some() {
        return Ok(ApplyOutcome::StageChanged);
    }
    written.row.item.insert(CANARY.to_owned(), Value::Object(settings.clone()));
    written.row.item.remove(ROLLBACK);
    let state = planned_state(store, planned, written).await?;
    // As after an edit: with canarySettings the pointer stays.
    let publication =
        Publication { trigger: Trigger::Edit, kind: MoveKind::Apply, auto_deploy: AutoDeploy::Keep, origin };
    let stored = match stored(store, stage, &state, publication).await? {
        Ok(stored) => stored,
        Err(outcome) => return Ok(outcome),
    };
    let Ok(StageSettings { canary: Some(canary), .. }) = &state.settings.value else {
        return Ok(ApplyOutcome::StageChanged);
    };
    match canary_load::checked(store, stage, canary).await? {
        Ok(resolved) => keep_validation(store, stage, &resolved).await?,
        Err(problems) => return Ok(ApplyOutcome::Invalid(problems)),
    }
    if !is_standing {
        store.forget_canary_answers(stage, &canary.deployment_id, milliseconds(origin.at)).await?;
    }
    let set = Item::from_iter([(CANARY.to_owned(), Value::Object(settings.clone()))]);
    // An instance that switches off this very canary at this moment is not overruled.
    let removed = if is_standing { Vec::new() } else { vec![ROLLBACK.to_owned()] };
    let fields = StageFields { set, removed };
    let end = ApplyEnd { mark, fields: &fields };
    let StoredCandidate { deployment_id, .. } = &stored;
    let deployment_id = deployment_id.clone();
    Ok(match end_apply(store, stage, &state, &stored, end).await? {
        ConditionalWrite::Done => ApplyOutcome::Canary { deployment_id, percent: canary.percent },
        ConditionalWrite::ChangedMeanwhile => ApplyOutcome::StageChanged,
    })
}
