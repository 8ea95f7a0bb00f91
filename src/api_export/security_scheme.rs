//! Authorizers, API keys and signatures → security schemes, and what each operation asks for.

use serde_json::{Value, json};

use super::{
    authorizer_extension::{authorizer, header},
    item_fields::{Fields, is_true, map, text, texts, word},
    options::Extensions,
};
use crate::api_import::definition::ApiKind;

/// The names of the schemes that are no authorizer's.
const API_KEY: &str = "api_key";
const SIGNATURE: &str = "sigv4";

/// The schemes of a document, by the names of the authorizers.
pub struct SecuritySchemes<'a> {
    authorizers: Option<&'a Fields>,
    api: &'a Fields,
    pub written: Fields,
    api_key: String,
    signature: String,
}

impl<'a> SecuritySchemes<'a> {
    pub fn of(api: &'a Fields, kind: ApiKind, extensions: Extensions) -> Self {
        let authorizers = map(api, "authorizers");
        let mut written = Fields::new();
        for (name, fields) in authorizers.into_iter().flatten() {
            let Some(fields) = fields.as_object() else { continue };
            written.insert(name.clone(), scheme(fields, kind, extensions));
        }
        let free = |name: &str| {
            let mut name = name.to_owned();
            while written.contains_key(&name) {
                name.push('_');
            }
            name
        };
        let (api_key, signature) = (free(API_KEY), free(SIGNATURE));
        Self { authorizers, api, written, api_key, signature }
    }

    /// `security` of an operation, also where it is the API's default: an empty list is open.
    pub fn security(&mut self, route: &Fields) -> Value {
        let mut requirement = Fields::new();
        let kind = word(route, "authorizationType");
        let own = text(route, "authorizerId");
        let (name, scopes) = match (own, kind.as_deref()) {
            (Some(name), _) => (Some(name), texts(route, "authorizationScopes")),
            (None, Some("NONE")) => (None, Vec::new()),
            (None, Some("AWS_IAM")) => {
                let scheme = json!({ "type": "apiKey", "name": "Authorization", "in": "header",
                    "x-amazon-apigateway-authtype": "awsSigv4" });
                self.written.insert(self.signature.clone(), scheme);
                requirement.insert(self.signature.clone(), json!([]));
                (None, Vec::new())
            }
            (None, _) => {
                let of_route = route.get("authorizationScopes").map(|_| texts(route, "authorizationScopes"));
                let scopes = of_route.unwrap_or_else(|| texts(self.api, "authorizationScopes"));
                (text(self.api, "authorizerId"), scopes)
            }
        };
        if let Some(name) = name {
            // Of a name that leads nowhere nothing is known, but that it guards.
            let is_known = self.authorizers.is_some_and(|authorizers| authorizers.contains_key(&name));
            if !is_known {
                let scheme = json!({ "type": "apiKey", "name": "Authorization", "in": "header",
                    "x-amazon-apigateway-authtype": "custom" });
                self.written.insert(name.clone(), scheme);
            }
            requirement.insert(name, scopes.into());
        }
        if is_true(route.get("apiKeyRequired")) {
            let scheme = json!({ "type": "apiKey", "name": "x-api-key", "in": "header" });
            self.written.insert(self.api_key.clone(), scheme);
            requirement.insert(self.api_key.clone(), json!([]));
        }
        if requirement.is_empty() { json!([]) } else { json!([requirement]) }
    }
}

fn scheme(fields: &Fields, kind: ApiKind, extensions: Extensions) -> Value {
    let of_type = word(fields, "type").unwrap_or_default();
    let issuer = map(fields, "jwtConfiguration").and_then(|jwt| text(jwt, "issuer"));
    let mut scheme = match (of_type.as_str(), issuer) {
        ("JWT", Some(issuer)) => {
            let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
            json!({ "type": "openIdConnect", "openIdConnectUrl": url })
        }
        ("JWT", None) => json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT" }),
        ("AWS_IAM", _) => json!({ "type": "apiKey", "name": "Authorization", "in": "header",
            "x-amazon-apigateway-authtype": "awsSigv4" }),
        _ => json!({ "type": "apiKey", "name": header(fields), "in": "header" }),
    };
    let auth_type = match of_type.as_str() {
        "COGNITO_USER_POOLS" => Some("cognito_user_pools"),
        "TOKEN" | "REQUEST" => Some("custom"),
        _ => None,
    };
    if extensions != Extensions::None {
        if let Some(auth_type) = auth_type {
            scheme["x-amazon-apigateway-authtype"] = auth_type.into();
        }
        if let Some(extension) = authorizer(fields, kind) {
            scheme["x-amazon-apigateway-authorizer"] = extension.into();
        }
    }
    scheme
}
