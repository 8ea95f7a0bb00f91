//! API keys and usage plans against the stages, the plans and one another: in the tables, or in a file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{
    authorizers::{ApiKey, KeyValue},
    error::{InvalidConfiguration, ItemId, Problem},
    item::{Findings, Parsed, WITHHELD},
    limits::usage_plan::UsagePlan,
    router::RouteKey,
};

type Item = Map<String, Value>;

/// The shapes of the route keys of every stage.
pub type RouteKeys = BTreeMap<String, BTreeSet<String>>;

/// The shapes of a stage's route keys; what is no route key is left out.
pub fn shapes<'a>(route_keys: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    route_keys.filter_map(|key| Some(RouteKey::parse(key).ok()?.shape())).collect()
}

/// Moves problems and warnings to `findings`.
pub fn take<T>(parsed: Parsed<T>, findings: &mut Findings) -> Option<T> {
    findings.warnings.extend(parsed.warnings);
    parsed.value.map_err(|InvalidConfiguration(problems)| findings.problems.extend(problems)).ok()
}

/// What the items of keys refer to.
pub struct KeyReferences<'a> {
    /// The name of the keys' table.
    pub table: &'a str,
    /// The name of the plans' table.
    pub plans_table: &'a str,
    pub stages: &'a BTreeSet<String>,
    plans: BTreeSet<&'a str>,
    /// The number of keys with each id.
    key_count_by_id: BTreeMap<&'a str, usize>,
}

impl<'a> KeyReferences<'a> {
    /// `tables` are the names of the keys' table and of the plans'.
    pub fn new(
        [table, plans_table]: [&'a str; 2],
        stages: &'a BTreeSet<String>,
        keys: &'a [Item],
        plans: &'a [Item],
    ) -> Self {
        let mut key_count_by_id = BTreeMap::new();
        for id in keys.iter().filter_map(|item| item.get("id")?.as_str()) {
            *key_count_by_id.entry(id).or_default() += 1;
        }
        let plans = plans.iter().filter_map(|item| item.get("usagePlanId")?.as_str()).collect();
        Self { table, plans_table, stages, plans, key_count_by_id }
    }

    /// Checks one key.
    pub fn check(&self, item: &Item, findings: &mut Findings) {
        let name = ApiKey::key_of(item);
        let note = |field: &str, got: &str, expected: &str| {
            let got = if KeyValue::stands_in(got) { WITHHELD } else { got };
            Problem::new(ItemId { table: self.table, key: &name }, field, got, expected)
        };
        let Some(key) = take(ApiKey::parse(self.table, item), findings) else { return };
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
                let expected = format!("a usage plan of {}", self.plans_table);
                findings.problems.push(note("usagePlanId", &format!("{plan:?}"), &expected));
            }
        }
        for stage in key.stages.iter().flatten().filter(|stage| !self.stages.contains(*stage)) {
            findings.warnings.push(note("stages", &format!("{stage:?}"), "a stage that exists"));
        }
    }
}

/// Checks one plan of `table`.
pub fn check_plan(table: &str, item: &Item, route_keys: &RouteKeys, findings: &mut Findings) {
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
