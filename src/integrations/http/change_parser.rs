//! One entry of the `requestParameters` of an HTTP integration, in the words of HTTP APIs.

use http::HeaderName;
use serde_json::Value;

use super::{
    request_parameters::{ParameterChange, PathPiece, RequestPart},
    uri_characters::encoded_path,
};
use crate::{
    integrations::reserved::is_reserved,
    item::{Fields, brief},
    template::mapped_value::{MappedValue, TextPart, Word},
};

const KEYS: &str = "append:header.x, overwrite:header.x, remove:header.x, the same with querystring.x, \
                    overwrite:path, or integration.request.header.x";

/// Reads one entry of the map.
pub struct ChangeParser<'a, 'f> {
    pub fields: &'a Fields<'f>,
    pub field: String,
    pub path_parameters: &'a [String],
    pub key: &'a str,
    pub value: &'a Value,
}

impl ChangeParser<'_, '_> {
    /// `None`: it is wrong, which is reported.
    pub fn change(&self) -> Option<ParameterChange> {
        let Some((operation, place)) = self.key.split_once(':') else {
            return self.problem(self.key, KEYS);
        };
        match (operation, place) {
            ("overwrite", "path") => self.path().map(ParameterChange::OverwritePath),
            ("remove", _) => self.place(place).map(ParameterChange::Remove),
            ("overwrite" | "append", _) => {
                let (place, value) = (self.place(place), self.mapped());
                let change =
                    if operation == "append" { ParameterChange::Append } else { ParameterChange::Overwrite };
                Some(change(place?, value?))
            }
            _ => self.problem(self.key, KEYS),
        }
    }

    fn place(&self, text: &str) -> Option<RequestPart> {
        if let Some(name) = text.strip_prefix("querystring.").filter(|name| !name.is_empty()) {
            return Some(RequestPart::Query(name.to_owned()));
        }
        let Some(name) = text.strip_prefix("header.") else { return self.problem(self.key, KEYS) };
        let Ok(name) = HeaderName::try_from(name) else { return self.problem(name, "the name of a header") };
        if is_reserved(name.as_str()) {
            return self
                .problem(name.as_str(), "a header that is not reserved for the gateway or the connection");
        }
        Some(RequestPart::Header(name))
    }

    fn mapped(&self) -> Option<MappedValue> {
        if self.value.is_array() || self.value.is_object() || self.value.is_null() {
            return self.problem(&brief(self.value), "a string");
        }
        let mapped = MappedValue::parse(self.fields, &self.field, self.value, self.path_parameters)?;
        match &mapped {
            MappedValue::Typed(typed) if !typed.of.is_text() => {
                self.problem(&brief(self.value), "$number, $boolean or $json: what is sent to a URL is text")
            }
            MappedValue::Fixed(_)
            | MappedValue::Word(_)
            | MappedValue::Typed(_)
            | MappedValue::Text(_)
            | MappedValue::List(_)
            | MappedValue::Map(_) => Some(mapped),
        }
    }

    fn path(&self) -> Option<Vec<PathPiece>> {
        Some(match self.mapped()? {
            MappedValue::Fixed(Value::String(text)) => vec![PathPiece::Text(encoded_path(&text))],
            MappedValue::Text(pieces) => pieces.into_iter().map(path_piece).collect(),
            MappedValue::Word(word) => vec![path_piece(TextPart::Word(word))],
            mapped @ (MappedValue::Fixed(_)
            | MappedValue::Typed(_)
            | MappedValue::List(_)
            | MappedValue::Map(_)) => {
                vec![PathPiece::Word(mapped)]
            }
        })
    }

    fn problem<T>(&self, got: &str, expected: &str) -> Option<T> {
        self.fields.problem(&self.field, got, expected);
        None
    }
}

/// A part of a text, as a part of a path.
fn path_piece(piece: TextPart) -> PathPiece {
    match piece {
        TextPart::Text(text) => PathPiece::Text(encoded_path(&text)),
        TextPart::Word(Word::Path) => PathPiece::Routed,
        TextPart::Word(Word::PathParameter(name)) => PathPiece::Parameter(name),
        TextPart::Word(word) => PathPiece::Word(MappedValue::Word(word)),
    }
}
