//! `AWS::ApiGatewayV2::Integration` → `x-amazon-apigateway-integration`.

use super::{ApiResource, FateTable, TemplateReader};
use crate::api_import::{
    cloudformation::{
        integration::Calls,
        properties::{
            Fate::{Apart, Becomes, LeftOut, Read},
            take,
        },
    },
    source::{Located, Member, NodeId},
};

const EXTENSION: &str = "x-amazon-apigateway-integration";

#[rustfmt::skip]
const INTEGRATION: &FateTable = &[
    ("ApiId", Read),
    ("Description", LeftOut("it describes")),
    ("IntegrationType", Becomes("type")),
    ("IntegrationSubtype", Becomes("integrationSubtype")),
    ("IntegrationUri", Becomes("uri")),
    ("IntegrationMethod", Becomes("httpMethod")),
    ("PayloadFormatVersion", Becomes("payloadFormatVersion")),
    ("ConnectionType", Becomes("connectionType")),
    ("ConnectionId", Becomes("connectionId")),
    ("CredentialsArn", Apart),
    ("RequestParameters", Becomes("requestParameters")),
    ("ResponseParameters", Apart),
    ("TimeoutInMillis", Becomes("timeoutInMillis")),
    ("TlsConfig", Apart),
    ("PassthroughBehavior", LeftOut("it is of WebSocket APIs")),
    ("ContentHandlingStrategy", LeftOut("it is of WebSocket APIs")),
];

impl TemplateReader<'_> {
    pub(super) fn http_integration(&mut self, resource: &ApiResource) -> Member {
        let mut members = self.members(resource.properties, INTEGRATION, &resource.kind);
        if let Some(node) = take(&mut members, "type") {
            self.ledger.taken(self.tree.at(node));
            let text = self.tree.at(node).text().unwrap_or_default().to_ascii_lowercase();
            members.push(self.text_member(node, "type", text));
        }
        if let Some(role) = self.tree.at(resource.properties).get("CredentialsArn").map(|role| role.id) {
            let is_service = members.iter().any(|member| member.key == "integrationSubtype");
            let calls = if is_service { Calls::Service } else { Calls::Other };
            members.extend(self.role_of_call(role, calls));
        }
        let parameters = self.tree.at(resource.properties).get("ResponseParameters").map(|map| map.id);
        members.extend(parameters.map(|map| self.http_response_parameters(map)));
        if let Some(tls) = self.tree.at(resource.properties).get("TlsConfig").map(|tls| tls.id) {
            let table: &FateTable = &[("ServerNameToVerify", Becomes("serverNameToVerify"))];
            let of_tls = self.members(tls, table, "a TlsConfig");
            members.push(self.map_member(tls, "tlsConfig", of_tls));
        }
        self.map_member(resource.node, EXTENSION, members)
    }

    /// The integration of an API that was made of a target: a function, or a URL.
    pub(super) fn quick_route(&mut self, target: NodeId) -> NodeId {
        self.ledger.taken(self.tree.at(target));
        let is_url = self.tree.at(target).text().is_some_and(|text| text.starts_with("http"));
        let kinds = if is_url { ("http_proxy", "ANY", "1.0") } else { ("aws_proxy", "POST", "2.0") };
        let members = vec![
            self.member("uri", target),
            self.text_member(target, "type", kinds.0),
            self.text_member(target, "httpMethod", kinds.1),
            self.text_member(target, "payloadFormatVersion", kinds.2),
        ];
        let extension = self.map_member(target, EXTENSION, members);
        self.map_node(target, vec![extension])
    }

    /// `{"200": {ResponseParameters: [{Destination, Source}]}}` → `{"200": {"overwrite:header.x": …}}`.
    fn http_response_parameters(&mut self, map: NodeId) -> Member {
        let resolved = self.resolved(map);
        self.ledger.taken_whole(self.tree.at(resolved));
        let mut by_status = Vec::new();
        for Member { key: status, node, .. } in self.written(resolved) {
            let list = self.tree.at(node).get("ResponseParameters").and_then(Located::elements);
            let changes: Vec<(String, NodeId)> = list
                .into_iter()
                .flatten()
                .filter_map(|change| {
                    let destination = change.get("Destination").and_then(Located::text)?;
                    Some((destination.to_owned(), change.get("Source")?.id))
                })
                .collect();
            let changes = changes.into_iter().map(|(key, node)| self.member(key, node)).collect();
            by_status.push(self.map_member(node, &status, changes));
        }
        self.map_member(map, "responseParameters", by_status)
    }
}
