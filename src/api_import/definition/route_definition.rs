//! A route: its key, who may call it, what of a request is checked, and who answers.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::authorizer_definition::Authorizing;
use crate::api_file::Span;

#[derive(Clone, Debug)]
pub struct RouteDefinition {
    /// `GET /orders/{id}`, `ANY /files/{proxy+}`, `$default`.
    pub key: String,
    pub origin: Span,
    /// Its name in the input, for the comment: `getOrder`.
    pub name: Option<String>,
    pub description: Option<String>,
    pub access: RouteAccess,
    /// `method.request.querystring.page`, and if it is required.
    pub request_parameters: BTreeMap<String, bool>,
    /// The names of models by media type: those that are enforced.
    pub request_models: BTreeMap<String, String>,
    /// The fields of `corsConfiguration`.
    pub cors: Option<Map<String, Value>>,
    pub cache_key_parameters: Vec<String>,
    /// The fields of `integration`.
    pub integration: Map<String, Value>,
    /// More fields of the route item: a throttle, what is cached.
    pub settings: Map<String, Value>,
}

/// What a request has to bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteAccess {
    pub api_key: ApiKeyNeed,
    pub authorizing: Authorizing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeyNeed {
    Required,
    None,
}

impl RouteAccess {
    pub const OPEN: Self = Self { api_key: ApiKeyNeed::None, authorizing: Authorizing::Nothing };
}
