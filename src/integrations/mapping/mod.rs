//! Mapped values: JSON in which words such as `$request.path.id` stand for parts of a request.
//!
//! The words are those of HTTP APIs' parameter mapping. A string that is one word, `$request.body.amount`,
//! becomes the value with its JSON type; inside text, and wherever text is wanted, a word is written
//! `${request.body.amount}`; `$$` is a plain `$`. A word that the request has nothing for is *absent*: it
//! leaves its field out of a map or list, and makes the text around it absent.

mod words;

use std::{borrow::Cow, sync::OnceLock};

use http::HeaderName;
use serde_json::{Map, Value};

pub use self::words::{Word, query_value};
use crate::{
    context::Context,
    error::GatewayError,
    item::{Fields, brief},
    json,
};

const WORDS: &str = "$request.path.x, $request.querystring.x, $request.header.x, $request.body.x, $context.x \
                     or $stageVariables.x; inside text ${request.path.x}; $$ for a plain $";

/// JSON with words in it, parsed once; `$stageVariables.x` is already replaced.
#[derive(Clone, Debug)]
pub enum Template {
    /// Has no word in it.
    Fixed(Value),
    /// One word alone, which keeps its JSON type.
    Word(Word),
    /// Text with words in it: never empty.
    Text(Vec<Piece>),
    List(Vec<Template>),
    Map(Vec<(String, Template)>),
}

/// A part of a text.
#[derive(Clone, Debug)]
pub enum Piece {
    Text(String),
    Word(Word),
}

/// A template, and the part of a call that its value is for.
#[derive(Clone, Copy, Debug)]
pub struct Mapped<'a> {
    pub template: &'a Template,
    pub part: CallPart<'a>,
}

#[derive(Clone, Copy, Debug)]
pub enum CallPart<'a> {
    /// A header that the target gets. Its `Vary` may name it.
    Header(&'a HeaderName),
    /// The path or the query of the URI that the target is asked for.
    Uri,
    /// An argument of a DynamoDB operation.
    Operation,
}

/// What the words of one request's templates stand for.
#[derive(Debug)]
pub struct Inputs<'a> {
    context: &'a Context<'a>,
    body: OnceLock<Value>,
}

impl<'a> Inputs<'a> {
    pub fn new(context: &'a Context<'a>) -> Self {
        Self { context, body: OnceLock::new() }
    }

    /// Whether a template has asked for the body so far.
    pub fn body_was_read(&self) -> bool {
        self.body.get().is_some()
    }

