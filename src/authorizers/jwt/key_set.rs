//! JWK sets (RFC 7517): the keys of an issuer.
//!
//! A key that cannot verify a token of ours is left out, whatever is the matter with it: an issuer may publish others
//! too. A set without any key that can is refused, and so is one that shows a private key.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::RsaPublicKeyComponents;
use serde_json::{Map, Value};

use super::{
    Algorithm, TokenError,
    signature::{Curve, PublicKey},
};
use crate::json;

/// API Gateway's.
pub const MOST_BYTES: usize = 150_000;
pub const MOST_KEYS: usize = 100;

/// What ring verifies with.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;
const RSA_EXPONENTS: std::ops::Range<u64> = 3..1 << 33;

/// The keys that tokens of one issuer are verified with.
#[derive(Debug)]
pub struct KeySet {
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    id: Option<String>,
    /// The only algorithm that it is for, if it says so.
    algorithm: Option<Algorithm>,
    public_key: PublicKey,
}

/// The fault of a text that is no usable JWK set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    #[error("it is longer than {MOST_BYTES} bytes")]
    TooLong,
    /// With the place.
    #[error("it is no JSON: {0}")]
    NoJson(String),
    #[error("it has no list `keys`")]
    NoKeys,
    #[error("it has more than {MOST_KEYS} keys")]
    TooManyKeys,
    #[error("it shows a private key (`d`)")]
    PrivateKey,
    #[error("it shows a symmetric key (`oct`), which is a secret")]
    SymmetricKey,
    #[error("none of its keys can verify a token")]
    NoUsableKey,
}

impl KeySet {
    /// Reads `{"keys": […]}`.
    ///
    /// # Errors
    ///
    /// It is no such text, too large, or of no use.
    pub fn parse(json: &[u8]) -> Result<Self, KeySetError> {
        if json.len() > MOST_BYTES {
            return Err(KeySetError::TooLong);
        }
        let set = json::read_unambiguous(json).map_err(|error| KeySetError::NoJson(error.to_string()))?;
        let listed = set.get("keys").and_then(Value::as_array).ok_or(KeySetError::NoKeys)?;
        if listed.len() > MOST_KEYS {
            return Err(KeySetError::TooManyKeys);
        }
        if listed.iter().any(|key| key.get("d").is_some()) {
            return Err(KeySetError::PrivateKey);
        }
        let keys: Vec<Key> = listed.iter().filter_map(Value::as_object).filter_map(Key::parse).collect();
        if keys.is_empty() { Err(KeySetError::NoUsableKey) } else { Ok(Self { keys }) }
    }

    /// Reads a set that an item lists. Its operator means every key of it, so a symmetric one is not passed over.
    ///
    /// # Errors
    ///
    /// Those of [`KeySet::parse`], or one of its keys is symmetric.
    pub fn parse_listed(json: &[u8]) -> Result<Self, KeySetError> {
        let parsed = Self::parse(json);
        let is_symmetric = |key: &Value| key.get("kty").is_some_and(|kind| kind == "oct");
        let set: Option<Value> = serde_json::from_slice(json).ok();
        let keys = set.as_ref().and_then(|set| set.get("keys")).and_then(Value::as_array);
        match parsed {
            Ok(_) | Err(KeySetError::NoUsableKey)
                if keys.is_some_and(|keys| keys.iter().any(is_symmetric)) =>
            {
                Err(KeySetError::SymmetricKey)
            }
            parsed => parsed,
        }
    }

    /// True if a key has this `kid`.
    pub fn has_key(&self, id: &str) -> bool {
        self.keys.iter().any(|key| key.id.as_deref() == Some(id))
    }

    /// The `kid`s, as far as keys have one.
    pub(super) fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter_map(|key| key.id.as_deref())
    }

    /// The keys that have the token's `kid`, all of them if it has none, as far as they fit its algorithm; one at least.
    pub(super) fn fitting<'a>(
        &'a self,
        key_id: Option<&'a str>,
        algorithm: Algorithm,
    ) -> Result<impl Iterator<Item = &'a PublicKey>, TokenError> {
        let has_id = move |key: &&Key| key_id.is_none() || key.id.as_deref() == key_id;
        let mut named = self.keys.iter().filter(has_id).peekable();
        if named.peek().is_none() {
            return Err(TokenError::UnknownKey);
        }
        let fitting = named.filter(move |key| key.fits(algorithm));
        let mut fitting = fitting.map(|key| &key.public_key).peekable();
        if fitting.peek().is_none() { Err(TokenError::Algorithm) } else { Ok(fitting) }
    }
}

impl Key {
    /// `None`: it cannot verify a token, or it is for something else.
    fn parse(jwk: &Map<String, Value>) -> Option<Self> {
        let is_for_signatures = jwk.get("use").is_none_or(|purpose| purpose == "sig");
        let may_verify = jwk.get("key_ops").is_none_or(|operations| {
            operations.as_array().is_some_and(|operations| operations.iter().any(|it| it == "verify"))
        });
        if !is_for_signatures || !may_verify {
            return None;
        }
        let id = jwk.get("kid").map(|id| id.as_str().map(str::to_owned));
        let algorithm = jwk.get("alg").map(|name| name.as_str().and_then(Algorithm::named));
        let key = Self {
            // A `kid` that is no text, or an algorithm that is none of ours: not a key without them.
            id: id.map_or(Some(None), |id| id.map(Some))?,
            algorithm: algorithm.map_or(Some(None), |algorithm| algorithm.map(Some))?,
            public_key: public_key(jwk)?,
        };
        key.algorithm.is_none_or(|algorithm| key.public_key.fits(algorithm)).then_some(key)
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        self.algorithm.is_none_or(|only| only == algorithm) && self.public_key.fits(algorithm)
    }
}

fn public_key(jwk: &Map<String, Value>) -> Option<PublicKey> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    match (text("kty")?, text("crv")) {
        ("RSA", _) => rsa(&bytes("n")?, &bytes("e")?),
        ("EC", Some("P-256")) => point(Curve::P256, 32, &bytes("x")?, &bytes("y")?),
        ("EC", Some("P-384")) => point(Curve::P384, 48, &bytes("x")?, &bytes("y")?),
        ("EC", Some("P-521")) => point(Curve::P521, 66, &bytes("x")?, &bytes("y")?),
        ("OKP", Some("Ed25519")) => {
            bytes("x").filter(|x| x.len() == 32).map(|x| PublicKey::Curve(Curve::Ed25519, x))
        }
        _ => None,
    }
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<PublicKey> {
    let (n, e) = (without_leading_zeros(modulus), without_leading_zeros(exponent));
    let bits = n.len().checked_mul(8)? - usize::try_from(n.first()?.leading_zeros()).ok()?;
    let exponent = (e.len() <= 8).then(|| e.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))?;
    let is_odd = n.last()? % 2 == 1 && exponent % 2 == 1;
    (is_odd && RSA_BITS.contains(&bits) && RSA_EXPONENTS.contains(&exponent))
        .then(|| PublicKey::Rsa(RsaPublicKeyComponents { n: n.to_owned(), e: e.to_owned() }))
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn point(curve: Curve, length: usize, x: &[u8], y: &[u8]) -> Option<PublicKey> {
    const UNCOMPRESSED: &[u8] = &[4];
    (x.len() == length && y.len() == length).then(|| PublicKey::Curve(curve, [UNCOMPRESSED, x, y].concat()))
}
