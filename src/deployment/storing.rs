//! Storing a deployment: whole, and only where it is not stored already.

use super::{
    Snapshot,
    pointer::{self, Stored},
    publication::PublishPurpose,
    publish::ATTEMPTS,
    publish_decision::PublishOutcome,
    validation,
};
use crate::{
    error::StoreError,
    store::{MoveOrigin, Store, StoredSnapshot, TargetState},
};

/// Stores a deployment, unless all of it is stored already as this version stores it.
///
/// # Errors
///
/// The store failed.
pub async fn store_snapshot(
    store: &Store,
    stage: &str,
    snapshot: &Snapshot,
    purpose: PublishPurpose<'_>,
    outcome: PublishOutcome,
) -> Result<(PublishOutcome, TargetState), StoreError> {
    let Snapshot { id, bytes, validated_with } = snapshot;
    let (stored, created) = pointer::stored(store, id).await?;
    match stored {
        Stored::Whole(stored) if stored.bytes == *bytes => {
            for mark in validated_with.iter().filter(|mark| !stored.validated_with.contains(mark)) {
                store.keep_validation(id, stage, mark, validation::version()).await?;
            }
            return Ok((outcome, TargetState::Found));
        }
        // Another version has found other guards in the same items, or writes them otherwise.
        Stored::Whole(_) => {
            keep_whole(store, stage, snapshot, created).await?;
            return Ok((outcome, TargetState::InUse));
        }
        Stored::NotWhole => {}
    }
    let now = purpose.publication().map(|publication| publication.origin.into());
    let (first, outcome) = match outcome {
        PublishOutcome::Unchanged { deployment_id, footprint, warnings } => (
            first_move(store, stage, id).await?,
            PublishOutcome::Restored { deployment_id, footprint, warnings },
        ),
        other => (None, other),
    };
    keep_whole(store, stage, snapshot, created.or(first).or(now)).await?;
    Ok((outcome, TargetState::InUse))
}

/// The time when a stage was first pointed to a deployment, as its history tells.
async fn first_move(store: &Store, stage: &str, id: &str) -> Result<Option<MoveOrigin>, StoreError> {
    let records = store.history(stage, usize::MAX).await?;
    Ok(records.into_iter().rfind(|record| record.deployment_id == id).map(|record| record.origin))
}

/// Writes all parts of a deployment; again if another version that stores the same deployment has overwritten some.
async fn keep_whole(
    store: &Store,
    stage: &str,
    snapshot: &Snapshot,
    created: Option<MoveOrigin>,
) -> Result<(), StoreError> {
    let Snapshot { id, bytes, validated_with } = snapshot;
    let stored = StoredSnapshot { bytes: bytes.clone(), validated_with: validated_with.clone(), created };
    for _ in 0..ATTEMPTS {
        store.keep_snapshot(id, stage, &stored).await?;
        if let (Stored::Whole(_), _) = pointer::stored(store, id).await? {
            return Ok(());
        }
    }
    Err(StoreError::new("keeping the deployment", format!("others overwrote parts of it {ATTEMPTS} times")))
}
