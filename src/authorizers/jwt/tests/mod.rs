//! Tokens of other implementations, keys of all kinds, and promises about any bytes.

mod claim_texts;
mod explain;
mod key_sets;
mod promises;
mod vectors;

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::{Claims, KeySet, TokenError, TokenKind, TokenRules, verify};

const NOW_SECONDS: u64 = 1_800_000_000;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW_SECONDS)
}

fn rules() -> TokenRules {
    TokenRules {
        issuer: "https://issuer.example".to_owned(),
        audience: vec!["app".to_owned()],
        algorithms: None,
        leeway_seconds: 0,
        required_claims: BTreeMap::new(),
        kind: TokenKind::Jwt,
    }
}

/// An issuer of one Ed25519 key.
struct Issuer(Ed25519KeyPair);

impl Issuer {
    fn new() -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap())
    }

    fn key(&self) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(self.0.public_key())})
    }

    fn keys(&self) -> KeySet {
        parse(json!({"keys": [self.key()]})).unwrap()
    }

    fn sign(&self, header: &[u8], payload: &[u8]) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The claims of a token that says this besides what it has to.
    fn claims(&self, more: Value) -> Result<Claims, TokenError> {
        let mut payload = json!({"iss": "https://issuer.example", "aud": "app", "exp": NOW_SECONDS + 60});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let token = self.sign(br#"{"alg":"EdDSA"}"#, payload.to_string().as_bytes());
        verify(&token, &self.keys(), &rules(), now())
    }
}

fn parse(set: Value) -> Result<KeySet, super::KeySetError> {
    KeySet::parse(set.to_string().as_bytes())
}
