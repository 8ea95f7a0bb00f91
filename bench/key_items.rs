//! The items of API keys and their usage plans.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tollgate::{
    authorizers::KeyValue,
    local::{
        dynamodb::Dynamodb,
        tables::{TableNames, put},
    },
};

/// The plan of the keys that are never refused.
pub const PLAN: &str = "gold";
/// A quota that no measurement uses up.
pub const QUOTA: u64 = 1_000_000_000;

/// Returns the key of all requests where one key is enough.
pub fn hot() -> String {
    generate(0, 0)
}

/// Returns a key of the gateway's own form; those of numbers under 62 differ.
pub fn generate(group: u8, number: u8) -> String {
    let mut bytes: Vec<u8> = (0..64).collect();
    bytes[..3].copy_from_slice(&[0, group, number]);
    let key = KeyValue::generate(&bytes).expect("all of these bytes can be used");
    key.reveal().to_owned()
}

/// Writes a plan with a rate that is far away and a quota for the month.
///
/// # Errors
/// The write fails.
pub fn write_plan(dynamodb: &Dynamodb, tables: &TableNames, id: &str, quota: u64) -> Result<()> {
    let throttle = json!({ "rateLimit": 100_000, "burstLimit": 100_000 });
    let quota = json!({ "limit": quota, "period": "MONTH" });
    let plan = json!({ "usagePlanId": id, "throttle": throttle, "quota": quota });
    write(dynamodb, tables, "USAGE_PLANS_TABLE", &plan)
}

/// Writes the key `value` of the plan `plan`.
///
/// # Errors
/// The write fails, or `value` is no key.
pub fn write_key(dynamodb: &Dynamodb, tables: &TableNames, value: &str, id: &str, plan: &str) -> Result<()> {
    let hash = KeyValue::parse(value.as_bytes())?.hash().to_string();
    write(dynamodb, tables, "API_KEYS_TABLE", &json!({ "keyHash": hash, "id": id, "usagePlanId": plan }))
}

fn write(dynamodb: &Dynamodb, tables: &TableNames, variable: &str, item: &Value) -> Result<()> {
    let table = tables.environment().find(|(name, _)| name == variable).context("a table")?.1;
    put(&dynamodb.database, &table, item).context("a write")
}
