//! `DefinitionBody` or `DefinitionUri` of an API of SAM, with what its properties and its events add, as the translator does.

use std::collections::BTreeSet;

use super::{
    SamApi, TemplateReader, cors::CORS, events::EventOperation, globals::flag_in, security::ApiAuth,
};
use crate::api_import::{
    cloudformation::{
        document::asks_for_key,
        document_parts::{Clash, DocumentParts},
        properties::take,
    },
    definition::ApiKind,
    report::{Remark, Visibility},
    source::{Member, NodeContent, NodeId},
};

/// A document, and what SAM adds to it.
pub(super) struct Definition {
    pub node: NodeId,
    place: Place,
    /// `MergeDefinitions` of a REST API: events count as well.
    merges: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Template,
    /// SAM does not look into it.
    File,
}

/// Properties that SAM takes only beside a document in the template.
const OF_DOCUMENT: [&str; 5] = ["Auth", "Cors", "CorsConfiguration", "Models", "GatewayResponses"];
const INTEGRATION: &str = "x-amazon-apigateway-integration";
const SECURITY: [&str; 2] = ["security", "x-amazon-apigateway-auth"];

impl TemplateReader<'_> {
    pub(super) fn definition_at(&mut self, properties: NodeId, node: NodeId) -> Definition {
        let of_template = self.tree.node(self.root).span.file;
        let is_here = self.tree.node(node).span.file == of_template;
        let merges = flag_in(self, properties, "MergeDefinitions") == Some(true);
        Definition { node, place: if is_here { Place::Template } else { Place::File }, merges }
    }

    /// The members of the document.
    pub(super) fn with_definition(
        &mut self,
        api: &SamApi,
        definition: &Definition,
        mut members: Vec<Member>,
        (mut parts, auth): (DocumentParts, &ApiAuth),
        operations: Vec<EventOperation>,
    ) -> Vec<Member> {
        if definition.place == Place::File {
            self.refuse_beside_file(api);
        }
        let mut of_document = self.written(definition.node);
        self.replace_cors(&mut members, &mut of_document);
        let paths = take(&mut of_document, "paths");
        let mut items = paths.map(|paths| self.written(paths)).unwrap_or_default();
        let mut members = self.with_properties(members, of_document);
        // The document's own requirements are of its own schemes.
        let asks = |event: &EventOperation| asks_for_key(self.tree.at(event.node));
        let needs_key = auth.asks_for_key || operations.iter().any(asks);
        let mut of_events = BTreeSet::new();
        for operation in operations {
            let key = (operation.path.clone(), operation.method.clone());
            if self.add_event(api, definition, &mut items, operation, auth) == Says::WhoMayCall {
                of_events.insert(key);
            }
        }
        for item in &mut items {
            self.secured_item(api.kind, item, auth, &of_events);
        }
        if needs_key {
            parts.schemes.push(self.key_scheme(definition.node));
        }
        if definition.merges {
            let validators = self.sam_validators(definition.node);
            parts.validators = self.written(validators.node);
        }
        members.push(self.map_member(paths.unwrap_or(definition.node), "paths", items));
        self.put_into(definition.node, members, (parts, Clash::Replaced))
    }

    /// The translator refuses what it would have to put into a file.
    fn refuse_beside_file(&mut self, api: &SamApi) {
        let Some(properties) = api.properties else { return };
        for key in OF_DOCUMENT {
            if let Some(node) = self.tree.at(properties).get(key) {
                let words =
                    format!("{key} beside a document in a file: SAM takes it beside a DefinitionBody only");
                self.ledger.error(node, words);
            }
        }
    }

    /// `CorsConfiguration` counts before what the document of an HTTP API says, field by field.
    fn replace_cors(&mut self, members: &mut [Member], of_document: &mut Vec<Member>) {
        let Some(own) = members.iter().position(|member| member.key == CORS) else { return };
        let Some(written) = take(of_document, CORS) else { return };
        self.ledger.taken(self.tree.at(written));
        let fields = self.written(members[own].node);
        let mut all = self.written(written);
        for old in &all {
            if fields.iter().any(|field| field.key == old.key) {
                let words = "CorsConfiguration says it, and that counts";
                self.ledger.remark_whole(self.tree.at(old.node), Remark::left_out(words));
            }
        }
        all.retain(|old| !fields.iter().any(|field| field.key == old.key));
        all.extend(fields);
        members[own].node = self.map_node(members[own].node, all);
    }

    /// Adds what an event says to the document.
    fn add_event(
        &mut self,
        api: &SamApi,
        definition: &Definition,
        items: &mut Vec<Member>,
        operation: EventOperation,
        auth: &ApiAuth,
    ) -> Says {
        let is_here = definition.place == Place::Template;
        let EventOperation { path, method, node, .. } = &operation;
        let item = items.iter().find(|item| item.key == *path);
        let existing = item.and_then(|item| self.tree.at(item.node).get(method)).map(|found| found.id);
        let Some(existing) = existing else {
            if is_here && (definition.merges || api.kind == ApiKind::Http) {
                self.add_operation(api, items, path, (method.clone(), *node));
                return Says::WhoMayCall;
            }
            let words = match definition.place {
                Place::File => {
                    "SAM adds no events to a document in a file of its own, so API Gateway does not serve it"
                }
                Place::Template => {
                    "SAM adds no events to a document without MergeDefinitions, so API Gateway does not serve it"
                }
            };
            self.ledger.remark_whole(self.tree.at(*node), Remark::left_out(words));
            return Says::Nothing;
        };
        if !is_here {
            let words = "the document has this operation too, and its own counts";
            self.ledger.remark(self.tree.at(*node), Remark::otherwise(words, Visibility::Invisible));
            return Says::Nothing;
        }
        let merged = self.merged_operation(api.kind, definition, existing, &operation, auth);
        if let Some(item) = items.iter_mut().find(|item| item.key == *path) {
            let mut operations = self.written(item.node);
            for other in &mut operations {
                if other.key == *method {
                    other.node = merged;
                }
            }
            item.node = self.map_node(item.node, operations);
        }
        match definition.merges && operation.auth.is_some() {
            true => Says::WhoMayCall,
            false => Says::Nothing,
        }
    }

    /// An operation of the document with what counts of the event for it.
    fn merged_operation(
        &mut self,
        kind: ApiKind,
        definition: &Definition,
        existing: NodeId,
        event: &EventOperation,
        auth: &ApiAuth,
    ) -> NodeId {
        let is_answered = self.tree.at(existing).get(INTEGRATION).is_some();
        let own = event.auth;
        let overrides = own.and_then(|own| flag_in(self, own, "OverrideApiAuth"));
        let own_counts = own.filter(|_| kind == ApiKind::Http || overrides == Some(true));
        let (takes, words) = match (kind, definition.merges, is_answered) {
            (ApiKind::Rest, true, _) => (Takes::All, "the event counts before the operation of the document"),
            (ApiKind::Http, _, false) => {
                (Takes::Integration, "the operation of the document is answered by the event's function")
            }
            (ApiKind::Rest, false, _) | (ApiKind::Http, _, true) if own_counts.is_some() => {
                (Takes::Nothing, "the document has this operation too: of the event only who may call counts")
            }
            (ApiKind::Rest, false, _) | (ApiKind::Http, _, true) => {
                (Takes::Nothing, "the document has this operation too, and its own counts")
            }
        };
        self.ledger.remark(self.tree.at(event.node), Remark::otherwise(words, Visibility::Invisible));
        let mut members = self.written(existing);
        if takes == Takes::All && own.is_some() {
            members.retain(|member| !SECURITY.contains(&member.key.as_str()));
        }
        for member in self.written(event.node) {
            let is_taken = match takes {
                // Without Auth of its own an event leaves the document's, and the API's defaults come behind it.
                Takes::All => own.is_some() || !SECURITY.contains(&member.key.as_str()),
                Takes::Integration => member.key == INTEGRATION,
                Takes::Nothing => false,
            };
            if !is_taken {
                continue;
            }
            if let Some(old) = take(&mut members, &member.key) {
                self.ledger.remark_whole(self.tree.at(old), Remark::left_out("the event says it"));
            }
            members.push(member);
        }
        let node = self.tree.derive(existing, NodeContent::Map(members));
        match own_counts {
            Some(own) if takes != Takes::All => self.with_event_auth(kind, node, own, auth),
            Some(_) | None => node,
        }
    }
}

/// What is still said of an operation behind an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Nothing,
    /// The event, and the defaults with it.
    WhoMayCall,
}

/// What an operation of a document takes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    All,
    Integration,
    Nothing,
}
