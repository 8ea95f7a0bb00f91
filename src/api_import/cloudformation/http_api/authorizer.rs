//! `AWS::ApiGatewayV2::Authorizer` → a security scheme.

use super::{ApiResource, FateTable, TemplateReader};
use crate::api_import::{
    cloudformation::properties::{
        Fate::{Becomes, LeftOut, Read},
        take,
    },
    source::{Member, NodeId},
};

#[rustfmt::skip]
const AUTHORIZER: &FateTable = &[
    ("ApiId", Read),
    ("Name", LeftOut("an authorizer has the name of its resource")),
    ("AuthorizerType", Becomes("type")),
    ("AuthorizerUri", Becomes("authorizerUri")),
    ("AuthorizerCredentialsArn", LeftOut("the gateway calls authorizers with its own role")),
    ("AuthorizerPayloadFormatVersion", Becomes("authorizerPayloadFormatVersion")),
    ("AuthorizerResultTtlInSeconds", Becomes("authorizerResultTtlInSeconds")),
    ("EnableSimpleResponses", Becomes("enableSimpleResponses")),
    ("IdentitySource", Becomes("identitySource")),
    ("IdentityValidationExpression", LeftOut("it is not used by API Gateway")),
    ("JwtConfiguration", Becomes("jwtConfiguration")),
];

#[rustfmt::skip]
const TOKEN: &FateTable = &[("Audience", Becomes("audience")), ("Issuer", Becomes("issuer"))];

impl TemplateReader<'_> {
    pub(super) fn http_authorizer_of(&mut self, resource: &ApiResource) -> NodeId {
        let mut members = self.members(resource.properties, AUTHORIZER, &resource.kind);
        if let Some(configuration) = take(&mut members, "jwtConfiguration") {
            let of_token = self.members(configuration, TOKEN, "a JwtConfiguration");
            members.push(self.map_member(configuration, "jwtConfiguration", of_token));
        }
        let authorizer: Member = self.map_member(resource.node, "x-amazon-apigateway-authorizer", members);
        let kind = self.text_member(resource.node, "type", "oauth2");
        self.map_node(resource.node, vec![kind, authorizer])
    }
}
