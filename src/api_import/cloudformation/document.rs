//! The resources of an API → the OpenAPI document that says the same.

use std::collections::BTreeMap;

use super::{
    method::{API_KEY, MethodOperation},
    properties::{
        Fate::{Becomes, LeftOut, Read},
        FateTable, TemplateReader,
    },
    resource::ApiResource,
    resource_paths::{PathPart, path_of},
    rest_api::ApiRoot,
};
use crate::api_import::source::{Located, Member, NodeContent, NodeId};

#[rustfmt::skip]
const RESOURCE: &FateTable = &[
    ("RestApiId", Read),
    ("ParentId", Read),
    ("PathPart", Becomes("pathPart")),
];

#[rustfmt::skip]
const VALIDATOR: &FateTable = &[
    ("RestApiId", Read),
    ("Name", LeftOut("routes say themselves what is checked")),
    ("ValidateRequestBody", Becomes("validateRequestBody")),
    ("ValidateRequestParameters", Becomes("validateRequestParameters")),
];

#[rustfmt::skip]
const GATEWAY_RESPONSE: &FateTable = &[
    ("RestApiId", Read),
    ("ResponseType", Becomes("responseType")),
    ("StatusCode", Becomes("statusCode")),
    ("ResponseParameters", Becomes("responseParameters")),
    ("ResponseTemplates", Becomes("responseTemplates")),
];

const GATEWAY_RESPONSES: &str = "x-amazon-apigateway-gateway-responses";

