//! The beginning of a request's JSON: the fields that are the same in every request of a route.

#[cfg(feature = "cli")]
use serde_json::{Map, Value};

use super::attribute_json::write_text;

/// `{"TableName":"orders","ConsistentRead":true`, to be gone on with.
#[derive(Debug)]
pub struct RequestHead(String);

impl RequestHead {
    /// Begins with a table.
    pub fn of_table(table: &str) -> Self {
        Self(format!("{{\"TableName\":{}", quoted(table)))
    }

    /// Goes on with a text.
    pub fn text(mut self, field: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            push_field(&mut self.0, field, &quoted(value));
        }
        self
    }

    /// Goes on with a value that is JSON as it is written.
    pub fn value(mut self, field: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            push_field(&mut self.0, field, &value.to_string());
        }
        self
    }

    /// The beginning of one request.
    pub fn begin(&self) -> Vec<u8> {
        // Room for what most requests add.
        const REST: usize = 256;
        let mut body = Vec::with_capacity(self.0.len() + REST);
        self.write(&mut body);
        body
    }

    /// The text of a field, read back: few ask for it, and no route keeps it twice.
    #[cfg(feature = "cli")]
    pub fn text_of(&self, field: &str) -> Option<String> {
        let fields: Map<String, Value> = serde_json::from_str(&format!("{}}}", self.0)).ok()?;
        fields.get(field)?.as_str().map(str::to_owned)
    }

    /// Begins an object within a request.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }
}

/// Writes `,"field":json`.
pub fn push_field(out: &mut String, field: &str, json: &str) {
    out.push_str(",\"");
    out.push_str(field);
    out.push_str("\":");
    out.push_str(json);
}

/// Text as JSON.
pub fn quoted(text: &str) -> String {
    let mut json = Vec::new();
    write_text(text, &mut json);
    String::from_utf8(json).expect("JSON is UTF-8")
}
