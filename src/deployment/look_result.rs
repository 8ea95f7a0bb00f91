//! The stages as one look at the store found them.

use std::time::SystemTime;

use futures_util::future::join_all;

use super::{
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
            let outcome = match stage.source {
                SettingsSource::Item | SettingsSource::LastGood => {
                    load(store, &stage.settings, previous.of(&stage.name), began_at).await
                }
                SettingsSource::Guess | SettingsSource::Nowhere => LoadOutcome::Loaded(Loaded::default()),
            };
            FoundDeployment { stage, outcome }
        });
        Ok(Self { number, began_at, stages: join_all(found).await })
    }

    /// Says if the store answered all that it was asked.
    pub fn is_good(&self) -> bool {
        self.stages.iter().all(|found| found.outcome.is_read())
    }

    pub fn unload(&mut self) {
        self.stages.iter_mut().for_each(|found| found.outcome.unload());
    }

    /// Takes over the deployments of `former` that need not be resolved again.
    pub fn keep(&mut self, former: &Served) {
        for FoundDeployment { stage, outcome } in &mut self.stages {
            if let Some(former) = former.of(&stage.name) {
                outcome.keep(&stage.settings, &former.loaded);
            }
        }
    }
}

impl FoundDeployment {
    /// Resolves the deployment; where it is no good, the one of `former` stays.
    pub fn resolve(self, store: &Store, former: &Served) -> ResolvedStage {
        let Self { stage, outcome } = self;
        let loaded = match outcome {
            LoadOutcome::Loaded(loaded) => loaded.reloaded(store, &stage.settings.name),
            LoadOutcome::ToResolve(snapshot) => {
                let former = former.of(&stage.settings.name);
                let former = former.and_then(|former| former.loaded.resolved.clone());
                load::replacement(store, &stage.settings, snapshot, former)
            }
        };
        let report = StatusReport::of(&store.tables.stages, &stage, &loaded);
        let EffectiveStage { settings, source, .. } = stage;
        ResolvedStage { stage: LoadedStage { settings, source, loaded }, report }
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
