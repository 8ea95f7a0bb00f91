//! A stored deployment as the items that it was made of.

use serde_json::{Map, Value};

use super::pointer::{self, PointerResult};
use crate::store::Store;

/// The items of a deployment.
#[derive(Debug, PartialEq)]
pub struct DeploymentItems {
    pub stage: String,
    /// `$api` and routes, in the order of their keys.
    pub items: Vec<Map<String, Value>>,
}

/// Reads the items of the deployment `id`; of `stage`, where one is given.
///
/// # Errors
///
/// The store failed.
pub async fn items_of(store: &Store, id: &str, stage: Option<&str>) -> PointerResult<DeploymentItems> {
    let mut items = Vec::new();
    let read = pointer::published(store, id).await?.and_then(|unpacked| {
        stage.map_or(Ok(()), |stage| unpacked.check_stage(stage))?;
        unpacked.each_item(|item| items.push(item))
    });
    let of_first = items.first().and_then(|item| item.get("stage")?.as_str());
    let stage = of_first.or(stage).unwrap_or_default().to_owned();
    Ok(read.map(|()| DeploymentItems { stage, items }))
}
