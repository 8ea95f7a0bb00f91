//! Mapped values: JSON in which words such as `$request.path.id` stand for parts of a request.
//!
//! The words are those of HTTP APIs' parameter mapping. A string that is one word, `$request.body.amount`,
//! becomes the value with its JSON type, or with the type that is asked for, `$number(request.path.sk)`; inside text,
//! and wherever text is wanted, a word is written `${request.body.amount}`; `$$` is a plain `$`. A word that the request
//! has nothing for is *absent*: it leaves its field out of a map or list, and makes the text around it absent.

mod body_path;
mod parser;
mod typed;
mod word;

use std::{borrow::Cow, sync::OnceLock};

use bytes::Bytes;
use serde_json::{Map, Value};

use self::parser::MappedValueParser;
pub use self::{
    body_path::BodyPath,
    parser::Presence,
    typed::{TypedValue, TypedWord, ValueType},
    word::{Word, query_value},
};
use crate::{
    context::Context,
    error::{BadValue, GatewayError},
    item::Fields,
    json,
    message::BoxError,
    template::{Escape, ValueKind},
};

/// JSON with words in it, parsed once; `$stageVariables.x` is already replaced.
#[derive(Clone, Debug)]
pub enum MappedValue {
    /// Has no word in it.
    Fixed(Value),
    /// One word alone, which keeps its JSON type.
    Word(Word),
    /// One word alone, with the type that its value is to have.
    Typed(TypedWord),
    /// Text with words in it: never empty.
    Text(Vec<TextPart>),
    List(Vec<MappedValue>),
    Map(Vec<(String, MappedValue)>),
}

/// A mapped value that a request may do without.
#[derive(Clone, Debug)]
pub struct MappedOperand {
    pub mapped: MappedValue,
    pub presence: Presence,
}

/// A part of a text.
#[derive(Clone, Debug)]
pub enum TextPart {
    Text(String),
    Word(Word),
}

/// The request that words take their values from.
#[derive(Debug)]
pub struct Inputs<'a> {
    context: &'a Context<'a>,
    body: OnceLock<Value>,
}

impl<'a> Inputs<'a> {
    pub fn new(context: &'a Context<'a>) -> Self {
        Self { context, body: OnceLock::new() }
    }

    /// The body as it came.
    pub fn body_bytes(&self) -> &Bytes {
        &self.context.request.body
    }

    /// The body as JSON, parsed when the first mapped value asks for it. An empty body is no JSON either, and one of
    /// more values than any item holds is not even parsed.
    fn body(&self) -> Result<&Value, GatewayError> {
        if let Some(body) = self.body.get() {
            return Ok(body);
        }
        let text = &self.context.request.body;
        if json::count_values(text) > json::MOST_VALUES {
            return Err(GatewayError::RequestTooLarge { bytes: text.len() });
        }
        let body = json::read(text)
            .map_err(|error| GatewayError::InvalidBody(format!("no JSON: {error}").into()))?;
        Ok(self.body.get_or_init(|| body))
    }
}

