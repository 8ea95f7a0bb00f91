//! Claims: the payload of a token whose signature is good, held against the rules of an authorizer.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value};

use super::{
    TokenError, TokenRules,
    claim_rule::{self, ClaimRule},
};

/// The end of the year 9999.
const LATEST_SECONDS: f64 = 253_402_300_799.0;

/// The claims of a good token. Its `Debug` shows none of them, so that no log can.
pub struct Claims {
    members: Map<String, Value>,
    expires_at: SystemTime,
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims")
    }
}

impl Claims {
    /// Holds a payload against the rules, in API Gateway's order.
    ///
    /// # Errors
    ///
    /// The first rule that it breaks.
    pub(super) fn check(
        members: Map<String, Value>,
        rules: &TokenRules,
        now: SystemTime,
    ) -> Result<Self, TokenError> {
        for rule in ClaimRule::of(rules) {
            rule.check(&members, rules, now)?;
        }
        let expiry = claim_rule::expiry(&members)?;
        let expires_at = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(expiry.clamp(0.0, LATEST_SECONDS));
        Ok(Self { members, expires_at })
    }

    /// `sub`; an empty one is none. Without it nothing tells the callers of one issuer apart.
    pub fn subject(&self) -> Option<&str> {
        self.members.get("sub").and_then(Value::as_str).filter(|subject| !subject.is_empty())
    }

    /// `exp`, without any leeway.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// The scopes that the token gives, by `scope` and `scp`.
    pub fn token_scopes(&self) -> Vec<String> {
        token_scopes(&self.members)
    }

    /// Every claim as text, as a 2.0 event has it: a list is `[a b]`, an object its JSON. Null is left out.
    pub fn as_text_2_0(&self) -> BTreeMap<String, String> {
        self.as_text(|members| format!("[{}]", members.join(" ")))
    }

    /// Every claim as text, as a 1.0 event has it: a list is `a,b`, an object its JSON, a time its number. Null is
    /// left out.
    pub fn as_text_1_0(&self) -> BTreeMap<String, String> {
        self.as_text(|members| members.join(","))
    }

    fn as_text(&self, list: impl Fn(Vec<String>) -> String) -> BTreeMap<String, String> {
        let texts = self.members.iter().filter_map(|(name, claim)| {
            let text = match claim {
                Value::Null => return None,
                Value::Array(members) => list(members.iter().map(plain_text).collect()),
                Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => plain_text(claim),
            };
            Some((name.clone(), text))
        });
        texts.collect()
    }
}

/// The scopes of a token, by `scope` and `scp`.
pub(super) fn token_scopes(members: &Map<String, Value>) -> Vec<String> {
    let claims = ["scope", "scp"].into_iter().filter_map(|name| members.get(name));
    claims.flat_map(scopes).map(str::to_owned).collect()
}

/// A text without its quotes, everything else as JSON.
pub(super) fn plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The scopes of a claim: a text with spaces between them, or a list. A scope has no space in it (RFC 6749 §3.3).
fn scopes(claim: &Value) -> impl Iterator<Item = &str> {
    texts(claim).flat_map(|text| text.split(' ')).filter(|scope| !scope.is_empty())
}

/// The texts that a claim is or lists.
pub(super) fn texts(claim: &Value) -> impl Iterator<Item = &str> {
    let members = match claim {
        Value::Array(members) => members.as_slice(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(claim)
        }
    };
    members.iter().filter_map(Value::as_str)
}
