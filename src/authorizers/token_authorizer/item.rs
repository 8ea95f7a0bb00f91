//! The items of token authorizers.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{TokenAuthorizer, TokenKeys};
use crate::{
    authorizers::{
        identity_source::{self, IdentitySource},
        issuer_keys::JwksSource,
        jwt::{Algorithm, KeySet, TokenKind, TokenRules},
    },
    digest::Sha256,
    http_client::GuardedClient,
    item::{Fields, brief},
};

/// API Gateway's.
const MOST_AUDIENCES: usize = 50;
const MOST_LEEWAY_SECONDS: u64 = 120;

impl TokenAuthorizer {
    /// Reads an authorizer of type `JWT`.
    pub fn parse_jwt(fields: &Fields<'_>, digest: [u8; 32], client: &GuardedClient) -> Option<Self> {
        let configuration = fields.object("jwtConfiguration");
        let expected = r#"{"issuer": "https://…", "audience": ["…"]}"#;
        let configuration = fields.require("jwtConfiguration", configuration, expected);
        let issuer = configuration.and_then(|fields| {
            let issuer = issuer(&fields);
            let audience = audience(&fields);
            fields.finish_guarding();
            Some(Issuer { issuer: issuer?, audience: audience?, kinds: [TokenKind::Jwt; 2] })
        });
        Self::parse(fields, issuer, digest, client)
    }

    /// Reads an authorizer of type `COGNITO_USER_POOLS`.
    pub fn parse_cognito(fields: &Fields<'_>, digest: [u8; 32], client: &GuardedClient) -> Option<Self> {
        let expected = "one ARN such as arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_x";
        let arn = fields.parsed("providerARNs", expected, only_text);
        let arn = fields.require("providerARNs", arn, expected);
        let arn = arn.and_then(|arn| fields.resolve("providerARNs", arn));
        let issuer = arn.and_then(|arn| {
            let issuer = issuer_of_pool(&arn);
            if issuer.is_none() {
                fields.problem("providerARNs", &brief(&arn.into()), expected);
            }
            issuer
        });
        let kinds = [TokenKind::CognitoId, TokenKind::CognitoAccess];
        let issuer = issuer.map(|issuer| Issuer { issuer, audience: Vec::new(), kinds });
        Self::parse(fields, issuer, digest, client)
    }

    /// Reads what both types have.
    fn parse(
        fields: &Fields<'_>,
        issuer: Option<Issuer>,
        digest: [u8; 32],
        client: &GuardedClient,
    ) -> Option<Self> {
        let keys = TokenKeys::parse(fields, issuer.as_ref().map(|issuer| issuer.issuer.as_str()), client);
        let identity_source = or_default(fields, "identitySource", identity_source, || {
            IdentitySource::parse("$request.header.Authorization").expect("a header")
        });
        let algorithms = or_default(fields, "algorithms", |fields| algorithms(fields).map(Some), || None);
        let leeway = |fields: &Fields<'_>| fields.integer("leewaySeconds", 0..=MOST_LEEWAY_SECONDS);
        let leeway_seconds = or_default(fields, "leewaySeconds", leeway, || 0);
        let required = |fields: &Fields<'_>| fields.string_map("requiredClaims");
        let required_claims = or_default(fields, "requiredClaims", required, BTreeMap::new);
        let Issuer { issuer, audience, kinds: [kind, kind_with_scopes] } = issuer?;
        let rules = TokenRules {
            issuer,
            audience,
            algorithms: algorithms?,
            leeway_seconds: leeway_seconds?,
            required_claims: required_claims?,
            kind,
        };
        let rules_with_scopes = TokenRules { kind: kind_with_scopes, ..rules.clone() };
        let keys = keys?;
        // The stage's variables are in these. A quoted text ends where it says.
        let resolved = format!("{:?}{:?}{:?}", rules.issuer, rules.audience, keys.source());
        let digest = Sha256::default().with(digest).with(resolved).finish();
        Some(Self { identity_source: identity_source?, keys, rules, rules_with_scopes, digest })
    }
}

/// The issuer of tokens, for whom they have to be, and the kinds of them that routes without and with scopes ask for.
struct Issuer {
    issuer: String,
    audience: Vec<String>,
    kinds: [TokenKind; 2],
}

/// What a field says, or the default where it is absent; `None`: it is wrong, which is reported.
fn or_default<'a, T>(
    fields: &Fields<'a>,
    name: &'a str,
    read: impl FnOnce(&Fields<'a>) -> Option<T>,
    default: impl FnOnce() -> T,
) -> Option<T> {
    if fields.value(name).is_some() { read(fields) } else { Some(default()) }
}

