//! A route: what it is, who may call it, what is checked, who answers.

use serde_json::{Map, Value};

use super::commented_text::WrittenFile;
use crate::api_import::{
    definition::{ApiKeyNeed, Authorizing, RouteDefinition},
    source::Tree,
};

/// The line of an integration that is short.
const MOST_IN_A_LINE: usize = 100;

pub fn write(
    file: &mut WrittenFile,
    tree: &Tree,
    route: &RouteDefinition,
    settings: Option<&Map<String, Value>>,
) {
    file.origin_comment(6, tree, route.origin, route.name.as_deref());
    file.head(6, &route.key);
    if let Some(description) = &route.description {
        file.member(8, "description", description.as_str());
    }
    access(file, route);
    for (name, value) in route.settings.iter().chain(settings.into_iter().flatten()) {
        file.member(8, name, value.clone());
    }
    let mut fields = route.settings.iter().chain(settings.into_iter().flatten());
    let is_cached = fields.any(|(name, value)| name == "cachingEnabled" && *value == Value::Bool(true));
    if is_cached && !route.cache_key_parameters.is_empty() {
        file.member(8, "cacheKeyParameters", route.cache_key_parameters.clone());
    }
    if !route.request_parameters.is_empty() {
        file.member(8, "requestParameters", map(&route.request_parameters));
    }
    if !route.request_models.is_empty() {
        file.member(8, "requestModels", map(&route.request_models));
    }
    if let Some(cors) = &route.cors {
        file.member(8, "corsConfiguration", Value::Object(cors.clone()));
    }
    let integration = Value::Object(route.integration.clone());
    let in_a_line = crate::api_file::yaml_text::flow(&integration);
    match in_a_line.chars().count() <= MOST_IN_A_LINE && !in_a_line.contains("\\n") {
        true => file.line(8, &format!("integration: {in_a_line}")),
        false => file.member(8, "integration", integration),
    }
}

fn access(file: &mut WrittenFile, route: &RouteDefinition) {
    match &route.access.authorizing {
        Authorizing::Nothing => {}
        Authorizing::Signature => file.member(8, "authorizationType", "AWS_IAM"),
        Authorizing::Authorizer { name, scopes } => {
            file.member(8, "authorizerId", name.as_str());
            if !scopes.is_empty() {
                file.member(8, "authorizationScopes", scopes.clone());
            }
        }
    }
    if route.access.api_key == ApiKeyNeed::Required {
        file.member(8, "apiKeyRequired", true);
    }
}

fn map<T: Clone + Into<Value>>(members: &std::collections::BTreeMap<String, T>) -> Value {
    let members = members.iter().map(|(name, value)| (name.clone(), value.clone().into()));
    Value::Object(members.collect())
}
