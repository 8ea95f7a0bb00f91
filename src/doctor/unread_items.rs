//! Items that nobody reads: of stages, plans and keys that are not there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::finding::{Finding, quoted};
use crate::{
    authorizers::{ApiKey, KeyValue},
    deployment::{API, counted},
    error::StoreError,
    item::WITHHELD,
    store::Store,
};

type Item = Map<String, Value>;

pub async fn examine(store: &Store) -> Result<Vec<Finding>, StoreError> {
    let stages = store.stage_names().await?;
    let with_items: BTreeSet<String> = named(&store.stages().await?, "stage");
    let mut findings = Vec::new();
    for stage in &stages {
        let routes = store.routes(stage).await?;
        let count =
            routes.iter().filter(|item| item.get("routeKey").and_then(Value::as_str) != Some(API)).count();
        let stage_item = if with_items.contains(stage) { StageItem::There } else { StageItem::Missing };
        findings.extend(of_stage(stage, stage_item, routes.len(), count));
    }
    let (keys, plans) = (store.api_key_items().await?, store.usage_plan_items().await?);
    findings.extend(of_keys(&keys, &plans, &stages));
    findings.extend(of_plans(&keys, &plans));
    if findings.is_empty() {
        findings.push(Finding::good("items", "each is read by somebody"));
    }
    Ok(findings)
}

/// Says if a stage has an item of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StageItem {
    There,
    Missing,
}

/// Of a stage with so many items in the routes table, of which so many are routes.
fn of_stage(stage: &str, stage_item: StageItem, items: usize, routes: usize) -> Option<Finding> {
    let subject = format!("stage {stage}");
    let deploy = format!("tollgate deploy {}", quoted(stage));
    match (stage_item, routes) {
        (StageItem::Missing, 0) => {
            Some(Finding::warning(subject, "its $api item belongs to no route and no stage"))
        }
        (StageItem::Missing, _) => {
            let words =
                format!("has {} and no stage item: nobody has published them", counted(items, "item"));
            Some(Finding::warning(subject, words).mended_by(deploy))
        }
        (StageItem::There, 0) if items > 0 => {
            Some(Finding::warning(subject, "its $api item is for no route"))
        }
        (StageItem::There, 0) => Some(Finding::warning(subject, "has no routes")),
        (StageItem::There, _) => None,
    }
}

/// Keys by which nobody gets in.
fn of_keys(keys: &[Item], plans: &[Item], stages: &BTreeSet<String>) -> Vec<Finding> {
    let plans = named(plans, "usagePlanId");
    let mut findings = Vec::new();
    for item in keys {
        let Ok(key) = ApiKey::parse("", item).value else {
            continue;
        };
        let id = text(item, "id");
        let id = if KeyValue::stands_in(id) { WITHHELD } else { id };
        let subject = format!("key {id}");
        let show = format!("tollgate keys show {}", quoted(id));
        match text(item, "usagePlanId") {
            "" => {
                findings.push(Finding::warning(&subject, "has no usage plan: it gets 403").mended_by(&show))
            }
            plan if !plans.contains(plan) => {
                let words = format!("its usage plan {plan} is not there: it gets 403");
                findings.push(Finding::problem(&subject, words).mended_by(&show));
            }
            _ => {}
        }
        let unknown: Vec<&str> = key
            .stages
            .iter()
            .flatten()
            .map(|stage| &**stage)
            .filter(|stage| !stages.contains(*stage))
            .collect();
        if !unknown.is_empty() {
            let words = format!("is for stages that are not there: {}", unknown.join(", "));
            findings.push(Finding::warning(&subject, words).mended_by(&show));
        }
    }
    findings
}

/// Plans that no key has.
fn of_plans(keys: &[Item], plans: &[Item]) -> Vec<Finding> {
    let used: BTreeMap<&str, usize> = keys.iter().fold(BTreeMap::new(), |mut used, key| {
        *used.entry(text(key, "usagePlanId")).or_default() += 1;
        used
    });
    let unused = plans.iter().map(|plan| text(plan, "usagePlanId")).filter(|plan| !used.contains_key(plan));
    unused.map(|plan| Finding::warning(format!("usage plan {plan}"), "no key has it")).collect()
}

fn named(items: &[Item], name: &str) -> BTreeSet<String> {
    items.iter().map(|item| text(item, name).to_owned()).collect()
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}
