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
            let words = "without x-amazon-apigateway-integration nothing answers it; API Gateway deploys no such method";
            let remark = Remark::left_out(words).advising("write an integration");
            self.ledger.remark_whole(operation, remark);
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
            self.integration(integration, &mut route)?;
        }
        self.own_route(operation, &mut route);
        Some(route)
    }
}
