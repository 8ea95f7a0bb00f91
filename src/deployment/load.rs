//! Loading a stage's deployment: what its item points to, or else what was last good.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use tracing::error;

use super::{
    Snapshot,
    plan::{Outcome, Trigger},
    pointer::{self, Resolved, Unusable, Whole},
    publish::{invalid_configuration, publish},
    record,
    served::{Follows, LoadState, Loaded},
};
use crate::{
    error::{InvalidConfiguration, Problem, StoreError, chain},
    stages::StageSettings,
    store::Store,
};

/// What is to be served of a stage.
#[derive(Debug)]
pub enum Next {
    Is(Loaded),
    /// Another deployment than this instance serves, or the same with other variables: to be resolved when the one that
    /// it serves is put away, so that the two are never in memory together.
    Becomes(Arc<Snapshot>),
}

impl Next {
    /// Takes over what this instance serves, where it is the same: it need not be resolved again.
    pub fn keep(&mut self, stage: &StageSettings, former: &Loaded) {
        let Some(kept) = &former.resolved else { return };
        match self {
            // A look that failed goes by what was served when it began; a later one has been adopted since.
            Self::Is(Loaded {
                resolved: Some(resolved),
                follows: Follows::LastGood,
                state: state @ (LoadState::NotLoaded | LoadState::Incomplete | LoadState::Unread),
                ..
            }) if resolved.id() != kept.id() => {
                *self = Self::Is(Loaded { state: *state, ..former.clone() });
            }
            Self::Is(Loaded { resolved: Some(resolved), .. })
                if resolved.deployment.is_none()
                    && resolved.id() == kept.id()
                    && resolved.stage_variables == kept.stage_variables =>
            {
                resolved.deployment.clone_from(&kept.deployment);
            }
            Self::Becomes(snapshot)
                if snapshot.id == kept.id() && stage.stage_variables == *kept.stage_variables =>
            {
                *self = Self::Is(served(kept.clone()));
            }
            Self::Is(_) | Self::Becomes(_) => {}
        }
    }

    pub fn put_away(&mut self) {
        if let Self::Is(Loaded { resolved: Some(resolved), .. }) = self {
            resolved.deployment = None;
        }
    }
}

/// What is to be served of a stage. The store is asked only if the stage points elsewhere or has other variables than
/// before, or if it points nowhere and its item was repaired.
pub async fn next(store: &Store, stage: &StageSettings, previous: Option<(&StageSettings, &Loaded)>) -> Next {
    if let Some((settings, loaded)) = previous
        && loaded.state == LoadState::Final
        && settings.deployment_id == stage.deployment_id
        && settings.stage_variables == stage.stage_variables
        && (stage.deployment_id.is_some() || settings.has_problems == stage.has_problems)
    {
        return Next::Is(loaded.clone());
    }
    let Some(previous) = previous.and_then(|(_, loaded)| loaded.resolved.as_ref()) else {
        return Next::Is(first(store, stage).await);
    };
    if stage.deployment_id.as_deref() == Some(previous.id()) {
        return if stage.stage_variables == *previous.stage_variables {
            Next::Is(served(previous.clone()))
        } else {
            Next::Becomes(Arc::clone(&previous.snapshot))
        };
    }
    match wanted(stage, caught(whole(store, stage)).await) {
        Ok(whole) => Next::Becomes(whole.snapshot),
        Err(missing) => Next::Is(instead(store, stage, Some(previous), missing).await),
    }
}

/// The deployment that takes the place of `former` ([`Next::Becomes`]); `former` again if it is no good.
pub fn replacement(
    store: &Store,
    stage: &StageSettings,
    snapshot: Arc<Snapshot>,
    former: Option<Resolved>,
) -> Loaded {
    let missing = match caught_now(|| resolve(store, stage, Whole::of(snapshot))) {
        Some(Ok(resolved)) => return served(resolved),
        Some(Err(missing)) => missing,
        None => Missing::Unread,
    };
    let resolved = former.and_then(|former| brought_back(store, &stage.name, former));
    let state = missing.state();
    Loaded { resolved, follows: Follows::LastGood, refused: missing.problems(), state }
}

/// A deployment that was put away; `None` if it cannot be resolved any more.
pub fn brought_back(store: &Store, stage: &str, resolved: Resolved) -> Option<Resolved> {
    if resolved.deployment.is_some() {
        return Some(resolved);
    }
    let Resolved { snapshot, stage_variables, .. } = resolved;
    let again = caught_now(|| Whole::of(snapshot)?.resolve(store, stage, &stage_variables));
    again.and_then(Result::ok)
}

/// The first deployment that this instance serves of a stage.
async fn first(store: &Store, stage: &StageSettings) -> Loaded {
    let resolved =
        async { Ok(whole(store, stage).await?.and_then(|whole| resolve(store, stage, Ok(whole)))) };
    match wanted(stage, caught(resolved).await) {
        Ok(resolved) => served(resolved),
        Err(missing) => instead(store, stage, None, missing).await,
    }
}

