//! Loading a stage's deployment: what its item points to, or else what was last good.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tracing::error;

use super::{
    plan::{Outcome, Trigger},
    pointer::{self, Resolved, Unusable},
    publish::{invalid_configuration, publish},
    record,
    served::{Follows, Loaded},
};
use crate::{
    error::{InvalidConfiguration, Problem, StoreError, chain},
    stages::StageSettings,
    store::Store,
};

/// The stage's deployment, loaded only if the stage points elsewhere or has other variables than before, or if it
/// points nowhere and its item was repaired.
pub async fn loaded(
    store: &Store,
    stage: &StageSettings,
    previous: Option<(&StageSettings, &Loaded)>,
) -> Loaded {
    if let Some((settings, loaded)) = previous
        && loaded.is_settled
        && settings.deployment_id == stage.deployment_id
        && settings.stage_variables == stage.stage_variables
        && (stage.deployment_id.is_some() || settings.has_problems == stage.has_problems)
    {
        return loaded.clone();
    }
    let previous = previous.and_then(|(_, loaded)| loaded.resolved.as_ref());
    if let Some(resolved) = previous
        && stage.deployment_id.as_ref() == Some(&resolved.id)
        && stage.stage_variables == *resolved.stage_variables
    {
        return served(resolved.clone());
    }
    let outcome = match &stage.deployment_id {
        Some(id) => caught(pointed(store, stage, id)).await,
        None => caught(made(store, stage)).await,
    };
    let missing = match outcome {
        Ok(Ok(resolved)) => return served(resolved),
        Ok(Err(missing)) => missing,
        Err(error) => {
            not_loaded(stage, &error);
            Missing::Unread
        }
    };
    instead(store, stage, previous, missing).await
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

type Wanted = Result<Result<Resolved, Missing>, StoreError>;

/// What the pointer names.
async fn pointed(store: &Store, stage: &StageSettings, id: &str) -> Wanted {
    Ok(pointer::resolved(store, stage, id).await?.map_err(|why| {
        let problems = why.problems(&store.tables.stages, &stage.name, id);
        invalid_configuration(&stage.name, &InvalidConfiguration(problems.clone()));
        Missing::Refused(why, problems)
    }))
}

/// What the route items make, if edits of them go live by themselves.
async fn made(store: &Store, stage: &StageSettings) -> Wanted {
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

/// What is served in the place of what is missing: what this instance serves, what is recorded, or, where all that was
/// published is lost, what the route items make.
async fn instead(
    store: &Store,
    stage: &StageSettings,
    previous: Option<&Resolved>,
    missing: Missing,
) -> Loaded {
    let (is_lost, is_settled, refused) = match missing {
        Missing::Refused(why, problems) => (why.is_lost(), !why.is_lost(), problems),
        Missing::Nothing => (false, true, Vec::new()),
        Missing::Unread => (false, false, Vec::new()),
    };
    let last_good = match previous {
        Some(resolved) => Some(resolved.clone()),
        None => told(stage, caught(recorded(store, stage)).await).flatten(),
    };
    if last_good.is_some() {
        if previous.is_none() {
            error!(metric = "Degraded", stage = stage.name, "what was last good is served");
        }
        return Loaded { resolved: last_good, follows: Follows::LastGood, refused, is_settled };
    }
    if is_lost && let Some(Ok(resolved)) = told(stage, caught(made(store, stage)).await) {
        return served(resolved);
    }
    Loaded { resolved: None, follows: Follows::Item, refused, is_settled }
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
    Loaded { resolved: Some(resolved), follows: Follows::Item, refused: Vec::new(), is_settled: true }
}

/// A panic over one stage's items is a failure of that stage, and of no other.
async fn caught<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    // The panic's own words are in the log already.
    outcome.unwrap_or_else(|_| Err(StoreError::new("loading the deployment", "it panicked")))
}

/// What there is, or nothing and a log line.
fn told<T>(stage: &StageSettings, outcome: Result<T, StoreError>) -> Option<T> {
    outcome.inspect_err(|error| not_loaded(stage, error)).ok()
}

fn not_loaded(stage: &StageSettings, error: &StoreError) {
    error!(metric = "Degraded", stage = stage.name, cause = chain(error), "a deployment could not be loaded");
}
