//! Tokens that were verified a moment ago: a hot one costs no check of its signature.
//!
//! What is remembered is the caller, under the SHA-256 of the token and of all that decided on it; never the token.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use quick_cache::{OptionsBuilder, Weighter, sync::Cache};

use crate::caller::Principal;

/// The digest of a token together with the rules that it was verified by.
pub type TokenDigest = [u8; 32];

/// The callers of an instance's last tokens, up to a number of bytes.
#[derive(Debug)]
pub struct VerifiedTokens(Cache<TokenDigest, VerifiedToken, ByBytes>);

#[derive(Clone, Debug)]
struct VerifiedToken {
    principal: Arc<Principal>,
    verified_at: SystemTime,
    good_until: SystemTime,
}

#[derive(Clone, Debug)]
struct ByBytes;

/// About a thousand tokens of users.
const BYTES: u64 = 2 << 20;
const USUAL_BYTES: u64 = 2 << 10;
/// A key that was taken out of a set is gone by then.
const LONGEST: Duration = Duration::from_secs(300);

impl Weighter<TokenDigest, VerifiedToken> for ByBytes {
    fn weight(&self, _: &TokenDigest, token: &VerifiedToken) -> u64 {
        const OF_AN_ENTRY: usize = 200;
        (OF_AN_ENTRY + token.principal.text_bytes()) as u64
    }
}

impl Default for VerifiedTokens {
    fn default() -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity((BYTES / USUAL_BYTES) as usize)
            .weight_capacity(BYTES)
            .shards(1)
            .build()
            .expect("all that is needed is given");
        Self(Cache::with_options(options, ByBytes, Default::default(), Default::default()))
    }
}

impl VerifiedTokens {
    /// The caller of a token that is known to be good.
    pub fn get(&self, token: &TokenDigest, now: SystemTime) -> Option<Arc<Principal>> {
        let VerifiedToken { principal, verified_at, good_until } = self.0.get(token)?;
        // A clock that was set back proves nothing.
        (verified_at <= now && now < good_until).then_some(principal)
    }

    /// Remembers a good token, at most until it expires.
    pub fn put(
        &self,
        token: TokenDigest,
        principal: Arc<Principal>,
        now: SystemTime,
        expires_at: SystemTime,
    ) {
        let good_until = expires_at.min(now + LONGEST);
        if now < good_until {
            self.0.insert(token, VerifiedToken { principal, verified_at: now, good_until });
        }
    }

    #[cfg(test)]
    fn weight(&self) -> u64 {
        self.0.weight()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        caller::{ClaimTexts, PrincipalIdentity, TokenPlace, TokenPrincipal},
        digest::Sha256,
    };

    fn principal(claim: &str) -> Arc<Principal> {
        let claims = || [("claim".to_owned(), claim.to_owned())].into();
        Arc::new(Principal::Token(TokenPrincipal {
            identity: PrincipalIdentity::of_subject("issuer", "ada"),
            id: None,
            claims: ClaimTexts { of_rest_apis: claims(), of_http_apis: claims() },
            scopes: None,
            place: TokenPlace::Querystring("token".into()),
        }))
    }

    #[test]
    fn a_token_is_remembered_until_it_expires_and_for_five_minutes_at_most() {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        for (expires, last_known) in [(at(100), Some(99)), (at(3_600), Some(299)), (at(0), None)] {
            let tokens = VerifiedTokens::default();
            tokens.put([1; 32], principal("x"), start, expires);
            let known = |seconds| tokens.get(&[1; 32], at(seconds)).is_some();
            assert_eq!((0..4_000).filter(|seconds| known(*seconds)).max(), last_known);
            assert_eq!(tokens.get(&[1; 32], start - Duration::from_secs(1)), None, "the clock was set back");
            assert_eq!(tokens.get(&[2; 32], start), None);
        }
    }

    #[test]
    fn any_number_of_tokens_takes_bounded_memory() {
        let tokens = VerifiedTokens::default();
        let now = SystemTime::UNIX_EPOCH;
        for number in 0..20_000_u32 {
            let size = if number % 100 == 0 { 16_000 } else { 500 };
            let token = Sha256::of(number.to_le_bytes());
            tokens.put(token, principal(&"x".repeat(size)), now, now + LONGEST);
        }
        assert!((BYTES / 2..=BYTES).contains(&tokens.weight()), "{}", tokens.weight());
    }
}
