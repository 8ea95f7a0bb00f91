//! A plan in a file: what was to be made of the tables, and how they were when it was made.
//!
//! It has the items of the API, headers with secrets included; never a key's value or hash.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::plan::{ApplyScope, Plan, Removal};
use crate::{api_file::export::StoredItems, environment::Tables};

/// The version of the form of the file.
const VERSION: u64 = 1;

/// The member that tells a plan from an API file.
const WORD: &str = "tollgatePlan";

/// A plan as it was saved.
#[derive(Debug)]
pub struct PlanFile {
    /// Who made it, and when, in seconds since 1970.
    pub by: String,
    pub at: u64,
    pub scope: ApplyScope,
    pub desired: StoredItems,
    pub base: StoredItems,
}

/// The reason why a plan is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    #[error("a plan of version {0}, expected {VERSION}: make it again with this tollgate")]
    Version(Value),
    #[error("a plan for the tables {0}, expected one for {1}")]
    OtherTables(String, String),
    #[error("a plan that is not whole; make it again")]
    NotWhole,
}

impl PlanFile {
    /// The plan in a file's text; `None`: it is none.
    ///
    /// # Errors
    ///
    /// It is a plan, and no good for these tables.
    pub fn read(text: &[u8], tables: &Tables) -> Result<Option<Self>, PlanFileError> {
        if !text.trim_ascii_start().starts_with(b"{") {
            return Ok(None);
        }
        let Ok(Value::Object(plan)) = serde_json::from_slice(text) else { return Ok(None) };
        let Some(version) = plan.get(WORD) else { return Ok(None) };
        if version.as_u64() != Some(VERSION) {
            return Err(PlanFileError::Version(version.clone()));
        }
        let (named, expected) = (text_of(&plan, "tables"), named(tables));
        if named != expected {
            return Err(PlanFileError::OtherTables(named, expected));
        }
        Self::of(&plan).map(Some).ok_or(PlanFileError::NotWhole)
    }

    fn of(plan: &Map<String, Value>) -> Option<Self> {
        let stages = match plan.get("stages")? {
            Value::Null => None,
            stages => Some(
                stages
                    .as_array()?
                    .iter()
                    .map(|stage| Some(stage.as_str()?.to_owned()))
                    .collect::<Option<_>>()?,
            ),
        };
        let removal = if plan.get("prune")?.as_bool()? { Removal::Prune } else { Removal::Leave };
        let scope = ApplyScope { stages, removal };
        let are_whole = |items: &StoredItems| is_told_by_its_names(items) && is_within(items, &scope);
        let desired = items(plan.get("desired")?).filter(are_whole)?;
        let base = items(plan.get("base")?).filter(are_whole)?;
        Some(Self {
            by: text_of(plan, "createdBy"),
            at: plan.get("createdAt")?.as_u64()?,
            scope,
            desired,
            base,
        })
    }

    /// The text of a plan that `by` makes at this time, in seconds since 1970.
    pub fn write(plan: &Plan, tables: &Tables, by: &str, at: u64) -> String {
        let json = json!({
            WORD: VERSION,
            "createdBy": by,
            "createdAt": at,
            "tables": named(tables),
            "stages": plan.scope.stages,
            "prune": plan.scope.removal == Removal::Prune,
            "desired": to_json(&plan.desired),
            "base": to_json(&plan.base),
        });
        format!("{json:#}\n")
    }
}

fn text_of(plan: &Map<String, Value>, name: &str) -> String {
    plan.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn named(tables: &Tables) -> String {
    [&tables.stages, &tables.routes, &tables.usage_plans, &tables.api_keys].map(String::as_str).join(", ")
}

fn to_json(items: &StoredItems) -> Value {
    let keys = items.api_keys.iter().map(|key| {
        let mut key = key.clone();
        key.remove("keyHash");
        Value::Object(key)
    });
    json!({
        "stages": items.stages,
        "routes": items.routes,
        "usagePlans": items.usage_plans,
        "apiKeys": keys.collect::<Vec<_>>(),
    })
}

fn items(json: &Value) -> Option<StoredItems> {
    let list = |value: &Value| -> Option<Vec<Map<String, Value>>> {
        value.as_array()?.iter().map(|item| item.as_object().cloned()).collect()
    };
    let routes = json.get("routes")?.as_object()?.iter();
    let routes: Option<BTreeMap<_, _>> =
        routes.map(|(stage, items)| Some((stage.clone(), list(items)?))).collect();
    Some(StoredItems {
        stages: list(json.get("stages")?)?,
        routes: routes?,
        usage_plans: list(json.get("usagePlans")?)?,
        api_keys: list(json.get("apiKeys")?)?,
    })
}

/// Says if a plan has nothing that its scope leaves out: who reads it would take that for part of what it does.
fn is_within(items: &StoredItems, scope: &ApplyScope) -> bool {
    let Some(stages) = &scope.stages else { return true };
    items.routes.keys().all(|stage| stages.contains(stage))
        && items.usage_plans.is_empty()
        && items.api_keys.is_empty()
}

/// Says if each item is the one that its place and its names tell: what a plan shows is what it writes.
fn is_told_by_its_names(items: &StoredItems) -> bool {
    let text =
        |item: &Map<String, Value>, name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let are_told = |of: &[Map<String, Value>], name: &str| {
        let names: BTreeSet<_> =
            of.iter().filter_map(|item| text(item, name).filter(|text| !text.is_empty())).collect();
        names.len() == of.len()
    };
    let of_stage = |(stage, routes): (&String, &Vec<Map<String, Value>>)| {
        are_told(routes, "routeKey")
            && routes.iter().all(|route| text(route, "stage").as_ref() == Some(stage))
    };
    let has_routes = |item: &Map<String, Value>| {
        text(item, "stage").is_some_and(|stage| items.routes.contains_key(&stage))
    };
    items.routes.iter().all(of_stage)
        && are_told(&items.stages, "stage")
        && items.stages.iter().all(has_routes)
        && are_told(&items.usage_plans, "usagePlanId")
        && are_told(&items.api_keys, "id")
}
