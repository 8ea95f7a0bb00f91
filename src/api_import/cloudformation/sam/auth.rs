//! `Authorizers` of a REST API → security schemes: pools of Cognito, and functions.

use std::collections::BTreeMap;

use super::{TemplateReader, globals::text_in};
use crate::api_import::{
    cloudformation::properties::{
        Fate::{Apart, Becomes, LeftOut},
        FateTable,
    },
    report::Remark,
    source::{Located, Member, NodeId},
};

const KIND: &str = "an authorizer";

#[rustfmt::skip]
const AUTHORIZER: &FateTable = &[
    ("UserPoolArn", Becomes("providerARNs")),
    ("FunctionArn", Becomes("authorizerUri")),
    ("FunctionPayloadType", Becomes("type")),
    ("FunctionInvokeRole", LeftOut("the gateway calls authorizers with its own role")),
    ("DisableFunctionDefaultPermissions", LeftOut("the gateway's own role calls the function")),
    ("Identity", Apart),
    ("AuthorizationScopes", Apart),
];

#[rustfmt::skip]
const IDENTITY: &FateTable = &[
    ("Header", Apart),
    ("Headers", Apart),
    ("QueryStrings", Apart),
    ("StageVariables", Apart),
    ("Context", Apart),
    ("ReauthorizeEvery", Becomes("authorizerResultTtlInSeconds")),
    ("ValidationExpression", Becomes("identityValidationExpression")),
];

/// Where a function of a REST API finds who calls.
const SOURCES: [(&str, &str); 4] = [
    ("Headers", "method.request.header."),
    ("QueryStrings", "method.request.querystring."),
    ("StageVariables", "stageVariables."),
    ("Context", "context."),
];

/// Virtual networks and their endpoints by the keys of conditions.
type Networks = BTreeMap<&'static str, Vec<NodeId>>;

