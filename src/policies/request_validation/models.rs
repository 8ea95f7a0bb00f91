//! `models` of `$api`: the schemas that the routes hold bodies against.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::{
    item::{Fields, brief},
    json,
    json_schema::{Compiled, Schemas},
};

/// The models of an API, compiled when the first of them is asked for.
#[derive(Debug, Default)]
pub struct Models {
    written: Vec<(String, Value)>,
    compiled: OnceLock<Compiled>,
}

/// The model that every API of API Gateway has.
const EMPTY: &str = "Empty";

impl Models {
    /// Reads `models` of the `$api` item: schemas by their names, each a map or its text. None is compiled.
    pub fn parse(fields: &Fields<'_>) -> Self {
        let mut written = Vec::new();
        let models = fields.parsed("models", "a map of models", Value::as_object);
        for (name, value) in models.into_iter().flatten() {
            let schema = match value {
                Value::Object(_) => Some(value.clone()),
                Value::String(text) => json::read(text.as_bytes()).ok().filter(Value::is_object),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
            };
            match schema {
                Some(schema) => written.push((name.clone(), schema)),
                None => {
                    let expected = "a JSON schema: a map, or the text of one";
                    fields.problem(&format!("models.{name}"), &brief(value), expected);
                }
            }
        }
        Self { written, compiled: OnceLock::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// The names, for problems.
    pub fn names(&self) -> String {
        self.written.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// All models, compiled, or what is wrong with them.
    pub fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| {
            let mut models = self.written.clone();
            if !models.iter().any(|(name, _)| name == EMPTY) {
                models.push((EMPTY.to_owned(), json!({ "title": "Empty Schema", "type": "object" })));
            }
            Schemas::compile(&models)
        })
    }
}
