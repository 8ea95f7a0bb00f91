//! The resources of an API → the OpenAPI document that says the same.

use std::collections::BTreeMap;

use super::{
    document_parts::{Clash, DocumentParts},
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

impl TemplateReader<'_> {
    pub fn document(&mut self, api: &ApiResource, of_api: &[ApiResource]) -> NodeId {
        let ApiRoot { members, body } = self.rest_api(api.node, api.properties);
        let (at, members) = match body {
            Some(body) => {
                let of_body = self.written(body);
                (body, self.with_properties(members, of_body))
            }
            None => (api.node, self.empty_document(api.node, members)),
        };
        let parts = self.rest_parts((&api.name, api.node), of_api, &members);
        let members = self.put_into(at, members, (parts, Clash::Refused));
        self.map_node(at, members)
    }

    /// The paths and components that the resources of a REST API make.
    pub fn rest_parts(
        &mut self,
        (name, at): (&str, NodeId),
        of_api: &[ApiResource],
        of_document: &[Member],
    ) -> DocumentParts {
        self.find_model_names(of_api, of_document);
        let paths = self.paths(of_api);
        let mut schemes = self.schemes(of_api);
        if paths.values().flatten().any(|operation| asks_for_key(self.tree.at(operation.node))) {
            schemes.push(self.key_scheme(at));
        }
        let paths = paths.into_iter().map(|(path, operations)| {
            let place = operations.first().map_or(at, |operation| operation.node);
            self.map_member(place, &path, operations)
        });
        DocumentParts {
            paths: paths.collect(),
            schemes,
            schemas: self.models(name, of_api),
            validators: self.named_by_resource(of_api, "RequestValidator", VALIDATOR),
            gateway_responses: self.gateway_responses(of_api),
        }
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
    pub fn key_scheme(&mut self, at: NodeId) -> Member {
        let fields = [("type", "apiKey"), ("name", "x-api-key"), ("in", "header")];
        let fields = fields.map(|(key, text)| self.text_member(at, key, text));
        self.map_member(at, API_KEY, fields.into())
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
            let at = self.referred(resource.properties, "ResourceId");
            let path = match at {
                Some(at) => path_of(&parts, &at),
                None => Err("ResourceId names no resource of the template".to_owned()),
            };
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

/// Says if an operation asks for an API key.
pub(super) fn asks_for_key(operation: Located<'_>) -> bool {
    let requirements = operation.get("security").and_then(Located::elements);
    requirements.is_some_and(|mut requirements| requirements.any(|map| map.get(API_KEY).is_some()))
}
