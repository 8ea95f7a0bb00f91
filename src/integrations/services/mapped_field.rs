//! A field of an action with what the operator wrote for it, and its value for one request.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::action::{Field, FieldKind, Need};
use crate::{
    calendar::parse_timestamp_ms,
    error::GatewayError,
    item::{Fields, brief},
    template::mapped_value::{Inputs, MappedValue},
};

/// A field that is sent.
#[derive(Debug)]
pub struct MappedField {
    field: &'static Field,
    mapped: MappedValue,
}

/// The values of one call, and their bytes together.
#[derive(Debug, Default)]
pub struct FilledFields {
    pub fields: Map<String, Value>,
    pub bytes: usize,
}

impl MappedField {
    /// Reads a field of an item. What is wrong is reported; `None`: it is not there, or wrong.
    pub fn parse(fields: &Fields<'_>, field: &'static Field, path_parameters: &[String]) -> Option<Self> {
        let value = fields.value(field.name);
        let value = match field.need {
            Need::Required => fields.require(field.name, value, expected(field.kind))?,
            Need::Optional => value?,
        };
        let mapped = if matches!(field.kind, FieldKind::Destination(_)) {
            MappedValue::Fixed(fields.resolved_string(field.name)?.into())
        } else {
            MappedValue::parse(fields, field.name, value, path_parameters)?
        };
        if !fits(field.kind, &mapped) {
            let expected = match field.kind {
                FieldKind::Destination(destination) => {
                    destination.expected_instead_of(value.as_str().unwrap_or_default())
                }
                FieldKind::Text
                | FieldKind::Bytes
                | FieldKind::Integer { .. }
                | FieldKind::Time
                | FieldKind::Texts
                | FieldKind::Attributes => expected(field.kind).to_owned(),
            };
            fields.problem(field.name, &brief(value), &expected);
            return None;
        }
        Some(Self { field, mapped })
    }

    /// One whose value was read elsewhere.
    pub fn new(field: &'static Field, mapped: MappedValue) -> Self {
        Self { field, mapped }
    }

    pub fn mapped(&self) -> &MappedValue {
        &self.mapped
    }

    /// The text of what no request chooses, if it is that.
    pub fn destination(&self) -> Option<&str> {
        match &self.mapped {
            MappedValue::Fixed(Value::String(text))
                if matches!(self.field.kind, FieldKind::Destination(_)) =>
            {
                Some(text)
            }
            MappedValue::Fixed(_)
            | MappedValue::Word(_)
            | MappedValue::Typed(_)
            | MappedValue::Text(_)
            | MappedValue::List(_)
            | MappedValue::Map(_) => None,
        }
    }

    /// Adds the value for a request. One that is absent is left out.
    ///
    /// # Errors
    /// `BadParameterValue`, `BadBodyValue`, `InvalidBody`: it is none that the field takes, or a required one is absent.
    pub fn fill(&self, inputs: &Inputs<'_>, out: &mut FilledFields) -> Result<(), GatewayError> {
        let value = match self.field.kind {
            FieldKind::Destination(_) | FieldKind::Text => self.text(inputs)?.map(Value::from),
            FieldKind::Bytes => self.bytes(inputs)?.map(|bytes| BASE64_STANDARD.encode(bytes).into()),
            FieldKind::Integer { least, most } => self.integer(inputs, least, most)?,
            FieldKind::Time => self.time(inputs)?,
            FieldKind::Texts => self.texts(inputs)?,
            FieldKind::Attributes => self.attributes(inputs)?,
        };
        match value {
            Some(value) => {
                // Whom it is sent to is no part of what is sent.
                if !matches!(self.field.kind, FieldKind::Destination(_)) {
                    out.bytes += size(&value);
                }
                out.fields.insert(self.field.wire.to_owned(), value);
                Ok(())
            }
            None if self.field.need == Need::Required => Err(self.mapped.refused("is absent or empty")),
            None => Ok(()),
        }
    }

    fn bytes(&self, inputs: &Inputs<'_>) -> Result<Option<Bytes>, GatewayError> {
        if self.mapped.is_whole_body() {
            return Ok(Some(inputs.body_bytes().clone()).filter(|bytes| !bytes.is_empty()));
        }
        Ok(self.mapped.text(inputs)?.filter(|text| !text.is_empty()).map(Bytes::from))
    }

    fn text(&self, inputs: &Inputs<'_>) -> Result<Option<String>, GatewayError> {
        let Some(bytes) = self.bytes(inputs)? else { return Ok(None) };
        let text = String::from_utf8(bytes.into());
        text.map(Some).map_err(|_| self.mapped.refused("is no text"))
    }

