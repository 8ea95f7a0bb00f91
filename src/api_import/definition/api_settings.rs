//! What all routes of an API share: the fields of `$api`, but for authorizers and models.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::sourced::Sourced;

#[derive(Clone, Debug, Default)]
pub struct ApiSettings {
    pub description: Option<String>,
    /// The fields of `corsConfiguration`.
    pub cors: Option<Sourced<Map<String, Value>>>,
    /// The fields of each by its response type.
    pub gateway_responses: BTreeMap<String, Sourced<Value>>,
    pub binary_media_types: Vec<String>,
    /// `HEADER` or `AUTHORIZER`.
    pub api_key_source: Option<String>,
    /// A resource policy, a map or its text.
    pub policy: Option<Sourced<Value>>,
    /// More fields of `$api`; null: none, also where one is written by default.
    pub more: Map<String, Value>,
}
