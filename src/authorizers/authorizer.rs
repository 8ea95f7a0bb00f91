//! The authorizers of an API, by their names: `authorizers` of `$api`. One file for each kind.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{
    explained::ExplainedAuthorizer, issuer_keys::IssuerKeys, token_authorizer::TokenAuthorizer,
    verified_tokens::VerifiedTokens,
};
use crate::{
    caller::{Principal, TokenPlace},
    context::Context,
    digest::Sha256,
    error::GatewayError,
    http_client::GuardedClient,
    item::{Fields, brief},
};

/// An authorizer of `$api`.
#[derive(Debug)]
pub struct Authorizer {
    pub authorizer_type: AuthorizerType,
    kind: AuthorizerKind,
}

#[derive(Debug)]
enum AuthorizerKind {
    Token(Box<TokenAuthorizer>),
}

/// `type`, as items write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizerType {
    Jwt,
    CognitoUserPools,
}

/// The authorizers of an API. Those with which something is wrong are there too: a route may name them.
#[derive(Debug, Default)]
pub struct Authorizers(BTreeMap<Arc<str>, Option<Arc<Authorizer>>>);

/// The authorizer of a name.
pub enum NamedAuthorizer<'a> {
    Found(Arc<str>, &'a Arc<Authorizer>),
    /// Its problems are reported.
    Wrong,
    Unknown,
}

/// API Gateway's types that this version does not have.
const NOT_YET: [&str; 3] = ["AWS_IAM", "REQUEST", "TOKEN"];

impl AuthorizerType {
    const ALL: [Self; 2] = [Self::Jwt, Self::CognitoUserPools];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Jwt => "JWT",
            Self::CognitoUserPools => "COGNITO_USER_POOLS",
        }
    }

    fn parse(fields: &Fields<'_>) -> Option<Self> {
        let given = fields.value("type").and_then(Value::as_str).unwrap_or_default();
        if NOT_YET.iter().any(|name| name.eq_ignore_ascii_case(given.trim())) {
            let expected = "JWT or COGNITO_USER_POOLS: this version has no others yet";
            fields.problem("type", &brief(&given.into()), expected);
            return None;
        }
        let given = fields.choice("type", &Self::ALL.map(|known| (known.name(), known)));
        fields.require("type", given, "JWT or COGNITO_USER_POOLS")
    }
}

impl Authorizer {
    /// `json` is all of it, as it was written.
    fn parse(fields: Fields<'_>, json: &Value, client: &GuardedClient) -> Option<Self> {
        // Of a type that is not known no other word is.
        let authorizer_type = AuthorizerType::parse(&fields)?;
        let digest = Sha256::of(json.to_string());
        let kind = match authorizer_type {
            AuthorizerType::Jwt => TokenAuthorizer::parse_jwt(&fields, digest, client),
            AuthorizerType::CognitoUserPools => TokenAuthorizer::parse_cognito(&fields, digest, client),
        };
        fields.finish_guarding();
        Some(Self { authorizer_type, kind: AuthorizerKind::Token(Box::new(kind?)) })
    }

    /// Finds the caller, on a route that asks for one of these `scopes`.
    ///
    /// # Errors
    ///
    /// The request is refused.
    pub(super) async fn authorize(
        &self,
        context: &Context<'_>,
        scopes: &[String],
        tokens: &VerifiedTokens,
        issuers: &IssuerKeys,
    ) -> Result<Arc<Principal>, GatewayError> {
        match &self.kind {
            AuthorizerKind::Token(authorizer) => authorizer.authorize(context, scopes, tokens, issuers).await,
        }
    }

    /// Checks each rule, and asks nobody but the issuer for its keys.
    pub(super) async fn explain(
        &self,
        context: &Context<'_>,
        scopes: &[String],
        issuers: &IssuerKeys,
    ) -> ExplainedAuthorizer {
        match &self.kind {
            AuthorizerKind::Token(authorizer) => authorizer.explain(context, scopes, issuers).await,
        }
    }

    /// The place of a caller's token in a request; `None`: it takes none.
    pub(super) fn token_place(&self) -> Option<TokenPlace> {
        match &self.kind {
            AuthorizerKind::Token(authorizer) => Some(authorizer.token_place()),
        }
    }

    /// True where callers who have all scopes need not pass on a route that asks for none.
    pub(super) fn asks_for_another_token_without_scopes(&self) -> bool {
        match self.authorizer_type {
            AuthorizerType::Jwt => false,
            AuthorizerType::CognitoUserPools => true,
        }
    }
}

impl Authorizers {
    /// Reads `authorizers` of `$api`.
    pub fn parse(fields: &Fields<'_>, client: &GuardedClient) -> Self {
        let mut authorizers = BTreeMap::new();
        let all = fields.value("authorizers");
        for (name, authorizer) in fields.named_objects("authorizers") {
            if !is_name(name) {
                fields.problem(
                    "authorizers",
                    &brief(&name.into()),
                    "names of letters, digits, ., - and _, at most 128",
                );
            }
            let json = all.and_then(|all| all.get(name)).unwrap_or(&Value::Null);
            authorizers.insert(name.into(), Authorizer::parse(authorizer, json, client).map(Arc::new));
        }
        Self(authorizers)
    }

    pub fn named(&self, name: &str) -> NamedAuthorizer<'_> {
        match self.0.get_key_value(name) {
            Some((id, Some(authorizer))) => NamedAuthorizer::Found(Arc::clone(id), authorizer),
            Some((_, None)) => NamedAuthorizer::Wrong,
            None => NamedAuthorizer::Unknown,
        }
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }
}

/// Logs show it.
fn is_name(name: &str) -> bool {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    (1..=128).contains(&name.len()) && name.chars().all(is_legal)
}
