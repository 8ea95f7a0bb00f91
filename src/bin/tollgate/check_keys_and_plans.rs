//! Checks the items of API keys and usage plans, by themselves and together.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Map, Value};
use tollgate::{
    authorizers::{ApiKey, KeyHash, KeyValue},
    error::{InvalidConfiguration, ItemId, Problem},
    item::{Findings, Parsed, WITHHELD},
    limits::usage_plan::UsagePlan,
    router::RouteKey,
    store::Store,
};

use crate::check_report::CheckReport;

type Item = Map<String, Value>;

/// The shapes of the route keys of every stage.
type RouteKeys = BTreeMap<String, BTreeSet<String>>;

/// Returns the reports on the two tables, as far as they have items.
///
/// # Errors
///
/// The tables cannot be read.
pub async fn reports(store: &Store, stages: &BTreeSet<String>) -> Result<Vec<CheckReport>> {
    let (keys, plans) = (store.api_key_items().await?, store.usage_plan_items().await?);
    let mut reports = Vec::new();
    if !keys.is_empty() {
        let table = ItemTable { name: &store.tables.api_keys, noun: "key", items: &keys };
        let key_check = KeyCheck::new(store, stages, &keys, &plans);
        reports.push(table.report(|item, findings| key_check.check(item, findings)));
    }
    if !plans.is_empty() {
        let mut route_keys = RouteKeys::new();
        for stage in stages {
            let items = store.routes(stage).await?;
            let names = items.iter().filter_map(|item| item.get("routeKey")?.as_str());
            let shapes = names.filter_map(|name| Some(RouteKey::parse(name).ok()?.shape()));
            route_keys.insert(stage.clone(), shapes.collect());
        }
        let table = ItemTable { name: &store.tables.usage_plans, noun: "plan", items: &plans };
        reports.push(table.report(|item, findings| check_plan(store, item, &route_keys, findings)));
    }
    Ok(reports)
}

struct ItemTable<'a> {
    name: &'a str,
    noun: &'a str,
    items: &'a [Item],
}

impl ItemTable<'_> {
    fn report(&self, check: impl Fn(&Item, &mut Findings)) -> CheckReport {
        let mut findings = Findings::default();
        self.items.iter().for_each(|item| check(item, &mut findings));
        CheckReport::of_table(self.name, self.items.len(), self.noun, findings)
    }
}

/// Moves problems and warnings to `findings`.
fn take<T>(parsed: Parsed<T>, findings: &mut Findings) -> Option<T> {
    findings.warnings.extend(parsed.warnings);
    parsed.value.map_err(|InvalidConfiguration(problems)| findings.problems.extend(problems)).ok()
}

/// Checks keys against the stages, the usage plans and one another.
struct KeyCheck<'a> {
    store: &'a Store,
    stages: &'a BTreeSet<String>,
    plans: BTreeSet<&'a str>,
    /// The number of keys with each id.
    key_count_by_id: BTreeMap<&'a str, usize>,
}

impl<'a> KeyCheck<'a> {
    fn new(store: &'a Store, stages: &'a BTreeSet<String>, keys: &'a [Item], plans: &'a [Item]) -> Self {
        let mut key_count_by_id = BTreeMap::new();
        for id in keys.iter().filter_map(|item| item.get("id")?.as_str()) {
            *key_count_by_id.entry(id).or_default() += 1;
        }
        let plans = plans.iter().filter_map(|item| item.get("usagePlanId")?.as_str()).collect();
        Self { store, stages, plans, key_count_by_id }
    }

    fn check(&self, item: &Item, findings: &mut Findings) {
        let tables = &self.store.tables;
        let name = ApiKey::key_of(item);
        let note = |field: &str, got: &str, expected: &str| {
            let got = if KeyValue::stands_in(got) { WITHHELD } else { got };
            Problem::new(ItemId { table: &tables.api_keys, key: &name }, field, got, expected)
        };
        let hash = item.get("keyHash").and_then(Value::as_str).unwrap_or_default();
        if !KeyHash::is_one(hash) {
            // The attribute is not shown: it may be the value.
            let got = format!("{} characters", hash.chars().count());
            let expected = "the SHA-256 of the key's value: 64 lower-case hex digits";
            findings.problems.push(note("keyHash", &got, expected));
        }
        let Some(key) = take(ApiKey::parse(&tables.api_keys, item), findings) else { return };
        if self.key_count_by_id.get(key.id.as_str()).is_some_and(|count| *count > 1) {
            findings.problems.push(note("id", &format!("{:?}", key.id), "an id that no other key has"));
        }
        match &key.usage_plan_id {
            None => {
                let expected = "a usage plan: without one it gets 403";
                findings.warnings.push(note("usagePlanId", "nothing", expected));
            }
            Some(plan) if self.plans.contains(plan.as_str()) => {}
            Some(plan) => {
                let expected = format!("a usage plan of {}", tables.usage_plans);
                findings.problems.push(note("usagePlanId", &format!("{plan:?}"), &expected));
            }
        }
        for stage in key.stages.iter().flatten().filter(|stage| !self.stages.contains(*stage)) {
            findings.warnings.push(note("stages", &format!("{stage:?}"), "a stage that exists"));
        }
    }
}

fn check_plan(store: &Store, item: &Item, route_keys: &RouteKeys, findings: &mut Findings) {
    let table = &store.tables.usage_plans;
    let name = UsagePlan::key_of(item);
    let note = |field: &str, got: &str, expected: &str| {
        Problem::new(ItemId { table, key: &name }, field, got, expected)
    };
    let Some(plan) = take(UsagePlan::parse(table, item), findings) else { return };
    for (stage, throttles) in plan.api_stages.iter().flatten() {
        let Some(known) = route_keys.get(stage) else {
            findings.warnings.push(note("apiStages", &format!("{stage:?}"), "a stage that exists"));
            continue;
        };
        for (_, of_route) in throttles.iter().filter(|(shape, _)| !known.contains(*shape)) {
            let expected = format!("a route key of stage {stage}");
            let got = format!("{:?}", of_route.route_key);
            findings.warnings.push(note(&format!("apiStages.{stage}"), &got, &expected));
        }
    }
}
