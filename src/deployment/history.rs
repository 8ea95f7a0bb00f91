//! The history of a stage as an operator reads it: each move of its pointer, and what it changed.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    items::API,
    pointer::{self, Unusable},
    rollback::served,
};
use crate::{
    digest::{self, Sha256},
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

/// So many deployments are read at a time.
const AT_ONCE: usize = 8;

/// A digest of each item, by its route key.
type ItemDigests = BTreeMap<String, [u8; digest::LENGTH]>;

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
        Some(row) => served(store, stage, row).await?,
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
    let contents = contents(store, &moves).await?;

    let mut entries = Vec::new();
    for (index, (id, mover)) in moves.iter().take(most).enumerate() {
        let changes = match moves.get(index + 1) {
            None => Changes::First,
            Some((before, _)) => match (&contents[before], &contents[id]) {
                (Ok(before), Ok(after)) => Changes::Of(ChangedRoutes::between(before, after)),
                (Err(_), _) | (_, Err(_)) => Changes::Unknown,
            },
        };
        let is_served = index == 0 && served.as_ref() == Some(id);
        entries.push(HistoryEntry {
            deployment_id: id.clone(),
            mover: mover.clone(),
            service: if is_served { Service::Now } else { Service::Former },
            changes,
            storage: match &contents[id] {
                Ok(_) => Storage::Stored,
                Err(Unusable::Unknown) => Storage::Deleted,
                Err(_) => Storage::Unreadable,
            },
        });
    }
    Ok(Some(entries))
}

/// The contents of deployments, by their ids.
async fn contents(
    store: &Store,
    moves: &[(String, Mover)],
) -> Result<BTreeMap<String, Result<ItemDigests, Unusable>>, StoreError> {
    let mut ids: Vec<&String> = moves.iter().map(|(id, _)| id).collect();
    ids.sort();
    ids.dedup();
    let read = stream::iter(ids).map(async |id| Ok((id.clone(), digests(store, id).await?)));
    read.buffer_unordered(AT_ONCE).try_collect().await
}

async fn digests(store: &Store, id: &str) -> Result<Result<ItemDigests, Unusable>, StoreError> {
    let unpacked = match pointer::published(store, id).await? {
        Ok(unpacked) => unpacked,
        Err(why) => return Ok(Err(why)),
    };
    let mut digests = ItemDigests::new();
    let read = unpacked.each_item(|item| {
        let key = item.get("routeKey").and_then(|key| key.as_str()).unwrap_or_default().to_owned();
        let text = serde_json::Value::Object(item).to_string();
        digests.insert(key, Sha256::default().with(text).finish());
    });
    Ok(read.map(|()| digests))
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
    fn between(before: &ItemDigests, after: &ItemDigests) -> Self {
        let mut changes = Self::default();
        for (key, digest) in after {
            match before.get(key) {
                _ if key == API => {}
                None => changes.added += 1,
                Some(former) if former != digest => changes.changed += 1,
                Some(_) => {}
            }
        }
        let is_gone = |key: &&String| *key != API && !after.contains_key(*key);
        changes.removed = before.keys().filter(is_gone).count();
        if before.get(API) != after.get(API) {
            changes.api = ApiChange::Changed;
        }
        changes
    }
}