/// A text, or the only one of a list.
fn only_text(value: &Value) -> Option<&str> {
    match value.as_array().map(Vec::as_slice) {
        None => value.as_str(),
        Some([text]) => text.as_str(),
        Some(_) => None,
    }
}

fn issuer(fields: &Fields<'_>) -> Option<String> {
    let expected = "the iss of its tokens, to the letter";
    let issuer = fields.parsed("issuer", expected, |value| {
        value.as_str().filter(|issuer| !issuer.is_empty()).map(str::to_owned)
    });
    fields.resolve("issuer", &fields.require("issuer", issuer, expected)?)
}

fn audience(fields: &Fields<'_>) -> Option<Vec<String>> {
    let expected =
        format!("1 to {MOST_AUDIENCES} texts, one of which has to be the token's aud or client_id");
    let audience = fields.strings("audience");
    let audience = fields.require("audience", audience, &expected)?;
    let is_one = (1..=MOST_AUDIENCES).contains(&audience.len()) && audience.iter().all(|one| !one.is_empty());
    if !is_one {
        fields.problem("audience", &brief(&Value::from(audience.clone())), &expected);
    }
    let resolved = audience.iter().map(|one| fields.resolve("audience", one));
    resolved.collect::<Option<_>>().filter(|_| is_one)
}

fn identity_source(fields: &Fields<'_>) -> Option<IdentitySource> {
    let parse = |value| IdentitySource::parse(only_text(value)?);
    fields.parsed("identitySource", identity_source::EXPECTED, parse)
}

fn algorithms(fields: &Fields<'_>) -> Option<Vec<Algorithm>> {
    let expected = format!("a list of {}", Algorithm::ALL.map(Algorithm::name).join(", "));
    fields.parsed("algorithms", &expected, |value| {
        let names: Vec<_> = match value {
            Value::Array(names) => names.iter().map(Value::as_str).collect::<Option<_>>()?,
            name => vec![name.as_str()?],
        };
        let algorithms = names.into_iter().map(Algorithm::named).collect::<Option<Vec<_>>>()?;
        (!algorithms.is_empty()).then_some(algorithms)
    })
}

impl TokenKeys {
    /// Reads `jwks` or `jwksUri`; without them, the keys are where the `issuer`'s discovery document says. What is wrong
    /// is reported, and `None`.
    fn parse(fields: &Fields<'_>, issuer: Option<&str>, client: &GuardedClient) -> Option<Self> {
        let (listed, uri) = (fields.value("jwks"), fields.value("jwksUri"));
        match (listed, uri) {
            (Some(_), Some(uri)) => {
                fields.problem("jwksUri", &brief(uri), "nothing, since jwks lists the keys");
                None
            }
            (Some(keys), None) => listed_keys(fields, keys).map(Arc::new).map(Self::Listed),
            (None, Some(uri)) => {
                let text = fields.parsed("jwksUri", "a URL", |uri| uri.as_str().map(str::to_owned));
                let resolved = fields.resolve("jwksUri", &text?)?;
                let wrong = |expected| fields.problem("jwksUri", &brief(uri), expected);
                JwksSource::at(&resolved, client).map_err(wrong).ok().map(Self::OfIssuer)
            }
            (None, None) => {
                let wrong =
                    |expected| fields.problem("jwtConfiguration.issuer", &brief(&issuer.into()), expected);
                JwksSource::discovered(issuer?, client).map_err(wrong).ok().map(Self::OfIssuer)
            }
        }
    }

    /// The place of keys that are not in the item.
    fn source(&self) -> Option<&JwksSource> {
        match self {
            Self::Listed(_) => None,
            Self::OfIssuer(source) => Some(source),
        }
    }
}

/// Reads a JWK set: a map, or its JSON as text.
fn listed_keys(fields: &Fields<'_>, value: &Value) -> Option<KeySet> {
    let json = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match KeySet::parse(json.as_bytes()) {
        Ok(keys) => Some(keys),
        Err(error) => {
            // Not the set itself: it may show a private key.
            fields.problem("jwks", "a JWK set that cannot be used", &format!("another, since {error}"));
            None
        }
    }
}

/// The issuer of a user pool's tokens.
fn issuer_of_pool(arn: &str) -> Option<String> {
    let parts: Vec<_> = arn.split(':').collect();
    let [_, partition, "cognito-idp", region, account, resource] = parts[..] else { return None };
    let pool = resource.strip_prefix("userpool/")?;
    let domain = match partition {
        "aws" | "aws-us-gov" => "amazonaws.com",
        "aws-cn" => "amazonaws.com.cn",
        _ => return None,
    };
    let is_name = |text: &str, others: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
    };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (parts[0] == "arn" && is_name(region, "-") && is_name(pool, "-_") && is_account)
        .then(|| format!("https://cognito-idp.{region}.{domain}/{pool}"))
}
