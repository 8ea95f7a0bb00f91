//! An API as a reader found it, whatever the format was: in the words of the API file, each part with its origin.

mod api_kind;
mod api_settings;
mod authorizer_definition;
mod route_definition;
mod sourced;
mod stage_definition;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub use self::{
    api_kind::ApiKind,
    api_settings::ApiSettings,
    authorizer_definition::{AuthorizerDefinition, Authorizing},
    route_definition::{ApiKeyNeed, RouteAccess, RouteDefinition},
    sourced::Sourced,
    stage_definition::StageDefinition,
};

/// A whole API, ready to be written.
#[derive(Clone, Debug)]
pub struct Definition {
    pub kind: ApiKind,
    /// The API's name, with its version where it has one.
    pub title: Option<String>,
    pub settings: ApiSettings,
    /// By their names.
    pub authorizers: BTreeMap<String, AuthorizerDefinition>,
    /// Those that routes check bodies with, by their names.
    pub models: BTreeMap<String, Sourced<Value>>,
    /// In the order of the input.
    pub routes: Vec<RouteDefinition>,
    /// None: the input does not know its stages, and one is made.
    pub stages: Vec<StageDefinition>,
    /// The fields of usage plans and of API keys by their ids.
    pub usage_plans: BTreeMap<String, Sourced<Map<String, Value>>>,
    pub api_keys: BTreeMap<String, Sourced<Map<String, Value>>>,
}

impl Definition {
    pub fn new(kind: ApiKind) -> Self {
        Self {
            kind,
            title: None,
            settings: ApiSettings::default(),
            authorizers: BTreeMap::new(),
            models: BTreeMap::new(),
            routes: Vec::new(),
            stages: Vec::new(),
            usage_plans: BTreeMap::new(),
            api_keys: BTreeMap::new(),
        }
    }
}
