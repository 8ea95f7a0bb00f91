//! The parts of an API of SAM and its events → the document that its translator would make.

use std::collections::BTreeSet;

use super::{
    SamApi, TemplateReader, api::ApiParts, definition::Definition, events::EventOperation, security::ApiAuth,
};
use crate::api_import::{
    cloudformation::{
        document::asks_for_key,
        document_parts::{Clash, DocumentParts},
        properties::take,
        resource::ApiResource,
    },
    definition::ApiKind,
    report::Remark,
    source::{Member, NodeId},
};

impl TemplateReader<'_> {
    pub(super) fn sam_document(
        &mut self,
        api: &SamApi,
        parts: ApiParts,
        operations: Vec<EventOperation>,
        resources: &[ApiResource],
    ) -> NodeId {
        let ApiParts { mut members, auth, sam, .. } = parts;
        let info = ["title", "description"].into_iter();
        let info: Vec<Member> =
            info.filter_map(|key| take(&mut members, key).map(|node| self.member(key, node))).collect();
        let (at, members) = match self.definition_of(api) {
            Some(definition) => {
                for member in info {
                    let words = "the document says it";
                    self.ledger.remark_whole(self.tree.at(member.node), Remark::left_out(words));
                }
                let members = self.with_definition(api, &definition, members, (sam, &auth), operations);
                (definition.node, members)
            }
            None => {
                members.push(self.map_member(api.node, "info", info));
                (api.node, self.document_of_events(api, members, sam, operations))
            }
        };
        let beside = match api.kind {
            ApiKind::Rest => self.rest_parts((&api.name, api.node), resources, &members),
            ApiKind::Http => self.http_parts(resources),
        };
        let members = self.put_into(at, members, (beside, Clash::Refused));
        self.map_node(at, members)
    }

    /// A document of nothing but events.
    fn document_of_events(
        &mut self,
        api: &SamApi,
        members: Vec<Member>,
        mut parts: DocumentParts,
        operations: Vec<EventOperation>,
    ) -> Vec<Member> {
        let mut members = self.empty_document(api.node, members);
        for EventOperation { path, method, node, .. } in operations {
            self.add_operation(api, &mut parts.paths, &path, (method, node));
        }
        let items = parts.paths.iter().filter_map(|item| self.tree.at(item.node).members());
        if items.flatten().any(|operation| asks_for_key(operation.value)) {
            parts.schemes.push(self.key_scheme(api.node));
        }
        if api.kind == ApiKind::Rest {
            members.push(self.sam_validators(api.node));
        }
        self.put_into(api.node, members, (parts, Clash::Replaced))
    }

    /// Adds an operation to the items of paths.
    pub(super) fn add_operation(
        &mut self,
        api: &SamApi,
        paths: &mut Vec<Member>,
        path: &str,
        (method, node): (String, NodeId),
    ) {
        let operation = self.member(method, node);
        let Some(item) = paths.iter_mut().find(|item| item.key == path) else {
            let item = self.map_node(api.node, vec![operation]);
            paths.push(Member { node: item, ..self.member(path, node) });
            return;
        };
        let mut operations = self.written(item.node);
        operations.push(operation);
        item.node = self.map_node(item.node, operations);
    }

    /// The document of `DefinitionBody` or `DefinitionUri`.
    fn definition_of(&mut self, api: &SamApi) -> Option<Definition> {
        let properties = api.properties?;
        let body = self.tree.at(properties).get("DefinitionBody").map(|body| body.id);
        let written = match body {
            Some(body) => body,
            None => {
                let uri = self.tree.at(properties).get("DefinitionUri").map(|uri| uri.id)?;
                self.definition_file(uri)?
            }
        };
        let node = self.resolved(written);
        Some(self.definition_at(properties, node))
    }

    /// The models of a REST API; the translator writes their names in small letters, which the document may refer to.
    pub(super) fn sam_models(&mut self, models: Option<NodeId>, has_document: bool) -> Vec<Member> {
        let Some(models) = models else { return Vec::new() };
        self.ledger.taken(self.tree.at(models));
        let mut named = self.written(models);
        if has_document {
            let in_small_letters = |member: &Member| {
                let key = member.key.to_lowercase();
                (key != member.key).then(|| Member { key, ..member.clone() })
            };
            let more: Vec<Member> = named.iter().filter_map(in_small_letters).collect();
            named.extend(more);
        }
        named
    }

    /// The operations of a path with the defaults of `Auth`, but for those of events, which have them.
    pub(super) fn secured_item(
        &mut self,
        kind: ApiKind,
        item: &mut Member,
        auth: &ApiAuth,
        of_events: &BTreeSet<(String, String)>,
    ) {
        if !self.tree.at(item.node).is_map() {
            return;
        }
        let mut operations = self.written(item.node);
        let is_of_document =
            |operation: &&mut Member| !of_events.contains(&(item.key.clone(), operation.key.clone()));
        for operation in operations.iter_mut().filter(is_of_document) {
            operation.node = self.secured(kind, &operation.key, operation.node, auth);
        }
        item.node = self.map_node(item.node, operations);
    }
}