impl MappedValue {
    /// Reads `value`, which stands at `field`. A word that is unknown, or names a path parameter or stage
    /// variable that does not exist, is a problem.
    pub fn parse(
        fields: &Fields<'_>,
        field: &str,
        value: &Value,
        path_parameters: &[String],
    ) -> Option<Self> {
        match value {
            Value::String(text) => MappedValueParser { fields, field, path_parameters, text }.mapped(),
            Value::Array(values) => {
                let parse = |(index, value)| {
                    Self::parse(fields, &format!("{field}[{index}]"), value, path_parameters)
                };
                // Collected first: every problem is wanted, not only the first.
                let mapped_values: Vec<_> = values.iter().enumerate().map(parse).collect();
                mapped_values.into_iter().collect::<Option<_>>().map(Self::List)
            }
            Value::Object(map) => {
                let parse = |(name, value): (&String, &Value)| {
                    let mapped = Self::parse(fields, &format!("{field}.{name}"), value, path_parameters);
                    Some((name.clone(), mapped?))
                };
                let mapped_values: Vec<_> = map.iter().map(parse).collect();
                mapped_values.into_iter().collect::<Option<_>>().map(Self::Map)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Some(Self::Fixed(value.clone())),
        }
    }

    /// All words in it.
    pub fn words(&self) -> Vec<&Word> {
        match self {
            Self::Fixed(_) => Vec::new(),
            Self::Word(word) => vec![word],
            Self::Typed(typed) => typed.word().into_iter().collect(),
            Self::Text(pieces) => pieces.iter().filter_map(TextPart::word).collect(),
            Self::List(mapped_values) => mapped_values.iter().flat_map(Self::words).collect(),
            Self::Map(mapped_values) => mapped_values.iter().flat_map(|(_, mapped)| mapped.words()).collect(),
        }
    }

    /// True of `$request.body` alone.
    pub fn is_whole_body(&self) -> bool {
        matches!(self, Self::Word(Word::Body(path)) if path.is_whole())
    }

    /// True if it is the same in all requests of one caller for one URI.
    pub fn is_of_the_uri(&self) -> bool {
        self.words().into_iter().all(Word::is_of_the_uri)
    }

    /// The value for this request; `None` if it is absent.
    ///
    /// # Errors
    /// [`GatewayError::InvalidBody`] if a word needs the body and that is no JSON; `RequestTooLarge` if it has too
    /// many values.
    pub fn value<'i>(&'i self, inputs: &'i Inputs<'_>) -> Result<Option<Cow<'i, Value>>, GatewayError> {
        match self {
            Self::Fixed(value) => Ok(Some(Cow::Borrowed(value))),
            Self::Word(word) => word.value(inputs),
            Self::Typed(typed) => Ok(typed.value(inputs)?.map(|value| Cow::Owned(value.into_json()))),
            Self::Text(pieces) => {
                Ok(joined(pieces, inputs, Escape::Plain)?.map(|text| Cow::Owned(Value::String(text))))
            }
            Self::List(mapped_values) => {
                let mut list = Vec::with_capacity(mapped_values.len());
                for mapped in mapped_values {
                    list.extend(mapped.value(inputs)?.map(Cow::into_owned));
                }
                Ok(Some(Cow::Owned(Value::Array(list))))
            }
            Self::Map(mapped_values) => {
                let mut map = Map::new();
                for (name, mapped) in mapped_values {
                    if let Some(value) = mapped.value(inputs)? {
                        map.insert(name.clone(), value.into_owned());
                    }
                }
                Ok(Some(Cow::Owned(Value::Object(map))))
            }
        }
    }

    /// The value as text, as inside `${…}`: a number as the client wrote it, a list or map as compact JSON,
    /// `null` as absent.
    ///
    /// # Errors
    /// As [`MappedValue::value`].
    pub fn text(&self, inputs: &Inputs<'_>) -> Result<Option<String>, GatewayError> {
        Ok(self.value(inputs)?.and_then(|value| text_of(&value)))
    }

    /// The same, where words stand in text that has a structure, which begins with `escape`. A word alone is all of it.
    ///
    /// # Errors
    /// As [`MappedValue::value`].
    pub fn text_within(&self, escape: Escape, inputs: &Inputs<'_>) -> Result<Option<String>, GatewayError> {
        match self {
            Self::Text(pieces) => joined(pieces, inputs, escape),
            Self::Fixed(_) | Self::Word(_) | Self::Typed(_) | Self::List(_) | Self::Map(_) => {
                self.text(inputs)
            }
        }
    }

    /// The first of its words that the request has nothing for.
    ///
    /// # Errors
    /// As [`MappedValue::value`].
    pub fn absent_word(&self, inputs: &Inputs<'_>) -> Result<Option<&Word>, GatewayError> {
        for word in self.words() {
            if word.value(inputs)?.is_none_or(|value| value.is_null()) {
                return Ok(Some(word));
            }
        }
        Ok(None)
    }

    /// Says to the client that what it sent for this will not do.
    pub fn refused(&self, fault: &'static str) -> GatewayError {
        bad_value(&self.words(), fault, None)
    }
}

impl MappedOperand {
    /// Reads `value` as [`MappedValue::parse`] does. Only a string can say that a request may do without it.
    pub fn parse(
        fields: &Fields<'_>,
        field: &str,
        value: &Value,
        path_parameters: &[String],
    ) -> Option<Self> {
        match value.as_str() {
            Some(text) => MappedValueParser { fields, field, path_parameters, text }.read(),
            None => {
                let mapped = MappedValue::parse(fields, field, value, path_parameters)?;
                Some(Self { mapped, presence: Presence::Required })
            }
        }
    }
}

/// Refuses a request for its values: `fault` is for the client too, who is told it of the route's own `words`.
pub fn bad_value(words: &[&Word], fault: &'static str, cause: Option<BoxError>) -> GatewayError {
    let mut names: Vec<_> = words.iter().map(ToString::to_string).collect();
    names.dedup();
    let named = match &names[..] {
        [] => "the request".to_owned(),
        [name] => name.clone(),
        names => format!("one of {}", names.join(", ")),
    };
    let bad = Box::new(BadValue { words: named, fault, cause });
    if words.iter().any(|word| word.is_of_body()) {
        GatewayError::BadBodyValue(bad)
    } else {
        GatewayError::BadParameterValue(bad)
    }
}

impl TextPart {
    fn word(&self) -> Option<&Word> {
        match self {
            Self::Text(_) => None,
            Self::Word(word) => Some(word),
        }
    }
}

fn joined(
    pieces: &[TextPart],
    inputs: &Inputs<'_>,
    mut escape: Escape,
) -> Result<Option<String>, GatewayError> {
    let mut joined = String::new();
    for piece in pieces {
        match piece {
            TextPart::Text(text) => {
                escape = escape.after(text);
                joined.push_str(text);
            }
            TextPart::Word(word) => match word.value(inputs)?.and_then(|value| text_of(&value)) {
                Some(text) => joined.push_str(&escape.fit(Some(text.into()), ValueKind::Text)),
                None => return Ok(None),
            },
        }
    }
    Ok(Some(joined))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests;
