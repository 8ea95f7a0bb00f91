//! Plain JSON → DynamoDB's, `{"S":"x"}`, written as text.
//!
//! Numbers are never rounded: what DynamoDB cannot hold exactly is refused.

use std::borrow::Cow;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use crate::{
    decimal::canonical,
    error::GatewayError,
    template::mapped_value::{Inputs, MappedValue, TypedValue},
};

/// A number that DynamoDB cannot hold exactly.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number of more than 38 digits, or beyond 9.9E+125 or 1E-130")]
pub struct NumberOutOfRange;

/// The value of words in one request.
#[derive(Debug)]
pub enum RequestValue<'i> {
    Json(Cow<'i, Value>),
    Binary(Vec<u8>),
    Strings(Vec<String>),
    /// Canonical.
    Numbers(Vec<serde_json::Number>),
}

impl<'i> RequestValue<'i> {
    /// Evaluates a mapped value; `None` if it is absent.
    pub fn of(mapped: &'i MappedValue, inputs: &'i Inputs<'_>) -> Result<Option<Self>, GatewayError> {
        let MappedValue::Typed(typed) = mapped else {
            return Ok(mapped.value(inputs)?.map(Self::Json));
        };
        Ok(typed.value(inputs)?.map(|value| match value {
            TypedValue::Json(value) => Self::Json(Cow::Owned(value)),
            TypedValue::Binary(bytes) => Self::Binary(bytes),
            TypedValue::Strings(texts) => Self::Strings(texts),
            TypedValue::Numbers(numbers) => Self::Numbers(numbers),
        }))
    }

    /// Writes the attribute value.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<(), NumberOutOfRange> {
        match self {
            Self::Json(value) => write_value(value, out)?,
            Self::Binary(bytes) => {
                out.extend_from_slice(br#"{"B":""#);
                out.extend_from_slice(BASE64_STANDARD.encode(bytes).as_bytes());
                out.extend_from_slice(br#""}"#);
            }
            Self::Strings(texts) => {
                out.extend_from_slice(br#"{"SS":"#);
                serde_json::to_writer(&mut *out, texts).expect("texts are JSON");
                out.push(b'}');
            }
            Self::Numbers(numbers) => {
                out.extend_from_slice(br#"{"NS":"#);
                separated(b"[]", numbers, out, |number, out| {
                    out.push(b'"');
                    write_number(number.as_str(), out)?;
                    out.push(b'"');
                    Ok(())
                })?;
                out.push(b'}');
            }
        }
        Ok(())
    }

    /// True of text that is not empty, a number and binary.
    pub fn may_be_of_key(&self) -> bool {
        match self {
            Self::Json(value) => may_be_of_key(value),
            Self::Binary(bytes) => !bytes.is_empty(),
            Self::Strings(_) | Self::Numbers(_) => false,
        }
    }
}

/// True of text that is not empty and a number.
pub fn may_be_of_key(value: &Value) -> bool {
    value.is_number() || value.as_str().is_some_and(|text| !text.is_empty())
}

/// Writes JSON as an attribute value. There are no sets and no binary in JSON, so none come of it.
pub fn write_value(value: &Value, out: &mut Vec<u8>) -> Result<(), NumberOutOfRange> {
    match value {
        Value::Null => out.extend_from_slice(br#"{"NULL":true}"#),
        Value::Bool(true) => out.extend_from_slice(br#"{"BOOL":true}"#),
        Value::Bool(false) => out.extend_from_slice(br#"{"BOOL":false}"#),
        Value::Number(number) => {
            out.extend_from_slice(br#"{"N":""#);
            write_number(number.as_str(), out)?;
            out.extend_from_slice(br#""}"#);
        }
        Value::String(text) => {
            out.extend_from_slice(br#"{"S":"#);
            write_text(text, out);
            out.push(b'}');
        }
        Value::Array(values) => {
            out.extend_from_slice(br#"{"L":"#);
            separated(b"[]", values, out, write_value)?;
            out.push(b'}');
        }
        Value::Object(map) => {
            out.extend_from_slice(br#"{"M":"#);
            write_map(map, out)?;
            out.push(b'}');
        }
    }
    Ok(())
}

/// Writes the attributes of a map: `{"name":{"S":"x"}}`.
pub fn write_map(map: &Map<String, Value>, out: &mut Vec<u8>) -> Result<(), NumberOutOfRange> {
    separated(b"{}", map, out, |(name, value), out| {
        write_text(name, out);
        out.push(b':');
        write_value(value, out)
    })
}

/// Writes text as JSON.
pub fn write_text(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("text is JSON");
}

/// Writes each of `values` with commas between them, and the two `brackets` around all.
pub fn separated<T, E>(
    brackets: &[u8; 2],
    values: impl IntoIterator<Item = T>,
    out: &mut Vec<u8>,
    mut write: impl FnMut(T, &mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let [opening, closing] = *brackets;
    out.push(opening);
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(value, out)?;
    }
    out.push(closing);
    Ok(())
}

/// Ends a list or map, each of whose values has a comma behind it.
pub fn close(bracket: u8, out: &mut Vec<u8>) {
    match out.last_mut() {
        Some(last) if *last == b',' => *last = bracket,
        _ => out.push(bracket),
    }
}

/// Writes the one text of a number's value.
fn write_number(number: &str, out: &mut Vec<u8>) -> Result<(), NumberOutOfRange> {
    if is_canonical_integer(number) {
        out.extend_from_slice(number.as_bytes());
    } else {
        out.extend_from_slice(canonical(number).ok_or(NumberOutOfRange)?.as_bytes());
    }
    Ok(())
}

/// True of most numbers: they are written as they are.
fn is_canonical_integer(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number).as_bytes();
    let (Some(first), Some(last)) = (digits.first(), digits.last()) else { return false };
    (*first != b'0' && *last != b'0') && digits.len() <= 38 && digits.iter().all(u8::is_ascii_digit)
}
