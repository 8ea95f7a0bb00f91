//! Who may call the operations of a document beside SAM's `Auth`: what an event says, and the defaults, in the order in which
//! the translator puts them in.

use super::{
    TemplateReader,
    globals::{flag_in, text_in},
    security::{API_KEY, ApiAuth, NOBODY, SIGNATURE},
};
use crate::api_import::{
    cloudformation::properties::take,
    definition::ApiKind,
    source::{Located, NodeId},
};

const INTEGRATION: &str = "x-amazon-apigateway-integration";
const AUTH: &str = "x-amazon-apigateway-auth";
/// What an event without a key of an API with keys says.
const NO_KEY: &str = "api_key_false";

/// Members of a path item that are no operations.
const NO_OPERATIONS: [&str; 5] = ["parameters", "servers", "summary", "description", "$ref"];

impl TemplateReader<'_> {
    /// The operation with the `Auth` of an event.
    pub(super) fn with_event_auth(
        &mut self,
        kind: ApiKind,
        operation: NodeId,
        event: NodeId,
        auth: &ApiAuth,
    ) -> NodeId {
        let name = text_in(self, event, "Authorizer");
        let name = if kind == ApiKind::Http { name.or_else(|| auth.default.clone()) } else { name };
        let mut requirements = self.requirements_of(operation);
        let mut operation = operation;
        match name.as_deref() {
            None => {}
            Some(SIGNATURE) => operation = self.signed(operation, event),
            Some(name) => {
                let scopes = self.event_scopes(kind, event);
                requirements.push(self.requirement_of(event, name, scopes, auth));
            }
        }
        let flag = self.tree.at(event).get("ApiKeyRequired").filter(|_| kind == ApiKind::Rest);
        if let Some(flag) = flag.map(|flag| flag.id) {
            // What is neither true nor false opens nothing.
            let asks_for_key = flag_in(self, event, "ApiKeyRequired") != Some(false);
            let word = if asks_for_key { API_KEY } else { NO_KEY };
            requirements.push(self.requirement_of(flag, word, None, auth));
        }
        self.with_requirements(operation, requirements)
    }

    /// The operation with the default authorizer and the API key of all, where it says nothing else.
    pub(super) fn secured(
        &mut self,
        kind: ApiKind,
        method: &str,
        operation: NodeId,
        auth: &ApiAuth,
    ) -> NodeId {
        let is_answered = self.tree.at(operation).get(INTEGRATION).is_some();
        let Some(at) = auth.node.filter(|_| is_answered && !NO_OPERATIONS.contains(&method)) else {
            return operation;
        };
        let is_preflight = method == "options";
        match kind {
            ApiKind::Rest => {
                let operation = self.with_default_authorizer(operation, (at, is_preflight), auth);
                self.with_default_key(operation, (at, is_preflight), auth)
            }
            ApiKind::Http => match auth.default.clone() {
                Some(default) if !is_preflight && self.requirements_of(operation).is_empty() => {
                    self.with_default(operation, Vec::new(), (at, &default), auth)
                }
                Some(_) | None => operation,
            },
        }
    }

    fn with_default_authorizer(
        &mut self,
        operation: NodeId,
        (at, is_preflight): (NodeId, bool),
        auth: &ApiAuth,
    ) -> NodeId {
        let mut requirements = self.requirements_of(operation);
        let names: Vec<&str> = auth.scopes.iter().map(|(name, _)| name.as_str()).chain([SIGNATURE]).collect();
        let is_asked = requirements.iter().any(|requirement| self.asks(*requirement, &names))
            || self.tree.at(operation).get(AUTH).is_some_and(|auth| !is_open(auth));
        let count = requirements.len();
        requirements.retain(|requirement| !self.asks(*requirement, &[NOBODY]));
        let opts_out = requirements.len() < count;
        match auth.default.clone().filter(|_| !is_preflight || auth.asks_preflights) {
            Some(default) if !opts_out && !is_asked => {
                self.with_default(operation, requirements, (at, &default), auth)
            }
            Some(_) | None if opts_out => self.with_requirements(operation, requirements),
            Some(_) | None => operation,
        }
    }

    fn with_default_key(
        &mut self,
        operation: NodeId,
        (at, is_preflight): (NodeId, bool),
        auth: &ApiAuth,
    ) -> NodeId {
        let before = self.requirements_of(operation);
        let mut requirements = before.clone();
        requirements.retain(|requirement| !self.asks(*requirement, &[NO_KEY]));
        let opts_out = requirements.len() < before.len();
        if auth.asks_for_key && !opts_out {
            requirements.retain(|requirement| !self.asks(*requirement, &[API_KEY]));
            if !is_preflight || auth.asks_preflights_for_key {
                requirements.push(self.requirement_of(at, API_KEY, None, auth));
            }
        }
        match requirements == before {
            true => operation,
            false => self.with_requirements(operation, requirements),
        }
    }

    /// Says if a requirement has a scheme of one of these names.
    fn asks(&self, requirement: NodeId, names: &[&str]) -> bool {
        let mut members = self.tree.at(requirement).members().into_iter().flatten();
        members.any(|member| names.contains(&member.key))
    }

    fn with_default(
        &mut self,
        operation: NodeId,
        mut requirements: Vec<NodeId>,
        (at, default): (NodeId, &str),
        auth: &ApiAuth,
    ) -> NodeId {
        if default == SIGNATURE {
            let signed = self.signed(operation, at);
            return self.with_requirements(signed, requirements);
        }
        requirements.push(self.requirement_of(at, default, None, auth));
        self.with_requirements(operation, requirements)
    }

    /// A requirement with the scopes of an event, or of the authorizer.
    fn requirement_of(
        &mut self,
        at: NodeId,
        name: &str,
        scopes: Option<Vec<String>>,
        auth: &ApiAuth,
    ) -> NodeId {
        let of_authorizer =
            || auth.scopes.iter().find(|(other, _)| other == name).map(|(_, scopes)| scopes.clone());
        self.requirement(at, name, scopes.or_else(of_authorizer).unwrap_or_default())
    }

    fn requirements_of(&mut self, operation: NodeId) -> Vec<NodeId> {
        let Some(list) = self.tree.at(operation).get("security") else { return Vec::new() };
        // What is taken out of it has been understood.
        self.ledger.taken_whole(list);
        list.elements().into_iter().flatten().map(|requirement: Located<'_>| requirement.id).collect()
    }

    fn with_requirements(&mut self, operation: NodeId, requirements: Vec<NodeId>) -> NodeId {
        let mut members = self.written(operation);
        let list = take(&mut members, "security");
        let list = self.list_node(list.unwrap_or(operation), requirements);
        members.push(self.member("security", list));
        self.map_node(operation, members)
    }

    /// The operation for callers who sign.
    fn signed(&mut self, operation: NodeId, at: NodeId) -> NodeId {
        let mut members = self.written(operation);
        members.retain(|member| member.key != AUTH);
        let kind = self.text_member(at, "type", SIGNATURE);
        members.push(self.map_member(at, AUTH, vec![kind]));
        self.map_node(operation, members)
    }
}

/// True of `{type: NONE}`, beside which SAM writes the default authorizer all the same, and that counts.
fn is_open(auth: Located<'_>) -> bool {
    auth.get("type").and_then(Located::text) == Some(NOBODY)
}
