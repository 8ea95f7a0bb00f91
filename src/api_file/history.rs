//! The history of a stage as an operator reads it: each move of its pointer, and what it changed.

use super::{
    difference::{Change, Difference},
    export::StoredItems,
};
use crate::{
    api_file::schema::ItemKind,
    deployment::{self, Unusable},
    error::StoreError,
    store::{HistoryRecord, Store},
};

/// A deployment that a stage has served, or serves.
#[derive(Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    pub deployment_id: String,
    pub mover: Mover,
    pub service: Service,
    pub changes: Changes,
    pub storage: Storage,
}

/// Says who moved a stage to a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mover {
    Recorded(HistoryRecord),
    /// There are records, and none tells of it.
    ByHand,
    /// There are no records: a version of the gateway that wrote none may have done it.
    Unknown,
}

/// Says if a stage serves a deployment now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Now,
    Former,
}

/// Says if a deployment can still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    Stored,
    /// It was pruned, or deleted by hand.
    Deleted,
    /// It is damaged, or in a format of another version.
    Unreadable,
}

/// The difference of a deployment to the one that was served before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changes {
    /// The history tells of none before it.
    First,
    /// One of the two cannot be read.
    Unknown,
    Of(ChangedRoutes),
}

/// Counts of routes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangedRoutes {
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
    pub api: ApiChange,
}

/// Says if two deployments have the same `$api`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ApiChange {
    #[default]
    Same,
    Changed,
}

/// The newest entries of a stage's history, the newest first, at most `most`; `None`: there is no such stage.
///
/// # Errors
///
/// The store failed.
pub async fn history(
    store: &Store,
    stage: &str,
    most: usize,
) -> Result<Option<Vec<HistoryEntry>>, StoreError> {
    let row = store.stage(stage).await?;
    let served = match &row {
        Some(row) => deployment::served_by(store, stage, row).await?,
        None => None,
    };
    // One more: what the oldest one has changed.
    let records = store.history(stage, most.saturating_add(1)).await?;
    if row.is_none() && records.is_empty() {
        return Ok(None);
    }
    let by_hand =
        served.clone().filter(|served| records.first().is_none_or(|newest| newest.deployment_id != *served));
    let unrecorded = if records.is_empty() { Mover::Unknown } else { Mover::ByHand };
    let moves = by_hand.map(|id| (id, unrecorded)).into_iter();
    let recorded = |record: HistoryRecord| (record.deployment_id.clone(), Mover::Recorded(record));
    let moves: Vec<(String, Mover)> = moves.chain(records.into_iter().map(recorded)).collect();
    let mut entries = Vec::new();
    // Two of them are in memory at a time.
    let mut items = None;
    for (index, (id, mover)) in moves.iter().take(most).enumerate() {
        let own = match items.take() {
            Some(items) => items,
            None => items_of(store, stage, id).await?,
        };
        let changes = match moves.get(index + 1) {
            None => Changes::First,
            Some((before, _)) => {
                let before = items_of(store, stage, before).await?;
                let changes = match (&before, &own) {
                    (Ok(before), Ok(own)) => Changes::Of(ChangedRoutes::between(before, own)),
                    (Err(_), _) | (_, Err(_)) => Changes::Unknown,
                };
                items = Some(before);
                changes
            }
        };
        let is_served = index == 0 && served.as_ref() == Some(id);
        entries.push(HistoryEntry {
            deployment_id: id.clone(),
            mover: mover.clone(),
            service: if is_served { Service::Now } else { Service::Former },
            changes,
            storage: match &own {
                Ok(_) => Storage::Stored,
                Err(Unusable::Unknown) => Storage::Deleted,
                Err(_) => Storage::Unreadable,
            },
        });
    }
    Ok(Some(entries))
}

async fn items_of(store: &Store, stage: &str, id: &str) -> Result<Result<StoredItems, Unusable>, StoreError> {
    Ok(deployment::items_of(store, id, Some(stage)).await?.map(StoredItems::of_deployment))
}

impl Mover {
    pub fn record(&self) -> Option<&HistoryRecord> {
        match self {
            Self::Recorded(record) => Some(record),
            Self::ByHand | Self::Unknown => None,
        }
    }
}

impl ChangedRoutes {
    fn between(before: &StoredItems, after: &StoredItems) -> Self {
        let mut changes = Self::default();
        for item in Difference::between(before, after).items {
            match (item.name.kind(), item.change) {
                (ItemKind::Api, _) => changes.api = ApiChange::Changed,
                (_, Change::Added) => changes.added += 1,
                (_, Change::Changed) => changes.changed += 1,
                (_, Change::Removed) => changes.removed += 1,
            }
        }
        changes
    }
}
