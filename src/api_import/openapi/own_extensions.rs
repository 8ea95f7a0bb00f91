//! `x-tollgate-…`: what an export of Tollgate says beside OpenAPI and API Gateway's extensions.
//!
//! Their members are fields of the items, and count before what the rest of the document says; null takes one out. In a
//! document that an export wrote, names and questions of other documents are none: all is said there.

use serde_json::{Map, Value};

use super::openapi_reader::OpenApiReader;
use crate::{
    api_file::Span,
    api_import::{
        definition::{
            ApiKeyNeed, ApiKind, AuthorizerDefinition, Authorizing, RouteAccess, RouteDefinition, Sourced,
        },
        report::Ledger,
        source::{Located, MemberOf},
    },
};

/// The kind of API Gateway's API in whose words the rest of the document is written: `rest` or `http`.
pub const KIND: &str = "x-tollgate-kind";
/// The fields of the stage, with its name as `stage`. It is the mark of an export.
pub const STAGE: &str = "x-tollgate-stage";
/// Fields of `$api`.
pub const API: &str = "x-tollgate-api";
/// Fields of a route, in its operation.
pub const ROUTE: &str = "x-tollgate-route";
/// The CORS of SAM's REST APIs, in the document that is made of one: REST APIs ignore API Gateway's extension.
pub const CORS: &str = "x-tollgate-cors";
/// Routes without an operation, by their keys.
pub const ROUTES: &str = "x-tollgate-routes";

/// The fields of a route that say who may call it.
pub const GUARDS: [&str; 3] = ["authorizerId", "authorizationType", "authorizationScopes"];
/// The fields of `$api` whose members are by names of their own.
pub const BY_NAME: [&str; 3] = ["authorizers", "models", "gatewayResponses"];

/// The stage of an export.
pub(super) struct OwnStage {
    pub name: Option<String>,
    pub fields: Map<String, Value>,
}

/// Says if a document is an export of Tollgate with all extensions.
pub fn is_export(root: Located<'_>) -> bool {
    root.get(STAGE).is_some_and(Located::is_map)
}

/// The name of the stage of an export.
pub(super) fn stage_name(root: Located<'_>) -> Option<String> {
    root.get(STAGE)?.get("stage")?.text().map(str::to_owned)
}

pub(super) fn kind(ledger: &mut Ledger, root: Located<'_>) -> Option<ApiKind> {
    let kind = ledger.text(root, KIND)?;
    let known = [ApiKind::Rest, ApiKind::Http].into_iter().find(|known| known.name() == kind);
    if let Some(node) = root.get(KIND).filter(|_| known.is_none()) {
        ledger.error(node, format!("got {kind:?} for {KIND}, expected rest or http"));
    }
    known
}

/// Says if an operation has its integration in Tollgate's own words.
pub(super) fn has_integration(operation: Located<'_>) -> bool {
    let integration = operation.get(ROUTE).and_then(|own| own.get("integration"));
    integration.is_some_and(Located::is_map)
}

impl<'t> OpenApiReader<'t, '_> {
    pub(super) fn own_stage(&mut self) -> Option<OwnStage> {
        let own = self.ledger.map(self.root, STAGE)?;
        self.ledger.taken_whole(own);
        let mut fields = own.to_json().as_object().cloned().unwrap_or_default();
        let name = fields.remove("stage").and_then(|name| name.as_str().map(str::to_owned));
        Some(OwnStage { name, fields })
    }

    /// Fields of `$api`, and routes that no operation is for.
    pub(super) fn own_parts(&mut self) {
        if let Some(api) = self.ledger.map(self.root, API) {
            for member in api.members().into_iter().flatten() {
                self.ledger.taken_whole(member.value);
                self.api_field(member);
            }
        }
        let routes = self.ledger.map(self.root, ROUTES);
        for member in routes.and_then(Located::members).into_iter().flatten() {
            let mut route = empty_route(member.key, member.key_span);
            self.own_fields(member.value, &mut route);
            self.definition.routes.push(route);
        }
        self.leave_out_unanswered();
    }

    /// The fields of a route that its operation has.
    pub(super) fn own_route(&mut self, operation: Located<'t>, route: &mut RouteDefinition) {
        if let Some(own) = self.ledger.map(operation, ROUTE) {
            self.own_fields(own, route);
        }
    }

    fn own_fields(&mut self, own: Located<'t>, route: &mut RouteDefinition) {
        self.ledger.taken(own);
        // Without the API's authorizer in its place, the route's own is not taken out.
        let has_default = self.root.get(API).is_some_and(|api| api.get("authorizerId").is_some());
        let has_guard = GUARDS.iter().any(|name| own.get(name).is_some_and(|value| !value.is_null()));
        for MemberOf { key, value, .. } in own.members().into_iter().flatten() {
            self.ledger.taken_whole(value);
            if GUARDS.contains(&key) && !has_default && !has_guard {
                continue;
            }
            put(route, key, value.to_json());
        }
    }

    fn api_field(&mut self, MemberOf { key, value, .. }: MemberOf<'t>) {
        let settings = &mut self.definition.settings;
        match key {
            "corsConfiguration" => settings.cors = None,
            "policy" => settings.policy = None,
            "binaryMediaTypes" => settings.binary_media_types.clear(),
            "apiKeySource" => settings.api_key_source = None,
            _ => {}
        }
        if !BY_NAME.contains(&key) {
            settings.more.insert(key.to_owned(), value.to_json());
            return;
        }
        for MemberOf { key: name, key_span, value } in value.members().into_iter().flatten() {
            let json = Some(value.to_json()).filter(|json| !json.is_null());
            let of_name = json.map(|json| Sourced::new(json, key_span));
            match key {
                "authorizers" => {
                    let fields = of_name.and_then(|it| it.value.as_object().cloned());
                    let authorizer = fields.map(|fields| AuthorizerDefinition { fields, origin: key_span });
                    replace(&mut self.definition.authorizers, name, authorizer);
                }
                "models" => replace(&mut self.definition.models, name, of_name),
                _ => replace(&mut self.definition.settings.gateway_responses, name, of_name),
            }
        }
    }
}

fn replace<T>(members: &mut std::collections::BTreeMap<String, T>, name: &str, value: Option<T>) {
    match value {
        Some(value) => drop(members.insert(name.to_owned(), value)),
        None => drop(members.remove(name)),
    }
}

/// Puts a field into a route, in the place of what was read for it.
fn put(route: &mut RouteDefinition, name: &str, value: Value) {
    match name {
        "integration" => {
            if let Value::Object(fields) = value {
                route.integration = fields;
            }
            return;
        }
        "description" => route.description = None,
        "apiKeyRequired" if value.is_null() => {}
        "apiKeyRequired" => route.access.api_key = ApiKeyNeed::None,
        "requestParameters" => route.request_parameters.clear(),
        "requestModels" => route.request_models.clear(),
        "corsConfiguration" => route.cors = None,
        "cacheKeyParameters" => route.cache_key_parameters.clear(),
        _ if GUARDS.contains(&name) => route.access.authorizing = Authorizing::Nothing,
        _ => {}
    }
    if !value.is_null() {
        route.settings.insert(name.to_owned(), value);
    }
}

fn empty_route(key: &str, origin: Span) -> RouteDefinition {
    RouteDefinition {
        key: key.to_owned(),
        origin,
        name: None,
        description: None,
        access: RouteAccess::OPEN,
        request_parameters: Default::default(),
        request_models: Default::default(),
        cors: None,
        cache_key_parameters: Vec::new(),
        integration: Map::new(),
        settings: Map::new(),
    }
}
