//! A stage as instances would serve it, for the operator's tool. Nothing is published.

use super::{
    load,
    served::{GoesBy, Loaded, Served},
    standing::{Standing, standings},
};
use crate::{error::StoreError, stages::FoundStage, store::Store};

/// Loads the stage that would serve this host and path, and no other.
///
/// # Errors
///
/// The store could not be read.
pub async fn inspect(store: &Store, host: &str, path: &str) -> Result<Served, StoreError> {
    let items = store.stages().await?;
    let standings = standings(store, items, &Served::default()).await?;
    let mut served = Served::new(standings.into_iter().map(|standing| {
        let Standing { settings, goes_by, .. } = standing;
        (settings, goes_by, Loaded::default())
    }));
    if let Some(FoundStage { index, .. }) = served.stage_of(host, path)
        && served.goes_by[index] != GoesBy::Likelihood
    {
        served.loaded[index] = load::found(store, &served.stages[index]).await?;
    }
    Ok(served)
}
