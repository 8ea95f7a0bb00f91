//! What an instance writes beside requests: that what it serves is good, and what is wrong with a stage item.
//!
//! Many instances see the same: each writes only what is not written yet, and tries it once.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::{Map, Value};

use super::{
    places::Claim,
    publish::{Told, tell},
    record,
    served::{Follows, GoesBy, Loaded},
    standing::Standing,
};
use crate::{
    error::{Problem, StoreError},
    stages::StageSettings,
    store::{LastGood, Moved, Store},
};

/// What is to be seen to, of one stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    stage: String,
    /// What is served, where that is what the item points to.
    good: Option<LastGood>,
    /// What the item should say and does not, as a fingerprint of both.
    untold: Option<Untold>,
}

#[derive(Clone, Debug, PartialEq)]
struct Untold {
    problems: Vec<Problem>,
    status: Option<Value>,
    message: Option<Value>,
}

/// What was seen to, by stage.
#[derive(Debug, Default)]
pub struct Upkeep {
    done: Mutex<HashMap<String, Duty>>,
}

impl Duty {
    pub fn of(table: &str, standing: &Standing, loaded: &Loaded) -> Self {
        let Standing { name, settings, goes_by, problems, item } = standing;
        let problems: Vec<Problem> = problems.iter().chain(&loaded.refused).cloned().collect();
        let follows = *goes_by == GoesBy::Item && loaded.follows == Follows::Item && problems.is_empty();
        let resolved = loaded.resolved.as_ref();
        let pointed = resolved
            .filter(|resolved| follows && settings.deployment_id.as_ref() == Some(&resolved.snapshot.id));
        let good = pointed.map(|resolved| LastGood {
            deployment_id: resolved.id().to_owned(),
            item: record::of_item(item),
        });
        let names_none = settings.deployment_id.is_none() && !settings.auto_deploy && resolved.is_some();
        let is_told = !names_none && is_told(table, name, &problems, item);
        let untold = (!is_told).then(|| Untold {
            problems,
            status: item.get("lastDeploymentStatus").cloned(),
            message: item.get("lastDeploymentMessage").cloned(),
        });
        Self { stage: name.clone(), good, untold }
    }
}

/// Whether the item says its problems, or no longer says any where there are none.
fn is_told(table: &str, stage: &str, problems: &[Problem], item: &Map<String, Value>) -> bool {
    let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
    let (status, message) = (text("lastDeploymentStatus"), text("lastDeploymentMessage"));
    let is_invalid = status == "INVALID";
    if problems.is_empty() {
        let of_item = format!("\n{table} [stage={stage}] ");
        return !is_invalid || !message.contains(&of_item);
    }
    is_invalid && problems.iter().all(|problem| message.contains(&problem.to_string()))
}

impl Upkeep {
    /// Does what this instance has not done yet. To tell what is wrong, the stage's items are resolved: `make_room`
    /// first.
    ///
    /// # Errors
    ///
    /// The store failed; it is tried again with the next refresh.
    pub async fn attend(
        &self,
        store: &Store,
        mut duty: Duty,
        make_room: impl FnOnce(),
    ) -> Result<(), StoreError> {
        let done = self.done().get(&duty.stage).cloned();
        let done = done.as_ref();
        if let Some(good) = &duty.good
            && done.and_then(|done| done.good.as_ref()) != Some(good)
            && confirm(store, &duty.stage, good).await? == Moved::ChangedMeanwhile
        {
            // What is there now is seen with the next refresh.
            return Ok(());
        }
        if duty.untold.is_some() && done.is_none_or(|done| done.untold != duty.untold) {
            make_room();
            if tell(store, &duty.stage).await? == Told::Now {
                // If the item does not say it with the next refresh, somebody has written over it.
                duty.untold = None;
            }
        }
        self.done().insert(duty.stage.clone(), duty);
        Ok(())
    }

    fn done(&self) -> MutexGuard<'_, HashMap<String, Duty>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes sure that what is served is recorded as good, and its place as the stage's: an operator may have moved either
/// by hand.
async fn confirm(store: &Store, stage: &str, good: &LastGood) -> Result<Moved, StoreError> {
    let Some(row) = store.stage(stage).await? else { return Ok(Moved::ChangedMeanwhile) };
    if record::of_item(&row.item) != good.item {
        return Ok(Moved::ChangedMeanwhile);
    }
    if store.last_good(stage).await?.as_ref() != Some(good)
        && store.record_last_good(stage, good).await? == Moved::ChangedMeanwhile
    {
        return Ok(Moved::ChangedMeanwhile);
    }
    let Ok(settings) = StageSettings::parse(&store.tables.stages, &row.item).value else {
        return Ok(Moved::ChangedMeanwhile);
    };
    let claim = Claim::of(store, &settings).await?;
    if claim.taken.is_empty() { claim.take(store, stage).await } else { Ok(Moved::Moved) }
}