    /// The body as JSON, parsed when the first template asks for it. An empty body is no JSON either, and one of
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

impl Template {
    /// Reads `value`, which stands at `field`. A word that is unknown, or names a path parameter or stage
    /// variable that does not exist, is a problem.
    pub fn parse(
        fields: &Fields<'_>,
        field: &str,
        value: &Value,
        path_parameters: &[String],
    ) -> Option<Self> {
        match value {
            Value::String(text) => Parser { fields, field, path_parameters, text }.template(),
            Value::Array(values) => {
                let parse = |(index, value)| {
                    Self::parse(fields, &format!("{field}[{index}]"), value, path_parameters)
                };
                // Collected first: every problem is wanted, not only the first.
                let templates: Vec<_> = values.iter().enumerate().map(parse).collect();
                templates.into_iter().collect::<Option<_>>().map(Self::List)
            }
            Value::Object(map) => {
                let parse = |(name, value): (&String, &Value)| {
                    let template = Self::parse(fields, &format!("{field}.{name}"), value, path_parameters);
                    Some((name.clone(), template?))
                };
                let templates: Vec<_> = map.iter().map(parse).collect();
                templates.into_iter().collect::<Option<_>>().map(Self::Map)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Some(Self::Fixed(value.clone())),
        }
    }

    /// All words in it.
    pub fn words(&self) -> Vec<&Word> {
        match self {
            Self::Fixed(_) => Vec::new(),
            Self::Word(word) => vec![word],
            Self::Text(pieces) => pieces.iter().filter_map(Piece::word).collect(),
            Self::List(templates) => templates.iter().flat_map(Self::words).collect(),
            Self::Map(templates) => templates.iter().flat_map(|(_, template)| template.words()).collect(),
        }
    }

    /// Whether it is the same in all requests of one caller for one URI.
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
            Self::Text(pieces) => Ok(joined(pieces, inputs)?.map(|text| Cow::Owned(Value::String(text)))),
            Self::List(templates) => {
                let mut list = Vec::with_capacity(templates.len());
                for template in templates {
                    list.extend(template.value(inputs)?.map(Cow::into_owned));
                }
                Ok(Some(Cow::Owned(Value::Array(list))))
            }
            Self::Map(templates) => {
                let mut map = Map::new();
                for (name, template) in templates {
                    if let Some(value) = template.value(inputs)? {
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
    /// As [`Template::value`].
    pub fn text(&self, inputs: &Inputs<'_>) -> Result<Option<String>, GatewayError> {
        Ok(self.value(inputs)?.and_then(|value| text_of(&value)))
    }
}

impl Piece {
    fn word(&self) -> Option<&Word> {
        match self {
            Self::Text(_) => None,
            Self::Word(word) => Some(word),
        }
    }
}

fn joined(pieces: &[Piece], inputs: &Inputs<'_>) -> Result<Option<String>, GatewayError> {
    let mut joined = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => joined.push_str(text),
            Piece::Word(word) => match word.value(inputs)?.and_then(|value| text_of(&value)) {
                Some(text) => joined.push_str(&text),
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

/// Reads one string.
struct Parser<'p, 'f> {
    fields: &'p Fields<'f>,
    field: &'p str,
    path_parameters: &'p [String],
    text: &'p str,
}

impl Parser<'_, '_> {
    fn template(&self) -> Option<Template> {
        let alone = self.text.strip_prefix('$').filter(|rest| !rest.starts_with(['$', '{']));
        if let Some(word) = alone {
            return Some(match self.piece(word)? {
                Piece::Text(text) => Template::Fixed(text.into()),
                Piece::Word(word) => Template::Word(word),
            });
        }
        let (mut pieces, mut literal, mut rest) = (Vec::new(), String::new(), self.text);
        while let Some((before, after)) = rest.split_once('$') {
            literal.push_str(before);
            if let Some(after) = after.strip_prefix('$') {
                literal.push('$');
                rest = after;
                continue;
            }
            let Some((word, after)) = after.strip_prefix('{').and_then(|inner| inner.split_once('}')) else {
                return self.problem(WORDS);
            };
            match self.piece(word)? {
                Piece::Text(text) => literal.push_str(&text),
                Piece::Word(word) => {
                    pieces.extend([Piece::Text(std::mem::take(&mut literal)), Piece::Word(word)])
                }
            }
            rest = after;
        }
        literal.push_str(rest);
        if pieces.is_empty() {
            return Some(Template::Fixed(literal.into()));
        }
        pieces.push(Piece::Text(literal));
        Some(Template::Text(pieces))
    }

    /// What a word, here without `$` and braces, stands for.
    fn piece(&self, word: &str) -> Option<Piece> {
        if word.strip_prefix("stageVariables.").is_some() {
            return self.fields.resolve(self.field, &format!("${{{word}}}")).map(Piece::Text);
        }
        match Word::parse(word, self.path_parameters) {
            Ok(word) => Some(Piece::Word(word)),
            Err(expected) => self.problem(&expected.unwrap_or_else(|| WORDS.to_owned())),
        }
    }

    fn problem<T>(&self, expected: &str) -> Option<T> {
        self.fields.problem(self.field, &brief(&Value::from(self.text)), expected);
        None
    }
}

#[cfg(test)]
mod tests;
