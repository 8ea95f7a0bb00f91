//! The quotes of a value that is replaced: the new one has the same.

use serde_json::Value;
use yaml_edit::YamlNode;

use crate::api_file::yaml_text::{flow, quoted};

/// The quotes that a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    Single,
    Double,
}

impl Quotes {
    /// Those of a text, or of the first text in a list that has some; `None`: there are none.
    pub fn of(node: &YamlNode) -> Option<Self> {
        if let Some(list) = node.as_sequence() {
            return list.values().find_map(|node| Self::of(&node));
        }
        match node.as_scalar()?.to_string().trim_start().chars().next()? {
            '\'' => Some(Self::Single),
            '"' => Some(Self::Double),
            _ => None,
        }
    }

    /// A value as these quotes write it, in one line; `None`: it is none that they are of.
    pub fn write(self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(values) if !values.is_empty() => {
                let element = |value: &Value| match value {
                    Value::String(text) => self.text(text),
                    Value::Array(_) | Value::Object(_) => None,
                    Value::Null | Value::Bool(_) | Value::Number(_) => Some(flow(value)),
                };
                let elements: Option<Vec<String>> = values.iter().map(element).collect();
                Some(format!("[{}]", elements?.join(", ")))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    fn text(self, text: &str) -> Option<String> {
        match self {
            // What is in single quotes is there to the letter: no escapes, and no line ends.
            Self::Single if text.chars().any(|c| c.is_control() || (c.is_whitespace() && c != ' ')) => None,
            Self::Single => Some(format!("'{}'", text.replace('\'', "''"))),
            Self::Double if text.contains('\n') => None,
            Self::Double => Some(quoted(text)),
        }
    }
}
