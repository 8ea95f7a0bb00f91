//! The authorizer that a route asks: `authorizationType`, `authorizerId` and `authorizationScopes`, of a route or, as the
//! default of all routes, of `$api`.

use std::sync::Arc;

use serde_json::Value;

use super::{
    authorizer::{Authorizer, AuthorizerType, Authorizers, NamedAuthorizer},
    explained::ExplainedAuthorizer,
    issuer_keys::IssuerKeys,
    verified_tokens::VerifiedTokens,
};
use crate::{
    caller::{Principal, TokenPlace},
    context::Context,
    digest::Sha256,
    error::GatewayError,
    item::{Fields, brief},
};

/// What a route asks of its callers, besides an API key.
#[derive(Clone, Debug, Default)]
pub enum Authorization {
    #[default]
    Nothing,
    By(RouteAuthorizer),
}

/// An authorizer, and the scopes of which a token has to have one; none: any token will do.
#[derive(Clone, Debug)]
pub struct RouteAuthorizer {
    /// Its name in `authorizers`.
    pub id: Arc<str>,
    authorizer: Arc<Authorizer>,
    scopes: Arc<[String]>,
}

/// What tells whether another authorizer asks for more: digests of its name and its scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AuthorizerGuard {
    pub authorizer: u64,
    /// `None`: whoever passes with any scopes passes without.
    pub scopes: Option<u64>,
}

/// `authorizationType`.
#[derive(Clone, Copy)]
enum AuthorizationType {
    None,
    Of(AuthorizerType),
    NotYet,
}

const TYPES: [(&str, AuthorizationType); 5] = [
    ("NONE", AuthorizationType::None),
    ("JWT", AuthorizationType::Of(AuthorizerType::Jwt)),
    ("CUSTOM", AuthorizationType::NotYet),
    ("COGNITO_USER_POOLS", AuthorizationType::Of(AuthorizerType::CognitoUserPools)),
    ("AWS_IAM", AuthorizationType::NotYet),
];

const TYPE: &str = "authorizationType";
const ID: &str = "authorizerId";
const SCOPES: &str = "authorizationScopes";

/// The three fields, as written.
struct Written {
    authorization_type: Option<AuthorizationType>,
    id: Option<String>,
    scopes: Option<Vec<String>>,
}

impl Authorization {
    /// Reads the fields. A route that says nothing asks for what is its API's `default`. What is wrong is reported, and
    /// `None`.
    pub fn parse(fields: &Fields<'_>, authorizers: &Authorizers, default: &Self) -> Option<Self> {
        let written = Written::read(fields)?;
        let of_api = match default {
            Self::Nothing => None,
            Self::By(authorizer) => Some(authorizer),
        };
        let (id, authorizer) = match (written.authorization_type, &written.id) {
            (Some(AuthorizationType::None), _) => return written.nothing(fields, "nothing beside NONE"),
            (Some(AuthorizationType::NotYet), _) => {
                let got = fields.value(TYPE).map(brief).unwrap_or_default();
                fields.problem(TYPE, &got, "nothing: this version does not enforce it");
                return None;
            }
            (_, Some(id)) => find(fields, authorizers, id)?,
            (authorization_type, None) => match (of_api, authorization_type) {
                (Some(of_api), _) => (Arc::clone(&of_api.id), &of_api.authorizer),
                (None, Some(_)) => {
                    fields.problem(ID, "nothing", "the authorizer of that authorizationType");
                    return None;
                }
                (None, None) => return written.nothing(fields, "an authorizerId beside it"),
            },
        };
        if let Some(AuthorizationType::Of(said)) = written.authorization_type
            && said != authorizer.authorizer_type
        {
            let expected = format!("{}, which {id} is", authorizer.authorizer_type.name());
            fields.problem(TYPE, &brief(&said.name().into()), &expected);
            return None;
        }
        // The API's scopes go with the API's authorizer only.
        let of_api = of_api.filter(|of_api| of_api.id == id);
        let scopes =
            written.scopes.map(Arc::from).or_else(|| of_api.map(|of_api| Arc::clone(&of_api.scopes)));
        let (authorizer, scopes) = (Arc::clone(authorizer), scopes.unwrap_or_default());
        Some(Self::By(RouteAuthorizer { id, authorizer, scopes }))
    }
}

