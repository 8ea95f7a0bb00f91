//! CORS of SAM's APIs → that of a document.

use super::{TemplateReader, globals::text_in};
use crate::api_import::{
    openapi::own_extensions,
    report::{Remark, Visibility},
    source::{Member, NodeId},
};

pub(super) const CORS: &str = "x-amazon-apigateway-cors";
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// The lists of `CorsConfiguration`.
const LISTS: [(&str, &str); 4] = [
    ("AllowOrigins", "allowOrigins"),
    ("AllowMethods", "allowMethods"),
    ("AllowHeaders", "allowHeaders"),
    ("ExposeHeaders", "exposeHeaders"),
];

impl TemplateReader<'_> {
    /// `Cors` of a REST API: an origin, or a map, with texts in single quotes of their own.
    pub(super) fn rest_cors(&mut self, cors: NodeId) -> Option<Member> {
        let words = "preflights are 204, and the gateway sets the CORS headers of all answers";
        let resolved = self.resolved(cors);
        self.ledger.remark(self.tree.at(resolved), Remark::otherwise(words, Visibility::Visible));
        let mut members = Vec::new();
        if let Some(origin) = self.tree.at(resolved).text().map(str::to_owned) {
            members.push(self.list_of(cors, "allowOrigins", &origin));
            members.push(self.list_of(cors, "allowMethods", "*"));
            return Some(self.map_member(cors, own_extensions::CORS, members));
        }
        if let Some(origin) = text_in(self, resolved, "AllowOrigin") {
            members.push(self.list_of(cors, "allowOrigins", &origin));
        }
        let credentials = self.ledger.boolean(self.tree.at(resolved), "AllowCredentials");
        let methods = match text_in(self, resolved, "AllowMethods") {
            Some(methods) => methods,
            // `*` is no wildcard beside credentials.
            None if credentials == Some(true) => METHODS.join(","),
            None => "*".to_owned(),
        };
        members.push(self.list_of(cors, "allowMethods", &methods));
        if let Some(headers) = text_in(self, resolved, "AllowHeaders") {
            members.push(self.list_of(cors, "allowHeaders", &headers));
        }
        if let Some(seconds) = text_in(self, resolved, "MaxAge") {
            members.push(self.text_member(cors, "maxAge", seconds.trim_matches('\'')));
        }
        if let Some(flag) = credentials {
            members.push(self.text_member(cors, "allowCredentials", flag.to_string()));
        }
        Some(self.map_member(cors, own_extensions::CORS, members))
    }

    /// `CorsConfiguration` of an HTTP API: a map, or true for every origin.
    pub(in crate::api_import::cloudformation) fn http_cors(&mut self, cors: NodeId) -> Member {
        let resolved = self.resolved(cors);
        let node = self.tree.at(resolved);
        self.ledger.taken(node);
        let mut members = Vec::new();
        match node.as_bool() {
            Some(true) => members.push(self.list_of(cors, "allowOrigins", "*")),
            Some(false) => {}
            None => {
                for member in self.written(resolved) {
                    let list = LISTS.iter().find(|(written, _)| *written == member.key);
                    let key = match (list, member.key.as_str()) {
                        (Some((_, key)), _) => key,
                        (None, "MaxAge") => "maxAge",
                        (None, "AllowCredentials") => "allowCredentials",
                        // Not claimed: the report calls it an unknown field.
                        (None, _) => continue,
                    };
                    members.push(self.member(key, member.node));
                }
            }
        }
        self.map_member(cors, CORS, members)
    }

    /// `'GET,POST'` → a list.
    fn list_of(&mut self, at: NodeId, key: &str, text: &str) -> Member {
        let parts = text.trim_matches('\'').split(',').map(str::trim).filter(|part| !part.is_empty());
        let nodes = parts.map(|part| self.tree.derive_text(at, part)).collect();
        let list = self.list_node(at, nodes);
        self.member(key, list)
    }

    /// `GatewayResponses` of SAM, whose parameters stand by their places.
    pub(super) fn sam_gateway_responses(&mut self, map: NodeId) -> Vec<Member> {
        self.ledger.taken(self.tree.at(map));
        let mut responses = Vec::new();
        for Member { key, node, .. } in self.written(map) {
            self.ledger.taken(self.tree.at(node));
            let mut members = Vec::new();
            for member in self.written(node) {
                match member.key.as_str() {
                    "StatusCode" => members.push(self.member("statusCode", member.node)),
                    "ResponseTemplates" => members.push(self.member("responseTemplates", member.node)),
                    "ResponseParameters" => members.push(self.response_parameters(member.node)),
                    // Not claimed: the report calls it an unknown field.
                    _ => {}
                }
            }
            responses.push(self.map_member(node, &key, members));
        }
        responses
    }

    /// `Headers: {X: "'a'"}` → `gatewayresponse.header.X`.
    fn response_parameters(&mut self, map: NodeId) -> Member {
        self.ledger.taken_whole(self.tree.at(map));
        let mut parameters = Vec::new();
        for (place, begin) in [("Headers", "header"), ("Paths", "path"), ("QueryStrings", "querystring")] {
            let Some(of_place) = self.tree.at(map).get(place).map(|of_place| of_place.id) else { continue };
            for Member { key, node, .. } in self.written(of_place) {
                parameters.push(self.member(format!("gatewayresponse.{begin}.{key}"), node));
            }
        }
        self.map_member(map, "responseParameters", parameters)
    }
}