    fn integer(&self, inputs: &Inputs<'_>, least: u64, most: u64) -> Result<Option<Value>, GatewayError> {
        let Some(text) = self.text(inputs)? else { return Ok(None) };
        let number = text.trim().parse().ok().filter(|number| (least..=most).contains(number));
        number
            .map(|number| Some(Value::from(number)))
            .ok_or_else(|| self.mapped.refused("is no whole number that the service takes"))
    }

    fn time(&self, inputs: &Inputs<'_>) -> Result<Option<Value>, GatewayError> {
        let Some(text) = self.text(inputs)? else { return Ok(None) };
        match seconds(&text) {
            Some(seconds) => Ok(Some(seconds.into())),
            None => Err(self.mapped.refused("is no time such as 2026-11-30T18:00:00Z")),
        }
    }

    fn texts(&self, inputs: &Inputs<'_>) -> Result<Option<Value>, GatewayError> {
        let Some(value) = self.mapped.value(inputs)? else { return Ok(None) };
        let texts = match &*value {
            Value::String(text) => json_of(text).unwrap_or_else(|| json!([text])),
            other => other.clone(),
        };
        let are_texts = texts.as_array().is_some_and(|texts| texts.iter().all(Value::is_string));
        if are_texts { Ok(Some(texts)) } else { Err(self.mapped.refused("is no list of texts")) }
    }

    /// `{"name": {"DataType": "String", "StringValue": "…"}}`; what has a `DataType` already stays as it is.
    fn attributes(&self, inputs: &Inputs<'_>) -> Result<Option<Value>, GatewayError> {
        let Some(value) = self.mapped.value(inputs)? else { return Ok(None) };
        let value = value.as_str().and_then(json_of).unwrap_or_else(|| value.into_owned());
        let Value::Object(map) = value else { return Err(self.mapped.refused("is no map of attributes")) };
        let attribute = |value: Value| match value {
            Value::Object(map) if map.contains_key("DataType") => Value::Object(map),
            Value::Number(number) => json!({ "DataType": "Number", "StringValue": number.to_string() }),
            Value::String(text) => json!({ "DataType": "String", "StringValue": text }),
            other @ (Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                json!({ "DataType": "String", "StringValue": other.to_string() })
            }
        };
        let filled = map.into_iter().map(|(name, value)| (name, attribute(value)));
        Ok(Some(Value::Object(filled.collect())))
    }
}

/// Since 1970.
fn seconds(text: &str) -> Option<u64> {
    let milliseconds = || parse_timestamp_ms(text.trim());
    text.trim().parse().ok().or_else(|| milliseconds().map(|milliseconds| milliseconds / 1_000))
}

/// A text that is a list or a map in JSON.
fn json_of(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_array() || value.is_object())
}

fn expected(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Destination(destination) => destination.expected(),
        FieldKind::Text | FieldKind::Bytes => "text, JSON, or a word such as $request.body",
        FieldKind::Integer { .. } => "a whole number that the service takes, or a word",
        FieldKind::Time => "a time such as 2026-11-30T18:00:00Z, or a word",
        FieldKind::Texts => "a list of texts, or a word",
        FieldKind::Attributes => "a map of attributes, or a word such as $request.body.attributes",
    }
}

fn fits(kind: FieldKind, mapped: &MappedValue) -> bool {
    match (kind, mapped) {
        (FieldKind::Integer { least, most }, MappedValue::Fixed(value)) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text.trim().parse().is_ok_and(|number| (least..=most).contains(&number))
        }
        (FieldKind::Time, MappedValue::Fixed(value)) => {
            seconds(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)).is_some()
        }
        (FieldKind::Texts, MappedValue::Fixed(value)) => value.is_string(),
        (FieldKind::Attributes, MappedValue::Fixed(value)) => {
            value.as_str().is_some_and(|text| json_of(text).is_some())
        }
        (FieldKind::Destination(destination), MappedValue::Fixed(value)) => {
            value.as_str().is_some_and(|text| destination.fits(text))
        }
        (FieldKind::Text | FieldKind::Bytes, MappedValue::Fixed(value)) => {
            !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty())
        }
        (FieldKind::Integer { .. } | FieldKind::Time | FieldKind::Texts, MappedValue::Map(_))
        | (FieldKind::Integer { .. } | FieldKind::Time | FieldKind::Attributes, MappedValue::List(_)) => {
            false
        }
        (
            FieldKind::Destination(_)
            | FieldKind::Text
            | FieldKind::Bytes
            | FieldKind::Integer { .. }
            | FieldKind::Time
            | FieldKind::Texts
            | FieldKind::Attributes,
            MappedValue::Word(_)
            | MappedValue::Typed(_)
            | MappedValue::Text(_)
            | MappedValue::List(_)
            | MappedValue::Map(_),
        ) => true,
    }
}

/// The bytes of the texts in a value.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(size).sum(),
        Value::Object(map) => map.iter().map(|(name, value)| name.len() + size(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}
