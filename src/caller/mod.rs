//! The caller of a request: who calls, and by what. Authorizers find it out; events, templates, caches and logs need it.
//!
//! A caller's identity is what tells callers apart: no two have the same. Of each kind of principal there is one file.

mod authorizer_part;
mod function;
mod iam;
mod identity;
mod token;

use std::borrow::Cow;

use http::HeaderName;

pub use self::{
    authorizer_part::{AuthorizerV1, AuthorizerV2},
    function::{FunctionContext, FunctionPrincipal},
    iam::IamPrincipal,
    identity::PrincipalIdentity,
    token::{ClaimTexts, TokenPrincipal},
};
use crate::message::IamIdentity;

/// `apiKeySource` of `$api`: the place of callers' keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeySource {
    /// `x-api-key`.
    #[default]
    Header,
    /// The answer of the route's authorizer.
    Authorizer,
}

/// The caller of a request. Neither: anybody, since the route asks for nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Caller<'a> {
    /// The id of the API key that the caller was let in with.
    pub api_key_id: Option<&'a str>,
    /// The place of that key.
    pub api_key_source: KeySource,
    /// Whom the route's authorizer has found.
    pub principal: Option<&'a Principal>,
}

/// A caller whom an authorizer has found.
#[derive(Debug, PartialEq, Eq)]
pub enum Principal {
    /// By a token.
    Token(TokenPrincipal),
    /// By the word of a Lambda function.
    Function(FunctionPrincipal),
    /// By a signature that AWS has checked.
    Iam(IamPrincipal),
}

/// The place of a caller's credential in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPlace {
    Header(HeaderName),
    Querystring(Cow<'static, str>),
}

impl<'a> Caller<'a> {
    /// The identity; `None` where the route asks for nothing.
    pub fn identity(&self) -> Option<Cow<'a, str>> {
        match (self.api_key_id, self.principal) {
            (None, None) => None,
            (Some(id), None) => Some(id.into()),
            (None, Some(principal)) => Some(principal.identity().as_str().into()),
            (Some(id), Some(principal)) => Some(format!("{id}{}", principal.identity().as_str()).into()),
        }
    }

    /// `$context.authorizer.NAME`: `principalId`, `claims.NAME` of a token, a member of a function's `context`.
    pub fn authorizer_text(&self, name: &str) -> Option<&'a str> {
        self.principal?.authorizer_text(name)
    }

    /// The facts that AWS has said of who signed, on a route that asks for a signature.
    pub fn iam(&self) -> Option<&'a IamIdentity> {
        self.principal?.iam()
    }
}

impl Principal {
    /// The identity that caches and throttles go by.
    pub fn identity(&self) -> &PrincipalIdentity {
        match self {
            Self::Token(token) => &token.identity,
            Self::Function(function) => &function.identity,
            Self::Iam(iam) => iam.identity(),
        }
    }

    /// `principalId`, which logs and templates show: `sub` of a token, a function's own, the ARN of an IAM caller.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Token(token) => token.id.as_deref(),
            Self::Function(function) => function.id.as_deref(),
            Self::Iam(iam) => Some(&iam.caller().user_arn),
        }
    }

    /// The scopes of a token; `None` where the route asks for none, and of other kinds.
    pub fn scopes(&self) -> Option<&[String]> {
        match self {
            Self::Token(token) => token.scopes.as_deref(),
            Self::Function(_) | Self::Iam(_) => None,
        }
    }

    /// The API key that a function has named, a secret: `usageIdentifierKey`.
    pub fn usage_identifier_key(&self) -> Option<&str> {
        match self {
            Self::Function(function) => function.usage_identifier_key.as_deref(),
            Self::Token(_) | Self::Iam(_) => None,
        }
    }

    /// `requestContext.authorizer` of events in payload format 1.0. Of an IAM caller `requestContext.identity` tells.
    pub fn authorizer_v1(&self) -> Option<AuthorizerV1<'_>> {
        match self {
            Self::Token(token) => Some(AuthorizerV1::Token { claims: &token.claims.of_rest_apis }),
            Self::Function(function) => Some(AuthorizerV1::Function(function)),
            Self::Iam(_) => None,
        }
    }

    /// `requestContext.authorizer` of events in payload format 2.0.
    pub fn authorizer_v2(&self) -> AuthorizerV2<'_> {
        match self {
            Self::Token(token) => {
                AuthorizerV2::Jwt { claims: &token.claims.of_http_apis, scopes: token.scopes.as_deref() }
            }
            Self::Function(function) => AuthorizerV2::Lambda(function.context.values()),
            Self::Iam(iam) => AuthorizerV2::Iam(iam.caller()),
        }
    }

    /// The facts that AWS has said of who signed.
    pub fn iam(&self) -> Option<&IamIdentity> {
        match self {
            Self::Iam(iam) => Some(iam.caller()),
            Self::Token(_) | Self::Function(_) => None,
        }
    }

    /// The places in a request whose values let this caller in: an answer that is kept for others must not depend on
    /// them.
    pub fn token_places(&self) -> &[TokenPlace] {
        match self {
            Self::Token(token) => std::slice::from_ref(&token.place),
            Self::Function(function) => &function.places,
            Self::Iam(_) => IamPrincipal::places(),
        }
    }

    /// True where the query alone says who calls, so that every URI is one caller's.
    pub fn is_told_by_the_query(&self) -> bool {
        match self {
            Self::Token(token) => matches!(token.place, TokenPlace::Querystring(_)),
            // A function may look at everything.
            Self::Function(_) | Self::Iam(_) => false,
        }
    }

    /// The digest of what a target may learn of the caller besides its identity, as hexadecimal digits: two tokens, or
    /// two answers of a function, may be good for more or less.
    pub fn digest(&self) -> Cow<'_, str> {
        match self {
            Self::Token(token) => token.claims.digest().into(),
            Self::Function(function) => function.context.digest().into(),
            Self::Iam(iam) => iam.digest().into(),
        }
    }

    /// Bytes of memory that its texts take, about.
    pub fn text_bytes(&self) -> usize {
        let own = match self {
            Self::Token(token) => token.text_bytes(),
            Self::Function(function) => function.context.text_bytes(),
            // It is made anew for each request and kept in no memory.
            Self::Iam(_) => 0,
        };
        2 * self.identity().as_str().len() + own
    }

    fn authorizer_text(&self, name: &str) -> Option<&str> {
        match self {
            Self::Token(token) => match name.strip_prefix("claims.") {
                Some(claim) => token.claims.of_http_apis.get(claim).map(String::as_str),
                None => token.id.as_deref().filter(|_| name == PRINCIPAL_ID),
            },
            Self::Function(function) => {
                let id = function.id.as_deref().filter(|_| name == PRINCIPAL_ID);
                id.or_else(|| function.context.text(name))
            }
            Self::Iam(iam) => (name == PRINCIPAL_ID).then_some(iam.caller().user_arn.as_str()),
        }
    }
}

const PRINCIPAL_ID: &str = "principalId";
/// Bytes of a map's node.
const OF_A_NODE: usize = 60;

#[cfg(test)]
mod tests;
