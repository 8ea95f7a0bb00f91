//! Puts the resources beside an API's document into it, as API Gateway does: a method replaces the operation.

use super::{
    method::API_KEY,
    properties::{TemplateReader, take},
};
use crate::api_import::{
    report::Remark,
    source::{Located, Member, NodeId},
};

/// Parts of a document, by their names in it.
#[derive(Default)]
pub(super) struct DocumentParts {
    /// Path items.
    pub paths: Vec<Member>,
    pub schemes: Vec<Member>,
    pub schemas: Vec<Member>,
    pub validators: Vec<Member>,
    pub gateway_responses: Vec<Member>,
}

/// The way to treat a name that the document has too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clash {
    /// The document's own is left out.
    Replaced,
    /// API Gateway does not take a second one.
    Refused,
}

pub(super) const GATEWAY_RESPONSES: &str = "x-amazon-apigateway-gateway-responses";
pub(super) const VALIDATORS: &str = "x-amazon-apigateway-request-validators";
const VALIDATOR: &str = "x-amazon-apigateway-request-validator";
/// The validator of methods that name none, in a document with one for all operations.
const CHECKS_NOTHING: &str = "nothing";

impl TemplateReader<'_> {
    /// The members of a document without paths.
    pub fn empty_document(&mut self, at: NodeId, mut members: Vec<Member>) -> Vec<Member> {
        members.push(self.text_member(at, "openapi", "3.0.1"));
        members.push(self.map_member(at, "paths", Vec::new()));
        members
    }

    /// The members of a document with those parts.
    pub fn put_into(
        &mut self,
        at: NodeId,
        mut members: Vec<Member>,
        (mut parts, clash): (DocumentParts, Clash),
    ) -> Vec<Member> {
        if !parts.paths.is_empty() && members.iter().any(|member| member.key == VALIDATOR) {
            let nothing = self.map_member(at, CHECKS_NOTHING, Vec::new());
            parts.validators.push(nothing);
        }
        let is_swagger = members.iter().any(|member| member.key == "swagger");
        self.put_operations(at, &mut members, parts.paths);
        self.put_named(at, &mut members, VALIDATORS, (parts.validators, clash));
        self.put_named(at, &mut members, GATEWAY_RESPONSES, (parts.gateway_responses, Clash::Replaced));
        if is_swagger {
            self.put_named(at, &mut members, "securityDefinitions", (parts.schemes, clash));
            self.put_named(at, &mut members, "definitions", (parts.schemas, clash));
            return members;
        }
        let components = take(&mut members, "components");
        let mut of_components = components.map(|node| self.written(node)).unwrap_or_default();
        self.put_named(at, &mut of_components, "securitySchemes", (parts.schemes, clash));
        self.put_named(at, &mut of_components, "schemas", (parts.schemas, clash));
        if components.is_some() || !of_components.is_empty() {
            members.push(self.map_member(components.unwrap_or(at), "components", of_components));
        }
        members
    }

    /// Puts members into a map of the document, by their names.
    pub fn put_named(
        &mut self,
        at: NodeId,
        members: &mut Vec<Member>,
        key: &str,
        (named, clash): (Vec<Member>, Clash),
    ) {
        if named.is_empty() {
            return;
        }
        let of_document = take(members, key);
        let mut all = of_document.map(|node| self.written(node)).unwrap_or_default();
        for member in named {
            match all.iter_mut().find(|other| other.key == member.key) {
                None => all.push(member),
                Some(other) => {
                    if self.replaces(other.node, &member, clash) {
                        *other = member;
                    }
                }
            }
        }
        members.push(self.map_member(of_document.unwrap_or(at), key, all));
    }

    /// Says if a part replaces that of the document, and tells what becomes of the other.
    fn replaces(&mut self, of_document: NodeId, Member { key, node, .. }: &Member, clash: Clash) -> bool {
        let (written, part) = (self.tree.at(of_document), self.tree.at(*node));
        if written.to_json() == part.to_json() || key == API_KEY && is_key_scheme(written) {
            self.ledger.taken_whole(part);
            return false;
        }
        match clash {
            Clash::Replaced => {
                let words = format!("the template says {key} beside the document, and that counts");
                self.ledger.remark_whole(written, Remark::left_out(words));
                true
            }
            Clash::Refused => {
                let words = format!("the document of the API has {key} too, and API Gateway takes only one");
                self.ledger.error(part, words);
                false
            }
        }
    }

    /// Puts operations into the paths of the document; one that it has is replaced.
    fn put_operations(&mut self, at: NodeId, members: &mut Vec<Member>, items: Vec<Member>) {
        if items.is_empty() {
            return;
        }
        let of_document = take(members, "paths");
        let mut paths = of_document.map(|node| self.written(node)).unwrap_or_default();
        for item in items {
            let operations = self.written(item.node).into_iter();
            let operations: Vec<Member> =
                operations.map(|operation| self.adapted(members, operation)).collect();
            self.refuse_twice(&item.key, &operations);
            match paths.iter_mut().find(|other| other.key == item.key) {
                None => {
                    let node = self.map_node(item.node, operations);
                    paths.push(Member { node, ..item });
                }
                Some(other) if self.tree.at(other.node).get("$ref").is_some() => {
                    let words = format!("{} of the document is a $ref: write the path item there", item.key);
                    self.ledger.error(self.tree.at(other.node), words);
                }
                Some(other) => {
                    let mut all = self.written(other.node);
                    for operation in operations {
                        all.retain(|old| old.key != operation.key || !self.is_replaced(old.node));
                        all.push(operation);
                    }
                    other.node = self.map_node(other.node, all);
                }
            }
        }
        members.push(self.map_member(of_document.unwrap_or(at), "paths", paths));
    }

    /// API Gateway takes one method of a path only: a second one would silently replace the first.
    fn refuse_twice(&mut self, path: &str, operations: &[Member]) {
        for (at, operation) in operations.iter().enumerate() {
            if operations[..at].iter().any(|other| other.key == operation.key) {
                let words = format!("{} {path} stands twice in the template", operation.key);
                self.ledger.error(self.tree.at(operation.node), words);
            }
        }
    }

    /// Tells that an operation of the document is left out.
    fn is_replaced(&mut self, operation: NodeId) -> bool {
        let words = "the template has a method or a route for it beside the document, and that counts";
        self.ledger.remark_whole(self.tree.at(operation), Remark::left_out(words));
        true
    }

    /// An operation that has nothing of what the document says of all of its own.
    fn adapted(&mut self, document: &[Member], operation: Member) -> Member {
        let says = |key: &str| document.iter().any(|member| member.key == key);
        let node = operation.node;
        let mut members = self.written(node);
        let has = |members: &[Member], key: &str| members.iter().any(|member| member.key == key);
        if says("security") && !has(&members, "security") {
            let none = self.list_node(node, Vec::new());
            members.push(self.member("security", none));
        }
        if says(VALIDATOR) && !has(&members, VALIDATOR) {
            members.push(self.text_member(node, VALIDATOR, CHECKS_NOTHING));
        }
        if says("swagger") {
            members = self.in_swagger(members);
        }
        let node = self.map_node(node, members);
        Member { node, ..operation }
    }

    /// The body of an operation in the words of Swagger 2: one schema for all types.
    fn in_swagger(&mut self, mut members: Vec<Member>) -> Vec<Member> {
        let Some(body) = take(&mut members, "requestBody") else { return members };
        let content = self.tree.at(body).get("content").and_then(Located::members).into_iter().flatten();
        let content: Vec<(String, Option<NodeId>)> = content
            .map(|member| (member.key.to_owned(), member.value.get("schema").map(|schema| schema.id)))
            .collect();
        let [(_, Some(schema)), others @ ..] = &content[..] else { return members };
        let (schema, expected) = (*schema, self.tree.at(*schema).to_json());
        let is_same =
            |node: &Option<NodeId>| node.is_some_and(|node| self.tree.at(node).to_json() == expected);
        if !others.iter().all(|(_, other)| is_same(other)) {
            let words = "several models of one method: a Swagger document has one for all types of bodies";
            self.ledger.error(self.tree.at(body), words);
            return members;
        }
        let types = content.iter().map(|(media_type, _)| self.tree.derive_text(body, media_type)).collect();
        let types = self.list_node(body, types);
        members.push(self.member("consumes", types));
        let parameter = vec![
            self.text_member(body, "name", "body"),
            self.text_member(body, "in", "body"),
            self.member("schema", schema),
        ];
        let parameter = self.map_node(body, parameter);
        let parameters = take(&mut members, "parameters");
        let of_method = parameters.map(|list| self.tree.at(list).elements().into_iter().flatten());
        let mut nodes: Vec<NodeId> = of_method.into_iter().flatten().map(|node| node.id).collect();
        nodes.push(parameter);
        let list = self.list_node(parameters.unwrap_or(body), nodes);
        members.push(self.member("parameters", list));
        members
    }
}

/// The scheme of API keys, whatever else it says.
fn is_key_scheme(scheme: Located<'_>) -> bool {
    let text = |key: &str| scheme.get(key).and_then(Located::text).unwrap_or_default();
    text("type") == "apiKey" && text("in") == "header" && text("name").eq_ignore_ascii_case("x-api-key")
}
