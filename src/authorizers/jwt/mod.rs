//! Tokens (JWT): is a text one, is its signature that of a key of the issuer, and do its claims keep the rules?
//!
//! Nothing here waits for anything: keys, rules and the time are given.

mod claim_rule;
mod claims;
mod explain;
mod key_set;
mod signature;
mod token;
mod token_error;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::SystemTime};

use serde_json::Value;

use self::token::Token;
pub use self::{
    claims::Claims,
    explain::{ExplainedToken, explain},
    key_set::{KeySet, KeySetError, MOST_BYTES as MOST_KEY_SET_BYTES},
    signature::Algorithm,
    token_error::TokenError,
};

/// The rules of an authorizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRules {
    /// `iss`, to the letter.
    pub issuer: String,
    /// One of them has to be in `aud`, or be `client_id` where there is no `aud`. Without any, no token of
    /// [`TokenKind::Jwt`] is good.
    pub audience: Vec<String>,
    /// `None`: those of the keys.
    pub algorithms: Option<Vec<Algorithm>>,
    /// The time by which the issuer's clock may differ.
    pub leeway_seconds: u64,
    /// Claims that have to say this, or to have it in their list.
    pub required_claims: BTreeMap<String, String>,
    pub kind: TokenKind,
}

/// The kind of token that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Jwt,
    /// A Cognito ID token, for a route without scopes.
    CognitoId,
    /// A Cognito access token, for a route with scopes.
    CognitoAccess,
}

/// The `kid` of a token that nobody has verified yet: it says which keys to verify it with.
///
/// # Errors
///
/// No keys can make the token a good one.
pub fn key_id(token: &str, rules: &TokenRules) -> Result<Option<String>, TokenError> {
    let token = Token::decode(token)?;
    rules.accept(&token.algorithm)?;
    token.signature()?;
    Ok(token.key_id)
}

/// The issuer that a token names which nobody has verified yet: it says by whose rules to judge the token.
///
/// # Errors
///
/// It is no token, or it names none.
pub fn issuer(token: &str) -> Result<String, TokenError> {
    match Token::decode(token)?.payload()?.remove("iss") {
        Some(Value::String(issuer)) => Ok(issuer),
        Some(_) | None => Err(TokenError::Issuer),
    }
}

/// Verifies a token, without `Bearer`. Its scopes are the route's to ask for: [`Claims::token_scopes`].
///
/// # Errors
///
/// The first rule that it breaks, in API Gateway's order (reference A-04).
pub fn verify(token: &str, keys: &KeySet, rules: &TokenRules, now: SystemTime) -> Result<Claims, TokenError> {
    let token = Token::decode(token)?;
    let algorithm = rules.accept(&token.algorithm)?;
    let signature = token.signature()?;
    let keys = keys.fitting(token.key_id.as_deref(), algorithm)?;
    signature::verify(keys, algorithm, token.signed.as_bytes(), &signature)?;
    Claims::check(token.payload()?, rules, now)
}

impl TokenRules {
    /// The algorithm of this name, if tokens may be signed with it.
    fn accept(&self, name: &str) -> Result<Algorithm, TokenError> {
        let accepts =
            |known: &Algorithm| self.algorithms.as_ref().is_none_or(|accepted| accepted.contains(known));
        Algorithm::named(name).filter(accepts).ok_or(TokenError::Algorithm)
    }
}
