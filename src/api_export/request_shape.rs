//! Parameters, bodies and what of them is checked.

use serde_json::{Value, json};

use super::{
    item_fields::{Fields, is_false, is_true, map},
    model_schema::component_name,
};

/// Validators by what they check; a REST API names them.
pub const VALIDATORS: [&str; 3] = ["body-only", "params-only", "all"];

/// The parts of a request that an operation names, and its validator.
pub struct RequestShape {
    pub parameters: Vec<Value>,
    pub body: Option<Value>,
    /// `None`: nothing is checked.
    pub validator: Option<&'static str>,
}

/// What an operation says of requests; `path` are the names of its path parameters.
pub fn request_shape(route: &Fields, path: &[String]) -> RequestShape {
    let checks = map(route, "requestValidator");
    let is_checked = |name: &str| !is_false(checks.and_then(|checks| checks.get(name)));
    let (checks_parameters, checks_body) =
        (is_checked("validateRequestParameters"), is_checked("validateRequestBody"));
    let mut parameters: Vec<Value> = path.iter().map(|name| parameter("path", name, true.into())).collect();
    let mut has_required = false;
    for (word, is_required) in map(route, "requestParameters").into_iter().flatten() {
        let Some((place, name)) = word.strip_prefix("method.request.").and_then(|word| word.split_once('.'))
        else {
            continue;
        };
        let place = match place {
            "querystring" => "query",
            "header" => "header",
            _ => continue,
        };
        let is_required = is_true(Some(is_required)) && checks_parameters;
        has_required |= is_required;
        parameters.push(parameter(place, name, is_required.into()));
    }
    let models = map(route, "requestModels").filter(|models| !models.is_empty());
    let content = models.map(|models| {
        let of_type = models.iter().filter_map(|(media_type, model)| {
            let name = component_name(model.as_str()?);
            Some((
                media_type.clone(),
                json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } }),
            ))
        });
        of_type.collect::<Fields>()
    });
    let validator = match (content.is_some() && checks_body, has_required) {
        (true, true) => Some("all"),
        (true, false) => Some("body-only"),
        (false, true) => Some("params-only"),
        (false, false) => None,
    };
    RequestShape { parameters, body: content.map(|content| json!({ "content": content })), validator }
}

fn parameter(place: &str, name: &str, is_required: Value) -> Value {
    json!({ "name": name, "in": place, "required": is_required, "schema": { "type": "string" } })
}

/// `x-amazon-apigateway-request-validators` of the document.
pub fn validators() -> Value {
    let [body, parameters, all] = VALIDATORS;
    json!({
        body: { "validateRequestBody": true, "validateRequestParameters": false },
        parameters: { "validateRequestBody": false, "validateRequestParameters": true },
        all: { "validateRequestBody": true, "validateRequestParameters": true },
    })
}
