//! The authorizers of an API, by their names: `authorizers` of `$api`. One file for each kind.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{
    iam_authorizer::IamAuthorizer, issuer_keys::IssuerKeys, token_authorizer::TokenAuthorizer,
    verified_tokens::VerifiedTokens,
};
use crate::{
    caller::Principal,
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
    Iam(IamAuthorizer),
}

/// `type`, as items write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizerType {
    Jwt,
    CognitoUserPools,
    AwsIam,
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

/// The name of the authorizer that lets in whom AWS has let in.
pub(super) const AWS_IAM: &str = "AWS_IAM";

/// API Gateway's types that this version does not have.
const NOT_YET: [&str; 2] = ["REQUEST", "TOKEN"];

const EXPECTED: &str = "JWT, COGNITO_USER_POOLS or AWS_IAM";

impl AuthorizerType {
    const ALL: [Self; 3] = [Self::Jwt, Self::CognitoUserPools, Self::AwsIam];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Jwt => "JWT",
            Self::CognitoUserPools => "COGNITO_USER_POOLS",
            Self::AwsIam => AWS_IAM,
        }
    }

    /// True where tokens have scopes that a route can ask for.
    pub const fn knows_scopes(self) -> bool {
        match self {
            Self::Jwt | Self::CognitoUserPools => true,
            Self::AwsIam => false,
        }
    }

    fn parse(fields: &Fields<'_>) -> Option<Self> {
        let given = fields.value("type").and_then(Value::as_str).unwrap_or_default();
        if NOT_YET.iter().any(|name| name.eq_ignore_ascii_case(given.trim())) {
            let expected = format!("{EXPECTED}: this version has no others yet");
            fields.problem("type", &brief(&given.into()), &expected);
            return None;
        }
        let given = fields.choice("type", &Self::ALL.map(|known| (known.name(), known)));
        fields.require("type", given, EXPECTED)
    }
}

impl Authorizer {
    /// `json` is all of it, as it was written.
    fn parse(fields: Fields<'_>, json: &Value, client: &GuardedClient) -> Option<Self> {
        // Of a type that is not known no other word is.
        let authorizer_type = AuthorizerType::parse(&fields)?;
        let digest = Sha256::of(json.to_string());
        let of_tokens = |authorizer| AuthorizerKind::Token(Box::new(authorizer));
        let kind = match authorizer_type {
            AuthorizerType::Jwt => TokenAuthorizer::parse_jwt(&fields, digest, client).map(of_tokens),
            AuthorizerType::CognitoUserPools => {
                TokenAuthorizer::parse_cognito(&fields, digest, client).map(of_tokens)
            }
            AuthorizerType::AwsIam => IamAuthorizer::parse(&fields).map(AuthorizerKind::Iam),
        };
        fields.finish_guarding();
        Some(Self { authorizer_type, kind: kind? })
    }

    /// The one that lets in whom AWS has let in.
    pub(super) fn any_iam_caller() -> Self {
        Self { authorizer_type: AuthorizerType::AwsIam, kind: AuthorizerKind::Iam(IamAuthorizer::default()) }
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
            AuthorizerKind::Iam(authorizer) => authorizer.authorize(context),
        }
    }

    /// True while a token of the request is verified with old keys, since its issuer gives no others.
    pub(super) fn has_old_keys(&self, context: &Context<'_>, issuers: &IssuerKeys) -> bool {
        match &self.kind {
            AuthorizerKind::Token(authorizer) => authorizer.has_old_keys(context, issuers),
            AuthorizerKind::Iam(_) => false,
        }
    }

    /// True where callers who have all scopes need not pass on a route that asks for none.
    pub(super) fn asks_for_another_token_without_scopes(&self) -> bool {
        match self.authorizer_type {
            AuthorizerType::CognitoUserPools => true,
            AuthorizerType::Jwt | AuthorizerType::AwsIam => false,
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
            if name == AWS_IAM {
                let expected =
                    format!("another name: {AWS_IAM} is what routes have that ask for any signature");
                fields.problem("authorizers", &brief(&name.into()), &expected);
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
