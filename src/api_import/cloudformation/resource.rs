//! The resources of a template: those of APIs with their properties, all else by its kind.

use std::collections::BTreeSet;

use super::{
    http_api,
    intrinsics::Truth,
    names_of_kinds::{NOT_IN_A_FILE, READ, REFUSED, SAM_LEFT_OUT},
    nested_stack,
    properties::TemplateReader,
};
use crate::api_import::{
    report::Remark,
    source::{Located, Member, NodeId},
};

/// Members of a resource that are about the life of the template.
const OF_THE_STACK: [&str; 5] =
    ["DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "Metadata"];

/// How to get a template without its macros and loops.
pub(super) const PROCESSED: &str = "(aws cloudformation get-template --template-stage Processed)";

/// A resource of an API.
pub(super) struct ApiResource {
    pub name: String,
    /// Behind `AWS::ApiGateway::`.
    pub kind: String,
    pub node: NodeId,
    /// Evaluated.
    pub properties: NodeId,
}

impl TemplateReader<'_> {
    /// A resource, if it is one of an API. Of others their kind is told.
    pub fn resource(&mut self, Member { key: name, node, .. }: Member) -> Option<ApiResource> {
        let written = self.tree.at(node);
        if name.starts_with("Fn::") {
            let words = format!("{name} among Resources is not read yet: import what it makes {PROCESSED}");
            self.ledger.error(written, words);
            return None;
        }
        let kind = written.get("Type").and_then(Located::text).unwrap_or("without a Type").to_owned();
        self.outer_guard(node, &kind, &BTreeSet::new());
        if let Some(location) = nested_stack::location_of(&kind) {
            self.nested_stack(name, node, &kind, location);
            return None;
        }
        if let Some(of_sam) = kind.strip_prefix("AWS::Serverless::") {
            let of_sam = of_sam.to_owned();
            return self.sam_resource(name, node, &kind, &of_sam);
        }
        if let Some(of_http) = kind.strip_prefix(http_api::KINDS)
            && !self.is_websocket(node, &kind)
        {
            let of_http = of_http.to_owned();
            return self.of_service(name, node, &kind, (&of_http, kind.clone()));
        }
        let Some(of_api) = kind.strip_prefix("AWS::ApiGateway::") else {
            self.other_resource(node, &kind);
            return None;
        };
        let of_api = of_api.to_owned();
        self.of_service(name, node, &kind, (&of_api, of_api.clone()))
    }

    /// A resource of API Gateway; `known_as` is its kind for the readers.
    fn of_service(
        &mut self,
        name: String,
        node: NodeId,
        kind: &str,
        (of_api, known_as): (&str, String),
    ) -> Option<ApiResource> {
        let written = self.tree.at(node);
        let is_read = READ.contains(&kind);
        let left_out = NOT_IN_A_FILE.iter().find(|(kind, _)| *kind == of_api && !is_read);
        if let Some((_, words)) = left_out {
            self.ledger.remark_whole(written, Remark::left_out(format!("{kind}: {words}")));
            return None;
        }
        if !is_read {
            let words = format!(
                "{kind} is not read yet: take it out of a copy, and write it into the API file by hand"
            );
            self.ledger.taken_whole(written);
            self.ledger.error(written, words);
            return None;
        }
        let (node, properties) = self.opened(node, kind)?;
        let properties = self.evaluated(properties)?;
        Some(ApiResource { name, kind: known_as, node, properties })
    }

    /// Claims a resource; gives it with its properties, if its condition lets it be there.
    pub fn opened(&mut self, node: NodeId, kind: &str) -> Option<(NodeId, NodeId)> {
        let written = self.tree.at(node);
        self.ledger.taken(written);
        let condition = written.get("Condition").map(|condition| condition.id);
        if let Some(words) = condition.and_then(|condition| self.unmet(condition)) {
            self.ledger.remark_whole(self.tree.at(node), Remark::left_out(words));
            return None;
        }
        let written = self.tree.at(node);
        for member in written.members().into_iter().flatten() {
            match member.key {
                "Type" => self.ledger.taken(member.value),
                "Properties" | "Condition" => {}
                // Who reads the globals reads it, and says what is ignored.
                "IgnoreGlobals" if kind.starts_with("AWS::Serverless::") => {
                    self.ledger.taken_whole(member.value)
                }
                key if OF_THE_STACK.contains(&key) => {
                    let words = "it is about the life of the template";
                    self.ledger.remark_whole(member.value, Remark::left_out(words));
                }
                key => {
                    self.ledger.taken_whole(member.value);
                    self.ledger.error(member.value, format!("{key} of {kind} is not read yet"));
                }
            }
        }
        let Some(properties) = written.get("Properties") else {
            self.ledger.error(written, format!("{kind} without Properties"));
            return None;
        };
        Some((node, properties.id))
    }

    /// A resource of SAM: an API, or a function, whose events are requests.
    fn sam_resource(&mut self, name: String, node: NodeId, kind: &str, of_sam: &str) -> Option<ApiResource> {
        match of_sam {
            "Api" | "HttpApi" => {
                let (node, properties) = self.opened(node, kind)?;
                let properties = self.evaluated(properties)?;
                Some(ApiResource { name, kind: kind.to_owned(), node, properties })
            }
            // Only its events are read: the rest may have what only functions have.
            "Function" => {
                let (node, properties) = self.opened(node, kind)?;
                let function = ApiResource { name, kind: kind.to_owned(), node, properties };
                self.claim_events_of(&function, &["FunctionName", "AutoPublishAlias"]);
                Some(function)
            }
            "StateMachine" if self.has_api_events(node) => {
                let (node, properties) = self.opened(node, kind)?;
                let machine = ApiResource { name, kind: kind.to_owned(), node, properties };
                self.claim_events_of(&machine, &["Name"]);
                Some(machine)
            }
            _ => {
                self.other_resource(node, kind);
                None
            }
        }
    }

    /// A resource that has no part in the API, or one that cannot be read.
    fn other_resource(&mut self, node: NodeId, kind: &str) {
        let written = self.tree.at(node);
        if let Some((_, words)) = REFUSED.iter().find(|(begin, _)| kind.starts_with(begin)) {
            self.ledger.remark_whole(written, Remark::left_out(format!("{kind}: {words}")));
            self.refused.push((node, format!("{kind}: {words}")));
            return;
        }
        if self.is_websocket(node, kind) {
            let words = format!("{kind}: a WebSocket API, which a function URL cannot serve");
            self.ledger.remark_whole(self.tree.at(node), Remark::left_out(words.clone()));
            self.refused.push((node, words));
            return;
        }
        let is_left_out =
            kind.strip_prefix("AWS::Serverless::").is_some_and(|of_sam| SAM_LEFT_OUT.contains(&of_sam));
        if kind.starts_with("AWS::Serverless::") && !is_left_out {
            let words = format!("{kind} is not read yet: export the API (get-export) and import that");
            self.ledger.error(self.tree.at(node), words);
        }
        self.ledger
            .remark_whole(self.tree.at(node), Remark::left_out(format!("{kind} is no part of an API")));
    }

    fn has_api_events(&self, node: NodeId) -> bool {
        let events = self.tree.at(node).get("Properties").and_then(|properties| properties.get("Events"));
        let mut events = events.and_then(Located::members).into_iter().flatten();
        events.any(|event| matches!(event.value.get("Type").and_then(Located::text), Some("Api" | "HttpApi")))
    }

    /// Claims the properties of what requests are events of: those that events read, and the rest.
    fn claim_events_of(&mut self, resource: &ApiResource, read: &[&str]) {
        let properties = self.tree.at(resource.properties);
        self.ledger.taken(properties);
        for member in properties.members().into_iter().flatten() {
            match member.key {
                "Events" => {}
                key if key.starts_with("Fn::") => {
                    let words =
                        format!("{key} among Properties may hold Events: import what it makes {PROCESSED}");
                    self.ledger.error(member.value, words);
                }
                key if read.contains(&key) => self.ledger.taken_whole(member.value),
                _ => {
                    let owner =
                        if resource.kind.ends_with("Function") { "function" } else { "state machine" };
                    let words = format!("it is the {owner}'s, which stays as it is");
                    self.ledger.remark_whole(member.value, Remark::left_out(words));
                }
            }
        }
        self.claim_events(resource);
    }

    /// True of a WebSocket API, also where a name says that it is one.
    fn is_websocket(&mut self, node: NodeId, kind: &str) -> bool {
        let properties = self.tree.at(node).get("Properties").filter(|_| kind == "AWS::ApiGatewayV2::Api");
        let protocol = properties.and_then(|properties| properties.get("ProtocolType")).map(|node| node.id);
        let Some(protocol) = protocol.and_then(|protocol| self.evaluated(protocol)) else { return false };
        let resolved = self.resolved(protocol);
        self.tree.at(resolved).text() == Some("WEBSOCKET")
    }

    /// The reason why a resource with this condition is not there, if it is not.
    pub(super) fn unmet(&mut self, condition: NodeId) -> Option<String> {
        self.ledger.taken(self.tree.at(condition));
        let Some(name) = self.tree.at(condition).text().map(str::to_owned) else {
            self.ledger.error(self.tree.at(condition), "Condition: expected the name of a condition");
            return None;
        };
        match self.condition(condition, &name) {
            Truth::True | Truth::Unknown => None,
            Truth::False => Some(format!("its condition {name} is false")),
        }
    }
}
