//! The stages as one look at the store found them.

use std::time::SystemTime;

use futures_util::future::join_all;

use super::{
    canary_load,
    effective_settings::{EffectiveStage, effective_stages},
    load::{self, load},
    load_outcome::LoadOutcome,
    publish::invalid_configuration,
    served::{Loaded, LoadedStage, Served, SettingsSource},
    status_report::StatusReport,
};
use crate::{
    error::{InvalidConfiguration, StoreError},
    store::Store,
};

/// The stages that a look found, and how far it came with their deployments.
#[derive(Debug)]
pub struct LookResult {
    /// Later looks have higher numbers.
    pub number: u64,
    pub began_at: SystemTime,
    pub stages: Vec<FoundDeployment>,
}

/// A stage and the deployment that is to be served of it.
#[derive(Debug)]
pub struct FoundDeployment {
    stage: EffectiveStage,
    outcome: LoadOutcome,
    /// `None`: the stage has no canary.
    canary: Option<LoadOutcome>,
}

impl LookResult {
    /// Reads all stages, and the deployments that are not among the `previous` ones.
    ///
    /// # Errors
    ///
    /// The stages could not be read.
    pub async fn read(
        store: &Store,
        previous: &Served,
        number: u64,
        began_at: SystemTime,
    ) -> Result<Self, StoreError> {
        let items = store.stages().await?;
        let stages = effective_stages(store, items, previous).await?;
        stages.iter().for_each(log_problems);
        let found = stages.into_iter().map(|stage| async {
            let former = previous.of(&stage.name);
            let canary = canary_load::load(store, &stage.settings, former).await;
            let outcome = match stage.source {
                SettingsSource::Item | SettingsSource::LastGood => {
                    load(store, &stage.settings, former, began_at).await
                }
                SettingsSource::Guess | SettingsSource::Nowhere => LoadOutcome::Loaded(Loaded::default()),
            };
            FoundDeployment { stage, outcome, canary }
        });
        Ok(Self { number, began_at, stages: join_all(found).await })
    }

    /// Says if the store answered all that it was asked.
    pub fn is_good(&self) -> bool {
        self.stages.iter().flat_map(FoundDeployment::outcomes).all(LoadOutcome::is_read)
    }

    pub fn unload(&mut self) {
        for FoundDeployment { outcome, canary, .. } in &mut self.stages {
            outcome.unload();
            canary.iter_mut().for_each(LoadOutcome::unload);
        }
    }

    /// Takes over the deployments of `former` that need not be resolved again.
    pub fn keep(&mut self, former: &Served) {
        for FoundDeployment { stage, outcome, canary } in &mut self.stages {
            let Some(former) = former.of(&stage.name) else { continue };
            outcome.keep(&stage.settings.stage_variables, &former.loaded);
            if let (Some(canary), Some(settings)) = (canary, stage.settings.active_canary())
                && let Some(former) = &former.canary
            {
                canary.keep(&settings.stage_variables, former);
            }
        }
    }
}

impl FoundDeployment {
    fn outcomes(&self) -> impl Iterator<Item = &LoadOutcome> {
        [Some(&self.outcome), self.canary.as_ref()].into_iter().flatten()
    }

    /// Resolves the deployment; where it is no good, the one of `former` stays.
    pub fn resolve(self, store: &Store, former: &Served) -> ResolvedStage {
        let Self { stage, outcome, canary } = self;
        let loaded = match outcome {
            LoadOutcome::Loaded(loaded) => loaded.reloaded(store, &stage.settings.name),
            LoadOutcome::ToResolve(snapshot) => {
                let former = former.of(&stage.settings.name);
                let former = former.and_then(|former| former.loaded.resolved.clone());
                load::replacement(store, &stage.settings, snapshot, former)
            }
        };
        let canary = canary.map(|outcome| match outcome {
            LoadOutcome::Loaded(loaded) => loaded.reloaded(store, &stage.settings.name),
            LoadOutcome::ToResolve(snapshot) => canary_load::resolved(store, &stage.settings, snapshot),
        });
        let report = StatusReport::of(&store.tables.stages, &stage, &loaded, canary.as_ref());
        let EffectiveStage { settings, source, .. } = stage;
        ResolvedStage { stage: LoadedStage { settings, source, loaded, canary }, report }
    }
}

/// A stage that can be served, and the report that its item may lack.
#[derive(Debug)]
pub struct ResolvedStage {
    pub stage: LoadedStage,
    pub report: StatusReport,
}

fn log_problems(stage: &EffectiveStage) {
    if !stage.problems.is_empty() {
        invalid_configuration(&stage.name, &InvalidConfiguration(stage.problems.clone()));
    }
}
