//! An issuer of tokens, with a key of its own.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use crate::harness::START;

pub const ISSUER: &str = "https://issuer.example/";
pub const AUDIENCE: &str = "shop";

pub struct Issuer {
    key: Ed25519KeyPair,
    key_id: &'static str,
}

impl Issuer {
    /// One whose key is made of `seed`.
    pub fn new(key_id: &'static str, seed: u8) -> Self {
        Self { key: Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap(), key_id }
    }

    pub fn ours() -> Self {
        Self::new("k1", 1)
    }

    pub fn jwks(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key().as_ref());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": self.key_id, "alg": "EdDSA", "use": "sig", "x": x }] })
    }

    /// An authorizer that takes its tokens, with further words.
    pub fn authorizer(&self, words: &Value) -> Value {
        let mut authorizer = json!({ "type": "JWT", "jwks": self.jwks(),
            "jwtConfiguration": { "issuer": ISSUER, "audience": [AUDIENCE] } });
        authorizer.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        authorizer
    }

    /// The same without its keys, which the gateway has to fetch.
    pub fn fetching(&self, words: &Value) -> Value {
        let mut authorizer = self.authorizer(words);
        authorizer.as_object_mut().unwrap().remove("jwks");
        authorizer
    }

    /// A token that is good for an hour, with other claims besides or instead. Null: without the claim.
    pub fn token(&self, claims: &Value) -> String {
        let mut all = json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "exp": START / 1_000 + 3_600 });
        for (name, claim) in claims.as_object().unwrap() {
            all[name] = claim.clone();
        }
        all.as_object_mut().unwrap().retain(|_, claim| !claim.is_null());
        self.signed(&json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.key_id }), &all)
    }

    pub fn signed(&self, header: &Value, claims: &Value) -> String {
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encoded(header), encoded(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

/// Seconds since 1970 of a moment so long after the start of each test.
pub fn after_start(seconds: i64) -> i64 {
    i64::try_from(START / 1_000).unwrap() + seconds
}
