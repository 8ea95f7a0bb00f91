//! Starting a canary: a share of a stage's requests gets another deployment, or another share does.
//!
//! It is one write of the stage item, if that is still as it was read.

use serde_json::{Map, Value};

use super::{
    PublishOutcome,
    canary_item::{canary_of, keep_validation, others_were_quicker, rollback, standing},
    canary_load,
    candidate::Candidate,
    publication::{Origin, Publication, PublishPurpose},
    publish::{ATTEMPTS, stage_variables},
    storing::store_snapshot,
};
use crate::{
    canary::{CanaryRollback, CanarySettings},
    clock::milliseconds,
    error::{InvalidConfiguration, ItemId, Problem, StoreError},
    store::{ApplyMark, ConditionalWrite, Store},
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
        Err(problem) => Err(InvalidConfiguration(vec![*problem])),
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
