//! What an API says of itself, in API Gateway's extensions at the root of a document.

use super::{
    document::DocumentWriter,
    item_fields::{Fields, map},
    request_shape::validators,
};

/// Fields of `$api` that have an extension, and its name.
const SETTINGS: [(&str, &str); 6] = [
    ("corsConfiguration", "x-amazon-apigateway-cors"),
    ("gatewayResponses", "x-amazon-apigateway-gateway-responses"),
    ("binaryMediaTypes", "x-amazon-apigateway-binary-media-types"),
    ("apiKeySource", "x-amazon-apigateway-api-key-source"),
    ("policy", "x-amazon-apigateway-policy"),
    ("minimumCompressionSize", "x-amazon-apigateway-minimum-compression-size"),
];
/// Fields of `$api` that a document has.
pub const WRITTEN: [&str; 10] = [
    "authorizers",
    "authorizerId",
    "authorizationScopes",
    "models",
    "corsConfiguration",
    "gatewayResponses",
    "binaryMediaTypes",
    "apiKeySource",
    "policy",
    "minimumCompressionSize",
];
/// What a gateway response has at API Gateway.
const OF_GATEWAY_RESPONSES: [&str; 3] = ["statusCode", "responseParameters", "responseTemplates"];

impl DocumentWriter<'_> {
    pub fn root_extensions(&self, document: &mut Fields) {
        for (field, extension) in SETTINGS {
            let Some(value) = self.api.get(field) else { continue };
            document.insert(extension.to_owned(), value.clone());
        }
        if let Some(responses) = map(&self.api, "gatewayResponses") {
            let of_type = responses.iter().filter_map(|(name, response)| {
                let fields = response.as_object()?.iter();
                let known = fields.filter(|(name, _)| OF_GATEWAY_RESPONSES.contains(&name.as_str()));
                let known = known.map(|(name, value)| (name.clone(), value.clone()));
                Some((name.clone(), known.collect::<Fields>().into()))
            });
            let of_type: Fields = of_type.collect();
            document.insert("x-amazon-apigateway-gateway-responses".to_owned(), of_type.into());
        }
        if self.has_validators {
            document.insert("x-amazon-apigateway-request-validators".to_owned(), validators());
        }
    }
}