impl Written {
    /// `None`: one of the fields is wrong.
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let written = Self {
            authorization_type: fields.choice(TYPE, &TYPES),
            id: fields.string(ID),
            scopes: fields.parsed(SCOPES, "a list of scopes: visible ASCII but \" and \\", scopes),
        };
        let is_read = |name, is_there: bool| is_there || fields.value(name).is_none();
        (is_read(TYPE, written.authorization_type.is_some())
            && is_read(ID, written.id.is_some())
            && is_read(SCOPES, written.scopes.is_some()))
        .then_some(written)
    }

    /// No authorizer is asked, and nothing may look as if one were.
    fn nothing(&self, fields: &Fields<'_>, expected: &str) -> Option<Authorization> {
        if let Some(id) = &self.id {
            fields.problem(ID, &brief(&id.as_str().into()), expected);
            return None;
        }
        if let Some(scopes) = self.scopes.as_ref().filter(|scopes| !scopes.is_empty()) {
            fields.problem(SCOPES, &brief(&Value::from(scopes.clone())), expected);
            return None;
        }
        Some(Authorization::Nothing)
    }
}

impl RouteAuthorizer {
    /// Finds the caller of a request.
    ///
    /// # Errors
    ///
    /// The request is refused.
    pub async fn authorize(
        &self,
        context: &Context<'_>,
        tokens: &VerifiedTokens,
        issuers: &IssuerKeys,
    ) -> Result<Arc<Principal>, GatewayError> {
        self.authorizer.authorize(context, &self.scopes, tokens, issuers).await
    }

    /// Holds a request against each rule, for the operator.
    pub async fn explain(&self, context: &Context<'_>, issuers: &IssuerKeys) -> ExplainedAuthorizer {
        self.authorizer.explain(context, &self.scopes, issuers).await
    }

    /// The place of a caller's token in a request; `None`: it takes none.
    pub fn token_place(&self) -> Option<TokenPlace> {
        self.authorizer.token_place()
    }

    /// `type` of the authorizer, as items write it.
    pub fn type_name(&self) -> &'static str {
        self.authorizer.authorizer_type.name()
    }

    /// The scopes of which a token has to have one; none: any token will do.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    pub fn guard(&self) -> AuthorizerGuard {
        let mut sorted: Vec<_> = self.scopes.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        let is_least = sorted.is_empty() && !self.authorizer.asks_for_another_token_without_scopes();
        // No scope has a space.
        AuthorizerGuard {
            authorizer: short_digest(&self.id),
            scopes: (!is_least).then(|| short_digest(&sorted.join(" "))),
        }
    }
}

impl AuthorizerGuard {
    /// True if whoever has passed this one has passed the other.
    pub fn covers(&self, other: &Self) -> bool {
        self.authorizer == other.authorizer && (other.scopes.is_none() || self.scopes == other.scopes)
    }
}

fn find<'a>(
    fields: &Fields<'_>,
    authorizers: &'a Authorizers,
    id: &str,
) -> Option<(Arc<str>, &'a Arc<Authorizer>)> {
    match authorizers.named(id) {
        NamedAuthorizer::Found(id, authorizer) => Some((id, authorizer)),
        NamedAuthorizer::Wrong => None,
        NamedAuthorizer::Unknown => {
            let names = authorizers.names().collect::<Vec<_>>().join(", ");
            fields.problem(ID, &brief(&id.into()), &format!("one of the authorizers of $api ({names})"));
            None
        }
    }
}

/// A text, or a list; each a `scope-token` of RFC 6749 §3.3.
fn scopes(value: &Value) -> Option<Vec<String>> {
    let scopes: Vec<_> = match value {
        Value::Array(scopes) => scopes.iter().map(Value::as_str).collect::<Option<_>>()?,
        scope => vec![scope.as_str()?],
    };
    let is_scope = |scope: &&str| {
        !scope.is_empty()
            && scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    };
    scopes.iter().all(is_scope).then(|| scopes.into_iter().map(str::to_owned).collect())
}

fn short_digest(text: &str) -> u64 {
    let digest = Sha256::of(text);
    u64::from_le_bytes(digest[..8].try_into().expect("8 bytes"))
}
