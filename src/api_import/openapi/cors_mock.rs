//! An `OPTIONS` mock that only answers preflights, as every framework writes it, → `corsConfiguration`.

use serde_json::{Map, Value, json};

use super::requirement::NONE;
use crate::api_import::{
    definition::{Definition, Sourced},
    source::Located,
};

/// The operation, and what it says of CORS.
pub(super) struct CorsMock<'t> {
    pub node: Located<'t>,
    pub configuration: Map<String, Value>,
}

const HEADER: &str = "method.response.header.";

impl<'t> CorsMock<'t> {
    /// `None`: the operation does anything else, or what the gateway's own CORS cannot.
    pub fn of(root: Located<'t>, operation: Located<'t>) -> Option<Self> {
        let integration = operation.get("x-amazon-apigateway-integration")?;
        let is_mock = integration.get("type")?.text()?.eq_ignore_ascii_case("mock");
        let is_open = match operation.get("security") {
            Some(list) => list.elements()?.all(asks_for_nothing),
            None => root.get("security").is_none_or(|list| {
                list.elements().is_some_and(|mut requirements| requirements.next().is_none())
            }),
        };
        // A preflight has no credentials, so a guarded mock answers none. It stays.
        if !is_mock || !is_open || operation.get("x-amazon-apigateway-auth").is_some() {
            return None;
        }
        let mut responses = integration.get("responses")?.members()?;
        let (response, others) = (responses.next()?, responses.next());
        let (pattern, response) = (response.key, response.value);
        // Without a template for its status, or a response for it, a mock answers 500.
        let status = status_of_templates(integration.get("requestTemplates")?)?;
        let is_its_response = pattern == "default" || pattern == status;
        if others.is_some() || !is_its_response || !is_success(response) || !has_no_body(response) {
            return None;
        }
        let configuration = configuration(response.get("responseParameters")?)?;
        Some(Self { node: operation, configuration })
    }
}

/// Says if a requirement is SAM's word for none.
fn asks_for_nothing(requirement: Located<'_>) -> bool {
    requirement.members().is_some_and(|mut members| members.all(|member| member.key == NONE))
}

/// The status that all templates give, if they do nothing else.
fn status_of_templates(templates: Located<'_>) -> Option<String> {
    // Its request has no body, and so no type: it is JSON.
    templates.get("application/json")?;
    let mut statuses = templates.members()?.map(|template| status_of(template.value.text()?));
    let first = statuses.next()??;
    statuses.all(|status| status.as_ref() == Some(&first)).then_some(first)
}

/// The status of `{"statusCode": 200}`, also without quotes, as a mock's template is read.
fn status_of(template: &str) -> Option<String> {
    let inner = template.trim().strip_prefix('{')?.strip_suffix('}')?;
    let (name, status) = inner.split_once(':')?;
    let unquoted = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let status = unquoted(status);
    let is_status = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    (unquoted(name) == "statusCode" && is_status).then_some(status)
}

/// Says if a browser takes the status for a yes: 200 to 299, and 200 is it without one.
fn is_success(response: Located<'_>) -> bool {
    match response.get("statusCode") {
        Some(status) => status
            .text()
            .and_then(|status| status.parse().ok())
            .is_some_and(|status| (200..300).contains(&status)),
        None => true,
    }
}

/// Says if a response has no body but `{}`, and no template that does anything.
fn has_no_body(response: Located<'_>) -> bool {
    let Some(templates) = response.get("responseTemplates") else { return true };
    let is_empty = |text: &str| matches!(text.trim(), "" | "{}");
    templates
        .members()
        .is_some_and(|mut members| members.all(|member| member.value.text().is_none_or(is_empty)))
}

fn configuration(parameters: Located<'_>) -> Option<Map<String, Value>> {
    let mut configuration = Map::new();
    for member in parameters.members()? {
        let header = member.key.strip_prefix(HEADER)?.to_ascii_lowercase();
        let text = member.value.text()?.trim();
        let value = text.strip_prefix('\'')?.strip_suffix('\'')?.trim();
        let list = || value.split(',').map(str::trim).filter(|word| !word.is_empty()).collect::<Value>();
        let (field, value) = match header.as_str() {
            // One origin: API Gateway has no way to answer with several.
            "access-control-allow-origin" => ("allowOrigins", json!([value])),
            "access-control-allow-methods" => ("allowMethods", list()),
            "access-control-allow-headers" => ("allowHeaders", list()),
            "access-control-expose-headers" => ("exposeHeaders", list()),
            "access-control-max-age" => ("maxAge", value.parse::<i64>().ok()?.into()),
            "access-control-allow-credentials" => ("allowCredentials", (value == "true").into()),
            "vary" => continue,
            _ => return None,
        };
        configuration.insert(field.to_owned(), value);
    }
    let origins = configuration.get("allowOrigins")?;
    let is_any = *origins == json!(["*"]);
    let with_credentials = configuration.get("allowCredentials") == Some(&Value::Bool(true));
    // Browsers refuse both together, and so does the gateway.
    (!(is_any && with_credentials)).then_some(configuration)
}

/// What all routes say alike of CORS is said once, for the API.
pub(super) fn lift_shared_cors(definition: &mut Definition) {
    let [first, rest @ ..] = &definition.routes[..] else { return };
    let Some(shared) = first.cors.clone() else { return };
    if definition.settings.cors.is_some() || rest.iter().any(|route| route.cors.as_ref() != Some(&shared)) {
        return;
    }
    definition.settings.cors = Some(Sourced::new(shared, first.origin));
    definition.routes.iter_mut().for_each(|route| route.cors = None);
}
