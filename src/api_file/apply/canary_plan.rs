//! A plan whose deployments become canaries, and why a plan cannot be one.
//!
//! A canary has its own deployment and stage variables. Whatever else an apply changes acts for all requests, so it is
//! refused.

use serde_json::{Map, Value};

use super::{
    plan::Plan,
    stage_plan::{CanaryChange, StageChange, StagePlan, StageWork},
};
use crate::{
    api_file::item_size::too_large_with_room,
    canary::Percent,
    deployment::{canary_rollback, standing_canary},
    error::{InvalidConfiguration, ItemId, Problem},
    stages::StageSettings,
};

type Item = Map<String, Value>;

/// The reason why a plan is none of canaries.
#[derive(Clone, Debug, PartialEq)]
pub enum NoCanary {
    /// Usage plans or keys change.
    KeysOrPlans,
    /// The stage is to be removed.
    Removed { stage: String },
    /// There is nothing that it could be a canary of.
    NothingServed { stage: String },
    /// The stage serves this very deployment, with the same variables.
    ServedAlready { stage: String, deployment_id: String },
    /// These fields of the stage item change.
    Fields { stage: String, fields: Vec<String> },
    /// All that is wrong with `canarySettings`.
    Invalid(Vec<Problem>),
}

const VARIABLES: &str = "stageVariables";
/// The end of a canary may have switched it off. It stays as the table has it: what the file says comes with an apply
/// without a canary.
const AUTO_DEPLOY: &str = "autoDeploy";

impl Plan {
    /// The plan that makes canaries of what this one would serve to all. `settings` are fields of `canarySettings`; those
    /// that are not named stay as a canary has them, also one that was switched off. `table` is that of the stages.
    ///
    /// # Errors
    ///
    /// All reasons why it cannot be.
    pub fn into_canary(mut self, table: &str, settings: &Item) -> Result<Self, Vec<NoCanary>> {
        let mut reasons = Vec::new();
        if self.changes_keys_or_plans() {
            reasons.push(NoCanary::KeysOrPlans);
        }
        for plan in &mut self.stages {
            match work(plan, table, settings) {
                Ok(work) => plan.work = work,
                Err(reason) => reasons.push(reason),
            }
        }
        if reasons.is_empty() { Ok(self) } else { Err(reasons) }
    }
}

/// The change of a canary that an apply has to make.
fn work(plan: &StagePlan, table: &str, settings: &Item) -> Result<StageWork, NoCanary> {
    let stage = plan.stage.clone();
    let change = match &plan.work {
        StageWork::Nothing(change) | StageWork::Publish(change) => change,
        StageWork::Canary(_) => return Ok(plan.work.clone()),
        StageWork::Remove { .. } => return Err(NoCanary::Removed { stage }),
    };
    let (Some(base), Some(served)) = (&plan.base_item, &plan.served) else {
        return Err(NoCanary::NothingServed { stage });
    };
    let overrides =
        overrides(base, change).map_err(|fields| NoCanary::Fields { stage: stage.clone(), fields })?;
    let deployment_id = change.deployment.id.clone();
    if deployment_id == *served && overrides.is_empty() {
        return match &plan.work {
            StageWork::Nothing(_) => Ok(plan.work.clone()),
            StageWork::Publish(_) | StageWork::Canary(_) | StageWork::Remove { .. } => {
                Err(NoCanary::ServedAlready { stage, deployment_id })
            }
        };
    }
    let standing = standing_canary(base);
    // One that was switched off keeps its settings too.
    let mut canary = base.get("canarySettings").and_then(Value::as_object).cloned().unwrap_or_default();
    canary.extend(settings.clone());
    canary.insert("deploymentId".to_owned(), deployment_id.clone().into());
    match overrides.is_empty() {
        true => drop(canary.remove("stageVariableOverrides")),
        false => drop(canary.insert("stageVariableOverrides".to_owned(), Value::Object(overrides))),
    }
    let is_applying = base.contains_key("applying");
    if standing == Some(&canary) && change.writes.is_empty() && !is_applying {
        return Ok(StageWork::Nothing(change.clone()));
    }
    let mut item = base.clone();
    item.insert("canarySettings".to_owned(), Value::Object(canary.clone()));
    if let Err(InvalidConfiguration(problems)) = StageSettings::parse(table, &item).value {
        return Err(NoCanary::Invalid(problems));
    }
    let key = format!("stage={stage}");
    if let Some(problem) = too_large_with_room(ItemId { table, key: &key }, &item) {
        return Err(NoCanary::Invalid(vec![problem]));
    }
    let former = base.get("canarySettings").and_then(|canary| canary.get("deploymentId")?.as_str());
    Ok(StageWork::Canary(Box::new(CanaryChange {
        percent: canary.get("percentTraffic").and_then(Percent::parse).unwrap_or_default(),
        settings: canary,
        switched_off: canary_rollback(base),
        replaced: former.filter(|former| *former != deployment_id).map(str::to_owned),
        change: StageChange::clone(change),
    })))
}

/// The stage variables that change; `Err`: fields that change for all.
fn overrides(base: &Item, change: &StageChange) -> Result<Item, Vec<String>> {
    let changed = change.fields.set.keys().chain(&change.fields.removed);
    let mut fields: Vec<String> =
        changed.filter(|name| ![VARIABLES, AUTO_DEPLOY].contains(&name.as_str())).cloned().collect();
    let none = Item::new();
    let of = |item: &'_ Item| item.get(VARIABLES).and_then(Value::as_object).cloned();
    let (before, after) = (of(base).unwrap_or(none.clone()), of(&change.planned.item).unwrap_or(none));
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    fields.extend(gone.map(|name| format!("{VARIABLES}.{name}")));
    fields.sort();
    if !fields.is_empty() {
        return Err(fields);
    }
    Ok(after.into_iter().filter(|(name, value)| before.get(name) != Some(value)).collect())
}
