//! `contentHandling`: whether a body goes on as it is, as bytes, or as base64.
//!
//! AWS: "Content type conversions in API Gateway", its tables. One exception on purpose: bytes that are no UTF-8 are
//! never mangled into text.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_TYPE};

use crate::{
    error::GatewayError,
    functions::media_types::{BinaryMediaTypes, BodyEncoding},
    item::Fields,
};

/// The form in which a body goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContentHandling {
    /// By what it is, and what the client accepts.
    #[default]
    Automatic,
    ConvertToBinary,
    ConvertToText,
}

const WORDS: [(&str, ContentHandling); 2] = [
    ("CONVERT_TO_BINARY", ContentHandling::ConvertToBinary),
    ("CONVERT_TO_TEXT", ContentHandling::ConvertToText),
];

/// A body's form, by its content type and `binaryMediaTypes`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Binary,
}

impl ContentHandling {
    /// Reads the field `contentHandling`. What is wrong is reported, and `None`.
    pub fn read(fields: &Fields<'_>) -> Option<Self> {
        fields.read_or("contentHandling", Self::Automatic, |name| fields.choice(name, &WORDS))
    }

    /// The client's body as it goes on.
    ///
    /// # Errors
    /// [`GatewayError::MappingFailed`]: text that is to be base64 is none.
    pub fn of_request(
        self,
        types: &BinaryMediaTypes,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Bytes, GatewayError> {
        match (form(types, headers, body), self) {
            (Form::Binary, Self::ConvertToText) => Ok(encoded(body)),
            (Form::Text, Self::ConvertToBinary) => decoded(body),
            (Form::Binary, Self::Automatic | Self::ConvertToBinary)
            | (Form::Text, Self::Automatic | Self::ConvertToText) => Ok(body.clone()),
        }
    }

    /// The integration's body, which has these headers, as it goes on to a client.
    ///
    /// # Errors
    /// As [`ContentHandling::of_request`].
    pub fn of_response(
        self,
        types: &BinaryMediaTypes,
        client: &HeaderMap,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Bytes, GatewayError> {
        let accepts_binary = types.response_encoding(client) == BodyEncoding::Base64;
        let has_types = !types.is_empty();
        match (form(types, headers, body), self) {
            (Form::Binary, Self::ConvertToText) => Ok(encoded(body)),
            // An API that names no binary types lets bytes pass.
            (Form::Binary, Self::Automatic) if has_types && !accepts_binary => Ok(encoded(body)),
            (Form::Binary, Self::Automatic | Self::ConvertToBinary) => Ok(body.clone()),
            (Form::Text, Self::ConvertToBinary) => decoded(body),
            (Form::Text, Self::Automatic) if accepts_binary => decoded(body),
            (Form::Text, Self::Automatic | Self::ConvertToText) => Ok(body.clone()),
        }
    }
}

fn form(types: &BinaryMediaTypes, headers: &HeaderMap, body: &Bytes) -> Form {
    let is_named =
        headers.contains_key(CONTENT_TYPE) && types.request_encoding(headers) == BodyEncoding::Base64;
    if is_named || str::from_utf8(body).is_err() { Form::Binary } else { Form::Text }
}

fn encoded(body: &Bytes) -> Bytes {
    BASE64_STANDARD.encode(body).into()
}

fn decoded(body: &Bytes) -> Result<Bytes, GatewayError> {
    let decoded = BASE64_STANDARD.decode(body.trim_ascii());
    decoded.map(Bytes::from).map_err(|_| GatewayError::MappingFailed("the body is no base64".into()))
}
