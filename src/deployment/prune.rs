//! Pruning: old deployments of a stage are deleted, never one that is in use.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
};

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
    /// Milliseconds since 1970 of the last thing that is known of it; `None`: nothing is.
    pub fn at_ms(&self) -> Option<u64> {
        let moved = self.record.as_ref().map(|record| record.origin.at_ms);
        moved.or(self.stored.created.as_ref().map(|created| created.at_ms))
    }
}

/// Finds the deployments that go where the newest `keep` of a stage are kept. Those in use stay whatever their age: one
/// that some stage serves, has for its canary or had as its last good one.
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
    let mut records: BTreeMap<String, HistoryRecord> = BTreeMap::new();
    for record in store.history(stage, usize::MAX).await? {
        records.entry(record.deployment_id.clone()).or_insert(record);
    }
    let with_record = |stored: StoredDeployment| {
        let record = records.get(&stored.id).cloned();
        PrunableDeployment { stored, record }
    };
    let mut all: Vec<PrunableDeployment> = deployments.into_iter().map(with_record).collect();
    all.sort_by_key(|deployment| std::cmp::Reverse(deployment.at_ms()));
    let total = all.len();
    let to_delete = without_newest(all, keep, &in_use);
    Ok(PrunePlan { kept: total - to_delete.len(), to_delete })
}

fn without_newest(
    newest_first: Vec<PrunableDeployment>,
    keep: usize,
    in_use: &BTreeSet<String>,
) -> Vec<PrunableDeployment> {
    let old = newest_first.into_iter().skip(keep);
    old.filter(|deployment| !in_use.contains(&deployment.stored.id)).collect()
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
