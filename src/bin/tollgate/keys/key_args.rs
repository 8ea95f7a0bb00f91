//! The name and the usage plan of a key, as they are typed or stand in a file.

use tollgate::limits::usage_plan::{USAGE_PLAN_ID, UsagePlan};

/// Reads a name, up to API Gateway's limit (reference K-01).
pub fn name(text: &str) -> Result<String, String> {
    if text.chars().count() > 1024 {
        return Err("a name has at most 1024 characters".to_owned());
    }
    Ok(text.to_owned())
}

/// Reads a plan's id.
pub fn plan(text: &str) -> Result<String, String> {
    if UsagePlan::is_id(text) { Ok(text.to_owned()) } else { Err(format!("expected {USAGE_PLAN_ID}")) }
}
