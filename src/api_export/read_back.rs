//! A document as the importer reads it, in the fields of the items.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::item_fields::Fields;
use crate::api_import::{
    ImportOptions,
    definition::{ApiKeyNeed, Authorizing, Definition, RouteDefinition},
    openapi,
    report::Ledger,
    source::{Tree, read_text},
};

/// What an import makes of a document.
#[derive(Debug, Default)]
pub struct ReadBack {
    pub api: Fields,
    /// By route key.
    pub routes: BTreeMap<String, Fields>,
}

impl ReadBack {
    /// Reads a document; questions and errors count for nothing here.
    pub fn of(document: &Fields) -> Self {
        let mut tree = Tree::default();
        let text = Value::Object(document.clone()).to_string();
        let Ok(root) = read_text(&mut tree, "export", &text) else { return Self::default() };
        let definition =
            openapi::read(&mut Ledger::default(), tree.at(root), &ImportOptions::default(), Vec::new());
        let Some(definition) = definition else { return Self::default() };
        let routes = definition.routes.iter().map(|route| (route.key.clone(), of_route(route)));
        Self { routes: routes.collect(), api: of_api(&definition) }
    }
}

fn of_api(definition: &Definition) -> Fields {
    let settings = &definition.settings;
    let mut api = Fields::new();
    api.insert("unmatchedRoutes".to_owned(), definition.kind.unmatched_routes().into());
    let slash = definition.kind.trailing_slash();
    api.extend(slash.map(|slash| ("trailingSlash".to_owned(), slash.into())));
    if let Some(source) = settings.api_key_source.as_deref().filter(|source| *source != "HEADER") {
        api.insert("apiKeySource".to_owned(), source.into());
    }
    if !settings.binary_media_types.is_empty() {
        api.insert("binaryMediaTypes".to_owned(), settings.binary_media_types.clone().into());
    }
    api.extend(settings.policy.iter().map(|policy| ("policy".to_owned(), policy.value.clone())));
    api.extend(settings.cors.iter().map(|cors| ("corsConfiguration".to_owned(), cors.value.clone().into())));
    let authorizers = definition.authorizers.iter();
    let authorizers: Fields =
        authorizers.map(|(name, it)| (name.clone(), it.fields.clone().into())).collect();
    let models = definition.models.iter().map(|(name, model)| (name.clone(), model.value.clone())).collect();
    let responses =
        settings.gateway_responses.iter().map(|(name, it)| (name.clone(), it.value.clone())).collect();
    let sections: [(&str, Fields); 3] =
        [("authorizers", authorizers), ("models", models), ("gatewayResponses", responses)];
    for (name, members) in sections {
        if !members.is_empty() {
            api.insert(name.to_owned(), members.into());
        }
    }
    api
}

fn of_route(route: &RouteDefinition) -> Fields {
    let mut fields = route.settings.clone();
    fields.extend(route.description.iter().map(|text| ("description".to_owned(), text.as_str().into())));
    match &route.access.authorizing {
        Authorizing::Nothing => {}
        Authorizing::Signature => drop(fields.insert("authorizationType".to_owned(), "AWS_IAM".into())),
        Authorizing::Authorizer { name, scopes } => {
            fields.insert("authorizerId".to_owned(), name.as_str().into());
            if !scopes.is_empty() {
                fields.insert("authorizationScopes".to_owned(), scopes.clone().into());
            }
        }
    }
    if route.access.api_key == ApiKeyNeed::Required {
        fields.insert("apiKeyRequired".to_owned(), true.into());
    }
    if !route.request_parameters.is_empty() {
        fields.insert("requestParameters".to_owned(), json!(route.request_parameters));
    }
    if !route.request_models.is_empty() {
        fields.insert("requestModels".to_owned(), json!(route.request_models));
    }
    fields.extend(route.cors.iter().map(|cors| ("corsConfiguration".to_owned(), cors.clone().into())));
    fields.insert("integration".to_owned(), route.integration.clone().into());
    fields
}
