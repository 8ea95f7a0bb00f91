//! Reads one entry of `responseParameters`: `"overwrite:header.x": "$context.requestId"`.

use http::HeaderName;
use serde_json::Value;

use super::{Change, HeaderChange, response_value::ResponseValue};
use crate::{
    integrations::reserved::is_reserved,
    item::{Fields, brief},
};

const KEYS: &str = "append:header.x, overwrite:header.x, remove:header.x or overwrite:statuscode";

/// One entry of the map.
pub struct ChangeParser<'a, 'f> {
    pub fields: &'a Fields<'f>,
    pub field: String,
    pub key: &'a str,
    pub value: &'a Value,
}

impl ChangeParser<'_, '_> {
    /// `None`: it is wrong, which is reported.
    pub fn change(&self) -> Option<Change> {
        let (operation, place) = self.key.split_once(':').unwrap_or_default();
        match (operation, place) {
            ("overwrite", "statuscode") => self.status().map(Change::Status),
            ("remove", _) => self.header(place).map(HeaderChange::Remove).map(Change::Header),
            ("overwrite" | "append", _) => {
                let (name, value) = (self.header(place), self.response_value());
                let change =
                    if operation == "append" { HeaderChange::Append } else { HeaderChange::Overwrite };
                Some(Change::Header(change(name?, value?)))
            }
            _ => self.problem(self.key, KEYS),
        }
    }

    fn header(&self, place: &str) -> Option<HeaderName> {
        let Some(name) = place.strip_prefix("header.") else { return self.problem(self.key, KEYS) };
        let Ok(name) = HeaderName::try_from(name) else { return self.problem(name, "the name of a header") };
        if is_reserved(name.as_str()) {
            return self
                .problem(name.as_str(), "a header that is not reserved for the gateway or the connection");
        }
        Some(name)
    }

    fn status(&self) -> Option<ResponseValue> {
        let value = self.response_value()?;
        let is_status =
            |text: &str| text.trim().parse().is_ok_and(|status: u16| (200..=599).contains(&status));
        if value.fixed().is_some_and(|text| !is_status(text)) {
            return self.problem(&brief(self.value), "a status from 200 to 599");
        }
        Some(value)
    }

    fn response_value(&self) -> Option<ResponseValue> {
        let text = match self.value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => self.value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                return self.problem(&brief(self.value), "a string");
            }
        };
        ResponseValue::parse(self.fields, &self.field, &text)
    }

    fn problem<T>(&self, got: &str, expected: &str) -> Option<T> {
        self.fields.problem(&self.field, got, expected);
        None
    }
}
