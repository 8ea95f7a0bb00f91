//! Bodies that a function wrote as base64, where each client's `Accept` decides between the bytes and the text.
//!
//! A response may be kept for clients that accept something else: so the bytes go through the gateway with a note, and
//! become this client's body at the end.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;

use super::function_response::decode_base64;
use crate::{
    error::GatewayError,
    functions::media_types::BodyEncoding,
    message::{Body, Note, Response},
};

/// A body that a function wrote as base64, as it goes through the gateway.
pub struct Base64Body {
    pub bytes: Bytes,
    pub note: Note,
}

/// The bytes of `text`, or `text` itself if that is no base64, as many clients see it.
pub fn read(text: Bytes) -> Base64Body {
    match decode_base64(&text) {
        Ok(bytes) => Base64Body { bytes, note: Note::FromBase64 },
        Err(_) => Base64Body { bytes: text, note: Note::BrokenBase64 },
    }
}

/// The note that a response in base64 has, and no other response of a function.
pub fn note(response: &Response) -> Option<Note> {
    response.extensions().get().copied()
}

/// The response with its body in this encoding.
///
/// # Errors
/// `BrokenAnswer` if bytes are wanted of what is no base64.
pub fn in_encoding(encoding: BodyEncoding, note: Note, response: Response) -> Result<Response, GatewayError> {
    match (note, encoding) {
        (Note::FromBase64, BodyEncoding::Text) => Ok(response.map(|body| match body {
            Body::Whole(bytes) => BASE64_STANDARD.encode(bytes).into(),
            Body::Stream(stream) => Body::Stream(stream),
        })),
        (Note::BrokenBase64, BodyEncoding::Base64) => {
            Err(GatewayError::BrokenAnswer("the body is no base64".into()))
        }
        (Note::FromBase64, BodyEncoding::Base64)
        | (Note::BrokenBase64, BodyEncoding::Text)
        | (Note::Unfinished, _) => Ok(response),
    }
}
