//! The authorizers of an API, by their names: `authorizers` of `$api`. One file for each kind.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{
    authorizer_resources::AuthorizerResources,
    explained::ExplainedAuthorizer,
    function_authorizer::{FunctionAuthorizer, FunctionWord},
    iam_authorizer::IamAuthorizer,
    issuer_keys::IssuerKeys,
    token_authorizer::TokenAuthorizer,
};
#[cfg(feature = "cli")]
use crate::functions::FunctionName;
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
    Function(Box<FunctionAuthorizer>),
    Iam(IamAuthorizer),
}

/// The caller whom an authorizer has found.
#[derive(Debug)]
pub enum Authorized {
    /// The caller may call.
    Caller(Arc<Principal>),
    /// What a function has said decides.
    ByFunction(FunctionWord),
}

/// `type`, as items write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizerType {
    Jwt,
    CognitoUserPools,
    Token,
    Request,
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

/// The function that an authorizer asks.
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug)]
pub struct AuthorizerFunction<'a> {
    pub authorizer_id: &'a str,
    pub function: &'a FunctionName,
}

/// The name of the authorizer that lets in whom AWS has let in.
pub(super) const AWS_IAM: &str = "AWS_IAM";

const EXPECTED: &str = "JWT, COGNITO_USER_POOLS, TOKEN, REQUEST or AWS_IAM";

impl AuthorizerType {
    const ALL: [Self; 5] = [Self::Jwt, Self::CognitoUserPools, Self::Token, Self::Request, Self::AwsIam];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Jwt => "JWT",
            Self::CognitoUserPools => "COGNITO_USER_POOLS",
            Self::Token => "TOKEN",
            Self::Request => "REQUEST",
            Self::AwsIam => AWS_IAM,
        }
    }

    /// True where tokens have scopes that a route can ask for.
    pub const fn knows_scopes(self) -> bool {
        match self {
            Self::Jwt | Self::CognitoUserPools => true,
            Self::Token | Self::Request | Self::AwsIam => false,
        }
    }

    fn parse(fields: &Fields<'_>) -> Option<Self> {
        let given = fields.choice("type", &Self::ALL.map(|known| (known.name(), known)));
        fields.require("type", given, EXPECTED)
    }
}

impl Authorizer {
    /// `json` is all of it, as it was written.
    fn parse(id: &Arc<str>, fields: Fields<'_>, json: &Value, client: &GuardedClient) -> Option<Self> {
        // Of a type that is not known no other word is.
        let authorizer_type = AuthorizerType::parse(&fields)?;
        let digest = Sha256::of(json.to_string());
        let of_tokens = |authorizer| AuthorizerKind::Token(Box::new(authorizer));
        let of_function = |authorizer| AuthorizerKind::Function(Box::new(authorizer));
        let kind = match authorizer_type {
            AuthorizerType::Jwt => TokenAuthorizer::parse_jwt(&fields, digest, client).map(of_tokens),
            AuthorizerType::CognitoUserPools => {
                TokenAuthorizer::parse_cognito(&fields, digest, client).map(of_tokens)
            }
            AuthorizerType::Token => FunctionAuthorizer::parse_token(&fields, id, digest).map(of_function),
            AuthorizerType::Request => {
                FunctionAuthorizer::parse_request(&fields, id, digest).map(of_function)
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
        resources: &AuthorizerResources,
    ) -> Result<Authorized, GatewayError> {
        let AuthorizerResources { tokens, issuers, arns, functions } = resources;
        match &self.kind {
            AuthorizerKind::Token(authorizer) => {
                authorizer.authorize(context, scopes, tokens, issuers).await.map(Authorized::Caller)
            }
            AuthorizerKind::Function(authorizer) => {
                let calls = functions.as_ref().ok_or_else(|| authorizer.nobody_is_called())?;
                // Boxed: most routes ask no function, and a call is kilobytes.
                Box::pin(authorizer.authorize(context, calls, arns)).await.map(Authorized::ByFunction)
            }
            AuthorizerKind::Iam(authorizer) => authorizer.authorize(context, arns).map(Authorized::Caller),
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
            AuthorizerKind::Function(authorizer) => authorizer.explain(context),
            AuthorizerKind::Iam(authorizer) => authorizer.explain(),
        }
    }

    /// All places of a caller's credentials in a request.
    fn token_places(&self) -> Vec<TokenPlace> {
        match &self.kind {
            AuthorizerKind::Token(authorizer) => vec![authorizer.token_place()],
            AuthorizerKind::Function(authorizer) => authorizer.token_places().to_vec(),
            AuthorizerKind::Iam(_) => Vec::new(),
        }
    }

    /// The place of a caller's credential in a request; `None`: in none that a client writes by itself.
    pub(super) fn token_place(&self) -> Option<TokenPlace> {
        match &self.kind {
            AuthorizerKind::Token(authorizer) => Some(authorizer.token_place()),
            AuthorizerKind::Function(authorizer) => authorizer.token_places().first().cloned(),
            AuthorizerKind::Iam(_) => None,
        }
    }

    /// True while a token of the request is verified with old keys, since its issuer gives no others.
    pub(super) fn has_old_keys(&self, context: &Context<'_>, issuers: &IssuerKeys) -> bool {
        match &self.kind {
            AuthorizerKind::Token(authorizer) => authorizer.has_old_keys(context, issuers),
            AuthorizerKind::Function(_) | AuthorizerKind::Iam(_) => false,
        }
    }

    /// True where callers who have all scopes need not pass on a route that asks for none.
    pub(super) fn asks_for_another_token_without_scopes(&self) -> bool {
        match self.authorizer_type {
            AuthorizerType::CognitoUserPools => true,
            AuthorizerType::Jwt
            | AuthorizerType::Token
            | AuthorizerType::Request
            | AuthorizerType::AwsIam => false,
        }
    }

    #[cfg(feature = "cli")]
    fn function(&self) -> Option<&FunctionName> {
        match &self.kind {
            AuthorizerKind::Token(_) | AuthorizerKind::Iam(_) => None,
            AuthorizerKind::Function(authorizer) => Some(authorizer.function()),
        }
    }

    /// True where only a function can say who calls.
    pub(super) fn asks_a_function(&self) -> bool {
        match &self.kind {
            AuthorizerKind::Token(_) | AuthorizerKind::Iam(_) => false,
            AuthorizerKind::Function(_) => true,
        }
    }
}

impl Authorizers {
    /// The places of all credentials that callers of the API send.
    pub fn token_places(&self) -> impl Iterator<Item = TokenPlace> {
        self.0.values().flatten().flat_map(|authorizer| authorizer.token_places())
    }

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
            let id: Arc<str> = name.into();
            let authorizer = Authorizer::parse(&id, authorizer, json, client).map(Arc::new);
            authorizers.insert(id, authorizer);
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

    /// The functions that they ask.
    #[cfg(feature = "cli")]
    pub fn functions(&self) -> impl Iterator<Item = AuthorizerFunction<'_>> {
        let all = self.0.iter();
        all.filter_map(|(id, authorizer)| {
            Some(AuthorizerFunction { authorizer_id: id, function: authorizer.as_ref()?.function()? })
        })
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
