//! The rules of claims, one by one, in the order in which a token has to keep them (reference A-04).

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use super::{
    TokenError, TokenKind, TokenRules,
    claims::{plain_text, texts},
};

/// A rule that one claim has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClaimRule<'a> {
    Issuer,
    Audience,
    Expiry,
    NotBefore,
    IssuedAt,
    TokenUse,
    Subject,
    Required { name: &'a str, value: &'a str },
}

const OF_ALL: [ClaimRule<'static>; 7] = [
    ClaimRule::Issuer,
    ClaimRule::Audience,
    ClaimRule::Expiry,
    ClaimRule::NotBefore,
    ClaimRule::IssuedAt,
    ClaimRule::TokenUse,
    ClaimRule::Subject,
];

impl<'a> ClaimRule<'a> {
    /// The rules of an authorizer, in order.
    pub(super) fn of(rules: &'a TokenRules) -> impl Iterator<Item = Self> {
        let required = rules.required_claims.iter().map(|(name, value)| Self::Required { name, value });
        OF_ALL.into_iter().chain(required)
    }

    /// The claim that it is about.
    pub(super) fn claim(self) -> &'a str {
        match self {
            Self::Issuer => "iss",
            Self::Audience => "aud",
            Self::Expiry => "exp",
            Self::NotBefore => "nbf",
            Self::IssuedAt => "iat",
            Self::TokenUse => "token_use",
            Self::Subject => "sub",
            Self::Required { name, .. } => name,
        }
    }

    /// Holds the claims of a token against the rule.
    ///
    /// # Errors
    ///
    /// They break it.
    pub(super) fn check(
        self,
        members: &Map<String, Value>,
        rules: &TokenRules,
        now: SystemTime,
    ) -> Result<(), TokenError> {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let leeway = Duration::from_secs(rules.leeway_seconds);
        let (earliest, latest) = (now.saturating_sub(leeway), now.saturating_add(leeway));
        let begins_in_time = |error| match members.get(self.claim()) {
            None => Ok(()),
            Some(time) => {
                let time = time.as_f64().ok_or(TokenError::Malformed)?;
                keeps(time <= latest.as_secs_f64(), error)
            }
        };
        match self {
            Self::Issuer => {
                keeps(members.get("iss").is_some_and(|issuer| *issuer == rules.issuer), TokenError::Issuer)
            }
            Self::Audience => keeps(is_for(members, rules), TokenError::Audience),
            Self::Expiry => keeps(expiry(members)? > earliest.as_secs_f64(), TokenError::Expired),
            Self::NotBefore => begins_in_time(TokenError::NotYetValid),
            Self::IssuedAt => begins_in_time(TokenError::IssuedInFuture),
            Self::TokenUse => check_use(members, rules.kind),
            Self::Subject => keeps(members.get("sub").is_none_or(Value::is_string), TokenError::Malformed),
            Self::Required { name, value } => {
                let is_kept = members.get(name).is_some_and(|claim| says(claim, value));
                if is_kept { Ok(()) } else { Err(TokenError::RequiredClaim(name.to_owned())) }
            }
        }
    }
}

/// `exp`, in seconds since 1970, with a fraction where it has one.
///
/// # Errors
///
/// There is none.
pub(super) fn expiry(members: &Map<String, Value>) -> Result<f64, TokenError> {
    members.get("exp").and_then(Value::as_f64).ok_or(TokenError::NoExpiry)
}

/// `aud`, and only where there is none `client_id`.
pub(super) fn audience(members: &Map<String, Value>) -> Option<&Value> {
    members.get("aud").or_else(|| members.get("client_id"))
}

/// False if any audience will do.
pub(super) fn asks_for_audience(rules: &TokenRules) -> bool {
    match rules.kind {
        TokenKind::Jwt => true,
        TokenKind::CognitoId | TokenKind::CognitoAccess => !rules.audience.is_empty(),
    }
}

fn keeps(is_kept: bool, error: TokenError) -> Result<(), TokenError> {
    if is_kept { Ok(()) } else { Err(error) }
}

fn is_for(members: &Map<String, Value>, rules: &TokenRules) -> bool {
    let is_ours = |audience| texts(audience).any(|one| rules.audience.iter().any(|ours| ours == one));
    !asks_for_audience(rules) || audience(members).is_some_and(is_ours)
}

/// Cognito says in `token_use` which of its tokens one is.
fn check_use(members: &Map<String, Value>, kind: TokenKind) -> Result<(), TokenError> {
    let is = |token_use: &str| members.get("token_use").is_some_and(|claim| claim == token_use);
    match kind {
        TokenKind::Jwt => Ok(()),
        TokenKind::CognitoId => keeps(is("id"), TokenError::NotAnIdToken),
        TokenKind::CognitoAccess => keeps(is("access"), TokenError::NotAnAccessToken),
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