impl TemplateReader<'_> {
    pub fn document(&mut self, api: &ApiResource, of_api: &[ApiResource]) -> NodeId {
        let ApiRoot { mut members, body } = self.rest_api(api.node, api.properties);
        let responses = self.gateway_responses(of_api);
        if !responses.is_empty() {
            members.push(self.map_member(api.node, GATEWAY_RESPONSES, responses));
        }
        if let Some(body) = body {
            return self.with_body(body, members, of_api);
        }
        let paths = self.paths(of_api);
        let mut schemes = self.schemes(of_api);
        if paths.values().flatten().any(|operation| asks_for_key(self.tree.at(operation.node))) {
            schemes.push(self.key_scheme(api));
        }
        let key_span = self.tree.node(api.node).span;
        let paths = paths.into_iter().map(|(path, operations)| {
            let node = self.tree.derive(api.node, NodeContent::Map(operations));
            Member { key: path, key_span, node }
        });
        let paths: Vec<Member> = paths.collect();
        let node = self.tree.derive_text(api.node, "3.0.1");
        members.push(Member { key: "openapi".to_owned(), key_span, node });
        let schemas = self.models(api, of_api);
        let components = vec![
            self.map_member(api.node, "securitySchemes", schemes),
            self.map_member(api.node, "schemas", schemas),
        ];
        let validators = self.named_by_resource(of_api, "RequestValidator", VALIDATOR);
        for (key, of_key) in [
            ("components", components),
            ("x-amazon-apigateway-request-validators", validators),
            ("paths", paths),
        ] {
            members.push(self.map_member(api.node, key, of_key));
        }
        self.tree.derive(api.node, NodeContent::Map(members))
    }

    /// The document in the `Body` of the API, with what the properties add.
    fn with_body(&mut self, body: NodeId, members: Vec<Member>, of_api: &[ApiResource]) -> NodeId {
        let beside = ["Resource", "Method", "Authorizer", "Model", "RequestValidator"];
        for resource in of_api.iter().filter(|resource| beside.contains(&resource.kind.as_str())) {
            let words = format!("a {} beside the Body of its API is not read yet", resource.kind);
            self.ledger.error(self.tree.at(resource.node), words);
        }
        let of_body = self.written(body);
        let members = self.with_properties(members, of_body);
        self.map_node(body, members)
    }

    fn schemes(&mut self, of_api: &[ApiResource]) -> Vec<Member> {
        let mut schemes = Vec::new();
        for resource in of_api.iter().filter(|resource| resource.kind == "Authorizer") {
            let node = self.authorizer(resource.node, resource.properties);
            let key_span = self.tree.node(resource.node).span;
            schemes.push(Member { key: resource.name.clone(), key_span, node });
        }
        schemes
    }

    /// Resources of a kind as members with their names.
    fn named_by_resource(&mut self, of_api: &[ApiResource], kind: &str, table: &FateTable) -> Vec<Member> {
        let mut named = Vec::new();
        for resource in of_api.iter().filter(|resource| resource.kind == kind) {
            let members = self.members(resource.properties, table, &format!("AWS::ApiGateway::{kind}"));
            let key_span = self.tree.node(resource.node).span;
            let node = self.tree.derive(resource.properties, NodeContent::Map(members));
            named.push(Member { key: resource.name.clone(), key_span, node });
        }
        named
    }

    fn gateway_responses(&mut self, of_api: &[ApiResource]) -> Vec<Member> {
        let mut responses = Vec::new();
        for resource in of_api.iter().filter(|resource| resource.kind == "GatewayResponse") {
            let kind = "AWS::ApiGateway::GatewayResponse";
            let mut members = self.members(resource.properties, GATEWAY_RESPONSE, kind);
            let Some(key) = self.take_text(&mut members, "responseType") else {
                self.ledger.error(self.tree.at(resource.properties), format!("{kind} without ResponseType"));
                continue;
            };
            let key_span = self.tree.node(resource.node).span;
            let node = self.tree.derive(resource.properties, NodeContent::Map(members));
            responses.push(Member { key, key_span, node });
        }
        responses
    }

    /// The scheme of API keys, where a method asks for one.
    fn key_scheme(&mut self, api: &ApiResource) -> Member {
        let key_span = self.tree.node(api.node).span;
        let fields = [("type", "apiKey"), ("name", "x-api-key"), ("in", "header")].map(|(key, text)| {
            let node = self.tree.derive_text(api.node, text);
            Member { key: key.to_owned(), key_span, node }
        });
        self.map_member(api.node, API_KEY, fields.into())
    }

    /// The operations of each path.
    fn paths(&mut self, of_api: &[ApiResource]) -> BTreeMap<String, Vec<Member>> {
        let mut parts = BTreeMap::new();
        for resource in of_api.iter().filter(|resource| resource.kind == "Resource") {
            let mut members = self.members(resource.properties, RESOURCE, "AWS::ApiGateway::Resource");
            let text = self.take_text(&mut members, "pathPart");
            let parent = self.referred(resource.properties, "ParentId");
            if let (Some(text), Some(parent)) = (text, parent) {
                parts.insert(resource.name.clone(), PathPart { parent, text });
            } else {
                let words = "expected a PathPart, and a ParentId that names a resource of the template";
                self.ledger.error(self.tree.at(resource.properties), words);
            }
        }
        let mut paths: BTreeMap<String, Vec<Member>> = BTreeMap::new();
        for resource in of_api.iter().filter(|resource| resource.kind == "Method") {
            let at = self.referred(resource.properties, "ResourceId").unwrap_or_default();
            let path = path_of(&parts, &at);
            let operation = self.method(resource.node, resource.properties);
            match (path, operation) {
                (Ok(path), Some(MethodOperation { method, node })) => {
                    let key_span = self.tree.node(resource.node).span;
                    paths.entry(path).or_default().push(Member { key: method, key_span, node });
                }
                (Err(words), _) => self.ledger.error(self.tree.at(resource.node), words),
                (Ok(_), None) => {}
            }
        }
        paths
    }
}

fn asks_for_key(operation: Located<'_>) -> bool {
    let requirements = operation.get("security").and_then(Located::elements);
    requirements.is_some_and(|mut requirements| requirements.any(|map| map.get(API_KEY).is_some()))
}
