//! `policy` of `$api`: a resource policy as API Gateway exports it.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    item::{Fields, brief},
    json,
    policy_document::{PolicyDocument, PolicyFault, PolicyKind},
};

/// API Gateway takes 8,192 characters; an item has at most 400 KB.
const MOST_BYTES: usize = 64 << 10;

const EXPECTED: &str = "a policy: a map with Version and Statement, or its text as JSON";

/// Reads `policy`, a map or its text; `None`: there is none, or it is wrong.
pub fn parse(fields: &Fields<'_>) -> Option<PolicyDocument> {
    let value = fields.value("policy")?;
    let document = match value {
        Value::String(text) if text.len() > MOST_BYTES => None,
        Value::String(text) => match read_text(text) {
            Some(document) => Some(Cow::Owned(document)),
            None => {
                fields.problem("policy", &brief(value), EXPECTED);
                return None;
            }
        },
        Value::Object(_) if value.to_string().len() > MOST_BYTES => None,
        value => Some(Cow::Borrowed(value)),
    };
    let Some(document) = document else {
        fields.problem("policy", "more", &format!("at most {MOST_BYTES} bytes of JSON"));
        return None;
    };
    match PolicyDocument::parse(&document, PolicyKind::ResourceBased) {
        Ok(policy) => Some(policy),
        Err(faults) => {
            for PolicyFault { path, got, expected } in faults {
                let field = if path.is_empty() { "policy".to_owned() } else { format!("policy.{path}") };
                fields.problem(&field, &got, &expected);
            }
            None
        }
    }
}

/// Reads JSON in which no name stands twice, or the inside of a JSON string, which is how API Gateway's own API gives a policy: `{\"Version\":…}`.
fn read_text(text: &str) -> Option<Value> {
    json::read_unambiguous(text.as_bytes()).ok().or_else(|| {
        let unescaped: Value = json::read(format!("\"{text}\"").as_bytes()).ok()?;
        json::read_unambiguous(unescaped.as_str()?.as_bytes()).ok()
    })
}

#[cfg(test)]
mod tests;
