//! The body of a customised gateway response: text with words in it, and no template language.
//!
//! A client's value never changes the structure of what it is put into.

use std::borrow::Cow;

use serde_json::Value;

use super::word::{Refused, Word};
use crate::media_type::essence;

/// A `responseTemplates` entry, read.
#[derive(Debug)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Word(Word, Place),
}

/// Where in the document a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Between the quotes of a JSON string.
    JsonString,
    /// Where a JSON value is wanted.
    JsonValue,
    /// HTML or XML.
    Markup,
    /// Any other type: as it is.
    Plain,
}

/// How a word begins, and what its name may hold beside letters and digits.
const OPENINGS: [(&str, &str); 3] =
    [("context.", "._"), ("stageVariables.", "_"), ("method.request.", "._-")];

impl Template {
    /// Reads `$context.x`, `$stageVariables.x` and `$method.request.….x`, also in braces: `${context.x}`.
    ///
    /// # Errors
    ///
    /// The first word that begins like one of these and is none.
    pub(super) fn parse(text: &str, content_type: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut place = Place::at_start(content_type);
        let mut literal = String::new();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            literal.push_str(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            let Some((name, after)) = name(rest) else {
                literal.push('$');
                continue;
            };
            let word = Word::parse(name).ok_or_else(|| format!("${name}"))?;
            place = place.after(&literal);
            pieces.push(Piece::Text(std::mem::take(&mut literal)));
            pieces.push(Piece::Word(word, place));
            rest = after;
        }
        literal.push_str(rest);
        pieces.push(Piece::Text(literal));
        Ok(Self(pieces))
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Word(word, _) => Some(word),
        })
    }

    pub(super) fn render(&self, refused: &Refused<'_>) -> String {
        let mut body = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => body.push_str(text),
                Piece::Word(word, place) => body.push_str(&place.fit(word, word.value(refused))),
            }
        }
        body
    }
}

impl Place {
    fn at_start(content_type: &str) -> Self {
        let media_type = essence(content_type).to_ascii_lowercase();
        let (_, subtype) = media_type.split_once('/').unwrap_or_default();
        match subtype.rsplit('+').next() {
            Some("json") => Self::JsonValue,
            Some("html" | "xml") => Self::Markup,
            _ => Self::Plain,
        }
    }

    /// Where one stands after `text`. Words between change nothing: they are made to fit.
    fn after(self, text: &str) -> Self {
        let mut in_string = match self {
            Self::JsonString => true,
            Self::JsonValue => false,
            Self::Markup | Self::Plain => return self,
        };
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => in_string = !in_string,
                b'\\' if in_string => drop(bytes.next()),
                _ => {}
            }
        }
        if in_string { Self::JsonString } else { Self::JsonValue }
    }

    fn fit<'a>(self, word: &Word, value: Option<Cow<'a, str>>) -> Cow<'a, str> {
        let Some(value) = value else {
            return if self == Self::JsonValue { "null".into() } else { "".into() };
        };
        let quoted = |value: &str| Value::from(value).to_string();
        match self {
            Self::JsonValue
                if word.may_be_json()
                    && serde_json::from_str::<&serde_json::value::RawValue>(&value).is_ok() =>
            {
                value
            }
            Self::JsonValue => quoted(&value).into(),
            Self::JsonString => {
                let quoted = quoted(&value);
                quoted[1..quoted.len() - 1].to_owned().into()
            }
            Self::Markup if word.is_quoted() => escape_markup(&quoted(&value)).into(),
            Self::Markup => escape_markup(&value).into(),
            Self::Plain if word.is_quoted() => quoted(&value).into(),
            Self::Plain => value,
        }
    }
}

/// The word's name and what follows it, if `text`, which stood after a `$`, begins with one.
fn name(text: &str) -> Option<(&str, &str)> {
    if let Some(inner) = text.strip_prefix('{') {
        let (name, after) = inner.split_once('}')?;
        return OPENINGS.iter().any(|(opening, _)| name.starts_with(opening)).then_some((name, after));
    }
    let (opening, punctuation) = OPENINGS.into_iter().find(|(opening, _)| text.starts_with(opening))?;
    let belongs = |c: char| c.is_ascii_alphanumeric() || punctuation.contains(c);
    let end = text[opening.len()..].find(|c| !belongs(c)).map_or(text.len(), |end| opening.len() + end);
    // A full stop after a word ends a sentence.
    let name = text[..end].trim_end_matches('.');
    Some((name, &text[name.len()..]))
}

fn escape_markup(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
