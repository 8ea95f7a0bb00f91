//! A part of a body that a parameter takes: all of it, or what a JSONPath finds in it.

use std::cell::OnceCell;

use crate::template::{
    json_path::{JsonPath, Steps},
    json_text,
    velocity::Value,
};

/// `method.request.body` and what stands behind it: `.user.id`, `.$.user.id`, `[0]`.
#[derive(Debug)]
pub enum BodySelection {
    Whole,
    Path(JsonPath),
}

/// A body, read as JSON when the first parameter asks for that.
pub struct JsonBody<'a> {
    text: Option<&'a str>,
    json: OnceCell<Option<Value>>,
    steps: Steps,
}

impl<'a> JsonBody<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let text = str::from_utf8(bytes).ok().filter(|text| !text.is_empty());
        Self { text, json: OnceCell::new(), steps: Steps::default() }
    }

    /// `None`: it is no JSON, or has more values than any honest one.
    fn json(&self) -> Option<&Value> {
        self.json.get_or_init(|| json_text::read(self.text?).ok()).as_ref()
    }
}

impl BodySelection {
    /// Reads what stands behind `body`. `Err`: what was expected instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let path = match text.strip_prefix(".$") {
            Some("") => return Ok(Self::Whole),
            Some(path) => format!("${path}"),
            None if text.is_empty() => return Ok(Self::Whole),
            None => format!("${text}"),
        };
        JsonPath::parse(&path).map(Self::Path).map_err(|error| format!("a JSONPath behind body: {error}"))
    }

    /// The selected part: a string as its text, everything else as JSON. `None`: there is none, it is null, or it is too
    /// much work to find.
    pub fn text(&self, body: &JsonBody<'_>) -> Option<String> {
        let path = match self {
            Self::Whole => return body.text.map(str::to_owned),
            Self::Path(path) => path,
        };
        match path.find(body.json()?, &body.steps).ok()?? {
            Value::Null => None,
            Value::Text(text) => Some(text.to_string()),
            value @ (Value::Boolean(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Map(_)
            | Value::Host(_)) => json_text::write(&value).ok(),
        }
    }
}
