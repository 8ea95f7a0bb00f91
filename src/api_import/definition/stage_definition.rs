//! A stage: its own fields, and what it says of single routes.

use std::collections::BTreeMap;

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
