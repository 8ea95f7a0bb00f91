//! Plain JSON → DynamoDB's, `{"S":"x"}`, written as text.
//!
//! Numbers are never rounded: what DynamoDB cannot hold exactly is refused.

use std::borrow::Cow;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use crate::{
    decimal::canonical,
    error::GatewayError,
    template::mapped_value::{Inputs, MappedValue, TypedValue, bad_value},
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

    /// The same where the value may not be absent.
    pub fn required(mapped: &'i MappedValue, inputs: &'i Inputs<'_>) -> Result<Self, GatewayError> {
        Self::of(mapped, inputs)?.ok_or_else(|| absent(mapped, inputs))
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

/// The refusal of a request that lacks what the mapped value needs.
pub fn absent(mapped: &MappedValue, inputs: &Inputs<'_>) -> GatewayError {
    match mapped.absent_word(inputs) {
        Ok(Some(word)) => bad_value(&[word], "is absent", None),
        // A set of nothing.
        Ok(None) => mapped.refused("is empty"),
        Err(error) => error,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Number;

    use super::*;
    use crate::{aws::dynamodb::AttributeValue, testing::any_json};

    /// The attribute value of JSON.
    fn model(value: &Value) -> Option<AttributeValue> {
        Some(match value {
            Value::Null => AttributeValue::Null(true),
            Value::Bool(value) => AttributeValue::Bool(*value),
            Value::Number(number) => AttributeValue::N(canonical(number.as_str())?),
            Value::String(text) => AttributeValue::S(text.clone()),
            Value::Array(values) => AttributeValue::L(values.iter().map(model).collect::<Option<_>>()?),
            Value::Object(map) => {
                let members = map.iter().map(|(name, value)| Some((name.clone(), model(value)?)));
                AttributeValue::M(members.collect::<Option<_>>()?)
            }
        })
    }

    fn written(write: impl FnOnce(&mut Vec<u8>) -> Result<(), NumberOutOfRange>) -> Option<AttributeValue> {
        let mut json = Vec::new();
        write(&mut json).ok()?;
        Some(serde_json::from_slice(&json).unwrap())
    }

    /// Numbers that DynamoDB can hold, and some that it cannot.
    fn any_number() -> impl Strategy<Value = Value> {
        let text = "-?(0|[1-9][0-9]{0,39})(\\.[0-9]{1,3})?(e-?[0-9]{1,3})?";
        let number = text.prop_filter_map("a number", |text| text.parse().ok().map(Value::Number));
        prop_oneof![any::<i32>().prop_map(Value::from), number]
    }

    proptest! {
        #[test]
        fn json_is_written_as_the_attribute_value_that_the_model_makes_of_it(json in any_json(any_number())) {
            prop_assert_eq!(written(|out| write_value(&json, out)), model(&json));
        }

        #[test]
        fn a_number_is_written_as_its_one_text(number in "-?(0|[1-9][0-9]{0,39})") {
            let json = Value::Number(number.parse().unwrap());
            prop_assert_eq!(written(|out| write_value(&json, out)), model(&json));
        }
    }

    #[test]
    fn what_json_does_not_have_is_written_as_its_own_type() {
        let number = |text: &str| text.parse::<Number>().unwrap();
        let cases = [
            (RequestValue::Binary(b"\x00\xff".to_vec()), r#"{"B":"AP8="}"#, true),
            (RequestValue::Binary(Vec::new()), r#"{"B":""}"#, false),
            (RequestValue::Strings(vec!["a\"".to_owned(), "b".to_owned()]), r#"{"SS":["a\"","b"]}"#, false),
            (RequestValue::Numbers(vec![number("7.50"), number("1")]), r#"{"NS":["75e-1","1"]}"#, false),
            (RequestValue::Json(Cow::Owned(Value::from("a"))), r#"{"S":"a"}"#, true),
            (RequestValue::Json(Cow::Owned(Value::from(""))), r#"{"S":""}"#, false),
            (RequestValue::Json(Cow::Owned(Value::from(7))), r#"{"N":"7"}"#, true),
            (RequestValue::Json(Cow::Owned(Value::from(true))), r#"{"BOOL":true}"#, false),
        ];
        for (value, expected, may_be_of_key) in cases {
            let mut json = Vec::new();
            value.write(&mut json).unwrap();
            assert_eq!((json, value.may_be_of_key()), (expected.into(), may_be_of_key), "{value:?}");
        }
        let too_exact = RequestValue::Numbers(vec![number(&"1".repeat(39))]);
        assert_eq!(too_exact.write(&mut Vec::new()), Err(NumberOutOfRange));
    }
}
