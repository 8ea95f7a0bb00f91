//! A route → an operation.

use serde_json::{Value, json};

use super::{
    document::DocumentWriter,
    integration_extension::integration,
    item_fields::{Fields, copy, is_true, map, text},
    options::Extensions,
    request_shape::request_shape,
};

/// The name that an `x-amazon-apigateway-integration` has in an operation.
pub const INTEGRATION: &str = "x-amazon-apigateway-integration";

/// The fields of a route that a document has in API Gateway's words; the integration tells of itself.
const WITH_WORDS: [&str; 11] = [
    "description",
    "enabled",
    "integration",
    "authorizationType",
    "authorizerId",
    "authorizationScopes",
    "apiKeyRequired",
    "requestParameters",
    "requestModels",
    "requestValidator",
    "cacheKeyParameters",
];

impl DocumentWriter<'_> {
    /// The operation of a route; `path` are the names of its path parameters.
    pub fn operation(&mut self, key: &str, route: &Fields, path: &[String]) -> Fields {
        let mut operation = Fields::new();
        copy(route, &["description"], &mut operation);
        let shape = request_shape(route, path);
        if !shape.parameters.is_empty() {
            operation.insert("parameters".to_owned(), shape.parameters.into());
        }
        operation.extend(shape.body.map(|body| ("requestBody".to_owned(), body)));
        let security = self.schemes.security(route);
        operation.insert("responses".to_owned(), responses(route, &security));
        operation.insert("security".to_owned(), security);
        if self.options.extensions == Extensions::None {
            return operation;
        }
        if let Some(validator) = shape.validator {
            self.has_validators = true;
            operation.insert("x-amazon-apigateway-request-validator".to_owned(), validator.into());
        }
        if self.options.extensions == Extensions::ApiGateway {
            self.tell_unwritten(key, route, &WITH_WORDS);
        }
        let of_route = map(route, "integration").cloned().unwrap_or_default();
        match integration(&of_route, self.kind) {
            Some(mut fields) => {
                copy(route, &["cacheKeyParameters"], &mut fields);
                operation.insert(INTEGRATION.to_owned(), fields.into());
            }
            None if self.options.extensions == Extensions::ApiGateway => {
                let kind = text(&of_route, "type").unwrap_or_default();
                let words = format!("[{key}] integration: API Gateway has nothing like this {kind}");
                self.left_out.push(words);
            }
            None => {}
        }
        operation
    }
}

impl DocumentWriter<'_> {
    /// Tells of fields that API Gateway has no word for.
    pub fn tell_unwritten(&mut self, key: &str, fields: &Fields, with_words: &[&str]) {
        let unwritten = fields.keys().filter(|name| !with_words.contains(&name.as_str()));
        let lines =
            unwritten.map(|name| format!("[{key}] {name}: API Gateway's documents have no word for it"));
        self.left_out.extend(lines);
    }
}

/// Who is refused, and the statuses that mappings of the integration give.
fn responses(route: &Fields, security: &Value) -> Value {
    let mut responses = json!({ "default": { "description": "What the integration answers" } });
    let mut refusal = |status: &str, words: &str| responses[status] = json!({ "description": words });
    if security.as_array().is_some_and(|list| !list.is_empty()) {
        refusal("401", "The request has no valid credentials");
        refusal("403", "The caller may not do it");
    }
    if is_true(route.get("apiKeyRequired")) || route.contains_key("throttle") {
        refusal("429", "There are too many requests");
    }
    if map(route, "requestModels")
        .or_else(|| map(route, "requestParameters"))
        .is_some_and(|map| !map.is_empty())
    {
        refusal("400", "The request is not as it has to be");
    }
    let of_integration = map(route, "integration").and_then(|integration| integration.get("responses"));
    let mapped: Vec<&Value> = match of_integration {
        Some(Value::Object(by_pattern)) => by_pattern.values().collect(),
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => Vec::new(),
    };
    for response in mapped.into_iter().filter_map(Value::as_object) {
        let status = text(response, "statusCode").unwrap_or("200".to_owned());
        let headers = map(response, "responseParameters").into_iter().flatten();
        let headers = headers.filter_map(|(word, _)| {
            let name = word.strip_prefix("method.response.header.")?;
            Some((name.to_owned(), json!({ "schema": { "type": "string" } })))
        });
        let headers: Fields = headers.collect();
        let mut written = json!({ "description": format!("Status {status}") });
        if !headers.is_empty() {
            written["headers"] = headers.into();
        }
        responses[status] = written;
    }
    responses
}
