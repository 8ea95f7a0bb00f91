//! The name and the usage plan of a key, as they are typed or stand in a file.

use tollgate::{
    authorizers::KeyValue,
    limits::usage_plan::{USAGE_PLAN_ID, UsagePlan},
};

/// Reads a name, up to API Gateway's limit (reference K-01).
pub fn name(text: &str) -> Result<String, String> {
    if text.chars().count() > 1024 {
        return Err("a name has at most 1024 characters".to_owned());
    }
    Ok(text.to_owned())
}

/// Reads the id of a key, which is no value of one.
pub fn id(text: &str) -> Result<String, String> {
    let is_id = UsagePlan::is_id(text) && !KeyValue::stands_in(text);
    if is_id { Ok(text.to_owned()) } else { Err("malformed id".to_owned()) }
}

/// Reads a plan's id.
pub fn plan(text: &str) -> Result<String, String> {
    if UsagePlan::is_id(text) { Ok(text.to_owned()) } else { Err(format!("expected {USAGE_PLAN_ID}")) }
}
