//! Claims: the payload of a token whose signature is good, held against the rules of an authorizer.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value};

use super::{TokenError, TokenKind, TokenRules};

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
        if members.get("iss").is_none_or(|issuer| *issuer != rules.issuer) {
            return Err(TokenError::Issuer);
        }
        check_audience(&members, rules)?;
        let expires_at = check_times(&members, rules, now)?;
        check_use(&members, rules.kind)?;
        if members.get("sub").is_some_and(|subject| !subject.is_string()) {
            return Err(TokenError::Malformed);
        }
        for (name, required) in &rules.required_claims {
            if !members.get(name).is_some_and(|claim| says(claim, required)) {
                return Err(TokenError::RequiredClaim(name.clone()));
            }
        }
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
        let claims = ["scope", "scp"].into_iter().filter_map(|name| self.members.get(name));
        claims.flat_map(scopes).map(str::to_owned).collect()
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

/// A text without its quotes, everything else as JSON.
fn plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `aud`, and only where there is none `client_id`.
fn check_audience(members: &Map<String, Value>, rules: &TokenRules) -> Result<(), TokenError> {
    let is_asked_for = match rules.kind {
        TokenKind::Jwt => true,
        TokenKind::CognitoId | TokenKind::CognitoAccess => !rules.audience.is_empty(),
    };
    let audience = members.get("aud").or_else(|| members.get("client_id"));
    let is_ours = |audience| texts(audience).any(|one| rules.audience.iter().any(|ours| ours == one));
    if is_asked_for && !audience.is_some_and(is_ours) { Err(TokenError::Audience) } else { Ok(()) }
}

/// `exp`, `nbf` and `iat`; they may have fractions. Gives the time of `exp`.
fn check_times(
    members: &Map<String, Value>,
    rules: &TokenRules,
    now: SystemTime,
) -> Result<SystemTime, TokenError> {
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let leeway = Duration::from_secs(rules.leeway_seconds);
    let (earliest, latest) =
        (now.saturating_sub(leeway).as_secs_f64(), now.saturating_add(leeway).as_secs_f64());
    let expiry = members.get("exp").and_then(Value::as_f64).ok_or(TokenError::NoExpiry)?;
    if expiry <= earliest {
        return Err(TokenError::Expired);
    }
    let begins_in_time = |name: &str| match members.get(name) {
        None => Ok(true),
        Some(time) => time.as_f64().map(|time| time <= latest).ok_or(TokenError::Malformed),
    };
    if !begins_in_time("nbf")? {
        return Err(TokenError::NotYetValid);
    }
    if !begins_in_time("iat")? {
        return Err(TokenError::IssuedInFuture);
    }
    Ok(SystemTime::UNIX_EPOCH + Duration::from_secs_f64(expiry.clamp(0.0, LATEST_SECONDS)))
}

/// Cognito says in `token_use` which of its tokens one is.
fn check_use(members: &Map<String, Value>, kind: TokenKind) -> Result<(), TokenError> {
    let is = |token_use: &str| members.get("token_use").is_some_and(|claim| claim == token_use);
    match kind {
        TokenKind::CognitoId if !is("id") => Err(TokenError::NotAnIdToken),
        TokenKind::CognitoAccess if !is("access") => Err(TokenError::NotAnAccessToken),
        TokenKind::Jwt | TokenKind::CognitoId | TokenKind::CognitoAccess => Ok(()),
    }
}

/// True if a claim is this text, number or boolean, or a list that has it.
fn says(claim: &Value, required: &str) -> bool {
    match claim {
        Value::Array(members) => members.iter().any(|member| !member.is_array() && says(member, required)),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => plain_text(claim) == required,
        Value::Null | Value::Object(_) => false,
    }
}

/// The scopes of a claim: a text with spaces between them, or a list. A scope has no space in it (RFC 6749 §3.3).
fn scopes(claim: &Value) -> impl Iterator<Item = &str> {
    texts(claim).flat_map(|text| text.split(' ')).filter(|scope| !scope.is_empty())
}

/// The texts that a claim is or lists.
fn texts(claim: &Value) -> impl Iterator<Item = &str> {
    let members = match claim {
        Value::Array(members) => members.as_slice(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(claim)
        }
    };
    members.iter().filter_map(Value::as_str)
}
