//! A stage → a document.

use serde_json::{Value, json};

use super::{
    integration_extension::payload_format_version,
    item_fields::{Fields, map, text, texts, word},
    model_schema::schemas,
    options::{ExportOptions, Extensions},
    own_extensions,
    root_extensions::WRITTEN,
    security_scheme::SecuritySchemes,
    withheld_values::withheld,
};
use crate::{
    api_file::{export::ExportedStage, yaml_text::write_member},
    api_import::definition::ApiKind,
};

/// An OpenAPI document, and what could not be put into it.
#[derive(Debug)]
pub struct OpenApiDocument {
    pub json: Value,
    /// What is not in the document, each with the reason.
    pub left_out: Vec<String>,
}

/// The members of a document in the order that people know; extensions follow.
const ORDER: [&str; 5] = ["openapi", "info", "servers", "paths", "components"];

impl OpenApiDocument {
    pub fn yaml(&self) -> String {
        let mut text = String::new();
        let members = self.json.as_object().into_iter().flatten();
        let known = ORDER.iter().filter_map(|name| self.json.get(name).map(|value| (*name, value)));
        let others = members.filter(|(name, _)| !ORDER.contains(&name.as_str()));
        let others = others.map(|(name, value)| (name.as_str(), value));
        known.chain(others).for_each(|(name, value)| write_member(&mut text, 0, name, value));
        text
    }
}

/// A document that is being written.
pub(super) struct DocumentWriter<'a> {
    pub options: ExportOptions,
    /// API Gateway's kind that has most of what the stage has.
    pub kind: ApiKind,
    pub api: Fields,
    pub routes: Vec<(String, Fields)>,
    pub schemes: SecuritySchemes<'a>,
    pub has_validators: bool,
    pub left_out: Vec<String>,
}

/// Writes the document of a stage.
pub fn document(name: &str, stage: &ExportedStage, options: ExportOptions) -> OpenApiDocument {
    let mut left_out = Vec::new();
    let of_stage = withheld(&stage.settings, &format!("stage={name}"), &mut left_out);
    let api = withheld(&stage.api.clone().unwrap_or_default(), "$api", &mut left_out);
    let routes = stage.routes.iter();
    let routes: Vec<(String, Fields)> =
        routes.map(|(key, route)| (key.clone(), withheld(route, key, &mut left_out))).collect();
    let kind = kind(&api, &routes);
    let schemes = SecuritySchemes::of(&api, kind, options.extensions);
    let mut writer =
        DocumentWriter { options, kind, api: api.clone(), routes, schemes, has_validators: false, left_out };
    let mut info = json!({ "title": name, "version": "1.0" });
    if let Some(description) = text(&of_stage, "description") {
        info["description"] = description.into();
    }
    let mut document = Fields::from_iter([
        ("openapi".to_owned(), options.version.text().into()),
        ("info".to_owned(), info),
        ("servers".to_owned(), servers(name, &of_stage)),
        ("paths".to_owned(), writer.paths()),
    ]);
    let models = map(&api, "models").cloned().unwrap_or_default();
    // With all extensions, a model that is told less of stands there as it is.
    let mut told = Vec::new();
    let schemas = schemas(&models, options.version, &mut told);
    if options.extensions != Extensions::All {
        writer.left_out.extend(told);
    }
    let mut components = Fields::new();
    if !schemas.is_empty() {
        components.insert("schemas".to_owned(), Value::Object(schemas.into_iter().collect()));
    }
    if !writer.schemes.written.is_empty() {
        components.insert("securitySchemes".to_owned(), writer.schemes.written.clone().into());
    }
    if !components.is_empty() {
        document.insert("components".to_owned(), components.into());
    }
    if options.extensions != Extensions::None {
        writer.root_extensions(&mut document);
    }
    if options.extensions == Extensions::ApiGateway {
        writer.tell_unwritten("$api", &api, &WRITTEN);
    }
    if options.extensions == Extensions::All {
        own_extensions::add(&writer, name, &of_stage, &mut document);
    }
    OpenApiDocument { json: document.into(), left_out: writer.left_out }
}

/// An HTTP API has JWTs, payloads 2.0, subtypes, the default route, and its own 404; all else a REST API has too, or alone.
fn kind(api: &Fields, routes: &[(String, Fields)]) -> ApiKind {
    let authorizers = map(api, "authorizers").into_iter().flatten();
    let has_jwt = authorizers
        .filter_map(|(_, fields)| fields.as_object())
        .any(|fields| word(fields, "type").as_deref() == Some("JWT"));
    let of_http = |integration: &Fields| {
        let is_function = word(integration, "type").as_deref() == Some("AWS_PROXY");
        is_function
            && (integration.contains_key("integrationSubtype")
                || payload_format_version(integration) != "1.0")
    };
    let is_http =
        |(key, route): &(String, Fields)| key == "$default" || map(route, "integration").is_some_and(of_http);
    let says_http = word(api, "unmatchedRoutes").as_deref() == Some(ApiKind::Http.unmatched_routes());
    if has_jwt || says_http || routes.iter().any(is_http) { ApiKind::Http } else { ApiKind::Rest }
}

/// Where the stage is served: at each of its hosts, or below the document's own.
fn servers(name: &str, stage: &Fields) -> Value {
    let default = if name == "$default" { "/".to_owned() } else { format!("/{name}") };
    let base = text(stage, "basePath").unwrap_or(default);
    let hosts = texts(stage, "hosts");
    if hosts.is_empty() {
        return json!([{ "url": base }]);
    }
    hosts
        .iter()
        .map(|host| json!({ "url": format!("https://{host}{}", base.trim_end_matches('/')) }))
        .collect()
}
