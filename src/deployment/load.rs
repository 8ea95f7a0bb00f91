//! Loading a stage's deployment: the one that its item points to, or else the last good one.
//!
//! If the item points to none, the route items are published first.

use std::{mem, panic::AssertUnwindSafe, sync::Arc, time::SystemTime};

use futures_util::FutureExt;
use tracing::error;

use super::{
    Snapshot, last_good,
    load_outcome::LoadOutcome,
    pointer::{self, Pointing, ResolvedDeployment, UnpackedDeployment, Unusable},
    publication::Publication,
    publish::{invalid_configuration, publish},
    publish_decision::PublishOutcome,
    served::{Follows, LoadState, Loaded, LoadedStage, Served},
};
use crate::{
    error::{InvalidConfiguration, Problem, StoreError, chain},
    stages::StageSettings,
    store::Store,
};

/// Loads a stage's deployment. The store is asked only if the stage points elsewhere or has other variables than
/// before, or if it points nowhere and its item was repaired.
pub async fn load(
    store: &Store,
    stage: &StageSettings,
    previous: Option<&LoadedStage>,
    now: SystemTime,
) -> LoadOutcome {
    if let Some(LoadedStage { settings, loaded, .. }) = previous
        && loaded.state == LoadState::Final
        && settings.deployment_id == stage.deployment_id
        && settings.stage_variables == stage.stage_variables
        && (stage.deployment_id.is_some() || settings.has_problems == stage.has_problems)
    {
        return LoadOutcome::Loaded(loaded.clone());
    }
    let Some(previous) = previous.and_then(|previous| previous.loaded.resolved.as_ref()) else {
        return LoadOutcome::Loaded(first(store, stage, now).await);
    };
    if stage.deployment_id.as_deref() == Some(previous.id()) {
        return if stage.stage_variables == *previous.stage_variables {
            LoadOutcome::Loaded(Loaded::of_item(previous.clone()))
        } else {
            LoadOutcome::ToResolve(Arc::clone(&previous.snapshot))
        };
    }
    match logged_if_unread(stage, caught(unpacked(store, stage, now)).await) {
        Ok(unpacked) => LoadOutcome::ToResolve(unpacked.snapshot),
        Err(missing) => LoadOutcome::Loaded(fallback(store, stage, Some(previous), missing, now).await),
    }
}

/// The deployment that takes the place of `former` ([`LoadOutcome::ToResolve`]); `former` again if it is no good.
pub fn replacement(
    store: &Store,
    stage: &StageSettings,
    snapshot: Arc<Snapshot>,
    former: Option<ResolvedDeployment>,
) -> Loaded {
    let missing = match caught_now(|| resolve(store, stage, UnpackedDeployment::of(snapshot))) {
        Some(Ok(resolved)) => return Loaded::of_item(resolved),
        Some(Err(missing)) => missing,
        None => Missing::Unread,
    };
    let resolved = former.and_then(|former| reload(store, &stage.name, former));
    let state = missing.state();
    Loaded { resolved, follows: Follows::LastGood, refused: missing.problems(), state }
}

impl Loaded {
    /// Resolves the deployment if it was unloaded; it is none if it cannot be resolved any more.
    pub fn reloaded(mut self, store: &Store, stage: &str) -> Self {
        self.resolved = self.resolved.and_then(|resolved| reload(store, stage, resolved));
        self
    }
}

impl Served {
    /// Resolves all deployments that were unloaded.
    pub fn reloaded(mut self, store: &Store) -> Self {
        for stage in &mut self.stages {
            stage.loaded = mem::take(&mut stage.loaded).reloaded(store, &stage.settings.name);
            let canary = stage.canary.take();
            stage.canary = canary.map(|canary| canary.reloaded(store, &stage.settings.name));
        }
        self.is_unloaded = false;
        self
    }
}

fn reload(store: &Store, stage: &str, resolved: ResolvedDeployment) -> Option<ResolvedDeployment> {
    if resolved.deployment.is_some() {
        return Some(resolved);
    }
    caught_now(|| resolved.reopened(store, stage)).and_then(Result::ok)
}

/// The first deployment that this instance serves of a stage.
async fn first(store: &Store, stage: &StageSettings, now: SystemTime) -> Loaded {
    let resolved = async {
        Ok(unpacked(store, stage, now).await?.and_then(|unpacked| resolve(store, stage, Ok(unpacked))))
    };
    match logged_if_unread(stage, caught(resolved).await) {
        Ok(resolved) => Loaded::of_item(resolved),
        Err(missing) => fallback(store, stage, None, missing, now).await,
    }
}

/// Loads the deployment that the stage's item points to, or the last good one, and publishes nothing.
///
/// # Errors
///
/// The store failed.
pub async fn without_publishing(store: &Store, stage: &StageSettings) -> Result<Loaded, StoreError> {
    if let Some(id) = &stage.deployment_id
        && let Ok(resolved) = pointer::resolved(store, stage, id).await?
    {
        return Ok(Loaded::of_item(resolved));
    }
    let resolved = recorded(store, stage).await?;
    Ok(Loaded { resolved, follows: Follows::LastGood, ..Loaded::default() })
}

/// The reason why there is no deployment of the item's own.
#[derive(Debug)]
enum Missing {
    /// The item's pointer is refused.
    Refused(Unusable, Vec<Problem>),
    /// The item points to none, and its route items make none.
    Nothing,
    /// The store gave no answer.
    Unread,
}

