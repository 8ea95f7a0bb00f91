//! All stages with their deployments, as an instance serves them.

use super::{Deployment, pointer::Resolved};
use crate::{
    error::{GatewayError, Problem},
    item::StageVariables,
    stages::{self, FoundStage, StageSettings},
};

/// All stages at one moment.
#[derive(Clone, Debug, Default)]
pub struct Served {
    pub(super) stages: Vec<StageSettings>,
    /// For each of `stages`.
    pub(super) loaded: Vec<Loaded>,
    /// For each of `stages`.
    pub(super) goes_by: Vec<GoesBy>,
    /// No deployment is at hand, only what they are resolved of.
    pub(super) is_put_away: bool,
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
    /// The canonical path below the base path.
    pub path: &'a str,
}

/// Whether a stage is as its item says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Configuration {
    AsWritten,
    /// The item is no good, or what it points to: this is what was last good.
    LastGood,
}

/// What came of loading a stage's deployment. By default: nothing yet.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub resolved: Option<Resolved>,
    pub follows: Follows,
    /// Why the item's pointer is refused.
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

/// Which deployment it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Follows {
    /// The one that the item points to, or that was made of the route items where it points to none.
    #[default]
    Item,
    LastGood,
}

/// Why a stage is where it is, with its variables and limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoesBy {
    /// Its item, but for switches that cannot be read.
    Item,
    /// What was last good: it is not clear what the item serves or where, or that place is another stage's.
    LastGood,
    /// Nothing was ever good; the settings say where the stage likely is.
    Likelihood,
    /// Nothing: where it wants to be, and was last, is another stage.
    Nothing,
}

impl Served {
    /// # Errors
    ///
    /// No stage serves this host and path, or the stage has never had a valid deployment.
    pub fn find<'a>(&'a self, host: &str, path: &'a str) -> Result<ServedStage<'a>, GatewayError> {
        let Some(FoundStage { index, path }) = self.stage_of(host, path) else {
            return Err(GatewayError::StageNotFound { host: host.to_owned(), path: path.to_owned() });
        };
        let settings = &self.stages[index];
        let loaded = &self.loaded[index];
        let Some((resolved, deployment)) =
            loaded.resolved.as_ref().and_then(|resolved| Some((resolved, resolved.deployment.as_deref()?)))
        else {
            return Err(GatewayError::StageUnavailable { stage: settings.name.clone() });
        };
        let configuration = match (self.goes_by[index], loaded.follows) {
            (GoesBy::Item, Follows::Item) => Configuration::AsWritten,
            (GoesBy::LastGood | GoesBy::Likelihood | GoesBy::Nothing, _) | (_, Follows::LastGood) => {
                Configuration::LastGood
            }
        };
        Ok(ServedStage {
            settings,
            deployment_id: resolved.id(),
            deployment,
            stage_variables: &resolved.stage_variables,
            configuration,
            path,
        })
    }

    /// A stage that only may be somewhere, or was never published, takes no host from those that are there.
    pub(super) fn stage_of<'a>(&self, host: &str, path: &'a str) -> Option<FoundStage<'a>> {
        let was_published = |index: usize| {
            self.stages[index].deployment_id.is_some() || self.loaded[index].resolved.is_some()
        };
        let may_claim = |index: usize| self.goes_by[index] != GoesBy::Likelihood && was_published(index);
        stages::find(&self.stages, may_claim, host, path)
    }

    pub(super) fn of(&self, name: &str) -> Option<(&StageSettings, &Loaded)> {
        let index = self.stages.iter().position(|stage| stage.name == name)?;
        Some((&self.stages[index], &self.loaded[index]))
    }

    pub(super) fn put_away(&mut self) {
        for resolved in self.loaded.iter_mut().filter_map(|loaded| loaded.resolved.as_mut()) {
            resolved.deployment = None;
        }
        self.is_put_away = true;
    }

    /// Of stages in the order in which they are searched.
    pub(super) fn new(stages: impl Iterator<Item = (StageSettings, GoesBy, Loaded)>) -> Self {
        let mut served = Self::default();
        for (settings, goes_by, loaded) in stages.filter(|(_, goes_by, _)| *goes_by != GoesBy::Nothing) {
            served.stages.push(settings);
            served.goes_by.push(goes_by);
            served.loaded.push(loaded);
        }
        served
    }
}
