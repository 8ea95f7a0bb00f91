//! Hashes of keys → the file that `tollgate keys import` takes: API Gateway's columns, with a hash for the value.

use super::api_keys::HashedKey;

/// The text of the file.
pub fn keys_file(keys: &[HashedKey]) -> String {
    let mut text = "Name,KeyHash,Description,Enabled,UsagePlanIds,Id\n".to_owned();
    for HashedKey { id, name, hash, description, enabled, usage_plan_id } in keys {
        let plan = usage_plan_id.as_deref().unwrap_or_default();
        let (hash, enabled) = (hash.to_string(), enabled.to_string());
        let fields = [quoted(name), hash, quoted(description), enabled, quoted(plan), quoted(id)];
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}

/// A field of CSV (RFC 4180).
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}
