//! The events of functions and of state machines → operations of an API.

use super::{IMPLICIT, SamApi, TemplateReader, globals::text_in, security::ApiAuth};
use crate::api_import::{
    cloudformation::{
        properties::{
            Fate::{Apart, Becomes, Read},
            FateTable,
        },
        resource::ApiResource,
        template::api_named,
    },
    definition::ApiKind,
    report::Remark,
    source::{Member, NodeId},
};

#[rustfmt::skip]
const REST_EVENT: &FateTable = &[
    ("RestApiId", Read),
    ("Path", Apart),
    ("Method", Apart),
    ("Auth", Apart),
    ("RequestModel", Apart),
    ("RequestParameters", Apart),
    ("TimeoutInMillis", Becomes("timeoutInMillis")),
    ("ResponseTransferMode", Becomes("responseTransferMode")),
];

#[rustfmt::skip]
const HTTP_EVENT: &FateTable = &[
    ("ApiId", Read),
    ("Path", Apart),
    ("Method", Apart),
    ("Auth", Apart),
    ("RouteSettings", Apart),
    ("PayloadFormatVersion", Becomes("payloadFormatVersion")),
    ("TimeoutInMillis", Becomes("timeoutInMillis")),
];

/// An operation that an event becomes.
pub(super) struct EventOperation {
    pub path: String,
    /// As OpenAPI writes it.
    pub method: String,
    pub node: NodeId,
    /// `RouteSettings` of an HTTP API's event.
    pub settings: Option<NodeId>,
    /// `Auth` of the event itself.
    pub auth: Option<NodeId>,
}

/// An event, evaluated.
pub(super) struct Event {
    /// The function or the state machine that it is of.
    owner: String,
    name: String,
    pub node: NodeId,
    pub properties: NodeId,
}

/// The kinds of resources that have events.
const OWNERS: [&str; 2] = ["AWS::Serverless::Function", STATE_MACHINE];
pub(super) const STATE_MACHINE: &str = "AWS::Serverless::StateMachine";

