//! Who may call: the authorizers of an API, and what each of its events asks for.

use super::{
    TemplateReader,
    globals::{flag_in, text_in},
};
use crate::api_import::{
    definition::ApiKind,
    report::Remark,
    source::{Member, NodeId},
};

/// What SAM's `Auth` of an API says of all its routes.
#[derive(Clone, Debug, Default)]
pub(super) struct ApiAuth {
    /// The node of `Auth`.
    pub node: Option<NodeId>,
    /// The names and the scopes of the authorizers.
    pub scopes: Vec<(String, Vec<String>)>,
    pub default: Option<String>,
    pub asks_for_key: bool,
    /// Says if `OPTIONS` of a document asks for the default authorizer too.
    pub asks_preflights: bool,
    /// The same of the API key.
    pub asks_preflights_for_key: bool,
}

/// The schemes of API keys and of signatures, as SAM calls them.
pub(super) const API_KEY: &str = "api_key";
pub(super) const SIGNATURE: &str = "AWS_IAM";
const SCOPES: &str = "AuthorizationScopes";
/// The word of an event that opts out of the default authorizer.
pub(super) const NOBODY: &str = "NONE";

impl TemplateReader<'_> {
    /// The members `security` and `x-amazon-apigateway-auth` of the operation of an event.
    pub(super) fn security_of(
        &mut self,
        (kind, method): (ApiKind, &str),
        at: NodeId,
        event: Option<NodeId>,
        auth: &ApiAuth,
    ) -> Vec<Member> {
        let is_preflight = method.eq_ignore_ascii_case("options");
        // An HTTP API's `OPTIONS` gets the default only where the event has an `Auth`.
        let has_default = !is_preflight
            || match kind {
                ApiKind::Rest => auth.asks_preflights,
                ApiKind::Http => event.is_some(),
            };
        let mut name = auth.default.clone().filter(|_| has_default);
        let mut asks_for_key = auth.asks_for_key && (!is_preflight || auth.asks_preflights_for_key);
        let mut scopes = None;
        let mut place = auth.node.unwrap_or(at);
        if let Some(event) = event {
            self.claim_auth_map(event);
            scopes = self.event_scopes(kind, event);
            match text_in(self, event, "Authorizer") {
                Some(own) => {
                    name = Some(own);
                    place = event;
                }
                None if kind == ApiKind::Rest => {
                    scopes = None;
                    if let Some(node) = self.tree.at(event).get(SCOPES) {
                        let words = "SAM takes the scopes of an event only beside its Authorizer";
                        self.ledger.remark_whole(node, Remark::left_out(words));
                    }
                }
                None => {}
            }
            if self.tree.at(event).get("ApiKeyRequired").is_some() {
                // What is neither true nor false opens nothing.
                asks_for_key = flag_in(self, event, "ApiKeyRequired") != Some(false);
            }
        }
        let mut said = Vec::new();
        let mut requirements = Vec::new();
        match name.as_deref() {
            None | Some(NOBODY) => {}
            Some(SIGNATURE) => {
                let kind = self.text_member(place, "type", SIGNATURE);
                said.push(self.map_member(place, "x-amazon-apigateway-auth", vec![kind]));
            }
            Some(name) => {
                let of_authorizer = auth.scopes.iter().find(|(other, _)| other == name);
                let scopes = scopes.or_else(|| of_authorizer.map(|(_, scopes)| scopes.clone()));
                let scopes = scopes.unwrap_or_default();
                requirements.push(self.requirement(place, name, scopes));
            }
        }
        if asks_for_key {
            requirements.push(self.requirement(place, API_KEY, Vec::new()));
        }
        if !requirements.is_empty() {
            let list = self.list_node(place, requirements);
            said.push(self.member("security", list));
        }
        said
    }

    /// A requirement of one scheme.
    pub(super) fn requirement(&mut self, at: NodeId, name: &str, scopes: Vec<String>) -> NodeId {
        let scopes = scopes.into_iter().map(|scope| self.text_node(at, scope)).collect();
        let scopes = self.list_node(at, scopes);
        let scheme = self.member(name, scopes);
        self.map_node(at, vec![scheme])
    }

    /// `Auth` is a map or nothing: of anything else nobody knows what it guards.
    fn claim_auth_map(&mut self, auth: NodeId) {
        let node = self.tree.at(auth);
        self.ledger.taken(node);
        if !node.is_map() && !node.is_null() {
            self.ledger.error(node, format!("got {} for Auth, expected a map", node.noun()));
        }
    }

    /// The scopes of an event, if they count instead of the authorizer's: on an HTTP API an empty list does not.
    pub(super) fn event_scopes(&mut self, kind: ApiKind, event: NodeId) -> Option<Vec<String>> {
        self.scopes_in(event).filter(|scopes| kind == ApiKind::Rest || !scopes.is_empty())
    }

    /// `AuthorizationScopes` with names in their places.
    fn scopes_in(&mut self, map: NodeId) -> Option<Vec<String>> {
        let written = self.tree.at(map).get(SCOPES)?.id;
        let resolved = self.resolved(written);
        self.ledger.taken_whole(self.tree.at(written));
        let holder = self.member(SCOPES, resolved);
        let holder = self.map_node(written, vec![holder]);
        self.ledger.texts(self.tree.at(holder), SCOPES)
    }

    /// What `Auth` of an API says of all routes; the authorizers are read by the API's own reader.
    pub(super) fn api_auth(&mut self, auth: NodeId) -> ApiAuth {
        self.claim_auth_map(auth);
        let default = text_in(self, auth, "DefaultAuthorizer");
        if default.as_deref() == Some(NOBODY) {
            let node = self.tree.at(auth);
            let words =
                "DefaultAuthorizer: NONE is no authorizer, and SAM refuses it: name one, or leave it out";
            self.ledger.error(node.get("DefaultAuthorizer").unwrap_or(node), words);
        }
        let says_of_key = self.tree.at(auth).get("ApiKeyRequired").is_some();
        // What is neither true nor false opens nothing.
        let asks_for_key = says_of_key && flag_in(self, auth, "ApiKeyRequired") != Some(false);
        let mut scopes = Vec::new();
        let authorizers = self.tree.at(auth).get("Authorizers").map(|map| map.id);
        if let Some(map) = authorizers {
            self.ledger.taken(self.tree.at(map));
            for Member { key, node, .. } in self.written(map) {
                let texts = self.scopes_in(node);
                scopes.push((key, texts.unwrap_or_default()));
            }
        }
        let mut is_not_false = |key| flag_in(self, auth, key) != Some(false);
        ApiAuth {
            node: Some(auth),
            scopes,
            default,
            asks_for_key,
            asks_preflights: is_not_false("AddDefaultAuthorizerToCorsPreflight"),
            asks_preflights_for_key: is_not_false("AddApiKeyRequiredToCorsPreflight"),
        }
    }
}
