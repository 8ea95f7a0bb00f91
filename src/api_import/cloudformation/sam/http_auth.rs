//! `Authorizers` of an HTTP API → security schemes: tokens, and functions.

use super::TemplateReader;
use crate::api_import::{
    cloudformation::properties::{
        Fate::{Apart, Becomes, LeftOut},
        FateTable,
    },
    source::{Member, NodeId},
};

#[rustfmt::skip]
const AUTHORIZER: &FateTable = &[
    ("JwtConfiguration", Becomes("jwtConfiguration")),
    ("IdentitySource", Becomes("identitySource")),
    ("FunctionArn", Becomes("authorizerUri")),
    ("AuthorizerPayloadFormatVersion", Becomes("authorizerPayloadFormatVersion")),
    ("EnableSimpleResponses", Becomes("enableSimpleResponses")),
    ("FunctionInvokeRole", LeftOut("the gateway calls authorizers with its own role")),
    ("EnableFunctionDefaultPermissions", LeftOut("the gateway's own role calls the function")),
    ("Identity", Apart),
    ("AuthorizationScopes", Apart),
];

#[rustfmt::skip]
const IDENTITY: &FateTable = &[
    ("Headers", Apart),
    ("QueryStrings", Apart),
    ("StageVariables", Apart),
    ("Context", Apart),
    ("ReauthorizeEvery", Becomes("authorizerResultTtlInSeconds")),
];

const SOURCES: [(&str, &str); 4] = [
    ("Headers", "$request.header."),
    ("QueryStrings", "$request.querystring."),
    ("StageVariables", "$stageVariables."),
    ("Context", "$context."),
];

impl TemplateReader<'_> {
    /// The schemes of `Auth`.
    pub(super) fn http_authorizers(&mut self, auth: NodeId) -> Vec<Member> {
        let Some(map) = self.tree.at(auth).get("Authorizers").map(|map| map.id) else { return Vec::new() };
        let written = self.written(map);
        written.into_iter().map(|member| self.http_authorizer(member)).collect()
    }

    fn http_authorizer(&mut self, Member { key: name, key_span, node }: Member) -> Member {
        let mut members = self.members(node, AUTHORIZER, "an authorizer");
        let is_jwt = members.iter().any(|member| member.key == "jwtConfiguration");
        if let Some(identity) = self.tree.at(node).get("Identity").map(|identity| identity.id) {
            members.extend(self.members(identity, IDENTITY, "an Identity"));
            let sources = self.identity_sources(identity, &SOURCES);
            if !sources.is_empty() {
                members.push(self.text_member(node, "identitySource", sources.join(", ")));
            }
        }
        members.push(self.text_member(node, "type", if is_jwt { "jwt" } else { "request" }));
        let authorizer = self.map_member(node, "x-amazon-apigateway-authorizer", members);
        let kind = self.text_member(node, "type", "oauth2");
        let node: NodeId = self.map_node(node, vec![kind, authorizer]);
        Member { key: name, key_span, node }
    }
}
