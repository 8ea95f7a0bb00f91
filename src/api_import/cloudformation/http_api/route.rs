//! `AWS::ApiGatewayV2::Route` → an operation. What it asks of callers is understood, or an error.

use super::{ApiResource, FateTable, TemplateReader};
use crate::api_import::{
    cloudformation::properties::{
        Fate::{Apart, Becomes, LeftOut, Read},
        take, without_id,
    },
    names,
    source::{Member, NodeId},
};

#[rustfmt::skip]
const ROUTE: &FateTable = &[
    ("ApiId", Read),
    ("RouteKey", Becomes("routeKey")),
    ("Target", Apart),
    ("AuthorizationType", Becomes("authorizationType")),
    ("AuthorizerId", Read),
    ("AuthorizationScopes", Becomes("scopes")),
    ("OperationName", Becomes("operationId")),
    ("ApiKeyRequired", LeftOut("it is of WebSocket APIs")),
    ("ModelSelectionExpression", LeftOut("it is of WebSocket APIs")),
    ("RouteResponseSelectionExpression", LeftOut("it is of WebSocket APIs")),
];

impl TemplateReader<'_> {
    /// The path items of all routes.
    pub(super) fn routes(&mut self, of_api: &[ApiResource]) -> Vec<Member> {
        let mut paths = Vec::new();
        for resource in of_api.iter().filter(|resource| resource.kind == "AWS::ApiGatewayV2::Route") {
            let mut members = self.members(resource.properties, ROUTE, &resource.kind);
            let Some(key) = self.take_text(&mut members, "routeKey") else {
                self.ledger.error(self.tree.at(resource.properties), "a route without RouteKey");
                continue;
            };
            let security = self.route_security(resource, &mut members);
            members.extend(security);
            members.extend(self.target(resource, of_api));
            let operation = self.map_node(resource.node, members);
            self.add_route(&mut paths, &key, operation);
        }
        paths
    }

    /// `GET /orders`, `ANY /x`, `$default`
    pub(super) fn add_route(&mut self, paths: &mut Vec<Member>, key: &str, operation: NodeId) {
        let (method, path) = key.split_once(' ').unwrap_or(("ANY", "/$default"));
        let method = match method {
            "ANY" => "x-amazon-apigateway-any-method".to_owned(),
            _ => method.to_ascii_lowercase(),
        };
        let operation = self.member(method, operation);
        match paths.iter_mut().find(|item| item.key == path) {
            Some(item) => {
                let mut operations = self.written(item.node);
                operations.push(operation);
                item.node = self.map_node(item.node, operations);
            }
            None => {
                let node = operation.node;
                let item = self.map_member(node, path, vec![operation]);
                paths.push(item);
            }
        }
    }

    /// `integrations/${Integration}`
    fn target(&mut self, route: &ApiResource, of_api: &[ApiResource]) -> Option<Member> {
        let Some(target) = self.tree.at(route.properties).get("Target") else {
            self.ledger.error(self.tree.at(route.properties), "a route without Target");
            return None;
        };
        self.ledger.taken_whole(target);
        let text = names::text_with_names(target).unwrap_or_default();
        let name =
            text.strip_prefix("integrations/${").and_then(|rest| rest.strip_suffix('}')).map(without_id);
        let integration = of_api.iter().find(|resource| {
            resource.kind == "AWS::ApiGatewayV2::Integration" && Some(resource.name.as_str()) == name
        });
        match integration {
            Some(integration) => Some(self.http_integration(integration)),
            None => {
                let words = "expected integrations/ and the name of an integration of the template";
                self.ledger.error(target, words);
                None
            }
        }
    }

    fn route_security(&mut self, route: &ApiResource, members: &mut Vec<Member>) -> Vec<Member> {
        let scopes = take(members, "scopes");
        let authorizer = self.referred(route.properties, "AuthorizerId");
        let written = take(members, "authorizationType");
        if let Some(node) = written {
            self.ledger.taken(self.tree.at(node));
        }
        let at = written.unwrap_or(route.properties);
        let kind = written.and_then(|node| self.tree.at(node).text().map(str::to_owned));
        let names_one = self.tree.at(route.properties).get("AuthorizerId").is_some();
        match (kind.as_deref(), authorizer) {
            (Some("AWS_IAM"), _) => {
                let kind = self.text_member(at, "type", "AWS_IAM");
                vec![self.map_member(at, "x-amazon-apigateway-auth", vec![kind])]
            }
            (Some("JWT" | "CUSTOM"), Some(name)) => {
                let scopes = scopes.unwrap_or_else(|| self.list_node(at, Vec::new()));
                let scheme = self.member(name, scopes);
                let requirement = self.map_node(at, vec![scheme]);
                let list = self.list_node(at, vec![requirement]);
                vec![self.member("security", list)]
            }
            (Some("JWT" | "CUSTOM"), None) => {
                let words = "AuthorizerId names no authorizer of the template";
                self.ledger.error(self.tree.at(route.properties), words);
                Vec::new()
            }
            // A route without a type is open on API Gateway, unless it names an authorizer.
            (Some("NONE"), _) => Vec::new(),
            (None, _) if written.is_none() && !names_one => Vec::new(),
            (other, _) => {
                let words = format!(
                    "AuthorizationType is {}: expected NONE, AWS_IAM, CUSTOM or JWT",
                    other.unwrap_or("missing or no text")
                );
                self.ledger.error(self.tree.at(at), words);
                Vec::new()
            }
        }
    }
}
