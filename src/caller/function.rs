//! A caller whom a Lambda function has let in.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde_json::{Map, Value};

use super::{OF_A_NODE, PrincipalIdentity, TokenPlace};
use crate::digest::{Sha256, hex};

/// A caller by a function's word.
#[derive(PartialEq, Eq)]
pub struct FunctionPrincipal {
    pub identity: PrincipalIdentity,
    /// `principalId` of the answer, where that has one.
    pub id: Option<String>,
    pub context: Arc<FunctionContext>,
    /// `usageIdentifierKey` of the answer: the value of an API key, a secret.
    pub usage_identifier_key: Option<String>,
    /// Milliseconds that the function took; 0 where its answer was remembered.
    pub latency_ms: u64,
    /// The places of the identity sources that a client sends.
    pub places: Arc<[TokenPlace]>,
}

/// `context` of a function's answer: what it has found out of the caller, for targets and templates.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FunctionContext {
    values: Map<String, Value>,
    texts: BTreeMap<String, String>,
    digest: String,
}

impl FunctionContext {
    /// `values` as the function answered them; null is absent.
    pub fn new(mut values: Map<String, Value>) -> Self {
        values.retain(|_, value| !value.is_null());
        let texts: BTreeMap<_, _> =
            values.iter().map(|(name, value)| (name.clone(), text_of(value))).collect();
        let mut digest = Sha256::default();
        for (name, value) in &values {
            digest.add_framed(name);
            // As JSON: a number and the text of it are two things.
            digest.add_framed(value.to_string());
        }
        Self { values, texts, digest: hex(&digest.finish()) }
    }

    /// With their types, as payload format 2.0 has them.
    pub fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    /// As REST APIs, payload format 1.0 and templates have them.
    pub fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// Bytes of memory that it takes, about: each value is there twice.
    pub fn text_bytes(&self) -> usize {
        self.texts.iter().map(|(name, text)| 2 * (name.len() + text.len() + OF_A_NODE)).sum()
    }

    /// The digest of all of it, as hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// A text is itself, everything else its JSON.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Without the secret.
impl fmt::Debug for FunctionPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionPrincipal").field("identity", &self.identity).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn context(json: Value) -> FunctionContext {
        FunctionContext::new(json.as_object().unwrap().clone())
    }

    #[test]
    fn a_context_is_typed_for_payload_2_0_and_text_for_all_else() {
        let json = json!({ "text": "a", "number": 1.50, "yes": true, "list": [1, "b"], "nothing": null });
        let context = context(json);
        let typed = json!({ "text": "a", "number": 1.50, "yes": true, "list": [1, "b"] });
        assert_eq!(Value::from(context.values().clone()), typed);
        let texts: Vec<_> =
            context.texts().iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(texts, [("list", r#"[1,"b"]"#), ("number", "1.5"), ("text", "a"), ("yes", "true")]);
    }

    #[test]
    fn contexts_that_differ_have_other_digests() {
        let digests: Vec<_> = [
            json!({}),
            json!({ "a": "1" }),
            json!({ "a": 1 }),
            json!({ "a": true }),
            json!({ "a": "true" }),
            json!({ "a": "1", "b": "" }),
            json!({ "a": { "b": 1 } }),
        ]
        .map(|json| context(json).digest().to_owned())
        .into();
        for (index, digest) in digests.iter().enumerate() {
            assert!(!digests[..index].contains(digest), "{index}");
        }
        assert_eq!(context(json!({ "a": null })), context(json!({})));
    }
}
