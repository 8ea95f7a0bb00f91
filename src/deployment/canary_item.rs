//! What a stage item says of its canary, and what each change of a canary needs.

use serde_json::{Map, Value};

use super::{
    pointer::{ResolvedDeployment, Validation},
    publish::ATTEMPTS,
    validation,
};
use crate::{
    canary::{CanaryRollback, CanarySettings},
    error::{InvalidConfiguration, StoreError},
    stages::StageSettings,
    store::{StageRow, Store},
};

type Item = Map<String, Value>;

pub(super) const CANARY: &str = "canarySettings";
pub(super) const ROLLBACK: &str = "canaryRollback";

/// Says if a stage has a canary, be it one that was switched off.
pub fn has_canary(item: &Item) -> bool {
    item.get(CANARY).is_some_and(|value| !value.is_null())
}

/// The settings of the canary that a stage has, unless it was switched off.
pub fn standing(item: &Item) -> Option<&Item> {
    let settings = item.get(CANARY)?.as_object()?;
    rollback(item).is_none().then_some(settings)
}

/// The record that the canary which a stage has was switched off.
pub fn rollback(item: &Item) -> Option<CanaryRollback> {
    let id = item.get(CANARY)?.get("deploymentId").and_then(Value::as_str).unwrap_or_default();
    CanaryRollback::read(item.get(ROLLBACK)?, id)
}

/// The canary of a stage whose item had these `canarySettings`.
///
/// # Errors
///
/// All problems of the item.
pub fn canary_of(
    store: &Store,
    row: &StageRow,
    fields: &Item,
) -> Result<CanarySettings, InvalidConfiguration> {
    let mut item = row.item.clone();
    item.insert(CANARY.to_owned(), Value::Object(fields.clone()));
    item.remove(ROLLBACK);
    let settings = StageSettings::parse(&store.tables.stages, &item).value?;
    Ok(*settings.canary.expect("it is there, and nothing is wrong with it"))
}

/// Stores that the deployment is valid with the canary's variables, so that no instance finds it out again.
///
/// # Errors
///
/// The store failed.
pub async fn keep_validation(
    store: &Store,
    stage: &str,
    resolved: &ResolvedDeployment,
) -> Result<(), StoreError> {
    match &resolved.validation {
        Validation::Stored => Ok(()),
        Validation::New(mark) => {
            store.keep_validation(resolved.id(), stage, mark, validation::version()).await.map(drop)
        }
    }
}

/// The error of a change that was never the first one.
pub fn others_were_quicker() -> StoreError {
    StoreError::new("changing the canary", format!("others were quicker {ATTEMPTS} times"))
}
