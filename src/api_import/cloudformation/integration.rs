//! `Integration` of a method → `x-amazon-apigateway-integration`: the same fields in other cases, responses by pattern.

use super::properties::{
    Fate::{Apart, Becomes, LeftOut},
    FateTable, TemplateReader, take,
};
use crate::api_import::{
    report::Remark,
    source::{Located, Member, NodeContent, NodeId},
};

#[rustfmt::skip]
const FIELDS: &FateTable = &[
    ("Type", Becomes("type")),
    ("Uri", Becomes("uri")),
    ("IntegrationHttpMethod", Becomes("httpMethod")),
    ("Credentials", Apart),
    ("ConnectionType", Becomes("connectionType")),
    ("ConnectionId", Becomes("connectionId")),
    ("ContentHandling", Becomes("contentHandling")),
    ("PassthroughBehavior", Becomes("passthroughBehavior")),
    ("RequestParameters", Becomes("requestParameters")),
    ("RequestTemplates", Becomes("requestTemplates")),
    ("ResponseTransferMode", Becomes("responseTransferMode")),
    ("TlsConfig", Becomes("tlsConfig")),
    ("IntegrationTarget", Becomes("integrationTarget")),
    ("TimeoutInMillis", Becomes("timeoutInMillis")),
    ("CacheKeyParameters", Becomes("cacheKeyParameters")),
    ("CacheNamespace", LeftOut("each route has answers of its own in the cache")),
    ("IntegrationResponses", Becomes("responses")),
];

#[rustfmt::skip]
const RESPONSE: &FateTable = &[
    ("StatusCode", Becomes("statusCode")),
    ("SelectionPattern", Becomes("pattern")),
    ("ContentHandling", Becomes("contentHandling")),
    ("ResponseParameters", Becomes("responseParameters")),
    ("ResponseTemplates", Becomes("responseTemplates")),
];

/// Who is called by an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calls {
    Service,
    /// A function, or a URL.
    Other,
}

impl TemplateReader<'_> {
    /// The extension that a method's integration becomes.
    pub fn integration(&mut self, node: NodeId) -> NodeId {
        let mut members = self.members(node, FIELDS, "an Integration");
        members.extend(self.credentials(node));
        if let Some(responses) = take(&mut members, "responses") {
            let key_span = self.tree.node(responses).span;
            let node = self.responses(responses);
            members.push(Member { key: "responses".to_owned(), key_span, node });
        }
        self.tree.derive(node, NodeContent::Map(members))
    }

    fn credentials(&mut self, integration: NodeId) -> Option<Member> {
        let node = self.tree.at(integration);
        let credentials = node.get("Credentials")?.id;
        let is_service = node.get("Type").and_then(Located::text) == Some("AWS");
        self.role_of_call(credentials, if is_service { Calls::Service } else { Calls::Other })
    }

    /// The role of a call to a service. Of others nobody is asked for names: they are called without it.
    pub(super) fn role_of_call(&mut self, credentials: NodeId, calls: Calls) -> Option<Member> {
        match calls {
            Calls::Service => {
                let resolved = self.resolved(credentials);
                Some(self.member("credentials", resolved))
            }
            Calls::Other => {
                let words = "the gateway calls functions with its own role, and URLs without one";
                let remark = Remark::left_out(words).advising("let the gateway's role invoke the function");
                self.ledger.remark_whole(self.tree.at(credentials), remark);
                None
            }
        }
    }

    fn responses(&mut self, list: NodeId) -> NodeId {
        let node = self.tree.at(list);
        let Some(elements) = node.elements() else {
            self.ledger.error(node, format!("got {} for IntegrationResponses, expected a list", node.noun()));
            return list;
        };
        let elements: Vec<NodeId> = elements.map(|element| element.id).collect();
        let mut by_pattern: Vec<Member> = Vec::new();
        for element in elements {
            let mut members = self.members(element, RESPONSE, "an IntegrationResponse");
            let pattern = self.take_text(&mut members, "pattern").filter(|pattern| !pattern.is_empty());
            let key = pattern.unwrap_or_else(|| "default".to_owned());
            if by_pattern.iter().any(|member| member.key == key) {
                let words =
                    format!("a response before it has the pattern {key} too, and the first one counts");
                self.ledger.remark_whole(self.tree.at(element), Remark::left_out(words));
                continue;
            }
            let node = self.tree.derive(element, NodeContent::Map(members));
            by_pattern.push(Member { key, key_span: self.tree.node(element).span, node });
        }
        self.tree.derive(list, NodeContent::Map(by_pattern))
    }
}
