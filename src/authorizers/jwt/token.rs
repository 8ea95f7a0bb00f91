//! Tokens as they are sent: JWS in its compact form (RFC 7515), header, payload and signature in base64url.
//!
//! Of a header only `alg` and `kid` are looked at. `jku`, `x5u`, `x5c` and `jwk` would let the sender of a token say
//! which key it is verified with.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{Algorithm, TokenError};
use crate::json;

/// More than the headers of a request may have in API Gateway (10,240 bytes), and little to read.
pub const MOST_CHARACTERS: usize = 16_384;

/// A token that nobody has verified yet.
pub(super) struct Token<'a> {
    pub algorithm: Algorithm,
    pub key_id: Option<String>,
    /// Header and payload as they are sent.
    pub signed: &'a str,
    pub signature: Vec<u8>,
    payload: &'a str,
}

impl<'a> Token<'a> {
    /// Reads all but the payload.
    ///
    /// # Errors
    ///
    /// It is no token, or none that can be verified here.
    pub(super) fn decode(text: &'a str) -> Result<Self, TokenError> {
        if text.len() > MOST_CHARACTERS {
            return Err(TokenError::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(TokenError::Segments)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Segments)?;
        if payload.contains('.') {
            return Err(TokenError::Segments);
        }
        let header = object(header)?;
        if header.contains_key("crit") {
            return Err(TokenError::Critical);
        }
        let algorithm = header.get("alg").and_then(Value::as_str).ok_or(TokenError::Malformed)?;
        let key_id = match header.get("kid") {
            None => None,
            Some(Value::String(id)) => Some(id.clone()),
            Some(_) => return Err(TokenError::Malformed),
        };
        Ok(Self {
            algorithm: Algorithm::named(algorithm).ok_or(TokenError::Algorithm)?,
            key_id,
            signed,
            signature: bytes(signature)?,
            payload,
        })
    }

    /// Reads the claims. Until the signature is known to be good, they are anybody's words.
    ///
    /// # Errors
    ///
    /// The payload is no object.
    pub(super) fn payload(&self) -> Result<Map<String, Value>, TokenError> {
        object(self.payload)
    }
}

fn object(part: &str) -> Result<Map<String, Value>, TokenError> {
    match json::read_unambiguous(&bytes(part)?) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(TokenError::Malformed),
    }
}

/// Without padding, and with no bit that means nothing: a token has one spelling.
fn bytes(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)
}
