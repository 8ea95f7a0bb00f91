//! Checks the items of API keys and usage plans, by themselves and together.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::{Map, Value};
use tollgate::{
    api_file::references::{KeyReferences, RouteKeys, check_plan, shapes},
    authorizers::{ApiKey, KeyHash},
    error::{ItemId, Problem},
    item::Findings,
    store::Store,
};

use crate::check_report::CheckReport;

type Item = Map<String, Value>;

/// Returns the reports on the two tables, as far as they have items.
///
/// # Errors
///
/// The tables cannot be read.
pub async fn reports(store: &Store, stages: &BTreeSet<String>) -> Result<Vec<CheckReport>> {
    let tables = &store.tables;
    let (keys, plans) = (store.api_key_items().await?, store.usage_plan_items().await?);
    let mut reports = Vec::new();
    if !keys.is_empty() {
        let table = ItemTable { name: &tables.api_keys, noun: "key", items: &keys };
        let references = KeyReferences::new([&tables.api_keys, &tables.usage_plans], stages, &keys, &plans);
        reports.push(table.report(|item, findings| {
            check_hash(&tables.api_keys, item, findings);
            references.check(item, findings);
        }));
    }
    if !plans.is_empty() {
        let mut route_keys = RouteKeys::new();
        for stage in stages {
            let items = store.routes(stage).await?;
            let of_stage = shapes(items.iter().filter_map(|item| item.get("routeKey")?.as_str()));
            route_keys.insert(stage.clone(), of_stage);
        }
        let table = ItemTable { name: &tables.usage_plans, noun: "plan", items: &plans };
        reports.push(
            table.report(|item, findings| check_plan(&tables.usage_plans, item, &route_keys, findings)),
        );
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

/// The attribute is not shown: it may be the value.
fn check_hash(table: &str, item: &Item, findings: &mut Findings) {
    let hash = item.get("keyHash").and_then(Value::as_str).unwrap_or_default();
    if !KeyHash::is_one(hash) {
        let id = ItemId { table, key: &ApiKey::key_of(item) };
        let got = format!("{} characters", hash.chars().count());
        let expected = "the SHA-256 of the key's value: 64 lower-case hex digits";
        findings.problems.push(Problem::new(id, "keyHash", &got, expected));
    }
}
