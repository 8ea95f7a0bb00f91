//! The one API key of a fleet, with its plan, and what the store has counted of it.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, Hasher, RandomState},
};

use dynoxide::actions::scan::ScanRequest;
use serde_json::{Value, json};
use tollgate::authorizers::KeyValue;

use super::gateway_cluster::Tables;

const KEY_ID: &str = "k1";
const PLAN_ID: &str = "gold";

/// The counts of the key in the store.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyCounts {
    /// The used part of its quota of a month.
    pub used: u64,
    /// `served`, `throttled`, `overQuota`, summed up.
    pub usage: BTreeMap<String, u64>,
}

pub fn new_key() -> KeyValue {
    let bytes = (0..8).flat_map(|_| RandomState::new().build_hasher().finish().to_le_bytes());
    KeyValue::generate(&bytes.collect::<Vec<_>>()).expect("enough of the bytes can be used")
}

/// Writes the key, and `plan` as its plan: the item without its id.
pub fn put_key(tables: &Tables, key: &KeyValue, mut plan: Value) {
    plan["usagePlanId"] = json!(PLAN_ID);
    let key = json!({ "keyHash": key.hash().to_string(), "id": KEY_ID, "usagePlanId": PLAN_ID });
    tables.put("API_KEYS_TABLE", &key);
    tables.put("USAGE_PLANS_TABLE", &plan);
}

impl KeyCounts {
    pub fn read(tables: &Tables) -> Self {
        let items = counters(tables);
        let counter = items.get(&format!("key#{KEY_ID}#{PLAN_ID}"));
        Self { used: counter.and_then(|item| item.get("monthUsed")).map_or(0, number), usage: usage(&items) }
    }
}

/// The counters' items by name, as DynamoDB writes them.
fn counters(tables: &Tables) -> BTreeMap<String, Value> {
    let request = json!({ "TableName": tables.name("COUNTERS_TABLE") });
    let request: ScanRequest = serde_json::from_value(request).expect("a request");
    let found = tables.dynamodb.database.scan(request).expect("items");
    let found = serde_json::to_value(found).expect("JSON");
    let items = found["Items"].as_array().expect("items").iter();
    items.map(|item| (item["counter"]["S"].as_str().expect("a name").to_owned(), item.clone())).collect()
}

fn usage(items: &BTreeMap<String, Value>) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    // More than one around midnight.
    for (_, day) in items.iter().filter(|(name, _)| name.starts_with(&format!("usage#{KEY_ID}#"))) {
        for (name, value) in day.as_object().expect("an item") {
            if let Some(kind) = name.strip_suffix(":v1") {
                *sums.entry(kind.to_owned()).or_default() += number(value);
            }
        }
    }
    sums
}

fn number(value: &Value) -> u64 {
    value["N"].as_str().and_then(|text| text.parse().ok()).expect("a whole number")
}
