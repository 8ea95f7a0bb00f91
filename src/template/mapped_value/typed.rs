//! Types of mapped values: `$number(request.path.sk)` makes a number of text, which is all that paths, queries and
//! headers have.

use std::{borrow::Cow, collections::HashSet};

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use serde_json::{Number, Value};

use super::{Inputs, TextPart, Word, word::Values};
use crate::{
    decimal::{self, canonical},
    error::GatewayError,
    json,
};

/// The type that a value is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    Number,
    Boolean,
    /// The value of a text that is JSON.
    Json,
    /// The bytes of a text that is base64.
    Binary,
    StringSet,
    NumberSet,
}

const TYPES: [(&str, ValueType); 6] = [
    ("number", ValueType::Number),
    ("boolean", ValueType::Boolean),
    ("json", ValueType::Json),
    ("binary", ValueType::Binary),
    ("stringSet", ValueType::StringSet),
    ("numberSet", ValueType::NumberSet),
];

/// A word with a type.
#[derive(Clone, Debug)]
pub struct TypedWord {
    pub of: ValueType,
    /// Text: a stage variable's.
    pub word: TextPart,
}

/// A value of one of the types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedValue {
    Json(Value),
    Binary(Vec<u8>),
    /// Never empty, each once.
    Strings(Vec<String>),
    /// Never empty, each once.
    Numbers(Vec<Number>),
}

/// A value is not what it is to be.
#[derive(Clone, Copy, Debug)]
struct OfAnotherType;

impl ValueType {
    pub fn named(name: &str) -> Option<Self> {
        TYPES.iter().find(|(known, _)| *known == name).map(|(_, of)| *of)
    }

    pub fn expected() -> String {
        TYPES.map(|(name, _)| format!("${name}(word)")).join(", ")
    }

    /// True of a type whose values can be written as text.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Number | Self::Boolean | Self::Json)
    }

    fn is_set(self) -> bool {
        matches!(self, Self::StringSet | Self::NumberSet)
    }

    /// The words for a value that is not of the type.
    fn fault(self) -> &'static str {
        match self {
            Self::Number => "is no number that DynamoDB can hold",
            Self::Boolean => "is no boolean: true or false",
            Self::Json => "is no JSON",
            Self::Binary => "is no base64",
            Self::StringSet => "is no list of texts",
            Self::NumberSet => "is no list of numbers",
        }
    }
}

impl TypedWord {
    /// Checks the text of a stage variable; the error says what is wrong with it.
    pub fn check(&self) -> Result<(), &'static str> {
        match &self.word {
            TextPart::Word(_) => Ok(()),
            TextPart::Text(text) => self.of_text(text).map(drop).map_err(|OfAnotherType| self.of.fault()),
        }
    }

    /// The word, if it is no stage variable.
    pub fn word(&self) -> Option<&Word> {
        self.word.word()
    }

    /// The value for this request; `None` if it is absent, as a set without elements is: DynamoDB has no empty ones.
    ///
    /// # Errors
    /// `BadParameterValue` or `BadBodyValue` if it is not of the type; else as [`Word::value`].
    pub fn value(&self, inputs: &Inputs<'_>) -> Result<Option<TypedValue>, GatewayError> {
        let word = match &self.word {
            TextPart::Text(text) => return Ok(self.of_text(text).unwrap_or(None)),
            TextPart::Word(word) => word,
        };
        let refused = |OfAnotherType| super::bad_value(&[word], self.of.fault(), None);
        if self.of.is_set() {
            return match word.values(inputs)? {
                Values::Absent => Ok(None),
                Values::List(values) => self.set(&values).map_err(refused),
                Values::NoList => Err(refused(OfAnotherType)),
            };
        }
        let Some(value) = word.value(inputs)? else { return Ok(None) };
        if let (ValueType::Json, Value::String(text)) = (self.of, value.as_ref())
            && json::count_values(text.as_bytes()) > json::MOST_VALUES
        {
            return Err(GatewayError::RequestTooLarge { bytes: text.len() });
        }
        self.single(value).map(Some).ok_or(OfAnotherType).map_err(refused)
    }

    /// The value of a stage variable, whose commas separate.
    fn of_text(&self, text: &str) -> Result<Option<TypedValue>, OfAnotherType> {
        if self.of.is_set() {
            let values: Vec<_> =
                text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(Value::from).collect();
            return self.set(&values);
        }
        self.single(Cow::Owned(text.into())).map(Some).ok_or(OfAnotherType)
    }

    fn single(&self, value: Cow<'_, Value>) -> Option<TypedValue> {
        let json = match (self.of, value.as_ref()) {
            (ValueType::Number, value) => Value::Number(number_of(value)?),
            (ValueType::Boolean, Value::Bool(value)) => Value::Bool(*value),
            (ValueType::Boolean, Value::String(text)) => Value::Bool(text.parse().ok()?),
            (ValueType::Json, Value::String(text)) => json::read(text.as_bytes()).ok()?,
            (ValueType::Json, _) => value.into_owned(),
            (ValueType::Binary, Value::String(text)) => return decoded(text).map(TypedValue::Binary),
            (ValueType::Boolean | ValueType::Binary | ValueType::StringSet | ValueType::NumberSet, _) => {
                return None;
            }
        };
        Some(TypedValue::Json(json))
    }

    /// `None` of no values: there is no empty set.
    fn set(&self, values: &[Value]) -> Result<Option<TypedValue>, OfAnotherType> {
        let set = if self.of == ValueType::NumberSet {
            let numbers: Vec<_> = values.iter().map(number_of).collect::<Option<_>>().ok_or(OfAnotherType)?;
            TypedValue::Numbers(each_once(numbers, |number| canonical(number.as_str()).unwrap_or_default()))
        } else {
            let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
            let texts: Vec<_> = texts.collect::<Option<_>>().ok_or(OfAnotherType)?;
            TypedValue::Strings(each_once(texts, String::clone))
        };
        Ok(Some(set).filter(|_| !values.is_empty()))
    }
}

impl TypedValue {
    /// As it comes back from DynamoDB: binary as base64, sets as arrays.
    pub fn into_json(self) -> Value {
        match self {
            Self::Json(value) => value,
            Self::Binary(bytes) => BASE64_STANDARD.encode(bytes).into(),
            Self::Strings(texts) => texts.into(),
            Self::Numbers(numbers) => numbers.into_iter().map(Value::Number).collect(),
        }
    }
}

/// A number, or text of one.
fn number_of(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => canonical(number.as_str()).map(|_| number.clone()),
        Value::String(text) => decimal::parse(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Of either alphabet, padded or not: `+` is a space in a query, and `/` ends a segment of a path.
fn decoded(text: &str) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    GeneralPurpose::new(alphabet, CONFIG).decode(text).ok()
}

fn each_once<T>(values: Vec<T>, key: impl Fn(&T) -> String) -> Vec<T> {
    let mut seen = HashSet::new();
    values.into_iter().filter(|value| seen.insert(key(value))).collect()
}
