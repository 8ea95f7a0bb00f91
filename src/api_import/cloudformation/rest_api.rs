//! `AWS::ApiGateway::RestApi` → the root of a document: its body, or a root that paths are put into.

use super::properties::{
    Fate::{Apart, Becomes, Guard, LeftOut},
    FateTable, TemplateReader, take,
};
use crate::api_import::{
    openapi,
    options::BasePathMode,
    report::{Question, Remark},
    source::{Member, NodeContent, NodeId},
};

const KIND: &str = "AWS::ApiGateway::RestApi";

#[rustfmt::skip]
const PROPERTIES: &FateTable = &[
    ("Body", Becomes("body")),
    ("BodyS3Location", Apart),
    ("Name", Becomes("title")),
    ("Description", Becomes("description")),
    ("ApiKeySourceType", Becomes("x-amazon-apigateway-api-key-source")),
    ("BinaryMediaTypes", Becomes(BINARY_MEDIA_TYPES)),
    ("MinimumCompressionSize", Becomes("x-amazon-apigateway-minimum-compression-size")),
    ("Policy", Becomes("x-amazon-apigateway-policy")),
    ("EndpointConfiguration", Apart),
    ("Parameters", Apart),
    ("Mode", LeftOut("it is about the deployment of the template")),
    ("DisableExecuteApiEndpoint", Guard(openapi::disabled_endpoint)),
    ("FailOnWarnings", LeftOut("it is about the deployment of the template")),
    ("Tags", LeftOut("tags are not of the API")),
];

pub(super) const BINARY_MEDIA_TYPES: &str = "x-amazon-apigateway-binary-media-types";

/// The types of endpoints.
const TYPES: [&str; 3] = ["EDGE", "REGIONAL", "PRIVATE"];

/// The members of the root, and the body that holds the paths.
pub(super) struct ApiRoot {
    pub members: Vec<Member>,
    pub body: Option<NodeId>,
}

