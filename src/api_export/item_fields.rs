//! Fields of an item, which may be written as forgivingly as the gateway reads them.

use serde_json::{Map, Value};

/// The fields of an item or of a part of it.
pub type Fields = Map<String, Value>;

/// A text; a number is one too.
pub fn text(fields: &Fields, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A word in capital letters.
pub fn word(fields: &Fields, name: &str) -> Option<String> {
    text(fields, name).map(|text| text.to_ascii_uppercase())
}

pub fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(is_true)) => *is_true,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        Some(Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_)) | None => false,
    }
}

pub fn is_false(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(is_true)) => !is_true,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("false"),
        Some(Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_)) | None => false,
    }
}

/// Texts of a list; one text is a list of one.
pub fn texts(fields: &Fields, name: &str) -> Vec<String> {
    match fields.get(name) {
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    }
}

pub fn map<'f>(fields: &'f Fields, name: &str) -> Option<&'f Fields> {
    fields.get(name).and_then(Value::as_object)
}

/// Copies fields under their own names.
pub fn copy(from: &Fields, names: &[&str], to: &mut Fields) {
    for name in names {
        if let Some(value) = from.get(*name) {
            to.insert((*name).to_owned(), value.clone());
        }
    }
}
