//! The parts of an API of SAM and its events → the document that its translator would make.

use super::{SamApi, TemplateReader, api::ApiParts, events::EventOperation, security::API_KEY};
use crate::api_import::{
    cloudformation::properties::take,
    definition::ApiKind,
    report::{Remark, Visibility},
    source::{Located, Member, NodeContent, NodeId},
};

impl TemplateReader<'_> {
    pub(super) fn sam_document(
        &mut self,
        api: &SamApi,
        parts: ApiParts,
        models: Option<NodeId>,
        operations: Vec<EventOperation>,
    ) -> NodeId {
        let ApiParts { mut members, mut schemes, .. } = parts;
        let body = self.definition_of(api);
        let info = ["title", "description"].into_iter();
        let info: Vec<Member> =
            info.filter_map(|key| take(&mut members, key).map(|node| self.member(key, node))).collect();
        let mut of_body = body.map(|body| self.written(body)).unwrap_or_default();
        let mut paths = Vec::new();
        if let Some(of_document) = take(&mut of_body, "paths") {
            self.ledger.taken(self.tree.at(of_document));
            paths = self.written(of_document);
        }
        let mut members = self.with_properties(members, of_body);
        for operation in operations {
            self.add_operation(api, &mut paths, body, operation);
        }
        match body {
            Some(body) => {
                for member in info {
                    let words = "the document says it";
                    self.ledger.remark_whole(self.tree.at(member.node), Remark::left_out(words));
                }
                if !schemes.is_empty() {
                    let words =
                        "Auth beside a document is not read yet: write the authorizers into the document";
                    self.ledger.error(self.tree.at(body), words);
                }
            }
            None => {
                members.push(self.text_member(api.node, "openapi", "3.0.1"));
                members.push(self.map_member(api.node, "info", info));
                if paths.iter().any(|item| asks_for_key(self.tree.at(item.node))) {
                    schemes.push(self.sam_key_scheme(api.node));
                }
                let schemes = self.map_member(api.node, "securitySchemes", schemes);
                let models = models.map(|models| self.member("schemas", models));
                let components = std::iter::once(schemes).chain(models).collect();
                members.push(self.map_member(api.node, "components", components));
                if api.kind == ApiKind::Rest {
                    members.push(self.sam_validators(api.node));
                }
            }
        }
        members.push(self.map_member(body.unwrap_or(api.node), "paths", paths));
        self.tree.derive(body.unwrap_or(api.node), NodeContent::Map(members))
    }

    /// Adds an operation; one that the document has too is the document's, as with SAM.
    fn add_operation(
        &mut self,
        api: &SamApi,
        paths: &mut Vec<Member>,
        body: Option<NodeId>,
        EventOperation { path, method, node, .. }: EventOperation,
    ) {
        // SAM puts events into a document that stands in the template, and into no other.
        let of_template = self.tree.node(self.root).span.file;
        let is_elsewhere = body.is_some_and(|body| self.tree.node(body).span.file != of_template);
        let has_it = |item: &&mut Member| item.key == path;
        let item = paths.iter_mut().find(has_it);
        if is_elsewhere && item.is_none_or(|item| self.tree.at(item.node).get(&method).is_none()) {
            let words =
                "SAM adds no events to a document in a file of its own, so API Gateway does not serve it";
            self.ledger.remark_whole(self.tree.at(node), Remark::left_out(words));
            return;
        }
        let Some(item) = paths.iter_mut().find(has_it) else {
            let operation = self.member(method, node);
            let item = self.map_node(api.node, vec![operation]);
            paths.push(Member { node: item, ..self.member(path, node) });
            return;
        };
        let mut operations = self.written(item.node);
        if operations.iter().any(|other| other.key == method) {
            let words = "the document has this operation too, and its own counts";
            self.ledger.remark(self.tree.at(node), Remark::otherwise(words, Visibility::Invisible));
            return;
        }
        operations.push(self.member(method, node));
        item.node = self.tree.derive(item.node, NodeContent::Map(operations));
    }

    /// The document of `DefinitionBody` or `DefinitionUri`.
    fn definition_of(&mut self, api: &SamApi) -> Option<NodeId> {
        let properties = api.properties?;
        if let Some(body) = self.tree.at(properties).get("DefinitionBody").map(|body| body.id) {
            return Some(self.resolved(body));
        }
        let uri = self.tree.at(properties).get("DefinitionUri").map(|uri| uri.id)?;
        let file = self.definition_file(uri)?;
        Some(self.resolved(file))
    }
}

/// True of a path item with an operation that asks for an API key.
fn asks_for_key(item: Located<'_>) -> bool {
    item.members().into_iter().flatten().any(|operation| {
        let requirements = operation.value.get("security").and_then(Located::elements);
        requirements.is_some_and(|mut requirements| requirements.any(|map| map.get(API_KEY).is_some()))
    })
}
