//! A stage: its own fields, and what it says of single routes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::api_file::Span;

#[derive(Clone, Debug)]
pub struct StageDefinition {
    pub name: String,
    pub origin: Span,
    /// The fields of the stage item: `stageVariables`, `throttle`, …
    pub fields: Map<String, Value>,
    /// More fields of route items, by route key.
    pub route_settings: BTreeMap<String, Map<String, Value>>,
}

const VARIABLES: &str = "stageVariables";

impl StageDefinition {
    /// The names of its variables.
    pub fn variable_names(&self) -> BTreeSet<String> {
        let variables = self.fields.get(VARIABLES).and_then(Value::as_object);
        variables.into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }

    /// Adds the fields that it does not have.
    pub fn add_fields(&mut self, fields: &Map<String, Value>) {
        for (name, value) in fields {
            self.fields.entry(name).or_insert_with(|| value.clone());
        }
    }

    /// Adds the variables that it does not have.
    pub fn add_variables(&mut self, variables: &Map<String, Value>) {
        if variables.is_empty() {
            return;
        }
        let own = self.fields.entry(VARIABLES).or_insert_with(|| Value::Object(Map::new()));
        for (name, value) in variables {
            if own.get(name).is_none() {
                own[name] = value.clone();
            }
        }
    }
}
