//! Tokens as they are sent: JWS in its compact form (RFC 7515), header, payload and signature in base64url.
//!
//! Of a header only `alg` and `kid` are looked at. `jku`, `x5u`, `x5c` and `jwk` would let the sender of a token say
//! which key it is verified with.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::TokenError;
use crate::json;

/// More than the headers of a request may have in API Gateway (10,240 bytes), and little to read.
pub const MOST_CHARACTERS: usize = 16_384;

/// A token that nobody has verified yet.
pub(super) struct Token<'a> {
    /// `alg`, whatever it says.
    pub algorithm: String,
    pub key_id: Option<String>,
    /// Header and payload as they are sent.
    pub signed: &'a str,
    signature: &'a str,
    payload: &'a str,
}

impl<'a> Token<'a> {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// It is no token, or one with extensions that would have to be understood.
    pub(super) fn decode(text: &'a str) -> Result<Self, TokenError> {
        if text.len() > MOST_CHARACTERS {
            return Err(TokenError::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(TokenError::Segments)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Segments)?;
        if payload.contains('.') {
            return Err(TokenError::Segments);
        }
        let mut header = object(header)?;
        if header.contains_key("crit") {
            return Err(TokenError::Critical);
        }
        let mut text = |name: &str| match header.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(TokenError::Malformed),
        };
        let algorithm = text("alg")?.ok_or(TokenError::Malformed)?;
        Ok(Self { algorithm, key_id: text("kid")?, signed, signature, payload })
    }

    /// Reads the signature.
    ///
    /// # Errors
    ///
    /// It is no base64url.
    pub(super) fn signature(&self) -> Result<Vec<u8>, TokenError> {
        bytes(self.signature)
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
