//! `AWS::ApiGateway::Authorizer` → a security scheme.

use super::properties::{
    Fate::{Becomes, LeftOut, Read},
    FateTable, TemplateReader,
};
use crate::api_import::source::{Member, NodeContent, NodeId};

#[rustfmt::skip]
const PROPERTIES: &FateTable = &[
    ("RestApiId", Read),
    ("Name", LeftOut("an authorizer has the name of its resource")),
    ("AuthType", LeftOut("it only stands in exports")),
    ("Type", Becomes("type")),
    ("AuthorizerUri", Becomes("authorizerUri")),
    ("AuthorizerCredentials", Becomes("authorizerCredentials")),
    ("AuthorizerResultTtlInSeconds", Becomes("authorizerResultTtlInSeconds")),
    ("IdentitySource", Becomes("identitySource")),
    ("IdentityValidationExpression", Becomes("identityValidationExpression")),
    ("ProviderARNs", Becomes("providerARNs")),
];

impl TemplateReader<'_> {
    /// The scheme of an authorizer's resource.
    pub fn authorizer(&mut self, resource: NodeId, properties: NodeId) -> NodeId {
        let members = self.members(properties, PROPERTIES, "AWS::ApiGateway::Authorizer");
        let authorizer = self.tree.derive(properties, NodeContent::Map(members));
        let span = self.tree.node(resource).span;
        let member = |key: &str, node| Member { key: key.to_owned(), key_span: span, node };
        let mut text = |text: &str| self.tree.derive_text(resource, text);
        let scheme = vec![
            member("type", text("apiKey")),
            member("name", text("Authorization")),
            member("in", text("header")),
            member("x-amazon-apigateway-authorizer", authorizer),
        ];
        self.tree.derive(resource, NodeContent::Map(scheme))
    }
}
