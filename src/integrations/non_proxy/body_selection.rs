//! A part of a body that a parameter takes: all of it, or what a JSONPath finds in it.

use std::cell::OnceCell;

use serde_json::Value;

use crate::{json, template::mapped_value::BodyPath};

/// `method.request.body` and what stands behind it: `.user.id`, `.$.user.id`.
#[derive(Debug)]
pub enum BodySelection {
    Whole,
    Path(BodyPath),
}

/// A body, read as JSON when the first parameter asks for that.
pub struct JsonBody<'a> {
    bytes: &'a [u8],
    json: OnceCell<Option<Value>>,
}

impl<'a> JsonBody<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, json: OnceCell::new() }
    }

    /// `None`: it is no JSON, or has more values than any honest one.
    fn json(&self) -> Option<&Value> {
        let read = || {
            let is_readable = json::count_values(self.bytes) <= json::MOST_VALUES;
            is_readable.then(|| json::read(self.bytes).ok()).flatten()
        };
        self.json.get_or_init(read).as_ref()
    }
}

impl BodySelection {
    /// Reads what stands behind `body`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix(".$").unwrap_or(text) {
            "" => Some(Self::Whole),
            path => BodyPath::parse(path).map(Self::Path),
        }
    }

    /// The selected part: a string as its text, everything else as JSON. `None`: there is none, or it is null.
    pub fn text(&self, body: &JsonBody<'_>) -> Option<String> {
        match self {
            Self::Whole if body.bytes.is_empty() => None,
            Self::Whole => str::from_utf8(body.bytes).ok().map(str::to_owned),
            Self::Path(path) => match path.find(body.json()?)? {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                    Some(value.to_string())
                }
            },
        }
    }
}
