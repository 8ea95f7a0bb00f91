//! All stages with their deployments, as an instance serves them.

use super::{Deployment, pointer::ResolvedDeployment};
use crate::{
    canary::CanarySettings,
    context::StageVersion,
    error::{GatewayError, Problem},
    item::StageVariables,
    stages::{self, FoundStage, HostClaim, SearchedStage, StageSettings},
};

/// All stages at one moment, in the order in which they are searched.
#[derive(Clone, Debug, Default)]
pub struct Served {
    pub(super) stages: Vec<LoadedStage>,
    /// No deployment is in memory, only the snapshots that they are resolved from.
    pub(super) is_unloaded: bool,
}

/// A stage and the deployment that is served of it.
#[derive(Clone, Debug)]
pub struct LoadedStage {
    pub settings: StageSettings,
    pub source: SettingsSource,
    pub loaded: Loaded,
    /// The deployment of its canary; `None`: it has none that is on.
    pub canary: Option<Loaded>,
}

/// The stage that serves a request.
#[derive(Clone, Copy, Debug)]
pub struct ServedStage<'a> {
    pub settings: &'a StageSettings,
    pub deployment_id: &'a str,
    pub deployment: &'a Deployment,
    /// Those that the deployment was resolved with.
    pub stage_variables: &'a StageVariables,
    pub configuration: Configuration,
    pub version: StageVersion,
    /// The deployment of its canary, where that is at hand.
    pub canary: Option<ServedCanary<'a>>,
    /// The canonical path below the base path.
    pub path: &'a str,
}

/// The canary of a stage, which may serve a request in its place.
#[derive(Clone, Copy, Debug)]
pub struct ServedCanary<'a> {
    pub settings: &'a CanarySettings,
    resolved: &'a ResolvedDeployment,
}

/// Says if a stage is served as its item is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Configuration {
    AsWritten,
    /// The item is no good, or what it points to: this is what was last good.
    LastGood,
    /// The deployment of its canary could not be loaded.
    WithoutCanary,
}

/// The result of loading a stage's deployment. By default: nothing yet.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub resolved: Option<ResolvedDeployment>,
    pub follows: Follows,
    /// The reason why the item's pointer is refused.
    pub refused: Vec<Problem>,
    pub state: LoadState,
}

/// Says if loading a deployment again may bring something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadState {
    #[default]
    NotLoaded,
    /// It worked, or its items are invalid: only an edit changes that.
    Final,
    /// The store has nothing under this id, or not all of it: a publisher may store it again.
    Incomplete,
    /// The store gave no answer.
    Unread,
}

/// The origin of the deployment that is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Follows {
    /// The one that the item points to, or that was made of the route items where it points to none.
    #[default]
    Item,
    LastGood,
}

/// The origin of a stage's settings: where it is, its variables and limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsSource {
    /// Its item, but for switches that cannot be read.
    Item,
    /// The last good settings: it is not clear what the item serves or where, or that base path is another stage's.
    LastGood,
    /// Nothing was ever good; the settings say where the stage likely is.
    Guess,
    /// None: where it wants to be, and was last, is another stage.
    Nowhere,
}

impl Loaded {
    /// The deployment that the item asks for.
    pub fn of_item(resolved: ResolvedDeployment) -> Self {
        Self {
            resolved: Some(resolved),
            follows: Follows::Item,
            refused: Vec::new(),
            state: LoadState::Final,
        }
    }
}

impl LoadedStage {
    /// A stage that only may be somewhere, or was never published, takes no host from those that are there.
    fn host_claim(&self) -> HostClaim {
        let was_published = self.settings.deployment_id.is_some() || self.loaded.resolved.is_some();
        match self.source {
            SettingsSource::Item | SettingsSource::LastGood | SettingsSource::Nowhere if was_published => {
                HostClaim::Exclusive
            }
            SettingsSource::Item
            | SettingsSource::LastGood
            | SettingsSource::Nowhere
            | SettingsSource::Guess => HostClaim::Shared,
        }
    }

