//! Routes that ask who calls, or check what comes: their items and their requests.

use std::{cell::Cell, rc::Rc};

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Map, Value, json};
use tollgate::local::{
    dynamodb::Dynamodb,
    tables::{TableNames, create_missing, put},
};

use crate::scenario::{CallerScenario, TARGET};

const ISSUER: &str = "https://issuer.example";
/// In 2100: no token ends while it is measured with.
const EXPIRES_AT: u64 = 4_102_444_800;
/// The properties of the model, and as many in each body; together about 2 KB.
const PROPERTIES: usize = 30;

/// The issuer of the tokens that are sent.
pub struct Issuer {
    keys: EcdsaKeyPair,
    random: SystemRandom,
}

impl Issuer {
    /// An issuer whose key nobody has.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn new() -> Result<Self> {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).ok().context("a key")?;
        let keys = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).ok().context("a key")?;
        Ok(Self { keys, random })
    }

    /// The key set that verifies them.
    fn jwks(&self) -> Value {
        // 0x04, then the coordinates of the point.
        let point = self.keys.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|part| URL_SAFE_NO_PAD.encode(part));
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "1", "x": x, "y": y }] })
    }

    /// A token of an application; those of other numbers differ.
    fn token(&self, number: u64) -> String {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": "1" });
        let claims = json!({ "iss": ISSUER, "aud": "app", "sub": "user-1", "exp": EXPIRES_AT, "iat": 1_700_000_000,
            "jti": number.to_string(), "scope": "orders:read orders:write", "email": "user@example.com" });
        let signed = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let signature = self.keys.sign(&self.random, signed.as_bytes()).expect("randomness");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Writes a stage with a route for each scenario.
///
/// # Errors
/// A write fails.
pub fn write_items(dynamodb: &Dynamodb, tables: &TableNames, issuer: &Issuer) -> Result<()> {
    create_missing(&dynamodb.database, tables)?;
    put(&dynamodb.database, tables.stages(), &json!({ "stage": "v1" }))?;
    let write = |item: Value| put(&dynamodb.database, tables.routes(), &item);
    let function = |ttl: u32| {
        json!({ "type": "TOKEN", "authorizerUri": TARGET, "identitySource": "method.request.header.Authorization",
            "authorizerResultTtlInSeconds": ttl })
    };
    write(json!({ "stage": "v1", "routeKey": "$api",
        "authorizers": {
            "users": { "type": "JWT", "jwtConfiguration": { "issuer": ISSUER, "audience": ["app"] },
                "jwks": issuer.jwks() },
            "kept": function(3_600),
            "asked": function(0) },
        "models": { "Order": model() } }))?;
    let integration = json!({ "type": "MOCK", "body": r#"{"message":"hello"}"# });
    for scenario in CallerScenario::ALL {
        let mut route = json!({ "stage": "v1", "routeKey": route_key(scenario), "integration": integration });
        let words = match scenario {
            CallerScenario::Anybody => json!({}),
            CallerScenario::HotToken | CallerScenario::ColdToken => json!({ "authorizerId": "users" }),
            CallerScenario::KeptAnswer => json!({ "authorizerId": "kept" }),
            CallerScenario::AskedFunction => json!({ "authorizerId": "asked" }),
            CallerScenario::Model => json!({ "requestModels": { "application/json": "Order" } }),
        };
        route.as_object_mut().context("an item")?.extend(words.as_object().cloned().unwrap_or_default());
        write(route)?;
    }
    Ok(())
}

/// Makes the requests of a scenario, sent to the gateway at `base`.
pub fn requests(
    scenario: CallerScenario,
    base: &str,
    issuer: Rc<Issuer>,
) -> Box<dyn Fn(usize) -> Request<Full<Bytes>>> {
    let uri = format!("{base}{}", path(scenario));
    let hot = issuer.token(0);
    let others = Cell::new(1_u64);
    let body = Bytes::from(body().to_string());
    Box::new(move |_| {
        let request = Request::builder().uri(&uri).header("accept", "application/json");
        let request = match scenario {
            CallerScenario::Anybody => request,
            CallerScenario::HotToken | CallerScenario::KeptAnswer | CallerScenario::AskedFunction => {
                request.header("authorization", format!("Bearer {hot}"))
            }
            CallerScenario::ColdToken => {
                let token = issuer.token(others.replace(others.get() + 1));
                request.header("authorization", format!("Bearer {token}"))
            }
            CallerScenario::Model => {
                let request = request.method("POST").header("content-type", "application/json");
                return request.body(Full::from(body.clone())).expect("a request");
            }
        };
        request.body(Full::default()).expect("a request")
    })
}

fn route_key(scenario: CallerScenario) -> String {
    let method = if scenario == CallerScenario::Model { "POST" } else { "GET" };
    format!("{method} {}", path(scenario))
}

fn path(scenario: CallerScenario) -> &'static str {
    match scenario {
        CallerScenario::Anybody => "/anybody",
        CallerScenario::HotToken => "/hot-token",
        CallerScenario::ColdToken => "/cold-token",
        CallerScenario::KeptAnswer => "/kept-answer",
        CallerScenario::AskedFunction => "/asked-function",
        CallerScenario::Model => "/model",
    }
}

/// A model of texts, numbers, lists and one object within.
fn model() -> Value {
    let address = json!({ "type": "object", "required": ["city"], "additionalProperties": false,
        "properties": { "city": { "type": "string", "minLength": 1 }, "zip": { "type": "string", "pattern": "^[0-9]{5}$" } } });
    let properties: Map<_, _> = (0..PROPERTIES)
        .map(|number| {
            let schema = match number % 5 {
                0 => json!({ "type": "string", "minLength": 1, "maxLength": 100 }),
                1 => json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000 }),
                2 => json!({ "type": "string", "enum": ["new", "paid", "sent"] }),
                3 => json!({ "type": "array", "items": { "type": "string", "pattern": "^[a-z]+-[0-9]+$" }, "maxItems": 10 }),
                _ => address.clone(),
            };
            (format!("field{number}"), schema)
        })
        .collect();
    let required: Vec<_> = properties.keys().cloned().collect();
    json!({ "type": "object", "required": required, "additionalProperties": false, "properties": properties })
}

fn body() -> Value {
    let members = (0..PROPERTIES).map(|number| {
        let value = match number % 5 {
            0 => json!("x".repeat(90)),
            1 => json!(number * 1_000),
            2 => json!("paid"),
            3 => json!(["first-1", "second-22", "third-333"]),
            _ => json!({ "city": "Springfield", "zip": "12345" }),
        };
        (format!("field{number}"), value)
    });
    Value::Object(members.collect())
}
