//! Pruning: old deployments of a stage are deleted, never one that is in use.

use std::{collections::BTreeMap, num::NonZeroUsize};

use serde_json::Value;

use crate::{
    error::StoreError,
    store::{ConditionalWrite, HistoryRecord, Store, StoredDeployment, StoredDeployments},
};

/// The deployments of a stage, told apart by what pruning does to them.
#[derive(Debug)]
pub struct PrunePlan {
    /// The newest first.
    pub to_delete: Vec<PrunableDeployment>,
    pub kept: usize,
}

/// A deployment that nothing uses.
#[derive(Debug)]
pub struct PrunableDeployment {
    pub stored: StoredDeployment,
    /// The record of the last time when it became what the stage serves.
    pub record: Option<HistoryRecord>,
}

impl PrunableDeployment {
    /// Milliseconds since 1970 of the last move to it, or else of its creation; `None`: neither is known.
    pub fn at_ms(&self) -> Option<u64> {
        let moved = self.record.as_ref().map(|record| record.origin.at_ms);
        moved.or(self.stored.created.as_ref().map(|created| created.at_ms))
    }
}

/// Finds the deployments that go where `keep` of a stage are kept: of those that the stage served the ones it served
/// last, and of the others as many, the newest, so that edits which were never served push out nothing to go back to.
/// Those in use stay whatever their age: one that some stage serves, has for its canary or had as its last good one.
///
/// # Errors
///
/// The store failed.
pub async fn plan_pruning(store: &Store, stage: &str, keep: usize) -> Result<PrunePlan, StoreError> {
    let StoredDeployments { deployments, last_good: mut in_use } = store.stored_deployments(stage).await?;
    for item in store.stages().await? {
        let canary = item.get("canarySettings").and_then(|canary| canary.get("deploymentId"));
        let ids = [item.get("deploymentId"), canary];
        in_use.extend(ids.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    }
    let mut records: BTreeMap<String, (usize, HistoryRecord)> = BTreeMap::new();
    // The newest comes first: a deployment was served until the move before its own in this order.
    for (place, record) in store.history(stage, usize::MAX).await?.into_iter().enumerate() {
        records.entry(record.deployment_id.clone()).or_insert((place, record));
    }
    let total = deployments.len();
    let (mut served, mut others) = (Vec::new(), Vec::new());
    for stored in deployments {
        match records.get(&stored.id) {
            Some((place, record)) => {
                served.push((*place, PrunableDeployment { stored, record: Some(record.clone()) }));
            }
            None => others.push(PrunableDeployment { stored, record: None }),
        }
    }
    served.sort_by_key(|(place, _)| *place);
    others.sort_by_key(|deployment| std::cmp::Reverse(deployment.at_ms()));
    let old =
        served.into_iter().map(|(_, deployment)| deployment).skip(keep).chain(others.into_iter().skip(keep));
    let mut to_delete: Vec<_> = old.filter(|deployment| !in_use.contains(&deployment.stored.id)).collect();
    to_delete.sort_by_key(|deployment| std::cmp::Reverse(deployment.at_ms()));
    Ok(PrunePlan { kept: total - to_delete.len(), to_delete })
}

/// Deletes the deployments of a stage that [`plan_pruning`] finds; says how many.
///
/// # Errors
///
/// The store failed. Some of them may be deleted; none that is in use.
pub async fn prune(store: &Store, stage: &str, keep: NonZeroUsize) -> Result<usize, StoreError> {
    let mut deleted = 0;
    for deployment in plan_pruning(store, stage, keep.get()).await?.to_delete {
        match delete_pruned(store, stage, &deployment).await? {
            ConditionalWrite::Done => deleted += 1,
            ConditionalWrite::ChangedMeanwhile => {}
        }
    }
    Ok(deleted)
}

/// Deletes one deployment, unless the stage has begun to use it meanwhile.
///
/// # Errors
///
/// The store failed.
pub async fn delete_pruned(
    store: &Store,
    stage: &str,
    deployment: &PrunableDeployment,
) -> Result<ConditionalWrite, StoreError> {
    store.delete_deployment(stage, &deployment.stored).await
}
