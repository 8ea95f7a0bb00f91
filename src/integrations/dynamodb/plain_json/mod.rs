//! DynamoDB's answers → the plain JSON that a client gets, from text to text: `{"S":…}` never reaches a client.
//!
//! A set becomes a list, binary is base64 text, a number keeps all its digits, and the names of every map are sorted.

#[cfg(test)]
mod tests;
mod value;
mod writer;

use std::{collections::BTreeMap, fmt, ops::Range};

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};

use self::{
    value::{PlainValue, Shape, Text},
    writer::PlainWriter,
};
use super::attribute_json::close;
use crate::aws::dynamodb::{Attributes, operations::Keys};

/// Items of an answer.
#[derive(Debug, PartialEq, Eq)]
pub struct PlainPage {
    /// `{"items":[{"pk":"a"}]`, to be gone on with.
    pub json: Vec<u8>,
    /// The place of the first item.
    pub first: Option<Range<usize>>,
    pub last_evaluated_key: Option<Attributes>,
    pub unprocessed_keys: Vec<Attributes>,
}

/// The item of an answer, or the attributes that a write gives back; `None` if there are none.
///
/// # Errors
/// The answer is no JSON, or (`is_data`) has an attribute of an unknown type.
pub fn item(answer: &[u8]) -> serde_json::Result<Option<Vec<u8>>> {
    let mut writer = PlainWriter::new(answer.len());
    let found = read(answer, &mut writer)?;
    Ok(found.has_item.then_some(writer.json))
}

/// The items of an answer.
///
/// # Errors
/// As [`item`].
pub fn page(answer: &[u8]) -> serde_json::Result<PlainPage> {
    let mut writer = PlainWriter::new(answer.len());
    writer.json.extend_from_slice(br#"{"items":["#);
    let Found { last_evaluated_key, unprocessed_keys, .. } = read(answer, &mut writer)?;
    let PlainWriter { mut json, first_item: first, .. } = writer;
    close(b']', &mut json);
    let unprocessed_keys = unprocessed_keys.into_values().flat_map(|of_table| of_table.keys).collect();
    Ok(PlainPage { json, first, last_evaluated_key, unprocessed_keys })
}

fn read<'de>(answer: &'de [u8], writer: &mut PlainWriter<'de>) -> serde_json::Result<Found> {
    let mut deserializer = serde_json::Deserializer::from_slice(answer);
    let found = deserializer.deserialize_map(Answer { writer })?;
    deserializer.end()?;
    Ok(found)
}

/// What an answer has besides what is written.
#[derive(Default)]
struct Found {
    has_item: bool,
    last_evaluated_key: Option<Attributes>,
    unprocessed_keys: BTreeMap<String, Keys>,
}

/// The answer to an operation.
struct Answer<'w, 'de> {
    writer: &'w mut PlainWriter<'de>,
}

impl<'de> Visitor<'de> for Answer<'_, 'de> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer of DynamoDB")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Found, A::Error> {
        let writer = self.writer;
        let mut found = Found::default();
        while let Some(Text(field)) = fields.next_key()? {
            let shape = match &*field {
                "Item" | "Attributes" => Shape::Map,
                "Items" => Shape::Items,
                "Responses" => Shape::Tables,
                "LastEvaluatedKey" => {
                    found.last_evaluated_key = fields.next_value()?;
                    continue;
                }
                "UnprocessedKeys" => {
                    found.unprocessed_keys = fields.next_value::<Option<_>>()?.unwrap_or_default();
                    continue;
                }
                _ => {
                    fields.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let value = fields.next_value_seed(OrNull(PlainValue { writer, shape }))?;
            found.has_item |= shape == Shape::Map && value.is_some();
        }
        Ok(found)
    }
}

/// A value, or null.
struct OrNull<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for OrNull<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for OrNull<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}
