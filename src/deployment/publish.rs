//! Publishing: a stage's items become a deployment, and the stage points to it.
//!
//! An invalid set changes nothing that is served. Two publishers may race: the stage item is read before the
//! routes, and its pointer moves only if it is still as it was read.

use serde_json::{Map, Value};
use tracing::error;

use super::{
    Snapshot,
    made::Made,
    places::Claim,
    plan::{Found, Outcome, Plan, Pointed, Purpose, Stored, Trigger, Write, plan},
    pointer,
};
use crate::{
    error::{InvalidConfiguration, StoreError},
    item::StageVariables,
    stages::{PartialSettings, StageSettings},
    store::{Moved, Pointer, Record, Store},
};

/// Other publishers may be quicker so often.
const ATTEMPTS: usize = 5;

/// Publishes `stage`.
///
/// # Errors
///
/// The store failed; nothing that is served has changed, and the caller may try again.
pub async fn publish(store: &Store, stage: &str, trigger: Trigger) -> Result<Outcome, StoreError> {
    act(store, stage, Purpose::Publish(trigger)).await.map(|(outcome, _)| outcome)
}

/// What publishing `stage` would come to, unless what it points to is no good. Changes nothing; `None`: there is no
/// such stage.
///
/// # Errors
///
/// The store failed.
pub async fn check(store: &Store, stage: &str) -> Result<Option<Outcome>, StoreError> {
    let Some(found) = find(store, stage, Purpose::Check).await? else { return Ok(None) };
    let outcome = plan(store, stage, Purpose::Check, &found).outcome;
    Ok((outcome != Outcome::LeftAlone).then_some(outcome))
}

/// Has the stage item say how it is with the stage, as far as it does not yet; where it names no deployment and is not
/// to get one by itself, it names what is served from now on.
///
/// # Errors
///
/// The store failed.
pub async fn tell(store: &Store, stage: &str) -> Result<Told, StoreError> {
    act(store, stage, Purpose::Status).await.map(|(_, told)| told)
}

/// Whether the stage item was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Now,
    Already,
}

async fn act(store: &Store, stage: &str, purpose: Purpose) -> Result<(Outcome, Told), StoreError> {
    for _ in 0..ATTEMPTS {
        let Some(mut found) = find(store, stage, purpose).await? else {
            return Ok((Outcome::LeftAlone, Told::Already));
        };
        let mut planned = plan(store, stage, purpose, &found);
        if matches!(planned.outcome, Outcome::Invalid { .. }) && found.pointed.problems.is_empty() {
            // The pointer stays, so what is wrong with it is told as well.
            found.pointed = pointed(store, stage, &found).await?;
            planned = plan(store, stage, purpose, &found);
        }
        let Plan { outcome, snapshot, write } = planned;
        // Each step before the last one leaves what is served as it is, and is done again by whoever comes next.
        let outcome = match &snapshot {
            Some(snapshot) => keep(store, stage, snapshot, outcome).await?,
            None => outcome,
        };
        let Some(write) = write else { return Ok((outcome, Told::Already)) };
        if write.deployment_id.is_some() && found.claim.take(store, stage).await? == Moved::ChangedMeanwhile {
            continue;
        }
        match store.point(stage, found.row.as_ref(), &pointer_of(&found, &write)).await? {
            Moved::Moved => return Ok((outcome, Told::Now)),
            Moved::ChangedMeanwhile => {}
        }
    }
    Err(StoreError::new("moving the stage's pointer", format!("others were quicker {ATTEMPTS} times")))
}

fn pointer_of<'a>(found: &'a Found, write: &'a Write) -> Pointer<'a> {
    let record = match &write.last_good {
        Some(last_good) => Record::Write(last_good),
        None if found.row.is_none() && found.last_good.is_some() => Record::Forget,
        None => Record::Keep,
    };
    let Write { deployment_id, status, message, .. } = write;
    Pointer { deployment_id: deployment_id.as_deref(), status, message, record }
}

/// Stores a deployment, unless all of it is stored already.
async fn keep(
    store: &Store,
    stage: &str,
    snapshot: &Snapshot,
    outcome: Outcome,
) -> Result<Outcome, StoreError> {
    let Snapshot { id, deflated } = snapshot;
    if pointer::is_stored(store, id).await? {
        return Ok(outcome);
    }
    store.keep_snapshot(id, stage, deflated).await?;
    Ok(match outcome {
        Outcome::Unchanged { deployment_id, footprint, warnings } => {
            Outcome::Restored { deployment_id, footprint, warnings }
        }
        other => other,
    })
}

/// All that a plan needs; `None`: the stage is not to be looked at.
async fn find(store: &Store, stage: &str, purpose: Purpose) -> Result<Option<Found>, StoreError> {
    // The stage first: whoever edits a route after this read publishes after us, and we notice.
    let row = store.stage(stage).await?;
    let named = Map::from_iter([("stage".to_owned(), Value::from(stage))]);
    let item = row.as_ref().map_or(&named, |row| &row.item);
    let settings = StageSettings::parse(&store.tables.stages, item);
    let stage_variables = match StageSettings::salvage(&store.tables.stages, item) {
        Some(PartialSettings::Whole(settings) | PartialSettings::Place(settings)) => settings.stage_variables,
        None => StageVariables::new(),
    };
    let mut found = Found {
        row,
        settings,
        stage_variables,
        made: None,
        last_good: None,
        claim: Claim::default(),
        pointed: Pointed::default(),
    };
    let waits = match purpose {
        Purpose::Publish(Trigger::Edit) => !found.auto_deploys(),
        Purpose::Status => found.row.is_none(),
        Purpose::Publish(Trigger::Request) | Purpose::Check => false,
    };
    if waits {
        return Ok(None);
    }
    if purpose != Purpose::Status || found.auto_deploys() {
        found.made = Some(Made::read(store, stage, &found.stage_variables).await?);
    }
    if found.row.is_none() && found.made.as_ref().is_none_or(|made| !made.has_items) {
        return Ok(None);
    }
    found.last_good = store.last_good(stage).await?;
    if let Ok(settings) = &found.settings.value {
        found.claim = Claim::of(store, settings).await?;
    }
    found.pointed = match purpose {
        Purpose::Publish(_) => Pointed::default(),
        Purpose::Check | Purpose::Status => pointed(store, stage, &found).await?,
    };
    Ok(Some(found))
}

/// Looks at what the stage points to.
async fn pointed(store: &Store, stage: &str, found: &Found) -> Result<Pointed, StoreError> {
    let names_none = found.row.as_ref().is_none_or(|row| row.deployment_id.is_none());
    let Some(id) = found.served().filter(|_| !names_none || !found.auto_deploys()) else {
        return Ok(Pointed::default());
    };
    let looked = match &found.settings.value {
        Ok(settings) => pointer::resolved(store, settings, id).await?.map(drop),
        // What is wrong with the stage's variables is told already.
        Err(_) => pointer::published(store, id).await?.and_then(|whole| whole.check_stage(stage)),
    };
    Ok(match looked {
        Ok(()) => Pointed::default(),
        Err(why) => Pointed {
            problems: why.problems(&store.tables.stages, stage, id),
            stored: if why.is_lost() { Stored::Lost } else { Stored::Whole },
        },
    })
}

/// The log line that the metric `ConfigurationInvalid` is read from.
pub fn invalid_configuration(stage: &str, invalid: &InvalidConfiguration) {
    error!(metric = "ConfigurationInvalid", stage, problems = %invalid, "items are invalid; what was served stays");
}
