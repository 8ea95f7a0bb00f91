//! The applies that have not ended: their marks stand in stage items.

use serde_json::{Map, Value};

use crate::{
    error::StoreError,
    store::{ApplyMark, Store},
};

type Item = Map<String, Value>;

/// An apply that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfinishedApply {
    pub stage: String,
    pub mark: ApplyMark,
}

/// The applies that have not ended, by the names of their stages.
///
/// # Errors
///
/// The store failed.
pub async fn unfinished_applies(store: &Store) -> Result<Vec<UnfinishedApply>, StoreError> {
    let of_item = |item: &Item| {
        let stage = item.get("stage")?.as_str()?.to_owned();
        Some(UnfinishedApply { stage, mark: ApplyMark::of(item)? })
    };
    let mut unfinished: Vec<_> = store.stages().await?.iter().filter_map(of_item).collect();
    unfinished.sort_by(|a, b| a.stage.cmp(&b.stage));
    Ok(unfinished)
}
