//! An operation → a route.

use serde_json::Map;

use super::{documentation, openapi_reader::OpenApiReader, own_extensions};
use crate::{
    api_file::Span,
    api_import::{
        definition::{RouteAccess, RouteDefinition},
        report::Remark,
        source::Located,
    },
};

const INTEGRATION: &str = "x-amazon-apigateway-integration";
/// An operation that no integration answers.
pub(super) struct UnansweredOperation<'t> {
    key: String,
    node: Located<'t>,
}

const ONLY_FOR_PEOPLE: [&str; 8] =
    ["tags", "externalDocs", "responses", "deprecated", "callbacks", "servers", "produces", "schemes"];

impl<'t> OpenApiReader<'t, '_> {
    /// The route of an operation; `None`: nothing answers it.
    pub fn operation(
        &mut self,
        (key, origin): (String, Span),
        item: Located<'t>,
        operation: Located<'t>,
    ) -> Option<RouteDefinition> {
        self.ledger.taken(operation);
        if !operation.is_map() {
            self.ledger
                .error(operation, format!("got {} for an operation, expected a map", operation.noun()));
            return None;
        }
        documentation::leave_out(self.ledger, operation, &ONLY_FOR_PEOPLE);
        let summary = self.ledger.text(operation, "summary");
        let description = self.ledger.text(operation, "description").or(summary);
        let name = self.ledger.text(operation, "operationId");
        if let Some(flag) = operation.get("isDefaultRoute") {
            self.ledger.taken(flag);
        }
        let integration = operation.get(INTEGRATION);
        if integration.is_none() && !own_extensions::has_integration(operation) {
            self.unanswered.push(UnansweredOperation { key, node: operation });
            return None;
        }
        let mut route = RouteDefinition {
            key,
            origin,
            name: name.map(str::to_owned),
            description: description.map(str::to_owned),
            access: RouteAccess::OPEN,
            request_parameters: Default::default(),
            request_models: Default::default(),
            cors: None,
            cache_key_parameters: Vec::new(),
            integration: Map::new(),
            settings: Map::new(),
        };
        route.access = self.access(operation);
        let enforced = self.validators.clone().of_operation(self.ledger, operation);
        self.parameters(item, operation, enforced, &mut route);
        self.request_body(operation, enforced, &mut route);
        if let Some(integration) = integration {
            self.integration(integration, operation, &mut route)?;
        }
        self.own_route(operation, &mut route);
        Some(route)
    }

    /// Leaves out what nothing answers. Where another route would, the requests would go past what guards them.
    pub fn leave_out_unanswered(&mut self) {
        for UnansweredOperation { key, node } in std::mem::take(&mut self.unanswered) {
            match self.definition.routes.iter().find(|route| covers(&route.key, &key)) {
                Some(route) => {
                    let words = format!(
                        "{key} has no x-amazon-apigateway-integration, and {} would answer it",
                        route.key
                    );
                    self.ledger.error(node, words);
                }
                None => {
                    let words = "without x-amazon-apigateway-integration nothing answers it; API Gateway deploys no such method";
                    let remark = Remark::left_out(words).advising("write an integration");
                    self.ledger.remark_whole(node, remark);
                }
            }
        }
    }
}

/// Says if a route takes requests that are another key's.
fn covers(route: &str, key: &str) -> bool {
    let Some((route_method, route_path)) = route.split_once(' ') else { return true };
    let Some((method, path)) = key.split_once(' ') else { return false };
    let is_method = route_method == "ANY" || method == "ANY" || route_method == method;
    is_method && is_path_in(route_path, path)
}

/// Says if a path's requests may be those of a path with `{name}` and `{name+}`.
fn is_path_in(wide: &str, path: &str) -> bool {
    let is_name = |segment: &str| segment.starts_with('{');
    let (mut wide, mut path) = (wide.split('/'), path.split('/'));
    loop {
        match (wide.next(), path.next()) {
            (None, None) => return true,
            (Some(segment), Some(_)) | (Some(_), Some(segment)) if segment.ends_with("+}") => return true,
            (Some(wide), Some(own)) if is_name(wide) || is_name(own) || wide == own => {}
            (Some(_) | None, Some(_)) | (Some(_), None) => return false,
        }
    }
}