    fn served_canary(&self) -> Option<ServedCanary<'_>> {
        let resolved = self.canary.as_ref()?.resolved.as_ref()?;
        Some(ServedCanary { settings: self.settings.active_canary()?, resolved })
    }

    fn configuration(&self) -> Configuration {
        match (self.source, self.loaded.follows) {
            (SettingsSource::Item, Follows::Item) => match &self.canary {
                Some(Loaded { resolved: None, .. }) => Configuration::WithoutCanary,
                Some(Loaded { resolved: Some(_), .. }) | None => Configuration::AsWritten,
            },
            (SettingsSource::LastGood | SettingsSource::Guess | SettingsSource::Nowhere, _)
            | (SettingsSource::Item, Follows::LastGood) => Configuration::LastGood,
        }
    }
}

impl<'a> ServedStage<'a> {
    /// The stage as this version of it serves; as it is, where there is no such version.
    pub fn of_version(self, version: StageVersion) -> Self {
        let canary = match version {
            StageVersion::Own => None,
            StageVersion::Canary(_) => self.canary,
        };
        let Some(ServedCanary { resolved, .. }) = canary else { return self };
        let Some(deployment) = resolved.deployment.as_deref() else { return self };
        let (deployment_id, stage_variables) = (resolved.id(), &*resolved.stage_variables);
        Self { version, deployment_id, deployment, stage_variables, ..self }
    }

    /// The stage as each of its versions serves.
    pub fn versions(self) -> impl Iterator<Item = Self> {
        let canary = self.canary.map(|canary| self.of_version(StageVersion::Canary(canary.settings.cache)));
        std::iter::once(self).chain(canary)
    }
}

impl Served {
    /// Leaves out the stages that are nowhere.
    pub(super) fn new(mut stages: Vec<LoadedStage>) -> Self {
        stages.retain(|stage| stage.source != SettingsSource::Nowhere);
        Self { stages, is_unloaded: false }
    }

    /// # Errors
    ///
    /// No stage serves this host and path, or the stage has never had a valid deployment.
    pub fn find<'a>(&'a self, host: &str, path: &'a str) -> Result<ServedStage<'a>, GatewayError> {
        let Some(FoundStage { index, path }) = self.stage_of(host, path) else {
            return Err(GatewayError::StageNotFound { host: host.to_owned(), path: path.to_owned() });
        };
        let stage = &self.stages[index];
        let unavailable = || GatewayError::StageUnavailable { stage: stage.settings.name.clone() };
        let resolved = stage.loaded.resolved.as_ref().ok_or_else(unavailable)?;
        let deployment = resolved.deployment.as_deref().ok_or_else(unavailable)?;
        Ok(ServedStage {
            settings: &stage.settings,
            deployment_id: resolved.id(),
            deployment,
            stage_variables: &resolved.stage_variables,
            configuration: stage.configuration(),
            version: StageVersion::Own,
            canary: stage.served_canary(),
            path,
        })
    }

    pub(super) fn stage_of<'a>(&self, host: &str, path: &'a str) -> Option<FoundStage<'a>> {
        let searched = self
            .stages
            .iter()
            .map(|stage| SearchedStage { settings: &stage.settings, host_claim: stage.host_claim() });
        stages::find(searched, host, path)
    }

    pub(super) fn of(&self, name: &str) -> Option<&LoadedStage> {
        self.stages.iter().find(|stage| stage.settings.name == name)
    }

    /// Drops the deployments; their snapshots stay.
    pub(super) fn unload(&mut self) {
        let all = self.stages.iter_mut().flat_map(|stage| [Some(&mut stage.loaded), stage.canary.as_mut()]);
        for resolved in all.flatten().filter_map(|loaded| loaded.resolved.as_mut()) {
            resolved.deployment = None;
        }
        self.is_unloaded = true;
    }
}