impl TemplateReader<'_> {
    /// The schemes of `Auth`.
    pub(super) fn rest_authorizers(&mut self, auth: NodeId) -> Vec<Member> {
        let Some(map) = self.tree.at(auth).get("Authorizers").map(|map| map.id) else { return Vec::new() };
        let written = self.written(map);
        written.into_iter().map(|member| self.rest_authorizer(member)).collect()
    }

    fn rest_authorizer(&mut self, Member { key: name, key_span, node }: Member) -> Member {
        let mut members = self.members(node, AUTHORIZER, KIND);
        let kind = self.take_text(&mut members, "type");
        let identity = self.tree.at(node).get("Identity").map(|identity| identity.id);
        let mut header = "Authorization".to_owned();
        let mut sources = Vec::new();
        if let Some(identity) = identity {
            members.extend(self.members(identity, IDENTITY, "an Identity"));
            header = text_in(self, identity, "Header").unwrap_or(header);
            sources = self.identity_sources(identity, &SOURCES);
        }
        let is_pool = members.iter().any(|member| member.key == "providerARNs");
        let kind = match kind.as_deref() {
            _ if is_pool => "cognito_user_pools",
            Some(kind) if kind.eq_ignore_ascii_case("REQUEST") => "request",
            Some(_) | None => "token",
        };
        members.push(self.text_member(node, "type", kind));
        if kind == "request" && !sources.is_empty() {
            members.push(self.text_member(node, "identitySource", sources.join(", ")));
        }
        let header = if kind == "request" { "Unused".to_owned() } else { header };
        let authorizer = self.map_member(node, "x-amazon-apigateway-authorizer", members);
        let scheme = vec![
            self.text_member(node, "type", "apiKey"),
            self.text_member(node, "name", header),
            self.text_member(node, "in", "header"),
            authorizer,
        ];
        let node = self.map_node(node, scheme);
        Member { key: name, key_span, node }
    }

    /// The sources that an `Identity` lists, as authorizers of API Gateway write them.
    pub(super) fn identity_sources(&mut self, identity: NodeId, table: &[(&str, &str)]) -> Vec<String> {
        let mut sources = Vec::new();
        for (key, begin) in table {
            let texts = self.ledger.texts(self.tree.at(identity), key).unwrap_or_default();
            sources.extend(texts.into_iter().map(|text| format!("{begin}{text}")));
        }
        sources
    }

    /// `ResourcePolicy` of an API → the policy document that SAM makes of it, if all of it is understood.
    pub(super) fn resource_policy(&mut self, auth: NodeId) -> Option<Member> {
        let policy = self.tree.at(auth).get("ResourcePolicy").map(|policy| policy.id)?;
        self.ledger.taken(self.tree.at(policy));
        let mut statements = Vec::new();
        let (mut allowed, mut denied) = (Networks::new(), Networks::new());
        for Member { key, node, .. } in self.written(policy) {
            match key.as_str() {
                "CustomStatements" => statements.extend(self.custom_statements(node)),
                "IpRangeWhitelist" | "IpRangeBlacklist" => {
                    let operator = if key == "IpRangeWhitelist" { "NotIpAddress" } else { "IpAddress" };
                    let addresses = self.resolved(node);
                    self.ledger.taken_whole(self.tree.at(addresses));
                    let addresses = self.member("aws:SourceIp", addresses);
                    statements.extend(self.denying_statements(node, operator, vec![addresses]));
                }
                "AwsAccountWhitelist" | "AwsAccountBlacklist" => {
                    let effect = if key == "AwsAccountWhitelist" { "Allow" } else { "Deny" };
                    let accounts = self.resolved(node);
                    self.ledger.taken_whole(self.tree.at(accounts));
                    let accounts = self.member("AWS", accounts);
                    let principal = self.map_member(node, "Principal", vec![accounts]);
                    statements.push(self.statement(node, effect, vec![principal]));
                }
                "SourceVpcWhitelist" | "IntrinsicVpcWhitelist" | "IntrinsicVpceWhitelist" => {
                    self.add_networks(&key, node, &mut allowed);
                }
                "SourceVpcBlacklist" | "IntrinsicVpcBlacklist" | "IntrinsicVpceBlacklist" => {
                    self.add_networks(&key, node, &mut denied);
                }
                _ => {
                    self.ledger.taken_whole(self.tree.at(node));
                    let words = format!("{key} of a ResourcePolicy is not read yet: write CustomStatements");
                    self.ledger.error(self.tree.at(node), words);
                }
            }
        }
        // No function URL knows its callers' networks: the reader of the policy asks if it may be open.
        for (networks, operator) in [(allowed, "StringNotEquals"), (denied, "StringEquals")] {
            if !networks.is_empty() {
                let networks = networks.into_iter().map(|(key, nodes)| {
                    let list = self.list_node(policy, nodes);
                    self.member(key, list)
                });
                let networks = networks.collect();
                statements.extend(self.denying_statements(policy, operator, networks));
            }
        }
        let version = self.text_member(policy, "Version", "2012-10-17");
        let list = self.list_node(policy, statements);
        let list = self.member("Statement", list);
        Some(self.map_member(policy, "x-amazon-apigateway-policy", vec![version, list]))
    }

    /// A list of statements, or one.
    fn custom_statements(&mut self, written: NodeId) -> Vec<NodeId> {
        let resolved = self.resolved(written);
        let node = self.tree.at(resolved);
        self.ledger.taken_whole(node);
        if node.is_map() {
            return vec![resolved];
        }
        match node.elements() {
            Some(statements) => statements.map(|statement: Located<'_>| statement.id).collect(),
            None => {
                let words =
                    format!("got {} for CustomStatements, expected a list of statements", node.noun());
                self.ledger.error(node, words);
                Vec::new()
            }
        }
    }

    fn add_networks(&mut self, key: &str, node: NodeId, networks: &mut Networks) {
        let resolved = self.resolved(node);
        self.ledger.taken_whole(self.tree.at(resolved));
        let list = self.tree.at(resolved);
        let Some(elements) = list.elements() else {
            self.ledger.error(list, format!("got {} for {key}, expected a list", list.noun()));
            return;
        };
        for element in elements {
            let is_endpoint = key.starts_with("IntrinsicVpce")
                || element.text().is_some_and(|text| text.starts_with("vpce-"));
            let key = if is_endpoint { "aws:SourceVpce" } else { "aws:SourceVpc" };
            networks.entry(key).or_default().push(element.id);
        }
    }

    /// Everybody may call, and whom the condition is about may not.
    fn denying_statements(&mut self, at: NodeId, operator: &str, keys: Vec<Member>) -> Vec<NodeId> {
        let condition = self.map_member(at, operator, keys);
        let condition = self.map_member(at, "Condition", vec![condition]);
        let everybody = self.text_member(at, "Principal", "*");
        let allow = self.statement(at, "Allow", vec![everybody.clone()]);
        vec![allow, self.statement(at, "Deny", vec![everybody, condition])]
    }

    fn statement(&mut self, at: NodeId, effect: &str, mut members: Vec<Member>) -> NodeId {
        for (key, text) in
            [("Effect", effect), ("Action", "execute-api:Invoke"), ("Resource", "execute-api:/*")]
        {
            members.push(self.text_member(at, key, text));
        }
        self.map_node(at, members)
    }

    /// Parts of `Auth` that have no meaning here.
    pub(super) fn claim_auth(&mut self, auth: NodeId, read: &[&str]) {
        let node = self.tree.at(auth);
        for member in node.members().into_iter().flatten().filter(|member| !read.contains(&member.key)) {
            match member.key {
                "InvokeRole" => {
                    let words = "the gateway's own role calls functions";
                    self.ledger.remark_whole(member.value, Remark::left_out(words));
                }
                key => {
                    self.ledger.taken_whole(member.value);
                    self.ledger.error(member.value, format!("{key} of Auth is not read yet"));
                }
            }
        }
    }
}
