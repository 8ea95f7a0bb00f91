//! The authorizer that a route asks: `authorizationType`, `authorizerId` and `authorizationScopes`, of a route or, as the
//! default of all routes, of `$api`.

use std::sync::Arc;

use serde_json::Value;

use super::{
    authorizer::{AWS_IAM, Authorized, Authorizer, AuthorizerType, Authorizers, NamedAuthorizer},
    authorizer_resources::AuthorizerResources,
    explained::ExplainedAuthorizer,
    issuer_keys::IssuerKeys,
};
use crate::{
    caller::TokenPlace,
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

/// What tells whether another authorizer asks for more: digests of its name and of what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AuthorizerGuard {
    pub authorizer: u64,
    /// Scopes; of a function, which may answer otherwise for every route, the route. `None`: whoever passes with any scopes
    /// passes without.
    pub asked: Option<u64>,
}

/// `authorizationType`.
#[derive(Clone, Copy)]
enum AuthorizationType {
    None,
    /// One of these.
    Of(&'static [AuthorizerType]),
}

const TYPES: [(&str, AuthorizationType); 5] = [
    ("NONE", AuthorizationType::None),
    ("JWT", AuthorizationType::Of(&[AuthorizerType::Jwt])),
    ("CUSTOM", AuthorizationType::Of(&[AuthorizerType::Token, AuthorizerType::Request])),
    ("COGNITO_USER_POOLS", AuthorizationType::Of(&[AuthorizerType::CognitoUserPools])),
    (AWS_IAM, AuthorizationType::Of(&[AuthorizerType::AwsIam])),
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
    /// True where a function says who calls.
    pub fn asks_a_function(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::By(authorizer) => authorizer.asks_a_function(),
        }
    }

    /// Reads the fields. A route that says nothing asks for what is its API's `default`; `None`: that is wrong, and
    /// reported. What is wrong here is reported, and `None`.
    pub fn parse(fields: &Fields<'_>, authorizers: &Authorizers, default: Option<&Self>) -> Option<Self> {
        let written = Written::read(fields)?;
        let of_api = match default {
            None | Some(Self::Nothing) => None,
            Some(Self::By(authorizer)) => Some(authorizer),
        };
        let any_iam_caller = Arc::new(Authorizer::any_iam_caller());
        let (id, authorizer) = match (written.authorization_type, &written.id) {
            (Some(AuthorizationType::None), _) => return written.nothing(fields, "nothing beside NONE"),
            (_, Some(id)) => find(fields, authorizers, id)?,
            (Some(AuthorizationType::Of([AuthorizerType::AwsIam])), None)
                if of_api.is_none_or(|of_api| !of_api.asks_for_a_signature()) =>
            {
                (Arc::from(AWS_IAM), &any_iam_caller)
            }
            (authorization_type, None) => match (of_api, authorization_type) {
                (Some(of_api), _) => (Arc::clone(&of_api.id), &of_api.authorizer),
                (None, _) if default.is_none() => return None,
                (None, Some(_)) => {
                    fields.problem(ID, "nothing", "the authorizer of that authorizationType");
                    return None;
                }
                (None, None) => return written.nothing(fields, "an authorizerId beside it"),
            },
        };
        let authorizer_type = authorizer.authorizer_type;
        if let Some(AuthorizationType::Of(said)) = written.authorization_type
            && !said.contains(&authorizer_type)
        {
            let got = fields.value(TYPE).map(brief).unwrap_or_default();
            fields.problem(TYPE, &got, &format!("{}, which {id} is", written_as(authorizer_type)));
            return None;
        }
        if let Some(scopes) = written.scopes.as_ref().filter(|scopes| !scopes.is_empty())
            && !authorizer_type.knows_scopes()
        {
            let expected =
                format!("nothing: {id} is of type {}, which has no scopes", authorizer_type.name());
            fields.problem(SCOPES, &brief(&Value::from(scopes.clone())), &expected);
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
        resources: &AuthorizerResources,
    ) -> Result<Authorized, GatewayError> {
        self.authorizer.authorize(context, &self.scopes, resources).await
    }

    /// Holds a request against each rule, for the operator.
    pub async fn explain(&self, context: &Context<'_>, issuers: &IssuerKeys) -> ExplainedAuthorizer {
        self.authorizer.explain(context, &self.scopes, issuers).await
    }

    /// The place of a caller's credential in a request; `None`: in none that a client writes by itself.
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

    /// True while a token of the request is verified with old keys, since its issuer gives no others.
    pub fn has_old_keys(&self, context: &Context<'_>, issuers: &IssuerKeys) -> bool {
        self.authorizer.has_old_keys(context, issuers)
    }

    /// True where the caller is who has signed the request, which needs a function URL that asks for signatures.
    pub fn asks_for_a_signature(&self) -> bool {
        self.authorizer.authorizer_type == AuthorizerType::AwsIam
    }

    /// True where only a function can say who calls.
    pub fn asks_a_function(&self) -> bool {
        self.authorizer.asks_a_function()
    }

    /// The guard of the route with this key.
    pub fn guard(&self, route_key: &str) -> AuthorizerGuard {
        let authorizer = short_digest(&self.id);
        if self.asks_a_function() {
            return AuthorizerGuard { authorizer, asked: Some(short_digest(route_key)) };
        }
        let mut sorted: Vec<_> = self.scopes.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        let is_least = sorted.is_empty() && !self.authorizer.asks_for_another_token_without_scopes();
        // No scope has a space.
        AuthorizerGuard { authorizer, asked: (!is_least).then(|| short_digest(&sorted.join(" "))) }
    }
}

impl AuthorizerGuard {
    /// True if whoever has passed this one has passed the other.
    pub fn covers(&self, other: &Self) -> bool {
        self.authorizer == other.authorizer && (other.asked.is_none() || self.asked == other.asked)
    }
}

/// The word of `authorizationType` for authorizers of a type.
fn written_as(authorizer_type: AuthorizerType) -> &'static str {
    let is_of = |(_, known): &&(&str, AuthorizationType)| match known {
        AuthorizationType::Of(types) => types.contains(&authorizer_type),
        AuthorizationType::None => false,
    };
    TYPES.iter().find(is_of).map_or(authorizer_type.name(), |(name, _)| name)
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
