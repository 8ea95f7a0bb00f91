//! The items of the tables, read for a file or against one.

use std::collections::BTreeSet;

use crate::{api_file::export::StoredItems, error::StoreError, store::Store};

/// Reads the items of these stages; `None`: of all, and usage plans and keys.
///
/// # Errors
///
/// The store failed.
pub async fn read_items(store: &Store, stages: Option<&BTreeSet<String>>) -> Result<StoredItems, StoreError> {
    let names = match stages {
        Some(stages) => stages.clone(),
        None => store.stage_names().await?,
    };
    let mut items = StoredItems::default();
    for name in names {
        items.stages.extend(store.stage(&name).await?.map(|row| row.item));
        items.routes.insert(name.clone(), store.routes(&name).await?);
    }
    if stages.is_none() {
        items.usage_plans = store.usage_plan_items().await?;
        items.api_keys = store.api_key_items().await?;
    }
    Ok(items)
}
