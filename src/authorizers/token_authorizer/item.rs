//! The items of token authorizers.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{TokenAuthorizer, TokenIssuer, TokenKeys};
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
const MOST_POOLS: usize = 1_000;
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
            Some(Issuers { issuers: vec![issuer?], audience: audience?, kinds: [TokenKind::Jwt; 2] })
        });
        Self::parse(fields, issuer, digest, client)
    }

    /// Reads an authorizer of type `COGNITO_USER_POOLS`.
    pub fn parse_cognito(fields: &Fields<'_>, digest: [u8; 32], client: &GuardedClient) -> Option<Self> {
        let expected = format!(
            "1 to {MOST_POOLS} ARNs such as arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_x, each once"
        );
        let wrong = |got: &Value| {
            fields.problem("providerARNs", &brief(got), &expected);
            None
        };
        let arns = fields.strings("providerARNs");
        let arns = fields.require("providerARNs", arns, &expected);
        let issuers = arns.and_then(|arns| {
            if !(1..=MOST_POOLS).contains(&arns.len()) {
                return wrong(&Value::from(arns));
            }
            let mut issuers = Vec::with_capacity(arns.len());
            for arn in arns {
                let resolved = fields.resolve("providerARNs", &arn)?;
                match issuer_of_pool(&resolved).filter(|issuer| !issuers.contains(issuer)) {
                    Some(issuer) => issuers.push(issuer),
                    None => return wrong(&resolved.into()),
                }
            }
            Some(issuers)
        });
        let kinds = [TokenKind::CognitoId, TokenKind::CognitoAccess];
        let issuers = issuers.map(|issuers| Issuers { issuers, audience: Vec::new(), kinds });
        Self::parse(fields, issuers, digest, client)
    }

    /// Reads what both types have.
    fn parse(
        fields: &Fields<'_>,
        issuers: Option<Issuers>,
        digest: [u8; 32],
        client: &GuardedClient,
    ) -> Option<Self> {
        let named = issuers.as_ref().map_or(&[][..], |issuers| &issuers.issuers);
        let keys = TokenKeys::parse(fields, named, client);
        let identity_source = or_default(fields, "identitySource", identity_source, || {
            IdentitySource::parse("$request.header.Authorization").expect("a header")
        });
        let algorithms = or_default(fields, "algorithms", |fields| algorithms(fields).map(Some), || None);
        let leeway = |fields: &Fields<'_>| fields.integer("leewaySeconds", 0..=MOST_LEEWAY_SECONDS);
        let leeway_seconds = or_default(fields, "leewaySeconds", leeway, || 0);
        let required = |fields: &Fields<'_>| fields.string_map("requiredClaims");
        let required_claims = or_default(fields, "requiredClaims", required, BTreeMap::new);
        let Issuers { issuers, audience, kinds: [kind, kind_with_scopes] } = issuers?;
        let rules = TokenRules {
            issuer: String::new(),
            audience,
            algorithms: algorithms?,
            leeway_seconds: leeway_seconds?,
            required_claims: required_claims?,
            kind,
        };
        let issuers = issuers.into_iter().zip(keys?).map(|(issuer, keys)| {
            let rules = TokenRules { issuer, ..rules.clone() };
            let rules_with_scopes = TokenRules { kind: kind_with_scopes, ..rules.clone() };
            TokenIssuer { keys, rules, rules_with_scopes }
        });
        let issuers: Vec<_> = issuers.collect();
        // The stage's variables are in these. A quoted text ends where it says.
        let mut digest = Sha256::default().with(digest);
        for TokenIssuer { keys, rules, .. } in &issuers {
            digest.add(format!("{:?}{:?}{:?}", rules.issuer, rules.audience, keys.source()));
        }
        Some(Self { identity_source: identity_source?, issuers, digest: digest.finish() })
    }
}

/// The issuers of tokens, for whom these have to be, and the kinds of them that routes without and with scopes ask for.
struct Issuers {
    issuers: Vec<String>,
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
    /// Reads `jwks` or `jwksUri`, of one issuer; without them, the keys are where each issuer's discovery document says.
    /// What is wrong is reported, and `None`.
    fn parse(fields: &Fields<'_>, issuers: &[String], client: &GuardedClient) -> Option<Vec<Self>> {
        let (listed, uri) = (fields.value("jwks"), fields.value("jwksUri"));
        if let [_, _, ..] = issuers
            && let Some(name) = listed.map(|_| "jwks").or(uri.map(|_| "jwksUri"))
        {
            // Not the set itself: it may show a private key.
            let expected = "nothing beside several providerARNs: each pool has keys of its own";
            fields.problem(name, "keys of one pool", expected);
            return None;
        }
        match (listed, uri) {
            (Some(_), Some(uri)) => {
                fields.problem("jwksUri", &brief(uri), "nothing, since jwks lists the keys");
                None
            }
            (Some(keys), None) => listed_keys(fields, keys).map(|keys| vec![Self::Listed(Arc::new(keys))]),
            (None, Some(uri)) => {
                let text = fields.parsed("jwksUri", "a URL", |uri| uri.as_str().map(str::to_owned));
                let resolved = fields.resolve("jwksUri", &text?)?;
                let wrong = |expected| fields.problem("jwksUri", &brief(uri), expected);
                JwksSource::at(&resolved, client)
                    .map_err(wrong)
                    .ok()
                    .map(|source| vec![Self::OfIssuer(source)])
            }
            (None, None) => {
                let discovered = |issuer: &String| {
                    let got = brief(&issuer.as_str().into());
                    let wrong = |expected| fields.problem("jwtConfiguration.issuer", &got, expected);
                    JwksSource::discovered(issuer, client).map_err(wrong).ok().map(Self::OfIssuer)
                };
                issuers.iter().map(discovered).collect()
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
    match KeySet::parse_listed(json.as_bytes()) {
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
