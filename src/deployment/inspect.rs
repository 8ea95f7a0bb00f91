//! A stage as instances would serve it, for the operator's tool. Nothing is published.

use super::{
    effective_settings::{EffectiveStage, effective_stages},
    load,
    served::{Loaded, LoadedStage, Served, SettingsSource},
};
use crate::{error::StoreError, stages::FoundStage, store::Store};

/// Loads the stage that would serve this host and path, and no other.
///
/// # Errors
///
/// The store could not be read.
pub async fn inspect(store: &Store, host: &str, path: &str) -> Result<Served, StoreError> {
    let items = store.stages().await?;
    let stages = effective_stages(store, items, &Served::default()).await?;
    let not_loaded = |stage| {
        let EffectiveStage { settings, source, .. } = stage;
        LoadedStage { settings, source, loaded: Loaded::default(), canary: None }
    };
    let mut served = Served::new(stages.into_iter().map(not_loaded).collect());
    if let Some(FoundStage { index, .. }) = served.stage_of(host, path) {
        let stage = &mut served.stages[index];
        match stage.source {
            SettingsSource::Item | SettingsSource::LastGood | SettingsSource::Nowhere => {
                stage.loaded = load::without_publishing(store, &stage.settings).await?;
            }
            SettingsSource::Guess => {}
        }
    }
    Ok(served)
}
