//! Stages as instances would serve them, for the operator's tool: those of the tables, or of an API file. Nothing is
//! published.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    DeploymentSource, canary_load, contents,
    effective_settings::{EffectiveStage, effective_stages},
    items::{Builder, Built},
    load,
    load_outcome::LoadOutcome,
    pointer::{ResolvedDeployment, Validation},
    served::{Loaded, LoadedStage, Served, SettingsSource},
};
use crate::{
    error::{InvalidConfiguration, StoreError},
    item::StageVariables,
    stages::{FoundStage, StageSettings},
    store::Store,
};

/// Loads the stage that would serve this host and path, and no other.
///
/// # Errors
///
/// The store could not be read.
pub async fn inspect(store: &Store, host: &str, path: &str) -> Result<Served, StoreError> {
    let mut served = not_loaded(store).await?;
    if let Some(FoundStage { index, .. }) = served.stage_of(host, path) {
        load_stage(store, &mut served.stages[index]).await?;
    }
    Ok(served)
}

/// Loads the stage of this name, or all.
///
/// # Errors
///
/// The store could not be read.
pub async fn inspect_stages(store: &Store, only: Option<&str>) -> Result<Served, StoreError> {
    let mut served = not_loaded(store).await?;
    for stage in &mut served.stages {
        if only.is_none_or(|only| stage.settings.name == only) {
            load_stage(store, stage).await?;
        }
    }
    Ok(served)
}

async fn not_loaded(store: &Store) -> Result<Served, StoreError> {
    let items = store.stages().await?;
    let stages = effective_stages(store, items, &Served::default()).await?;
    let not_loaded = |stage| {
        let EffectiveStage { settings, source, .. } = stage;
        LoadedStage { settings, source, loaded: Loaded::default(), canary: None }
    };
    Ok(Served::new(stages.into_iter().map(not_loaded).collect()))
}

async fn load_stage(store: &Store, stage: &mut LoadedStage) -> Result<(), StoreError> {
    match stage.source {
        SettingsSource::Item | SettingsSource::LastGood | SettingsSource::Nowhere => {
            stage.loaded = load::without_publishing(store, &stage.settings).await?;
            stage.canary =
                canary_load::load(store, &stage.settings, None).await.map(|outcome| match outcome {
                    LoadOutcome::Loaded(loaded) => loaded,
                    LoadOutcome::ToResolve(snapshot) => {
                        canary_load::resolved(store, &stage.settings, snapshot)
                    }
                });
        }
        SettingsSource::Guess => {}
    }
    Ok(())
}

impl Served {
    /// The canaries that these stages have, in their places: a stage without one that is on is left out.
    #[must_use]
    pub fn into_canaries(mut self) -> Self {
        self.stages.retain_mut(|stage| {
            let Some(loaded) = stage.canary.take().filter(|loaded| loaded.resolved.is_some()) else {
                return false;
            };
            if let Some(canary) = stage.settings.active_canary() {
                stage.settings.stage_variables = canary.stage_variables.clone();
            }
            stage.loaded = loaded;
            true
        });
        self
    }

    /// The settings of those stages that have a canary which is on.
    pub fn with_canaries(&self) -> impl Iterator<Item = &StageSettings> {
        self.stages.iter().map(|stage| &stage.settings).filter(|settings| settings.active_canary().is_some())
    }
}

/// The items of a stage, as the tables would hold them.
#[derive(Clone, Debug)]
pub struct StageItems {
    pub stage: Map<String, Value>,
    /// With that of `$api`, in the order of their route keys.
    pub routes: Vec<Map<String, Value>>,
}

/// The stages that these items make, all of them loaded.
///
/// # Errors
///
/// All problems of the first stage that has some.
pub fn served_of_items(stages: &[StageItems]) -> Result<Served, InvalidConfiguration> {
    let loaded = stages.iter().map(loaded_of_items).collect::<Result<Vec<_>, _>>()?;
    let mut served = Served::new(loaded);
    served.stages.sort_by(|a, b| a.settings.name.cmp(&b.settings.name));
    Ok(served)
}

fn loaded_of_items(items: &StageItems) -> Result<LoadedStage, InvalidConfiguration> {
    let settings = StageSettings::parse("stages", &items.stage).value?;
    let stage_variables: Arc<StageVariables> = Arc::new(settings.stage_variables.clone());
    let mut builder = Builder::new(DeploymentSource {
        table: "routes",
        stage: &settings.name,
        stage_variables: &stage_variables,
        function_url_auth_type: None,
    });
    items.routes.iter().for_each(|item| builder.add(item));
    let Built { deployment, snapshot } = builder.finish().value?;
    let resolved = ResolvedDeployment {
        snapshot,
        deployment: Some(Arc::new(deployment)),
        stage_variables,
        validation: Validation::Stored,
    };
    let loaded = Loaded::of_item(resolved);
    Ok(LoadedStage { settings, source: SettingsSource::Item, loaded, canary: None })
}

/// The items that each stage of the tables serves now; `None` in the place of one that has never had a valid deployment.
///
/// # Errors
///
/// The store could not be read.
pub async fn served_items(store: &Store) -> Result<Vec<(String, Option<StageItems>)>, StoreError> {
    let mut all = Vec::new();
    for stage in store.stages().await? {
        let text = |name: &str| stage.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(name) = text("stage") else { continue };
        let routes = match text("deploymentId") {
            Some(id) => contents::items_of(store, &id, None).await?.ok().map(|found| found.items),
            None => None,
        };
        all.push((name, routes.map(|routes| StageItems { stage, routes })));
    }
    Ok(all)
}
