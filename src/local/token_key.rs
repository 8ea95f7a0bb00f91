//! A key that signs tokens (RFC 8037: Ed25519), made on the fly.

use std::io;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::{Value, json};

use crate::digest::{Sha256, hex};

/// A key pair.
#[derive(Debug)]
pub struct TokenKey {
    key: Ed25519KeyPair,
    key_id: String,
}

impl TokenKey {
    /// # Errors
    ///
    /// The machine gives no random bytes.
    pub fn generate() -> io::Result<Self> {
        let random = |_| io::Error::other("this machine gives no random bytes");
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(random)?;
        let key = Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("ring made it just now");
        let key_id = hex(&Sha256::of(key.public_key().as_ref())[..8]);
        Ok(Self { key, key_id })
    }

    /// The public half, as issuers publish it.
    pub fn jwks(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.key_id, "x": x }] })
    }

    /// A token with these claims.
    pub fn token(&self, claims: &Value) -> String {
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.key_id });
        let signed = format!("{}.{}", encoded(&header), encoded(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}
