//! A caller whom a token names.

use std::collections::BTreeMap;

use super::{OF_A_NODE, PrincipalIdentity, TokenPlace};
use crate::digest::{Sha256, hex};

/// A caller by a token.
#[derive(Debug, PartialEq, Eq)]
pub struct TokenPrincipal {
    pub identity: PrincipalIdentity,
    /// `sub`.
    pub id: Option<String>,
    pub claims: ClaimTexts,
    /// Those of the token; `None` where the route asks for none.
    pub scopes: Option<Vec<String>>,
    pub place: TokenPlace,
}

/// The claims of a token, as text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ClaimTexts {
    /// As REST APIs and payload format 1.0 have them: lists joined with commas.
    pub of_rest_apis: BTreeMap<String, String>,
    /// As HTTP APIs and payload format 2.0 have them: lists as `[a b]`.
    pub of_http_apis: BTreeMap<String, String>,
}

/// Claims that are others in each token, and say nothing of what it is good for.
const OF_ONE_TOKEN: [&str; 5] = ["at_hash", "exp", "iat", "jti", "nbf"];

impl TokenPrincipal {
    pub(super) fn text_bytes(&self) -> usize {
        let texts = self.claims.of_rest_apis.iter().chain(&self.claims.of_http_apis);
        let claims: usize = texts.map(|(name, text)| name.len() + text.len() + OF_A_NODE).sum();
        claims + self.scopes.iter().flatten().map(|scope| scope.len() + OF_A_NODE).sum::<usize>()
    }
}

impl ClaimTexts {
    /// The digest of all that are not one token's, as hexadecimal digits.
    pub fn digest(&self) -> String {
        let mut digest = Sha256::default();
        let texts = self.of_rest_apis.iter().chain(&self.of_http_apis);
        for (name, text) in texts.filter(|(name, _)| !OF_ONE_TOKEN.contains(&name.as_str())) {
            digest.add_framed(name);
            digest.add_framed(text);
        }
        hex(&digest.finish())
    }
}