impl Missing {
    fn state(&self) -> LoadState {
        match self {
            Self::Refused(why, _) if why.is_lost() => LoadState::Incomplete,
            Self::Refused(..) | Self::Nothing => LoadState::Final,
            Self::Unread => LoadState::Unread,
        }
    }

    fn problems(self) -> Vec<Problem> {
        match self {
            Self::Refused(_, problems) => problems,
            Self::Nothing | Self::Unread => Vec::new(),
        }
    }
}

/// A deployment or why it is missing, if the store answered.
type LoadResult<T> = Result<Result<T, Missing>, StoreError>;

/// The deployment that the pointer names, or that the route items make where it names none.
async fn unpacked(store: &Store, stage: &StageSettings, now: SystemTime) -> LoadResult<UnpackedDeployment> {
    match &stage.deployment_id {
        Some(id) => pointed(store, stage, id).await,
        None => published(store, stage, now).await,
    }
}

/// The deployment that the pointer names.
async fn pointed(store: &Store, stage: &StageSettings, id: &str) -> LoadResult<UnpackedDeployment> {
    Ok(pointer::published(store, id).await?.map_err(|why| refused(store, stage, id, why)))
}

/// Publishes the route items, if edits of them go live by themselves.
async fn published(store: &Store, stage: &StageSettings, now: SystemTime) -> LoadResult<UnpackedDeployment> {
    let id = match publish(store, &stage.name, Publication::of_edit(now)).await? {
        PublishOutcome::Published { deployment_id, .. }
        | PublishOutcome::Unchanged { deployment_id, .. }
        | PublishOutcome::Restored { deployment_id, .. } => deployment_id,
        PublishOutcome::Invalid { problems, .. } => {
            invalid_configuration(&stage.name, &InvalidConfiguration(problems));
            return Ok(Err(Missing::Nothing));
        }
        PublishOutcome::LeftAlone | PublishOutcome::Applying(_) => return Ok(Err(Missing::Nothing)),
    };
    pointed(store, stage, &id).await
}

fn resolve(
    store: &Store,
    stage: &StageSettings,
    unpacked: Result<UnpackedDeployment, Unusable>,
) -> Result<ResolvedDeployment, Missing> {
    let id = stage.deployment_id.clone().unwrap_or_default();
    let resolved = unpacked.and_then(|unpacked| unpacked.resolve(store, &stage.name, &stage.stage_variables));
    resolved.map_err(|why| refused(store, stage, &id, why))
}

fn refused(store: &Store, stage: &StageSettings, id: &str, why: Unusable) -> Missing {
    let problems = why.problems(&store.tables.stages, &stage.name, id, Pointing::Stage);
    invalid_configuration(&stage.name, &InvalidConfiguration(problems.clone()));
    Missing::Refused(why, problems)
}

/// Takes a store that failed for a reason why the deployment is missing, and logs it.
fn logged_if_unread<T>(stage: &StageSettings, outcome: LoadResult<T>) -> Result<T, Missing> {
    outcome.unwrap_or_else(|error| {
        log_not_loaded(stage, &error);
        Err(Missing::Unread)
    })
}

/// The deployment in the place of a missing one: the one that this instance serves, the recorded one, or, where all
/// that was published is lost, the one that the route items make.
async fn fallback(
    store: &Store,
    stage: &StageSettings,
    previous: Option<&ResolvedDeployment>,
    missing: Missing,
    now: SystemTime,
) -> Loaded {
    let state = missing.state();
    let refused = missing.problems();
    let last_good = match previous {
        Some(resolved) => Some(resolved.clone()),
        None => logged(stage, caught(recorded(store, stage)).await).flatten(),
    };
    if last_good.is_some() {
        if previous.is_none() {
            error!(metric = "Degraded", stage = stage.name, "what was last good is served");
        }
        return Loaded { resolved: last_good, follows: Follows::LastGood, refused, state };
    }
    let anew = async {
        Ok(published(store, stage, now).await?.and_then(|unpacked| resolve(store, stage, Ok(unpacked))))
    };
    if state == LoadState::Incomplete
        && let Some(Ok(resolved)) = logged(stage, caught(anew).await)
    {
        return Loaded::of_item(resolved);
    }
    Loaded { resolved: None, follows: Follows::Item, refused, state }
}

/// The deployment that is recorded as last good, with the variables that it was good with.
async fn recorded(store: &Store, stage: &StageSettings) -> Result<Option<ResolvedDeployment>, StoreError> {
    let Some(last_good) = store.last_good(&stage.name).await? else { return Ok(None) };
    let Some(stage) = last_good::settings(&store.tables.stages, &last_good) else {
        return Ok(None);
    };
    Ok(pointer::resolved(store, &stage, &last_good.deployment_id).await?.ok())
}

/// A panic over one stage's items is a failure of that stage, and of no other.
pub(super) async fn caught<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    // The panic's own words are in the log already.
    outcome.unwrap_or_else(|_| Err(StoreError::new("loading the deployment", "it panicked")))
}

/// The same of what needs no store: `None` after a panic.
pub(super) fn caught_now<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).ok()
}

/// The value, or nothing and a log line.
fn logged<T>(stage: &StageSettings, outcome: Result<T, StoreError>) -> Option<T> {
    outcome.inspect_err(|error| log_not_loaded(stage, error)).ok()
}

pub(super) fn log_not_loaded(stage: &StageSettings, error: &StoreError) {
    error!(metric = "Degraded", stage = stage.name, cause = chain(error), "a deployment could not be loaded");
}
