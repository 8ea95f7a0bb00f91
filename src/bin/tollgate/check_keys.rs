//! What is wrong or odd in the items of API keys and usage plans, by themselves and together.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Map, Value};
use tollgate::{
    authorizers::ApiKey,
    error::{InvalidConfiguration, Problem},
    policies::usage_plan::UsagePlan,
    store::Store,
};

use crate::report::Report;

type Item = Map<String, Value>;

/// The route keys of every stage.
type RouteKeys = BTreeMap<String, BTreeSet<String>>;

/// The reports on the two tables, as far as there is anything in them.
///
/// # Errors
///
/// The tables cannot be read.
pub async fn reports(store: &Store, stages: &BTreeSet<String>) -> Result<Vec<Report>> {
    let (keys, plans) = (store.api_key_items().await?, store.usage_plan_items().await?);
    let mut reports = Vec::new();
    if !keys.is_empty() {
        let table = Table { name: &store.tables.api_keys, noun: "key", items: &keys };
        reports.push(table.report(|item, notes| key(store, item, &keys, &plans, stages, notes)));
    }
    if !plans.is_empty() {
        let mut route_keys = RouteKeys::new();
        for stage in stages {
            let items = store.routes(stage).await?;
            let names = items.iter().filter_map(|item| Some(item.get("routeKey")?.as_str()?.to_owned()));
            route_keys.insert(stage.clone(), names.collect());
        }
        let table = Table { name: &store.tables.usage_plans, noun: "plan", items: &plans };
        reports.push(table.report(|item, notes| plan(store, item, &route_keys, notes)));
    }
    Ok(reports)
}

struct Table<'a> {
    name: &'a str,
    noun: &'a str,
    items: &'a [Item],
}

#[derive(Default)]
struct Notes {
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Table<'_> {
    fn report(&self, check: impl Fn(&Item, &mut Notes)) -> Report {
        let mut notes = Notes::default();
        self.items.iter().for_each(|item| check(item, &mut notes));
        let Notes { mut problems, mut warnings } = notes;
        problems.sort();
        warnings.sort();
        Report::of_table(self.name, (self.items.len(), self.noun), problems, warnings)
    }
}

impl Notes {
    /// What was read, with what was found while reading it.
    fn take<T>(&mut self, parsed: Result<(T, Vec<Problem>), InvalidConfiguration>) -> Option<T> {
        match parsed {
            Ok((value, warnings)) => {
                self.warnings.extend(warnings);
                Some(value)
            }
            Err(InvalidConfiguration(problems)) => {
                self.problems.extend(problems);
                None
            }
        }
    }
}

fn key(
    store: &Store,
    item: &Item,
    keys: &[Item],
    plans: &[Item],
    stages: &BTreeSet<String>,
    notes: &mut Notes,
) {
    let table = &store.tables.api_keys;
    let name = ApiKey::key_of(item);
    let note = |field: &str, got: &str, expected: &str| note((table, &name), field, got, expected);
    let hash = item.get("keyHash").and_then(Value::as_str).unwrap_or_default();
    if hash.len() != 64 || !hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        notes.problems.push(note(
            "keyHash",
            &format!("{} characters", hash.chars().count()),
            "the SHA-256 of the key's value: 64 lower-case hex digits",
        ));
    }
    let Some(key) = notes.take(ApiKey::parse(table, item)) else { return };
    if keys.iter().filter(|other| other.get("id").and_then(Value::as_str) == Some(&key.id)).count() > 1 {
        notes.problems.push(note("id", &format!("{:?}", key.id), "an id that no other key has"));
    }
    match &key.usage_plan_id {
        None => notes.warnings.push(note("usagePlanId", "nothing", "a usage plan: without one it gets 403")),
        Some(plan) if plans.iter().any(|item| item.get("usagePlanId") == Some(&plan.as_str().into())) => {}
        Some(plan) => {
            let expected = format!("a usage plan of {}", store.tables.usage_plans);
            notes.problems.push(note("usagePlanId", &format!("{plan:?}"), &expected));
        }
    }
    for stage in key.stages.iter().flatten().filter(|stage| !stages.contains(*stage)) {
        notes.warnings.push(note("stages", &format!("{stage:?}"), "a stage that exists"));
    }
}

fn plan(store: &Store, item: &Item, route_keys: &RouteKeys, notes: &mut Notes) {
    let table = &store.tables.usage_plans;
    let name = UsagePlan::key_of(item);
    let note = |field: &str, got: &str, expected: &str| note((table, &name), field, got, expected);
    let Some(plan) = notes.take(UsagePlan::parse(table, item)) else { return };
    for (stage, throttles) in plan.api_stages.iter().flatten() {
        let Some(known) = route_keys.get(stage) else {
            notes.warnings.push(note("apiStages", &format!("{stage:?}"), "a stage that exists"));
            continue;
        };
        for route_key in throttles.keys().filter(|route_key| !known.contains(*route_key)) {
            let expected = format!("a route key of stage {stage}");
            notes.warnings.push(note(&format!("apiStages.{stage}"), &format!("{route_key:?}"), &expected));
        }
    }
}

fn note((table, key): (&str, &str), field: &str, got: &str, expected: &str) -> Problem {
    Problem {
        table: table.to_owned(),
        key: key.to_owned(),
        field: field.to_owned(),
        got: got.to_owned(),
        expected: expected.to_owned(),
    }
}
