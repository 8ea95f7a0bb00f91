//! One entry of `gatewayResponses`: status, headers and templates in the place of Amazon's.

use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::refusal_variable::{self, RefusalContext, RefusalVariable};
use crate::{
    context::Context,
    item::{Fields, brief},
    media_type::{Accept, essence},
    notation::{CONTEXT, METHOD_REQUEST, Notation, Part, STAGE_VARIABLES},
    template::{Escape, TextTemplate, ValueKind, WordValue},
};

/// One entry of `gatewayResponses`.
#[derive(Debug, Default)]
pub(super) struct CustomResponse {
    pub(super) status: Option<StatusCode>,
    pub(super) headers: Vec<(HeaderName, HeaderSource)>,
    /// JSON first: who does not say otherwise gets the first.
    templates: Vec<BodyTemplate>,
}

/// An entry of `responseTemplates`.
#[derive(Debug)]
pub(super) struct BodyTemplate {
    pub(super) content_type: HeaderValue,
    pub(super) text: TextTemplate<RefusalVariable>,
}

/// The source of a header's value.
#[derive(Debug)]
pub(super) enum HeaderSource {
    Static(HeaderValue),
    Variable(RefusalVariable),
}

/// Headers that belong to the connection or to the platform.
const NOT_OURS: [&str; 8] = [
    "connection",
    "content-length",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-amzn-requestid",
];

impl CustomResponse {
    pub(super) fn parse(fields: Fields<'_>) -> Self {
        let status = fields.integer("statusCode", 200..=599).and_then(|status| {
            u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok())
        });
        let headers = headers(&fields);
        let templates = templates(&fields);
        fields.finish();
        Self { status, headers, templates }
    }

    /// The one that the client accepts most; where it accepts none, the first.
    pub(super) fn template(&self, context: &Context<'_>) -> Option<&BodyTemplate> {
        let types = self.templates.iter().map(|template| template.content_type.to_str().unwrap_or_default());
        let best = Accept::of(&context.request.headers).and_then(|accept| accept.best(types));
        self.templates.get(best.unwrap_or(0))
    }
}

impl HeaderSource {
    /// Reads `'text'`, or a word without `$`.
    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(text) => HeaderValue::from_str(text).ok().map(Self::Static),
            None => RefusalVariable::parse(text).map(Self::Variable),
        }
    }

    /// `None` where there is nothing, or what no header can hold.
    pub(super) fn value(&self, refused: &RefusalContext<'_>) -> Option<HeaderValue> {
        match self {
            Self::Static(value) => Some(value.clone()),
            Self::Variable(variable) => {
                let WordValue { text, kind } = variable.value(refused);
                match kind {
                    ValueKind::Quoted => HeaderValue::from_str(&Value::from(text?).to_string()).ok(),
                    ValueKind::Text | ValueKind::Json => HeaderValue::from_str(&text?).ok(),
                }
            }
        }
    }
}

fn headers(fields: &Fields<'_>) -> Vec<(HeaderName, HeaderSource)> {
    let mut headers = Vec::new();
    for (key, text) in fields.string_map("responseParameters").unwrap_or_default() {
        let field = format!("responseParameters.{key}");
        let name = key.strip_prefix("gatewayresponse.header.");
        let name = name.and_then(|name| HeaderName::from_bytes(name.as_bytes()).ok());
        let Some(name) = name.filter(|name| !NOT_OURS.contains(&name.as_str())) else {
            fields.problem(
                &field,
                &key,
                "gatewayresponse.header.name, of a header that is not the connection's",
            );
            continue;
        };
        match HeaderSource::parse(text.trim()) {
            Some(source) => {
                if let HeaderSource::Variable(variable) = &source {
                    require_stage_variable(fields, &field, variable);
                }
                headers.push((name, source));
            }
            None => fields.problem(
                &field,
                &brief(&Value::from(text)),
                &format!("'text' or {}", refusal_variable::EXPECTED),
            ),
        }
    }
    headers
}

fn templates(fields: &Fields<'_>) -> Vec<BodyTemplate> {
    let mut templates = Vec::new();
    for (content_type, text) in fields.string_map("responseTemplates").unwrap_or_default() {
        let field = format!("responseTemplates.{content_type}");
        let value =
            HeaderValue::from_str(&content_type).ok().filter(|_| essence(&content_type).contains('/'));
        let Some(value) = value else {
            fields.problem(&field, &content_type, "a content type, such as application/json");
            continue;
        };
        match template(&text, &content_type) {
            Ok(template) => {
                template.words().for_each(|variable| require_stage_variable(fields, &field, variable));
                templates.push(BodyTemplate { content_type: value, text: template });
            }
            Err(unknown) => fields.problem(&field, &unknown, refusal_variable::EXPECTED),
        }
    }
    templates.sort_by_key(|template| !is_json(&template.content_type));
    templates
}

/// Reads `$context.x`, `$stageVariables.x` and `$method.request.….x`, also in braces: `${context.x}`.
///
/// # Errors
///
/// The first word that begins like one of these and is none.
fn template(text: &str, content_type: &str) -> Result<TextTemplate<RefusalVariable>, String> {
    let mut template = TextTemplate::new(Escape::in_body(content_type));
    for part in Notation::RootedOrBare(&[CONTEXT, STAGE_VARIABLES, METHOD_REQUEST]).parts(text) {
        match part {
            Part::Text(text) | Part::Stray(text) => template.push_text(text),
            Part::Word(word) => {
                template.push_word(RefusalVariable::parse(word).ok_or_else(|| format!("${word}"))?)
            }
        }
    }
    Ok(template)
}

fn is_json(content_type: &HeaderValue) -> bool {
    content_type.to_str().is_ok_and(|text| essence(text).eq_ignore_ascii_case("application/json"))
}

/// A stage variable that the stage does not have is a problem; its value is read per request, as a canary may
/// override it.
fn require_stage_variable(fields: &Fields<'_>, field: &str, variable: &RefusalVariable) {
    if let RefusalVariable::StageVariable(name) = variable {
        fields.resolve(field, &format!("${{stageVariables.{name}}}"));
    }
}
