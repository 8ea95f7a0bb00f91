//! The security schemes of a document: an API key, a signature, an authorizer, or none that a gateway understands.

use super::{authorizer_extension, documentation, openapi_reader::OpenApiReader};
use crate::api_import::{
    definition::AuthorizerDefinition,
    source::{Located, MemberOf},
};

/// A scheme by what it asks of a request.
pub(super) struct SecurityScheme<'t> {
    pub node: Located<'t>,
    pub asks_for: SchemeKind,
    /// Says if an operation asks for it.
    pub is_used: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SchemeKind {
    ApiKey,
    Signature,
    Authorizer,
    /// OAuth without an authorizer, HTTP's own schemes, a key in another header.
    NotUnderstood,
}

const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
const AUTH_TYPE: &str = "x-amazon-apigateway-authtype";

impl<'t> OpenApiReader<'t, '_> {
    /// Reads all schemes; authorizers go into the definition.
    pub fn security_schemes(&mut self) {
        let schemes = match self.ledger.map(self.root, "securityDefinitions") {
            Some(schemes) => Some(schemes),
            None => {
                let components = self.ledger.map(self.root, "components");
                components.and_then(|components| self.ledger.map(components, "securitySchemes"))
            }
        };
        let Some(schemes) = schemes else { return };
        for member in schemes.members().into_iter().flatten() {
            let scheme = self.security_scheme(member);
            self.schemes.insert(member.key.to_owned(), scheme);
        }
    }

    fn security_scheme(&mut self, member: MemberOf<'t>) -> SecurityScheme<'t> {
        let MemberOf { key: name, key_span, value: node } = member;
        self.ledger.taken(node);
        let only_for_people =
            ["description", "scopes", "flow", "flows", "authorizationUrl", "tokenUrl", "bearerFormat"];
        documentation::leave_out(self.ledger, node, &only_for_people);
        let kind = self.ledger.text(node, "type").unwrap_or_default();
        let parameter = self.ledger.text(node, "name").unwrap_or_default();
        let place = self.ledger.text(node, "in").unwrap_or_default();
        for key in ["scheme", "openIdConnectUrl"] {
            self.ledger.text(node, key);
        }
        let auth_type = self.ledger.text(node, AUTH_TYPE).unwrap_or_default();
        let is_api_key = kind == "apiKey" && place == "header" && parameter.eq_ignore_ascii_case("x-api-key");
        let asks_for = if let Some(authorizer) = self.ledger.map(node, AUTHORIZER) {
            match authorizer_extension::fields(self, authorizer, parameter) {
                Some(fields) => {
                    self.stage_variables(authorizer, &fields);
                    let authorizer = AuthorizerDefinition { fields, origin: key_span };
                    self.definition.authorizers.insert(name.to_owned(), authorizer);
                    SchemeKind::Authorizer
                }
                None => SchemeKind::NotUnderstood,
            }
        } else if auth_type.eq_ignore_ascii_case("awsSigv4") {
            SchemeKind::Signature
        } else if is_api_key && auth_type.is_empty() {
            SchemeKind::ApiKey
        } else {
            SchemeKind::NotUnderstood
        };
        SecurityScheme { node, asks_for, is_used: false }
    }
}