impl TemplateReader<'_> {
    /// An event that names no API, if there is one.
    pub(super) fn first_event_without_api(
        &mut self,
        kind: ApiKind,
        resources: &[ApiResource],
    ) -> Option<NodeId> {
        let (_, implicit) = IMPLICIT.into_iter().find(|(of_kind, _)| *of_kind == kind)?;
        self.events(kind, resources)
            .iter()
            .find(|event| self.api_of(kind, event) == implicit)
            .map(|event| event.node)
    }

    pub(super) fn operations(
        &mut self,
        api: &SamApi,
        resources: &[ApiResource],
        auth: &ApiAuth,
    ) -> Vec<EventOperation> {
        let events = self.events(api.kind, resources);
        let mut operations = Vec::new();
        for event in events {
            if self.api_of(api.kind, &event) == api.name {
                let owner = resources.iter().find(|resource| resource.name == event.owner);
                operations.extend(owner.and_then(|owner| self.operation(api.kind, owner, &event, auth)));
            }
        }
        operations
    }

    /// Leaves the events out that are of another API than the one that is imported.
    pub fn leave_out_other_events(&mut self, api: &str, resources: &[ApiResource]) {
        for kind in [ApiKind::Rest, ApiKind::Http] {
            for event in self.events(kind, resources) {
                let other = self.api_of(kind, &event);
                if other != api {
                    let words = format!("it is an event of the API {other}, and {api} is imported");
                    self.ledger.remark_whole(self.tree.at(event.node), Remark::left_out(words));
                }
            }
        }
    }

    /// The events of this kind of API; the claims of other events are of [`Self::claim_events`].
    fn events(&mut self, kind: ApiKind, resources: &[ApiResource]) -> Vec<Event> {
        let word = match kind {
            ApiKind::Rest => "Api",
            ApiKind::Http => "HttpApi",
        };
        let mut found = Vec::new();
        for owner in resources.iter().filter(|resource| OWNERS.contains(&resource.kind.as_str())) {
            let Some(events) = self.tree.at(owner.properties).get("Events").map(|events| events.id) else {
                continue;
            };
            let Some(events) = self.evaluated(events) else { continue };
            for Member { key: name, node, .. } in self.written(events) {
                let event = self.tree.at(node);
                let is_of_kind = event.get("Type").and_then(|kind| kind.text()) == Some(word);
                // SAM knows no such events of state machines; the claim of them says so.
                if !is_of_kind || kind == ApiKind::Http && owner.kind == STATE_MACHINE {
                    continue;
                }
                let properties = event.get("Properties").map_or(node, |properties| properties.id);
                found.push(Event { owner: owner.name.clone(), name, node, properties });
            }
        }
        found
    }

    /// The name of the API that an event is of.
    fn api_of(&self, kind: ApiKind, event: &Event) -> String {
        let key = match kind {
            ApiKind::Rest => "RestApiId",
            ApiKind::Http => "ApiId",
        };
        let written = self.tree.at(event.properties).get(key);
        let named = written.and_then(|api| api_named(api).or_else(|| api.text().map(str::to_owned)));
        let implicit = IMPLICIT.into_iter().find(|(of_kind, _)| *of_kind == kind);
        named.unwrap_or_else(|| implicit.map_or_else(String::new, |(_, name)| name.to_owned()))
    }

    /// Claims the events of a resource: those that are no requests are left out.
    pub fn claim_events(&mut self, owner: &ApiResource) {
        let Some(events) = self.tree.at(owner.properties).get("Events").map(|events| events.id) else {
            return;
        };
        self.ledger.taken(self.tree.at(events));
        let Some(events) = self.evaluated(events) else { return };
        for Member { node, .. } in self.written(events) {
            let event = self.tree.at(node);
            match event.get("Type").and_then(|kind| kind.text()) {
                Some("HttpApi") if owner.kind == STATE_MACHINE => {
                    let words = "SAM has no HttpApi event of a state machine: expected Api";
                    self.ledger.error(event, words);
                }
                Some("Api" | "HttpApi") => {
                    self.ledger.taken(event);
                    event.get("Type").into_iter().for_each(|kind| self.ledger.taken(kind));
                }
                Some(_) | None => self.ledger.remark_whole(event, Remark::left_out("it is no request")),
            }
        }
    }

    fn operation(
        &mut self,
        kind: ApiKind,
        owner: &ApiResource,
        event: &Event,
        auth: &ApiAuth,
    ) -> Option<EventOperation> {
        let at = event.properties;
        let (path, method) = self.path_and_method(kind, event)?;
        let mut integration = match owner.kind.as_str() {
            STATE_MACHINE => self.execution(owner, event),
            _ => self.invocation(kind, owner, event),
        };
        let own = self.tree.at(at).get("Auth").map(|auth| auth.id);
        let mut members = self.security_of((kind, &method), event.node, own, auth);
        if let Some(own) = own {
            let read = ["Authorizer", "AuthorizationScopes", "ApiKeyRequired", "OverrideApiAuth"];
            self.claim_auth(own, &read);
            if let Some(node) = self.tree.at(own).get("OverrideApiAuth") {
                self.ledger.taken(node);
            }
        }
        let keyed = self.event_checks(at, &mut members);
        if !keyed.is_empty() {
            let keyed = keyed.into_iter().map(|name| self.text_node(at, name)).collect();
            let list = self.list_node(at, keyed);
            integration.push(self.member("cacheKeyParameters", list));
        }
        members.push(self.text_member(event.node, "operationId", event.name.clone()));
        members.push(self.map_member(at, "x-amazon-apigateway-integration", integration));
        let settings = self.tree.at(at).get("RouteSettings").map(|settings| settings.id);
        let path = if path == "$default" { "/$default".to_owned() } else { path };
        Some(EventOperation {
            path,
            method: method_member(&method),
            node: self.map_node(event.node, members),
            settings,
            auth: own,
        })
    }

    fn path_and_method(&mut self, kind: ApiKind, event: &Event) -> Option<(String, String)> {
        let path = text_in(self, event.properties, "Path");
        let method = text_in(self, event.properties, "Method");
        match (path, method, kind) {
            (Some(path), Some(method), _) => Some((path, method)),
            (Some(path), None, ApiKind::Http) => Some((path, "ANY".to_owned())),
            (None, None, ApiKind::Http) => Some(("$default".to_owned(), "ANY".to_owned())),
            _ => {
                let words = "an event without Path and Method";
                self.ledger.error(self.tree.at(event.node), words);
                None
            }
        }
    }

    /// The integration with a function.
    fn invocation(&mut self, kind: ApiKind, function: &ApiResource, event: &Event) -> Vec<Member> {
        let at = event.properties;
        let (table, of_kind) = match kind {
            ApiKind::Rest => (REST_EVENT, "an Api event"),
            ApiKind::Http => (HTTP_EVENT, "an HttpApi event"),
        };
        let mut integration = if at == event.node { Vec::new() } else { self.members(at, table, of_kind) };
        integration.push(self.function_of_event(function, event.node));
        for (key, text) in [("type", "aws_proxy"), ("httpMethod", "POST")] {
            integration.push(self.text_member(at, key, text));
        }
        if kind == ApiKind::Http && !integration.iter().any(|member| member.key == "payloadFormatVersion") {
            integration.push(self.text_member(at, "payloadFormatVersion", "2.0"));
        }
        integration
    }

    /// The `uri` of a function, with the alias that it is published under.
    fn function_of_event(&mut self, function: &ApiResource, at: NodeId) -> Member {
        let uri = self.text_of_call(at, "Fn::GetAtt", &format!("{}.Arn", function.name));
        let uri = match self.alias(self.root, function) {
            Some(alias) => format!("{uri}:{alias}"),
            None => uri,
        };
        self.text_member(at, "uri", uri)
    }
}

/// The member of a path item that a method is.
fn method_member(method: &str) -> String {
    match method.to_ascii_lowercase().as_str() {
        "any" | "x-amazon-apigateway-any-method" => "x-amazon-apigateway-any-method".to_owned(),
        method => method.to_owned(),
    }
}
