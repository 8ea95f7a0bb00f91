//! Loading the deployment of a stage's canary, beside the stage's own.
//!
//! There is nothing in its place: without it, the stage is served as if it had no canary.

use std::sync::Arc;

use super::{
    Snapshot,
    load::{caught, caught_now, log_not_loaded},
    load_outcome::LoadOutcome,
    pointer::{self, Pointing, ResolvedDeployment, UnpackedDeployment, Unusable},
    publish::invalid_configuration,
    served::{Follows, LoadState, Loaded, LoadedStage},
};
use crate::{
    canary::CanarySettings,
    error::{InvalidConfiguration, Problem, StoreError},
    stages::StageSettings,
    store::Store,
};

/// Loads the deployment of a stage's canary; `None`: it has none that is on. The store is asked only if the canary is
/// another than before.
pub async fn load(
    store: &Store,
    stage: &StageSettings,
    previous: Option<&LoadedStage>,
) -> Option<LoadOutcome> {
    let canary = stage.active_canary()?;
    let before =
        previous.and_then(|previous| Some((previous.settings.active_canary()?, previous.canary.as_ref()?)));
    if let Some((settings, loaded)) = before
        && settings.deployment_id == canary.deployment_id
    {
        if loaded.state == LoadState::Final && settings.stage_variables == canary.stage_variables {
            return Some(LoadOutcome::Loaded(loaded.clone()));
        }
        if let Some(resolved) = &loaded.resolved {
            return Some(LoadOutcome::ToResolve(Arc::clone(&resolved.snapshot)));
        }
    }
    let read = async { pointer::published(store, &canary.deployment_id).await };
    Some(match caught(read).await {
        Ok(Ok(unpacked)) => LoadOutcome::ToResolve(unpacked.snapshot),
        Ok(Err(why)) => LoadOutcome::Loaded(refused(store, stage, canary, &why)),
        Err(error) => {
            log_not_loaded(stage, &error);
            LoadOutcome::Loaded(without(LoadState::Unread))
        }
    })
}

/// Resolves the canary's deployment ([`LoadOutcome::ToResolve`]).
pub fn resolved(store: &Store, stage: &StageSettings, snapshot: Arc<Snapshot>) -> Loaded {
    let Some(canary) = stage.active_canary() else { return Loaded::default() };
    let resolved = || {
        UnpackedDeployment::of(snapshot)
            .and_then(|unpacked| unpacked.resolve(store, &stage.name, &canary.stage_variables))
    };
    match caught_now(resolved) {
        Some(Ok(resolved)) => Loaded::of_item(resolved),
        Some(Err(why)) => refused(store, stage, canary, &why),
        None => without(LoadState::Unread),
    }
}

/// Reads the deployment of a stage's canary and resolves it.
///
/// # Errors
///
/// The store failed.
pub async fn checked(
    store: &Store,
    stage: &str,
    canary: &CanarySettings,
) -> Result<Result<ResolvedDeployment, Vec<Problem>>, StoreError> {
    let published = pointer::published(store, &canary.deployment_id).await?;
    let resolved = published.and_then(|unpacked| unpacked.resolve(store, stage, &canary.stage_variables));
    Ok(resolved.map_err(|why| problems(store, stage, canary, &why)))
}

fn problems(store: &Store, stage: &str, canary: &CanarySettings, why: &Unusable) -> Vec<Problem> {
    why.problems(&store.tables.stages, stage, &canary.deployment_id, Pointing::Canary)
}

fn refused(store: &Store, stage: &StageSettings, canary: &CanarySettings, why: &Unusable) -> Loaded {
    let problems = problems(store, &stage.name, canary, why);
    invalid_configuration(&stage.name, &InvalidConfiguration(problems.clone()));
    let state = if why.is_lost() { LoadState::Incomplete } else { LoadState::Final };
    Loaded { refused: problems, ..without(state) }
}

fn without(state: LoadState) -> Loaded {
    Loaded { resolved: None, follows: Follows::Item, refused: Vec::new(), state }
}
