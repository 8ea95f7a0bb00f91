//! The fields that operations have in common, read while an integration is parsed.

use serde_json::Value;

use super::mapped_attribute::MappedAttribute;
use crate::{
    integrations::ParseContext,
    item::{Fields, brief},
    template::mapped_value::{MappedOperand, MappedValue, Presence, TypedWord, ValueType},
};

/// DynamoDB bounds a page to 1 MB; this bounds the number of items too.
const LIMITS: std::ops::RangeInclusive<i32> = 1..=1000;

/// `tableName`: a name or an ARN.
pub fn table(fields: &Fields<'_>) -> Option<String> {
    let expected = "a table's name or ARN (letters, digits and _ . -), which no request can choose";
    let name = fields.require("tableName", fields.resolved_string("tableName"), expected)?;
    let legal = |c: char| c.is_ascii_alphanumeric() || "_.-:/".contains(c);
    checked_name(fields, "tableName", name, legal, expected)
}

/// `indexName`; `None` inside if there is none.
pub fn index(fields: &Fields<'_>) -> Option<Option<String>> {
    let Some(name) = fields.resolved_string("indexName") else {
        return fields.value("indexName").is_none().then_some(None);
    };
    let expected = "an index's name (letters, digits and _ . -), which no request can choose";
    let legal = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    checked_name(fields, "indexName", name, legal, expected).map(Some)
}

fn checked_name(
    fields: &Fields<'_>,
    field: &str,
    name: String,
    legal: impl Fn(char) -> bool,
    expected: &str,
) -> Option<String> {
    if !name.is_empty() && name.chars().all(legal) {
        return Some(name);
    }
    fields.problem(field, &brief(&name.into()), expected);
    None
}

/// A map of attributes, or a word that stands for one. Never empty.
pub fn mapped_item<'f>(
    fields: &Fields<'f>,
    field: &'f str,
    parse_context: &ParseContext<'_>,
) -> Option<MappedAttribute> {
    let expected = "a map of attributes, or a word such as $request.body";
    checked(fields, field, parse_context, expected, |mapped| match mapped {
        MappedValue::Map(attributes) => !attributes.is_empty(),
        MappedValue::Word(_) => true,
        MappedValue::Typed(typed) => typed.of == ValueType::Json,
        MappedValue::Fixed(_) | MappedValue::Text(_) | MappedValue::List(_) => false,
    })
}

/// A key: a map of one or two attributes, or a word that stands for one.
pub fn mapped_key<'f>(
    fields: &Fields<'f>,
    field: &'f str,
    parse_context: &ParseContext<'_>,
) -> Option<MappedAttribute> {
    let expected =
        "a map of one or two attributes, each text, a number or binary, or a word such as $request.body.key";
    checked(fields, field, parse_context, expected, may_be_key)
}

/// A list of 1 to `most` keys, or a word that stands for one.
pub fn mapped_keys<'f>(
    fields: &Fields<'f>,
    field: &'f str,
    most: usize,
    parse_context: &ParseContext<'_>,
) -> Option<MappedAttribute> {
    let expected = format!("a list of 1 to {most} keys, or a word such as $request.body.keys");
    checked(fields, field, parse_context, &expected, |mapped| match mapped {
        MappedValue::List(keys) => (1..=most).contains(&keys.len()) && keys.iter().all(may_be_key),
        MappedValue::Word(_) => true,
        MappedValue::Typed(typed) => typed.of == ValueType::Json,
        MappedValue::Fixed(_) | MappedValue::Text(_) | MappedValue::Map(_) => false,
    })
}

fn may_be_key(mapped: &MappedValue) -> bool {
    match mapped {
        MappedValue::Map(attributes) => {
            let has_a_keys_type = |(_, mapped): &(String, MappedValue)| match mapped {
                MappedValue::Fixed(value) => {
                    value.is_number() || value.as_str().is_some_and(|text| !text.is_empty())
                }
                MappedValue::Word(_) | MappedValue::Text(_) => true,
                MappedValue::Typed(TypedWord { of, .. }) => match of {
                    ValueType::Number | ValueType::Json | ValueType::Binary => true,
                    ValueType::Boolean | ValueType::StringSet | ValueType::NumberSet => false,
                },
                MappedValue::List(_) | MappedValue::Map(_) => false,
            };
            (1..=2).contains(&attributes.len()) && attributes.iter().all(has_a_keys_type)
        }
        MappedValue::Word(_) => true,
        MappedValue::Typed(typed) => typed.of == ValueType::Json,
        MappedValue::Fixed(_) | MappedValue::Text(_) | MappedValue::List(_) => false,
    }
}

/// A required value with words in it, of the form that `fits`.
fn checked<'f>(
    fields: &Fields<'f>,
    field: &'f str,
    parse_context: &ParseContext<'_>,
    expected: &str,
    fits: impl Fn(&MappedValue) -> bool,
) -> Option<MappedAttribute> {
    let value = fields.require(field, fields.value(field), expected)?;
    let mapped = MappedValue::parse(fields, field, value, parse_context.path_parameters)?;
    let attribute = attribute(fields, field, mapped)?;
    if fits(attribute.mapped()) {
        return Some(attribute);
    }
    fields.problem(field, &brief(value), expected);
    None
}

/// A value that a request may do without, if it says so.
pub fn mapped_operand(
    fields: &Fields<'_>,
    field: &str,
    value: &Value,
    parse_context: &ParseContext<'_>,
) -> Option<(MappedAttribute, Presence)> {
    let MappedOperand { mapped, presence } =
        MappedOperand::parse(fields, field, value, parse_context.path_parameters)?;
    Some((attribute(fields, field, mapped)?, presence))
}

/// A number that DynamoDB cannot hold is a problem.
fn attribute(fields: &Fields<'_>, field: &str, mapped: MappedValue) -> Option<MappedAttribute> {
    let attribute = MappedAttribute::of(mapped);
    attribute
        .map_err(|error| fields.problem(field, &error.to_string(), "a number that DynamoDB can hold"))
        .ok()
}

/// `limit`: how many items a page may have at most.
#[derive(Debug)]
pub enum Limit {
    DynamoDbs,
    Fixed(i32),
    Mapped(MappedValue),
}

impl Limit {
    pub fn mapped(&self) -> Option<&MappedValue> {
        match self {
            Self::Mapped(mapped) => Some(mapped),
            Self::DynamoDbs | Self::Fixed(_) => None,
        }
    }

    /// Reads a number from 1 to 1000, or a word that stands for one.
    pub fn parse(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let Some(value) = fields.value("limit") else { return Some(Self::DynamoDbs) };
        let mapped = MappedValue::parse(fields, "limit", value, parse_context.path_parameters)?;
        let limit = match mapped {
            MappedValue::Fixed(Value::Number(number)) => limit_from(number.as_str()).map(Self::Fixed),
            MappedValue::Fixed(Value::String(text)) => limit_from(&text).map(Self::Fixed),
            MappedValue::Typed(TypedWord { of: ValueType::Number, .. })
            | MappedValue::Word(_)
            | MappedValue::Text(_) => Some(Self::Mapped(mapped)),
            MappedValue::Fixed(_) | MappedValue::Typed(_) | MappedValue::List(_) | MappedValue::Map(_) => {
                None
            }
        };
        if limit.is_none() {
            fields.problem("limit", &brief(value), "a whole number from 1 to 1000, or a word");
        }
        limit
    }
}

/// Reads a limit as a client writes it.
pub fn limit_from(text: &str) -> Option<i32> {
    text.parse().ok().filter(|limit| LIMITS.contains(limit))
}
