//! `AWS::ApiGateway::RestApi` → the root of a document: its body, or a root that paths are put into.

use super::properties::{
    Fate::{Becomes, LeftOut, Read},
    FateTable, TemplateReader, take,
};
use crate::api_import::source::{Member, NodeContent, NodeId};

const KIND: &str = "AWS::ApiGateway::RestApi";

#[rustfmt::skip]
const PROPERTIES: &FateTable = &[
    ("Body", Becomes("body")),
    ("Name", Becomes("title")),
    ("Description", Becomes("description")),
    ("ApiKeySourceType", Becomes("x-amazon-apigateway-api-key-source")),
    ("BinaryMediaTypes", Becomes("x-amazon-apigateway-binary-media-types")),
    ("MinimumCompressionSize", Becomes("x-amazon-apigateway-minimum-compression-size")),
    ("Policy", Becomes("x-amazon-apigateway-policy")),
    ("EndpointConfiguration", Read),
    ("FailOnWarnings", LeftOut("it is about the deployment of the template")),
    ("Tags", LeftOut("tags are not of the API")),
];

/// The types of endpoints that everybody reaches, as a function URL.
const PUBLIC: [&str; 2] = ["EDGE", "REGIONAL"];

/// The members of the root, and the body that holds the paths.
pub(super) struct ApiRoot {
    pub members: Vec<Member>,
    pub body: Option<NodeId>,
}

impl TemplateReader<'_> {
    pub fn rest_api(&mut self, resource: NodeId, properties: NodeId) -> ApiRoot {
        let mut members = self.members(properties, PROPERTIES, KIND);
        self.endpoint(properties);
        let body = take(&mut members, "body");
        let key_span = self.tree.node(resource).span;
        let info: Vec<Member> = ["title", "description"]
            .into_iter()
            .filter_map(|key| Some(Member { key: key.to_owned(), key_span, node: take(&mut members, key)? }))
            .collect();
        if body.is_some() {
            for member in info {
                let words = "the body says it";
                let node = self.tree.at(member.node);
                self.ledger.remark_whole(node, crate::api_import::report::Remark::left_out(words));
            }
        } else {
            let node = self.tree.derive(resource, NodeContent::Map(info));
            members.push(Member { key: "info".to_owned(), key_span, node });
        }
        ApiRoot { members, body }
    }

    /// A private endpoint is no function URL.
    fn endpoint(&mut self, properties: NodeId) {
        let Some(endpoint) = self.tree.at(properties).get("EndpointConfiguration") else { return };
        let types = endpoint.get("Types").and_then(|types| types.elements());
        let are_public = types.is_some_and(|mut types| {
            types.all(|kind| kind.tag().is_none() && kind.text().is_some_and(|kind| PUBLIC.contains(&kind)))
        });
        let has_more = endpoint.members().is_some_and(|mut members| {
            members.any(|member| !["Types", "IpAddressType"].contains(&member.key))
        });
        if !are_public || has_more {
            let words =
                "the endpoint is not plainly EDGE or REGIONAL: a function URL is reached by everybody";
            self.ledger.error(endpoint, words);
        }
    }
}
