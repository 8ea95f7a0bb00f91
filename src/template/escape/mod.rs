//! Escapes a value for the place it is put in, so that it stays one value there.
//!
//! The place of a word is known from the document's type and from the text before it, when the item is read.

mod encoders;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use http::{HeaderName, header};
use percent_encoding::utf8_percent_encode;
use serde_json::value::RawValue;

pub use self::encoders::NOT_IN_URI;
use self::encoders::{NOT_IN_COOKIE, NOT_IN_FORM, json_escaped, markup_escaped, quoted, script_escaped};
use crate::media_type::essence;

/// The place of a word in a document, which says how its value is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// In the place of a JSON value.
    JsonValue,
    /// Between the quotes of a JSON string.
    JsonString,
    /// The same, right behind a backslash of the document's own.
    JsonBackslash,
    /// HTML or XML, in text and in attributes.
    Markup,
    /// JavaScript, where a value is wanted.
    ScriptValue,
    /// Between these quotes of a JavaScript string.
    ScriptString(u8),
    /// A name or a value of a form, or a query's.
    Form,
    /// A URI, in a header: `Location`, `Link`.
    Uri,
    /// A cookie's value.
    Cookie,
    /// Any other header. What no header can have, control characters, stays.
    Header,
    /// Between the quotes of a header's quoted string (RFC 9110 §5.6.4).
    HeaderString,
    /// Any other document: as it is.
    Plain,
}

/// The kind of a value by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A client can write it.
    Text,
    /// A number of ours or the operator's own text: what is JSON stays JSON where a value is wanted.
    Json,
    /// Text that brings quotes of its own.
    Quoted,
}

impl Escape {
    /// The place at the beginning of a body with this `Content-Type`.
    pub fn in_body(content_type: &str) -> Self {
        let media_type = essence(content_type).to_ascii_lowercase();
        let (_, subtype) = media_type.split_once('/').unwrap_or_default();
        match subtype.rsplit('+').next() {
            Some("json" | "x-ndjson" | "jsonl" | "x-jsonlines" | "json-seq") => Self::JsonValue,
            Some("html" | "xml") => Self::Markup,
            Some("javascript" | "x-javascript" | "ecmascript") => Self::ScriptValue,
            Some("x-www-form-urlencoded") => Self::Form,
            _ => Self::Plain,
        }
    }

    /// The place at the beginning of a header's value.
    pub fn in_header(name: &HeaderName) -> Self {
        match *name {
            header::LOCATION | header::CONTENT_LOCATION | header::LINK => Self::Uri,
            header::SET_COOKIE | header::COOKIE => Self::Cookie,
            _ => Self::Header,
        }
    }

    /// The place behind `text` of the document itself. Words between change nothing: they are made to fit.
    pub fn after(self, text: &str) -> Self {
        let mut place = self;
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            place = match (place, byte) {
                (Self::JsonValue, b'"') => Self::JsonString,
                (Self::JsonString | Self::JsonBackslash, b'"') => Self::JsonValue,
                (Self::JsonString | Self::JsonBackslash, b'\\') => match bytes.next() {
                    Some(_) => Self::JsonString,
                    None => Self::JsonBackslash,
                },
                (Self::JsonBackslash, _) => Self::JsonString,
                (Self::ScriptValue, b'"' | b'\'' | b'`') => Self::ScriptString(byte),
                (Self::ScriptString(quote), _) if byte == quote => Self::ScriptValue,
                (Self::Header, b'"') => Self::HeaderString,
                (Self::HeaderString, b'"') => Self::Header,
                (Self::ScriptString(_) | Self::HeaderString, b'\\') => {
                    bytes.next();
                    place
                }
                _ => place,
            };
        }
        place
    }

    /// Writes `value`, or what stands for none.
    pub fn fit(self, value: Option<Cow<'_, str>>, kind: ValueKind) -> Cow<'_, str> {
        let Some(value) = value else {
            return if matches!(self, Self::JsonValue | Self::ScriptValue) {
                "null".into()
            } else {
                "".into()
            };
        };
        let encoded = |set| utf8_percent_encode(&value, set).to_string().into();
        match self {
            Self::JsonValue | Self::ScriptValue if kind == ValueKind::Json && is_json(&value) => value,
            Self::JsonValue => quoted(&value).into(),
            Self::JsonString => json_escaped(&value).into(),
            // The document's own backslash is made one that means itself.
            Self::JsonBackslash => format!("\\{}", json_escaped(&value)).into(),
            Self::ScriptValue => format!("\"{}\"", script_escaped(&value)).into(),
            Self::ScriptString(_) => script_escaped(&value).into(),
            Self::Markup => markup_escaped(&in_own_quotes(value, kind)).into(),
            Self::Form => encoded(NOT_IN_FORM),
            Self::Uri => encoded(NOT_IN_URI),
            Self::Cookie => encoded(NOT_IN_COOKIE),
            Self::HeaderString => value.replace('\\', "\\\\").replace('"', "\\\"").into(),
            Self::Header | Self::Plain => in_own_quotes(value, kind),
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

fn in_own_quotes(value: Cow<'_, str>, kind: ValueKind) -> Cow<'_, str> {
    match kind {
        ValueKind::Quoted => quoted(&value).into(),
        ValueKind::Text | ValueKind::Json => value,
    }
}