/// The deployment that the stage's item points to, or that was last good, and nothing is published.
///
/// # Errors
///
/// The store failed.
pub async fn found(store: &Store, stage: &StageSettings) -> Result<Loaded, StoreError> {
    if let Some(id) = &stage.deployment_id
        && let Ok(resolved) = pointer::resolved(store, stage, id).await?
    {
        return Ok(served(resolved));
    }
    let resolved = recorded(store, stage).await?;
    Ok(Loaded { resolved, follows: Follows::LastGood, ..Loaded::default() })
}

/// Why there is no deployment of the item's own.
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

type Wanted<T> = Result<Result<T, Missing>, StoreError>;

/// The deployment that the pointer names, or that the route items make where it names none.
async fn whole(store: &Store, stage: &StageSettings) -> Wanted<Whole> {
    match &stage.deployment_id {
        Some(id) => pointed(store, stage, id).await,
        None => made(store, stage).await,
    }
}

/// What the pointer names.
async fn pointed(store: &Store, stage: &StageSettings, id: &str) -> Wanted<Whole> {
    Ok(pointer::published(store, id).await?.map_err(|why| refused(store, stage, id, why)))
}

/// What the route items make, if edits of them go live by themselves.
async fn made(store: &Store, stage: &StageSettings) -> Wanted<Whole> {
    let id = match publish(store, &stage.name, Trigger::Edit).await? {
        Outcome::Published { deployment_id, .. }
        | Outcome::Unchanged { deployment_id, .. }
        | Outcome::Restored { deployment_id, .. } => deployment_id,
        Outcome::Invalid { problems, .. } => {
            invalid_configuration(&stage.name, &InvalidConfiguration(problems));
            return Ok(Err(Missing::Nothing));
        }
        Outcome::LeftAlone => return Ok(Err(Missing::Nothing)),
    };
    pointed(store, stage, &id).await
}

fn resolve(
    store: &Store,
    stage: &StageSettings,
    whole: Result<Whole, Unusable>,
) -> Result<Resolved, Missing> {
    let id = stage.deployment_id.clone().unwrap_or_default();
    let resolved = whole.and_then(|whole| whole.resolve(store, &stage.name, &stage.stage_variables));
    resolved.map_err(|why| refused(store, stage, &id, why))
}

fn refused(store: &Store, stage: &StageSettings, id: &str, why: Unusable) -> Missing {
    let problems = why.problems(&store.tables.stages, &stage.name, id);
    invalid_configuration(&stage.name, &InvalidConfiguration(problems.clone()));
    Missing::Refused(why, problems)
}

/// What is wanted, or why it is missing; a store that failed is told in the log.
fn wanted<T>(stage: &StageSettings, outcome: Wanted<T>) -> Result<T, Missing> {
    outcome.unwrap_or_else(|error| {
        not_loaded(stage, &error);
        Err(Missing::Unread)
    })
}

/// What is served in the place of what is missing: what this instance serves, what is recorded, or, where all that was
/// published is lost, what the route items make.
async fn instead(
    store: &Store,
    stage: &StageSettings,
    previous: Option<&Resolved>,
    missing: Missing,
) -> Loaded {
    let state = missing.state();
    let refused = missing.problems();
    let last_good = match previous {
        Some(resolved) => Some(resolved.clone()),
        None => told(stage, caught(recorded(store, stage)).await).flatten(),
    };
    if last_good.is_some() {
        if previous.is_none() {
            error!(metric = "Degraded", stage = stage.name, "what was last good is served");
        }
        return Loaded { resolved: last_good, follows: Follows::LastGood, refused, state };
    }
    let anew = async { Ok(made(store, stage).await?.and_then(|whole| resolve(store, stage, Ok(whole)))) };
    if state == LoadState::Incomplete
        && let Some(Ok(resolved)) = told(stage, caught(anew).await)
    {
        return served(resolved);
    }
    Loaded { resolved: None, follows: Follows::Item, refused, state }
}

/// What is recorded as last good, with the variables that it was good with.
async fn recorded(store: &Store, stage: &StageSettings) -> Result<Option<Resolved>, StoreError> {
    let Some(last_good) = store.last_good(&stage.name).await? else { return Ok(None) };
    let Some(stage) = record::settings(&store.tables.stages, &last_good) else {
        return Ok(None);
    };
    Ok(pointer::resolved(store, &stage, &last_good.deployment_id).await?.ok())
}

fn served(resolved: Resolved) -> Loaded {
    Loaded { resolved: Some(resolved), follows: Follows::Item, refused: Vec::new(), state: LoadState::Final }
}

/// A panic over one stage's items is a failure of that stage, and of no other.
async fn caught<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    // The panic's own words are in the log already.
    outcome.unwrap_or_else(|_| Err(StoreError::new("loading the deployment", "it panicked")))
}

/// The same of what needs no store: `None` after a panic.
fn caught_now<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).ok()
}

/// What there is, or nothing and a log line.
fn told<T>(stage: &StageSettings, outcome: Result<T, StoreError>) -> Option<T> {
    outcome.inspect_err(|error| not_loaded(stage, error)).ok()
}

fn not_loaded(stage: &StageSettings, error: &StoreError) {
    error!(metric = "Degraded", stage = stage.name, cause = chain(error), "a deployment could not be loaded");
}
