//! Parameters and bodies of an operation: what a validator enforces is required, all else is known and optional.

use super::{
    dialect::Dialect,
    documentation,
    openapi_reader::OpenApiReader,
    reference_target::target,
    validators::{Check, Enforced},
};
use crate::api_import::{
    definition::{ApiKind, RouteDefinition},
    report::Remark,
    source::Located,
};

const UNCHECKED: &str = "no validator of the document checks it";
const UNCHECKED_BY_HTTP: &str = "an HTTP API checks neither parameters nor bodies";
const ONLY_PRESENCE: &str = "API Gateway checks only that a parameter is there";
const JSON: &str = "application/json";

/// The words of a parameter that say more than its name and if it must be there.
const OF_SHAPE: [&str; 28] = [
    "schema",
    "content",
    "type",
    "format",
    "items",
    "collectionFormat",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
    "style",
    "explode",
    "allowReserved",
    "allowEmptyValue",
    "deprecated",
    "example",
    "examples",
    "title",
    "nullable",
];

impl<'t> OpenApiReader<'t, '_> {
    /// The parameters of a path and of its operation, whose own come later.
    pub fn parameters(
        &mut self,
        item: Located<'t>,
        operation: Located<'t>,
        enforced: Enforced,
        route: &mut RouteDefinition,
    ) {
        for map in [item, operation] {
            let Some(list) = self.ledger.member(map, "parameters") else { continue };
            let Some(elements) = list.elements() else {
                self.ledger.error(list, format!("got {} for parameters, expected a list", list.noun()));
                continue;
            };
            for element in elements {
                self.ledger.taken(element);
                if let Some(parameter) = target(self.ledger, self.root, element) {
                    self.parameter(parameter, operation, enforced, route);
                }
            }
        }
    }

    fn parameter(
        &mut self,
        parameter: Located<'t>,
        operation: Located<'t>,
        enforced: Enforced,
        route: &mut RouteDefinition,
    ) {
        self.ledger.taken(parameter);
        documentation::leave_out(self.ledger, parameter, &["description"]);
        let name = self.ledger.text(parameter, "name").unwrap_or_default();
        let is_required = self.ledger.boolean(parameter, "required").unwrap_or_default();
        let place = self.ledger.text(parameter, "in").unwrap_or_default();
        if place == "body" {
            self.swagger_body(parameter, operation, enforced, route);
            return;
        }
        for key in OF_SHAPE {
            self.leave_out(parameter, key, ONLY_PRESENCE);
        }
        let place = match place {
            "query" => "querystring",
            "header" => "header",
            // The route's own path says that it is there.
            "path" => return,
            _ => {
                self.ledger
                    .remark(parameter, Remark::left_out("API Gateway knows no parameters of this kind"));
                return;
            }
        };
        if is_required && enforced.parameters == Check::Ignored {
            let words = self.unchecked();
            if let Some(node) = parameter.get("required") {
                self.ledger.remark(node, Remark::left_out(words));
            }
        }
        let is_enforced = is_required && enforced.parameters == Check::Enforced;
        route.request_parameters.insert(format!("method.request.{place}.{name}"), is_enforced);
    }

    fn unchecked(&self) -> &'static str {
        match self.definition.kind {
            ApiKind::Rest => UNCHECKED,
            ApiKind::Http => UNCHECKED_BY_HTTP,
        }
    }

    fn swagger_body(
        &mut self,
        parameter: Located<'t>,
        operation: Located<'t>,
        enforced: Enforced,
        route: &mut RouteDefinition,
    ) {
        let types = self.ledger.texts(operation, "consumes");
        let of_document = || self.root.get("consumes").map(|list| self.root.tree.at(list.id).to_json());
        let types = types.or_else(|| serde_json::from_value(of_document()?).ok());
        let types = types.filter(|types| !types.is_empty()).unwrap_or_else(|| vec![JSON.to_owned()]);
        let Some(schema) = parameter.get("schema") else { return };
        if enforced.body == Check::Ignored {
            let words = self.unchecked();
            self.ledger.remark_whole(schema, Remark::left_out(words));
            return;
        }
        let name = self.model_of(schema, &route.key);
        route.request_models.extend(types.into_iter().map(|media_type| (media_type, name.clone())));
    }

    /// The body of OpenAPI 3.
    pub fn request_body(&mut self, operation: Located<'t>, enforced: Enforced, route: &mut RouteDefinition) {
        if self.dialect == Dialect::Swagger2 {
            self.ledger.texts(operation, "consumes");
            return;
        }
        let Some(body) = self.ledger.member(operation, "requestBody") else { return };
        let Some(body) = target(self.ledger, self.root, body) else { return };
        self.ledger.taken(body);
        documentation::leave_out(self.ledger, body, &["description"]);
        self.leave_out(body, "required", "an empty body is checked as {}, as on API Gateway");
        let Some(content) = self.ledger.map(body, "content") else { return };
        for member in content.members().into_iter().flatten() {
            self.ledger.taken(member.value);
            documentation::leave_out(self.ledger, member.value, &["example", "examples", "encoding"]);
            let Some(schema) = member.value.get("schema") else { continue };
            if enforced.body == Check::Ignored {
                let words = self.unchecked();
                self.ledger.remark_whole(schema, Remark::left_out(words));
                continue;
            }
            let name = self.model_of(schema, &route.key);
            route.request_models.insert(member.key.to_owned(), name);
        }
    }
}
