//! The caller of a request: who calls, and by what. Authorizers find it out; events, templates, caches and logs need it.
//!
//! A caller's identity is what tells callers apart: no two have the same.

use std::{borrow::Cow, collections::BTreeMap};

use http::HeaderName;

/// The caller of a request. Neither: anybody, since the route asks for nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Caller<'a> {
    /// The id of the API key that the caller was let in with.
    pub api_key_id: Option<&'a str>,
    /// Whom the route's authorizer has found.
    pub principal: Option<&'a Principal>,
}

/// A caller whom an authorizer has found, by a token.
#[derive(Debug, PartialEq, Eq)]
pub struct Principal {
    pub identity: PrincipalIdentity,
    /// `principalId`, which logs and templates show: `sub` of the token.
    pub id: Option<String>,
    pub claims: ClaimTexts,
    /// Those of the token; `None` where the route asks for none.
    pub scopes: Option<Vec<String>>,
    pub token_place: TokenPlace,
}

/// The place of a caller's token in a request: whoever gets that gets the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPlace {
    Header(HeaderName),
    Querystring(String),
}

/// The text that tells principals apart. It begins with `@`, which no API key's id has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalIdentity(String);

/// The claims of a token, as text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ClaimTexts {
    /// As REST APIs and payload format 1.0 have them: lists joined with commas.
    pub of_rest_apis: BTreeMap<String, String>,
    /// As HTTP APIs and payload format 2.0 have them: lists as `[a b]`.
    pub of_http_apis: BTreeMap<String, String>,
}

impl PrincipalIdentity {
    /// The identity of an issuer's subject.
    pub fn of_subject(issuer: &str, subject: &str) -> Self {
        Self(format!("@{}:{issuer}{subject}", issuer.len()))
    }

    /// The identity of whoever has a token that names no subject. `digest` is the token's, as hexadecimal digits.
    pub fn of_token(digest: &str) -> Self {
        Self(format!("@#{digest}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> Caller<'a> {
    /// The identity; `None` where the route asks for nothing.
    pub fn identity(&self) -> Option<Cow<'a, str>> {
        match (self.api_key_id, self.principal) {
            (None, None) => None,
            (Some(id), None) => Some(id.into()),
            (None, Some(principal)) => Some(principal.identity.as_str().into()),
            (Some(id), Some(principal)) => Some(format!("{id}{}", principal.identity.as_str()).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;
    use proptest::prelude::*;

    use super::*;

    fn principal(identity: PrincipalIdentity) -> Principal {
        let token_place = TokenPlace::Header(AUTHORIZATION);
        Principal { identity, id: None, claims: ClaimTexts::default(), scopes: None, token_place }
    }

    fn any_principal() -> impl Strategy<Value = Option<PrincipalIdentity>> {
        prop_oneof![
            Just(None),
            ("[a:@1#]{0,4}", "[a:@1#]{0,4}")
                .prop_map(|(issuer, subject)| Some(PrincipalIdentity::of_subject(&issuer, &subject))),
            "[0-9a-f]{2}".prop_map(|digest| Some(PrincipalIdentity::of_token(&digest))),
        ]
    }

    #[test]
    fn an_identity_is_the_keys_id_the_principals_or_both() {
        let ada = principal(PrincipalIdentity::of_subject("https://issuer.example", "ada"));
        let identity = |api_key_id, principal| {
            Caller { api_key_id, principal }.identity().map(Cow::into_owned).unwrap_or_default()
        };
        assert_eq!(identity(None, None), "");
        assert_eq!(identity(Some("k1"), None), "k1");
        assert_eq!(identity(None, Some(&ada)), "@22:https://issuer.exampleada");
        assert_eq!(identity(Some("k1"), Some(&ada)), "k1@22:https://issuer.exampleada");
    }

    proptest! {
        #[test]
        fn callers_that_differ_have_other_identities(
            keys in prop::array::uniform2(prop::option::of("[1a_-]{1,3}")),
            principals in prop::array::uniform2(any_principal()),
        ) {
            let of = |index: usize| {
                let principal = principals[index].clone().map(principal);
                let caller = Caller { api_key_id: keys[index].as_deref(), principal: principal.as_ref() };
                caller.identity().map(Cow::into_owned)
            };
            let is_one = keys[0] == keys[1] && principals[0] == principals[1];
            prop_assert_eq!(of(0) == of(1), is_one);
        }
    }
}
