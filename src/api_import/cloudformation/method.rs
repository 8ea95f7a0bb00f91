//! `AWS::ApiGateway::Method` → an operation. What it asks of callers is understood, or an error.

use super::properties::{
    Fate::{Apart, Becomes, LeftOut, Read},
    FateTable, TemplateReader, take,
};
use crate::api_import::source::{Member, NodeContent, NodeId};

const KIND: &str = "AWS::ApiGateway::Method";

/// The scheme of API keys.
pub(super) const API_KEY: &str = "api_key";

#[rustfmt::skip]
const PROPERTIES: &FateTable = &[
    ("RestApiId", Read),
    ("ResourceId", Read),
    ("AuthorizerId", Read),
    ("Integration", Apart),
    ("HttpMethod", Becomes("httpMethod")),
    ("AuthorizationType", Becomes("authorizationType")),
    ("ApiKeyRequired", Becomes("apiKeyRequired")),
    ("AuthorizationScopes", Becomes("scopes")),
    ("OperationName", Becomes("operationId")),
    ("MethodResponses", LeftOut("it describes answers, which the integration makes")),
    ("RequestParameters", Becomes("requestParameters")),
    ("RequestModels", Apart),
    ("RequestValidatorId", Read),
];

/// An operation, with the method of its route as OpenAPI writes it.
pub(super) struct MethodOperation {
    pub method: String,
    pub node: NodeId,
}

impl TemplateReader<'_> {
    /// The operation of a method's resource; `None`: an error says why.
    pub fn method(&mut self, resource: NodeId, properties: NodeId) -> Option<MethodOperation> {
        let mut members = self.members(properties, PROPERTIES, KIND);
        let method = self.take_text(&mut members, "httpMethod");
        let security = self.security(resource, properties, &mut members);
        members.extend(security);
        if let Some(integration) = self.tree.at(properties).get("Integration").map(|node| node.id) {
            let key_span = self.tree.node(integration).span;
            let node = self.integration(integration);
            let key = "x-amazon-apigateway-integration".to_owned();
            members.push(Member { key, key_span, node });
        }
        let parameters = take(&mut members, "requestParameters");
        members.extend(parameters.and_then(|map| self.operation_parameters(map)));
        let models = self.tree.at(properties).get("RequestModels").map(|models| models.id);
        members.extend(models.and_then(|map| self.request_body(map)));
        members.extend(self.validator(properties));
        let Some(method) = method else {
            self.ledger.error(self.tree.at(properties), "a method without HttpMethod");
            return None;
        };
        let method = match method.as_str() {
            "ANY" => "x-amazon-apigateway-any-method".to_owned(),
            _ => method.to_ascii_lowercase(),
        };
        let node = self.tree.derive(resource, NodeContent::Map(members));
        Some(MethodOperation { method, node })
    }

    /// The validator that a method names.
    fn validator(&mut self, properties: NodeId) -> Option<Member> {
        let node = self.tree.at(properties).get("RequestValidatorId")?.id;
        let text = match self.referred(properties, "RequestValidatorId") {
            Some(name) => self.tree.derive_text(node, name),
            // One that is not in the template is taken for one that checks everything.
            None => self.resolved(node),
        };
        let key = "x-amazon-apigateway-request-validator".to_owned();
        Some(Member { key, key_span: self.tree.node(node).span, node: text })
    }

    /// The members that say who may call.
    fn security(&mut self, resource: NodeId, properties: NodeId, members: &mut Vec<Member>) -> Vec<Member> {
        let key_span = self.tree.node(resource).span;
        let member = |key: &str, node| Member { key: key.to_owned(), key_span, node };
        let mut said = Vec::new();
        let mut schemes = Vec::new();
        if let Some(flag) = take(members, "apiKeyRequired") {
            let node = self.tree.at(flag);
            self.ledger.taken(node);
            match node.as_bool() {
                Some(true) => {
                    schemes.push(member(API_KEY, self.tree.derive(flag, NodeContent::List(Vec::new()))))
                }
                Some(false) => {}
                None => self.ledger.error(node, "ApiKeyRequired is neither true nor false"),
            }
        }
        let scopes = take(members, "scopes");
        let at = take(members, "authorizationType").unwrap_or(properties);
        let kind = if at == properties { None } else { self.tree.at(at).text().map(str::to_owned) };
        self.ledger.taken(self.tree.at(at));
        match kind.as_deref() {
            Some("NONE") => {}
            Some("AWS_IAM") => {
                let kind = self.tree.derive_text(at, "AWS_IAM");
                let auth = self.tree.derive(at, NodeContent::Map(vec![member("type", kind)]));
                said.push(member("x-amazon-apigateway-auth", auth));
            }
            Some("CUSTOM" | "COGNITO_USER_POOLS") => match self.referred(properties, "AuthorizerId") {
                Some(name) => {
                    let none = NodeContent::List(Vec::new());
                    let scopes = scopes.unwrap_or_else(|| self.tree.derive(at, none));
                    schemes.push(member(&name, scopes));
                }
                None => self
                    .ledger
                    .error(self.tree.at(properties), "AuthorizerId names no authorizer of the template"),
            },
            // Without a type API Gateway takes no method; nothing is opened by a guess.
            other => {
                let words = format!(
                    "AuthorizationType is {}: expected NONE, AWS_IAM, CUSTOM or COGNITO_USER_POOLS",
                    other.unwrap_or("missing or no text")
                );
                self.ledger.error(self.tree.at(at), words);
            }
        }
        if !schemes.is_empty() {
            let requirement = self.tree.derive(resource, NodeContent::Map(schemes));
            let list = self.tree.derive(resource, NodeContent::List(vec![requirement]));
            said.push(member("security", list));
        }
        said
    }
}
