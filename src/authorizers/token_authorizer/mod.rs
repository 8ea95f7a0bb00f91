//! Authorizers of the types `JWT` and `COGNITO_USER_POOLS`: the caller is whom a token names.
//!
//! A pool's is the same with its issuer made of the pool's ARN; of several pools that one judges a token which the token
//! names as its issuer. API Gateway takes a pool's ID token where the route
//! asks for no scopes, and its access token where it does.

mod explain;
mod item;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::SystemTime};

use super::{
    identity_source::{IdentitySource, without_scheme},
    issuer_keys::{IssuerKeys, JwksSource, KeysUnavailable},
    jwt::{self, KeySet, TokenError, TokenRules},
    verified_tokens::{TokenDigest, VerifiedTokens},
};
use crate::{
    caller::{ClaimTexts, Principal, PrincipalIdentity, TokenPlace, TokenPrincipal},
    context::Context,
    digest::{Sha256, hex},
    error::GatewayError,
    wait::within,
};

/// Verifies tokens.
#[derive(Debug)]
pub struct TokenAuthorizer {
    identity_source: IdentitySource,
    /// One, or several pools: with other issuers, and else the same rules.
    issuers: Vec<TokenIssuer>,
    /// Of all that decides on a token but its route's scopes.
    digest: [u8; 32],
}

/// An issuer, and the rules for its tokens.
#[derive(Debug)]
struct TokenIssuer {
    keys: TokenKeys,
    /// Of a route that asks for no scopes.
    rules: TokenRules,
    /// Of a route that asks for some.
    rules_with_scopes: TokenRules,
}

/// The keys that tokens are verified with.
#[derive(Debug)]
enum TokenKeys {
    Listed(Arc<KeySet>),
    OfIssuer(JwksSource),
}

impl TokenAuthorizer {
    /// Finds the caller by the token of a request, on a route that asks for one of these `scopes`.
    ///
    /// # Errors
    ///
    /// There is no token, it breaks a rule, its issuer's keys cannot be had, or it has none of the scopes.
    pub async fn authorize(
        &self,
        context: &Context<'_>,
        scopes: &[String],
        tokens: &VerifiedTokens,
        issuers: &IssuerKeys,
    ) -> Result<Arc<Principal>, GatewayError> {
        let value = self.identity_source.value(context).ok_or(GatewayError::NoToken)?;
        let token = without_scheme(&value);
        let asked = AskedScopes::of(scopes);
        let now = context.request.received_at;
        let digest = self.digest_of(token, asked);
        let principal = match tokens.get(&digest, now) {
            Some(principal) => principal,
            None => {
                let refused = |error: TokenError| GatewayError::InvalidToken {
                    reason: error.to_string(),
                    description: error.description(),
                    scopes: scopes.join(" "),
                };
                let issuer = self.issuer_of(token).map_err(refused)?;
                let rules = issuer.rules_of(asked);
                let keys = match &issuer.keys {
                    TokenKeys::Listed(keys) => Arc::clone(keys),
                    TokenKeys::OfIssuer(source) => {
                        let key_id = jwt::key_id(token, rules).map_err(refused)?;
                        let keys = issuers.keys(source, key_id.as_deref(), now);
                        // Lambda would end the request without a word.
                        within(context.time_left(), keys).await.unwrap_or(Err(KeysUnavailable::LATE))?
                    }
                };
                let verified = self.verify(token, &keys, issuer, asked, now).map_err(refused)?;
                tokens.put(digest, Arc::clone(&verified.principal), now, verified.expires_at);
                verified.principal
            }
        };
        match principal.scopes() {
            Some(held) if !has_scope(held, scopes) => {
                Err(GatewayError::InsufficientScope { scopes: scopes.join(" ") })
            }
            Some(_) | None => Ok(principal),
        }
    }

    pub fn token_place(&self) -> TokenPlace {
        self.identity_source.token_place()
    }

    fn verify(
        &self,
        token: &str,
        keys: &KeySet,
        issuer: &TokenIssuer,
        asked: AskedScopes,
        now: SystemTime,
    ) -> Result<VerifiedPrincipal, TokenError> {
        let rules = issuer.rules_of(asked);
        let claims = jwt::verify(token, keys, rules, now)?;
        let identity = match claims.subject() {
            Some(subject) => PrincipalIdentity::of_subject(&rules.issuer, subject),
            None => PrincipalIdentity::of_token(&hex(&Sha256::of(token))),
        };
        let principal = TokenPrincipal {
            identity,
            id: claims.subject().map(str::to_owned),
            claims: ClaimTexts { of_rest_apis: claims.as_text_1_0(), of_http_apis: claims.as_text_2_0() },
            scopes: match asked {
                AskedScopes::None => None,
                AskedScopes::Some => Some(claims.token_scopes()),
            },
            place: self.token_place(),
        };
        let principal = Arc::new(Principal::Token(principal));
        Ok(VerifiedPrincipal { principal, expires_at: claims.expires_at() })
    }

    /// True while the issuer of the request's token gives no keys and the known ones are old.
    pub fn has_old_keys(&self, context: &Context<'_>, issuers: &IssuerKeys) -> bool {
        let issuer = match &self.issuers[..] {
            [only] => Some(only),
            _ => {
                let value = self.identity_source.value(context);
                value.and_then(|value| self.issuer_of(without_scheme(&value)).ok())
            }
        };
        issuer.is_some_and(|issuer| match &issuer.keys {
            TokenKeys::Listed(_) => false,
            TokenKeys::OfIssuer(source) => issuers.are_old(source, context.request.received_at),
        })
    }

    /// The issuer by whose rules a token is judged, which may be another's even so.
    fn issuer_of(&self, token: &str) -> Result<&TokenIssuer, TokenError> {
        if let [only] = &self.issuers[..] {
            return Ok(only);
        }
        let named = jwt::issuer(token)?;
        self.issuers.iter().find(|issuer| issuer.rules.issuer == named).ok_or(TokenError::Issuer)
    }

    fn digest_of(&self, token: &str, asked: AskedScopes) -> TokenDigest {
        Sha256::default().with(self.digest).with([asked as u8]).with(token).finish()
    }
}

impl TokenIssuer {
    fn rules_of(&self, asked: AskedScopes) -> &TokenRules {
        match asked {
            AskedScopes::None => &self.rules,
            AskedScopes::Some => &self.rules_with_scopes,
        }
    }
}

/// True if one of the scopes that a token gives is among those that its route asks for.
fn has_scope(held: &[String], asked: &[String]) -> bool {
    held.iter().any(|scope| asked.contains(scope))
}

/// The scopes that a route asks for.
#[derive(Clone, Copy)]
enum AskedScopes {
    None,
    Some,
}

impl AskedScopes {
    fn of(scopes: &[String]) -> Self {
        if scopes.is_empty() { Self::None } else { Self::Some }
    }
}

struct VerifiedPrincipal {
    principal: Arc<Principal>,
    expires_at: SystemTime,
}