impl TemplateReader<'_> {
    pub fn rest_api(&mut self, resource: NodeId, properties: NodeId) -> ApiRoot {
        let mut members = self.members(properties, PROPERTIES, KIND);
        self.write_slashes_of_types(&mut members);
        members.extend(self.endpoint(properties));
        let body = take(&mut members, "body").or_else(|| self.body_file(properties));
        let key_span = self.tree.node(resource).span;
        let info: Vec<Member> = ["title", "description"]
            .into_iter()
            .filter_map(|key| Some(Member { key: key.to_owned(), key_span, node: take(&mut members, key)? }))
            .collect();
        if body.is_some() {
            for member in info {
                let words = "the body says it";
                let node = self.tree.at(member.node);
                self.ledger.remark_whole(node, Remark::left_out(words));
            }
        } else {
            let node = self.tree.derive(resource, NodeContent::Map(info));
            members.push(Member { key: "info".to_owned(), key_span, node });
        }
        ApiRoot { members, body }
    }

    /// The document of `BodyS3Location`.
    pub(super) fn body_file(&mut self, properties: NodeId) -> Option<NodeId> {
        let location = self.tree.at(properties).get("BodyS3Location")?.id;
        let file = self.definition_file(location)?;
        Some(self.resolved(file))
    }

    /// `EndpointConfiguration` of a template or of SAM → that of a document, whose reader asks about a private one.
    pub(super) fn endpoint(&mut self, properties: NodeId) -> Option<Member> {
        let mut types = self.types_of_parameters(properties);
        let Some(endpoint) = self.tree.at(properties).get("EndpointConfiguration").map(|node| node.id) else {
            return (!types.is_empty()).then(|| self.endpoint_of(properties, Vec::new(), types));
        };
        let endpoint = self.resolved(endpoint);
        self.ledger.taken(self.tree.at(endpoint));
        let mut members = Vec::new();
        match self.tree.at(endpoint).text() {
            Some(text) => types.push(text.to_owned()),
            None => {
                for Member { key, key_span, node } in self.written(endpoint) {
                    match key.as_str() {
                        "Types" | "Type" => types.extend(self.texts_of(node)),
                        "VpcEndpointIds" | "VPCEndpointIds" => {
                            members.push(Member { key: "vpcEndpointIds".to_owned(), key_span, node });
                        }
                        "IpAddressType" => {
                            let words = "the function URL is the endpoint";
                            self.ledger.remark_whole(self.tree.at(node), Remark::left_out(words));
                        }
                        _ => {
                            self.ledger.taken_whole(self.tree.at(node));
                            let words = format!("{key} of an EndpointConfiguration is not read yet");
                            self.ledger.error(self.tree.at(node), words);
                        }
                    }
                }
            }
        }
        Some(self.endpoint_of(endpoint, members, types))
    }

    /// The endpoint's type is also a parameter of the import, as SAM writes it.
    fn types_of_parameters(&mut self, properties: NodeId) -> Vec<String> {
        let Some(parameters) = self.tree.at(properties).get("Parameters").map(|node| node.id) else {
            return Vec::new();
        };
        let parameters = self.resolved(parameters);
        self.ledger.taken(self.tree.at(parameters));
        let mut types = Vec::new();
        for Member { key, node, .. } in self.written(parameters) {
            match key.as_str() {
                "endpointConfigurationTypes" => types.extend(self.texts_of(node)),
                "basepath" => self.base_path(node),
                _ => {
                    let words = "a parameter of API Gateway's own import";
                    self.ledger.remark_whole(self.tree.at(node), Remark::left_out(words));
                }
            }
        }
        types
    }

    /// What API Gateway makes of the base path of the document: the option has to say so too.
    pub(super) fn base_path(&mut self, way: NodeId) {
        let resolved = self.resolved(way);
        let node = self.tree.at(resolved);
        self.ledger.taken(node);
        let is_kept = self.options.base_path != BasePathMode::Ignore;
        match node.text() {
            Some("ignore") => {}
            Some("prepend" | "split") if is_kept => {}
            Some(way @ ("prepend" | "split")) => {
                let words = "the template keeps the base path of the document: say so here too";
                let line = format!("--basepath {way}");
                self.ledger.ask(node, Question::of_option("--basepath", words, &line));
            }
            Some(_) | None => {
                let words = "expected the base path to be ignore, prepend or split";
                self.ledger.error(node, words);
            }
        }
    }

    fn endpoint_of(&mut self, endpoint: NodeId, mut members: Vec<Member>, types: Vec<String>) -> Member {
        if types.iter().any(|kind| !TYPES.contains(&kind.as_str())) {
            let words = format!("got the endpoint {}, expected EDGE, REGIONAL or PRIVATE", types.join(", "));
            self.ledger.error(self.tree.at(endpoint), words);
        }
        let types = types.into_iter().map(|kind| self.text_node(endpoint, kind)).collect();
        let types = self.list_node(endpoint, types);
        members.push(self.member("types", types));
        self.map_member(endpoint, "x-amazon-apigateway-endpoint-configuration", members)
    }

    /// Templates write `image~1png` for `image/png`.
    pub(super) fn write_slashes_of_types(&mut self, members: &mut [Member]) {
        let Some(member) = members.iter_mut().find(|member| member.key == BINARY_MEDIA_TYPES) else { return };
        let types = self.texts_of(member.node).into_iter();
        let nodes = types.map(|text| self.tree.derive_text(member.node, text.replace("~1", "/"))).collect();
        member.node = self.tree.derive(member.node, NodeContent::List(nodes));
    }

    /// A text, or the texts of a list.
    fn texts_of(&mut self, id: NodeId) -> Vec<String> {
        let node = self.tree.at(id);
        self.ledger.taken_whole(node);
        match node.text() {
            Some(text) => vec![text.to_owned()],
            None => {
                let texts = node.elements().into_iter().flatten();
                texts.filter_map(|element| element.text().map(str::to_owned)).collect()
            }
        }
    }
}
