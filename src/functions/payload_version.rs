//! The version of a function's events.

use serde_json::Value;

use crate::item::Fields;

/// REST APIs have version 1.0, HTTP APIs either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadVersion {
    V1,
    V2,
}

impl PayloadVersion {
    /// Reads `"1.0"` or `"2.0"`, which is the default. What is wrong is reported, and `None`.
    pub fn read<'a>(fields: &Fields<'a>, name: &'a str) -> Option<Self> {
        match fields.value(name) {
            Some(_) => fields.parsed(name, "1.0 or 2.0", Self::parse),
            None => Some(Self::V2),
        }
    }

    /// The console's numbers come as 1 and 2.
    fn parse(value: &Value) -> Option<Self> {
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        match text.as_str() {
            "1.0" | "1" => Some(Self::V1),
            "2.0" | "2" => Some(Self::V2),
            _ => None,
        }
    }
}
