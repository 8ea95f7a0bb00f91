//! Values of `responseParameters`: text with `${response.header.x}`, `${response.body.x}` and `${context.x}` in it, or
//! one such word alone.

use std::sync::OnceLock;

use http::{HeaderMap, HeaderName};
use serde_json::Value;

use crate::{
    context::Context,
    item::{Fields, brief},
    json,
    notation::{CONTEXT, Notation, Part, STAGE_VARIABLES},
    template::{ContextVariable, Escape, ValueKind, mapped_value::BodyPath},
};

const WORDS: &str = "$response.header.x, $response.body.x, $context.x or $stageVariables.x; inside text \
                     ${response.header.x}; $$ for a plain $";

/// Text with words in it. A word that the answer has nothing for makes the text absent.
#[derive(Debug)]
pub struct ResponseValue {
    pieces: Vec<Piece>,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// One word, which may be the whole structure of a header.
    Alone,
    Text,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Header(HeaderName),
    Body(BodyPath),
    Context(ContextVariable),
}

/// The answer that words take their values from.
pub struct ResponseInputs<'a> {
    context: &'a Context<'a>,
    headers: HeaderMap,
    /// `None`: it was not read.
    body: Option<&'a [u8]>,
    json: OnceLock<Option<Value>>,
}

impl<'a> ResponseInputs<'a> {
    pub fn new(context: &'a Context<'a>, headers: HeaderMap, body: Option<&'a [u8]>) -> Self {
        Self { context, headers, body, json: OnceLock::new() }
    }

    fn json(&self) -> Option<&Value> {
        let read = || {
            let bytes = self.body?;
            (json::count_values(bytes) <= json::MOST_VALUES).then(|| json::read(bytes).ok())?
        };
        self.json.get_or_init(read).as_ref()
    }
}

impl ResponseValue {
    /// Reads `text`, which stands at `field`. What is wrong is reported, and `None`.
    pub fn parse(fields: &Fields<'_>, field: &str, text: &str) -> Option<Self> {
        let problem = |expected: &str| {
            fields.problem(field, &brief(&Value::from(text)), expected);
            None
        };
        if let Some(word) = text.strip_prefix('$').filter(|rest| !rest.starts_with(['$', '{'])) {
            let piece = Piece::parse(fields, field, word)?;
            return match piece {
                Ok(piece) => Some(Self { pieces: vec![piece], form: Form::Alone }),
                Err(expected) => problem(&expected),
            };
        }
        let mut pieces = Vec::new();
        for part in Notation::DollarBraces.parts(text) {
            match part {
                Part::Text(text) => pieces.push(Piece::Text(text.to_owned())),
                Part::Stray(_) => return problem(WORDS),
                Part::Word(word) => match Piece::parse(fields, field, word)? {
                    Ok(piece) => pieces.push(piece),
                    Err(expected) => return problem(&expected),
                },
            }
        }
        Some(Self { pieces, form: Form::Text })
    }

    /// The text, if no word is in it.
    pub fn fixed(&self) -> Option<&str> {
        match &self.pieces[..] {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            [..] => None,
        }
    }

    pub fn reads_body(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Body(_)))
    }

    pub fn variables(&self) -> impl Iterator<Item = ContextVariable> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Context(variable) => Some(variable.clone()),
            Piece::Text(_) | Piece::Header(_) | Piece::Body(_) => None,
        })
    }

    /// The value for an answer; `None`: it is absent. Words inside text are written so that they fit there, and the text
    /// begins with `escape`.
    pub fn text(&self, inputs: &ResponseInputs<'_>, mut escape: Escape) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            if let Piece::Text(literal) = piece {
                escape = escape.after(literal);
                text.push_str(literal);
                continue;
            }
            let value = piece.value(inputs)?;
            match self.form {
                Form::Alone => text.push_str(&value),
                Form::Text => text.push_str(&escape.fit(Some(value.into()), ValueKind::Text)),
            }
        }
        Some(text)
    }
}

impl Piece {
    /// Reads a word without `$` and braces. `None`: it is wrong, and reported; the inner error is what was expected.
    fn parse(fields: &Fields<'_>, field: &str, word: &str) -> Option<Result<Self, String>> {
        if word.starts_with(STAGE_VARIABLES.prefix) {
            return fields.resolve(field, &format!("${{{word}}}")).map(|text| Ok(Self::Text(text)));
        }
        let expected = |text: &str| Err(text.to_owned());
        Some(if let Some(name) = word.strip_prefix("response.header.") {
            let expected = || "the name of a header after $response.header.".to_owned();
            name.parse().map(Self::Header).map_err(|_| expected())
        } else if let Some(path) = word.strip_prefix("response.body") {
            let words = "fields and indices after $response.body, such as .lines[0].sku or ['a b']";
            BodyPath::parse(path).map(Self::Body).map_or_else(|| expected(words), Ok)
        } else if let Some(name) = word.strip_prefix(CONTEXT.prefix) {
            let words = || format!("one of $context's variables ({})", ContextVariable::names());
            ContextVariable::named(name).map(Self::Context).ok_or_else(words)
        } else {
            expected(WORDS)
        })
    }

    fn value(&self, inputs: &ResponseInputs<'_>) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Header(name) => {
                let lines = inputs.headers.get_all(name).iter();
                let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
                (!lines.is_empty()).then(|| lines.join(","))
            }
            Self::Body(path) if path.is_whole() => Some(str::from_utf8(inputs.body?).ok()?.to_owned()),
            Self::Body(path) => match path.find(inputs.json()?)? {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                    Some(value.to_string())
                }
            },
            Self::Context(variable) => {
                Some(variable.text(inputs.context).into_owned()).filter(|text| !text.is_empty())
            }
        }
    }
}
