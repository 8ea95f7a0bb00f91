//! `gatewayResponses` and `problemDetails` of `$api`: how the gateway's own answers look on the wire.
//!
//! As API Gateway has it: a response type that is set takes nothing from `DEFAULT_4XX` and `DEFAULT_5XX`, and
//! these stand for every type that is not set. Unlike there, `REQUEST_TOO_LARGE` can be set too.

mod refusal_variable;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, collections::BTreeMap};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use serde_json::Value;

use self::refusal_variable::{RefusalVariable, RefusedRequest};
use crate::{
    context::Context,
    error::{GatewayError, Refusal},
    item::{Fields, brief},
    media_type::{Accept, essence},
    message::{Body, Response, has_no_content},
    notation::{CONTEXT, METHOD_REQUEST, Notation, Part, STAGE_VARIABLES},
    template::{Escape, TextTemplate, ValueKind, WordValue},
};

/// The API's gateway responses; by default Amazon's, to the byte.
#[derive(Debug, Default)]
pub struct GatewayResponses {
    by_type: BTreeMap<&'static str, Custom>,
    body: DefaultBody,
}

/// What stands where no template was written.
#[derive(Clone, Copy, Debug, Default)]
enum DefaultBody {
    #[default]
    Amazon,
    /// RFC 9457.
    ProblemDetails,
}

/// The text of a `responseTemplates` entry.
type Template = TextTemplate<RefusalVariable>;

/// One entry of `gatewayResponses`.
#[derive(Debug, Default)]
struct Custom {
    status: Option<StatusCode>,
    headers: Vec<(HeaderName, Source)>,
    /// JSON first: who does not say otherwise gets the first.
    templates: Vec<(HeaderValue, Template)>,
}

/// Where a header's value comes from.
#[derive(Debug)]
enum Source {
    Static(HeaderValue),
    Variable(RefusalVariable),
}

/// RFC 9457 §3.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemDetails<'a> {
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    status: u16,
    detail: &'a str,
    instance: String,
    request_id: &'a str,
}

/// `supported-gateway-response-types` of API Gateway's guide.
const TYPES: [&str; 21] = [
    "ACCESS_DENIED",
    "API_CONFIGURATION_ERROR",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "EXPIRED_TOKEN",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "INVALID_API_KEY",
    "INVALID_SIGNATURE",
    "MISSING_AUTHENTICATION_TOKEN",
    "QUOTA_EXCEEDED",
    "REQUEST_TOO_LARGE",
    "RESOURCE_NOT_FOUND",
    "THROTTLED",
    "UNAUTHORIZED",
    "UNSUPPORTED_MEDIA_TYPE",
    "WAF_FILTERED",
];

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

impl GatewayResponses {
    /// Reads `gatewayResponses` and `problemDetails` of the `$api` item.
    pub fn parse(fields: &Fields<'_>) -> Self {
        let mut by_type = BTreeMap::new();
        for (name, entry) in fields.named_objects("gatewayResponses") {
            match TYPES.into_iter().find(|known| known.eq_ignore_ascii_case(name.trim())) {
                Some(known) => drop(by_type.insert(known, Custom::parse(entry))),
                None => fields.problem(&format!("gatewayResponses.{name}"), name, &TYPES.join(" or ")),
            }
        }
        let body = match fields.boolean("problemDetails") {
            Some(true) => DefaultBody::ProblemDetails,
            Some(false) | None => DefaultBody::Amazon,
        };
        Self { by_type, body }
    }

    /// The answer to a request that was refused.
    pub fn render(&self, error: &GatewayError, context: &Context<'_>) -> Response {
        let refusal = error.refusal();
        let refused = RefusedRequest { error, refusal: &refusal, context };
        let custom = self.custom(&refusal);
        let status = custom.and_then(|custom| custom.status).unwrap_or(refusal.status);
        let mut response = refusal.to_response();
        *response.status_mut() = status;
        if let Some((content_type, template)) = custom.and_then(|custom| custom.template(context)) {
            set_body(
                &mut response,
                content_type.clone(),
                template.render(|variable| variable.value(&refused)),
            );
        } else if matches!(self.body, DefaultBody::ProblemDetails) {
            let content_type = HeaderValue::from_static("application/problem+json");
            let detail = error.detail().map_or_else(|| refusal.message.clone(), Cow::Owned);
            set_body(&mut response, content_type, problem_details(&detail, status, &context.request.id));
        }
        if has_no_content(status) {
            response.headers_mut().remove(CONTENT_TYPE);
            *response.body_mut() = Body::empty();
        }
        for (name, source) in custom.iter().flat_map(|custom| &custom.headers) {
            if let Some(value) = source.value(&refused) {
                response.headers_mut().insert(name, value);
            }
        }
        error.own_headers(&mut response);
        response
    }

    fn custom(&self, refusal: &Refusal) -> Option<&Custom> {
        let class = if refusal.status.is_server_error() { "DEFAULT_5XX" } else { "DEFAULT_4XX" };
        self.by_type.get(refusal.response_type).or_else(|| self.by_type.get(class))
    }
}

impl Custom {
    fn parse(fields: Fields<'_>) -> Self {
        let status = fields.integer("statusCode", 200..=599).and_then(|status| {
            u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok())
        });
        let headers = headers(&fields);
        let templates = templates(&fields);
        fields.finish();
        Self { status, headers, templates }
    }

    /// The one that the client accepts most; where it accepts none, the first.
    fn template(&self, context: &Context<'_>) -> Option<&(HeaderValue, Template)> {
        let types = self.templates.iter().map(|(content_type, _)| content_type.to_str().unwrap_or_default());
        let best = Accept::of(&context.request.headers).and_then(|accept| accept.best(types));
        self.templates.get(best.unwrap_or(0))
    }
}

impl Source {
    /// Reads `'text'`, or a word without `$`.
    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(text) => HeaderValue::from_str(text).ok().map(Self::Static),
            None => RefusalVariable::parse(text).map(Self::Variable),
        }
    }

    /// `None` where there is nothing, or what no header can hold.
    fn value(&self, refused: &RefusedRequest<'_>) -> Option<HeaderValue> {
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

fn headers(fields: &Fields<'_>) -> Vec<(HeaderName, Source)> {
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
        match Source::parse(text.trim()) {
            Some(source) => {
                if let Source::Variable(variable) = &source {
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

fn templates(fields: &Fields<'_>) -> Vec<(HeaderValue, Template)> {
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
                templates.push((value, template));
            }
            Err(unknown) => fields.problem(&field, &unknown, refusal_variable::EXPECTED),
        }
    }
    templates.sort_by_key(|(content_type, _)| !is_json(content_type));
    templates
}

/// Reads `$context.x`, `$stageVariables.x` and `$method.request.….x`, also in braces: `${context.x}`.
///
/// # Errors
///
/// The first word that begins like one of these and is none.
fn template(text: &str, content_type: &str) -> Result<Template, String> {
    let mut template = Template::new(Escape::in_body(content_type));
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

fn set_body(response: &mut Response, content_type: HeaderValue, body: impl Into<Bytes>) {
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    *response.body_mut() = body.into().into();
}

fn problem_details(detail: &str, status: StatusCode, request_id: &str) -> String {
    let details = ProblemDetails {
        r#type: "about:blank",
        title: status.canonical_reason(),
        status: status.as_u16(),
        detail,
        instance: format!("urn:uuid:{request_id}"),
        request_id,
    };
    serde_json::to_string(&details).expect("strings and a number are JSON")
}
