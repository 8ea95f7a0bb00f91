//! Fields of a map, read and claimed in one step.

use serde_json::Value;

use super::ledger::Ledger;
use crate::api_import::source::Located;

impl Ledger {
    /// A member's value, taken by itself; what is in it is claimed by who reads it.
    pub fn member<'t>(&mut self, map: Located<'t>, key: &str) -> Option<Located<'t>> {
        let value = map.get(key)?;
        self.taken(value);
        (!value.is_null()).then_some(value)
    }

    /// A member's value that has to be a map.
    pub fn map<'t>(&mut self, map: Located<'t>, key: &str) -> Option<Located<'t>> {
        let value = self.member(map, key)?;
        if !value.is_map() {
            self.error(value, format!("got {} for {key}, expected a map", value.noun()));
            return None;
        }
        Some(value)
    }

    /// A member's value that has to be a text; a number is one too.
    pub fn text<'t>(&mut self, map: Located<'t>, key: &str) -> Option<&'t str> {
        let value = self.member(map, key)?;
        if value.text().is_none() {
            self.error(value, format!("got {} for {key}, expected a text", value.noun()));
        }
        value.text()
    }

    pub fn boolean(&mut self, map: Located<'_>, key: &str) -> Option<bool> {
        let value = self.member(map, key)?;
        if value.as_bool().is_none() {
            self.error(value, format!("got {} for {key}, expected true or false", value.noun()));
        }
        value.as_bool()
    }

    /// A list of texts; one text is a list of one.
    pub fn texts(&mut self, map: Located<'_>, key: &str) -> Option<Vec<String>> {
        let value = self.member(map, key)?;
        if let Some(text) = value.text() {
            return Some(vec![text.to_owned()]);
        }
        let Some(elements) = value.elements() else {
            self.error(value, format!("got {} for {key}, expected a list of texts", value.noun()));
            return None;
        };
        let mut texts = Vec::new();
        for element in elements {
            self.taken(element);
            match element.text() {
                Some(text) => texts.push(text.to_owned()),
                None => {
                    self.error(element, format!("got {} in {key}, expected a text", element.noun()));
                }
            }
        }
        Some(texts)
    }

    /// A value as it is, with all that is in it.
    pub fn json(&mut self, map: Located<'_>, key: &str) -> Option<Value> {
        let value = map.get(key)?;
        self.taken_whole(value);
        (!value.is_null()).then(|| value.to_json())
    }

    /// The same for a number, which may be written as a text; 100.0 is 100, as a person writes it, and `1_000` is 1000.
    pub fn number(&mut self, map: Located<'_>, key: &str) -> Option<Value> {
        let value = self.member(map, key)?;
        let text = value.text().map(|text| text.strip_suffix(".0").unwrap_or(text));
        let number = text.and_then(|text| text.parse::<serde_json::Number>().ok());
        let number = number.or_else(|| value.as_number().cloned());
        if number.is_none() {
            self.error(value, format!("got {} for {key}, expected a number", value.noun()));
        }
        number.map(Value::Number)
    }
}
