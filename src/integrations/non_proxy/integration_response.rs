//! One entry of `responses`: an integration's answer → the client's response.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;

use super::{
    content_handling::ContentHandling,
    content_templates::{BodyMapping, ContentTemplate, ContentTemplates},
    integration_answer::IntegrationAnswer,
    rendering::{Side, render},
    request_mapping::header_value,
};
use crate::{
    context::Context,
    error::GatewayError,
    functions::media_types::BinaryMediaTypes,
    integrations::parameter_mapping::{JsonBody, ResponseSource, SourceParser, client_name},
    item::{Fields, brief},
    message::{IntegrationStatus, Response, has_no_content},
    template::{
        ContextVariable,
        mapping_template::{OverrideValue, Overrides, ResponseOverride},
    },
};

/// How a response is made of an answer.
#[derive(Debug)]
pub struct IntegrationResponse {
    status: StatusCode,
    headers: Vec<ResponseHeader>,
    pub templates: ContentTemplates,
    content_handling: ContentHandling,
}

/// A header of the client's response that is mapped.
#[derive(Debug)]
struct ResponseHeader {
    /// As the client sees it.
    name: HeaderName,
    source: ResponseSource,
}

/// A body for the client, with its type where a template or the integration said it.
struct ClientBody {
    body: Bytes,
    content_type: Option<HeaderValue>,
    overrides: ResponseOverride,
}

const FIELD: &str = "responseParameters";
const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl IntegrationResponse {
    /// Reads `statusCode`, `responseParameters`, `responseTemplates` and `contentHandling`. What is wrong is reported,
    /// and `None`.
    pub fn read(fields: Fields<'_>) -> Option<Self> {
        let status = status(&fields);
        let headers = headers(&fields);
        let templates = ContentTemplates::read(&fields, "responseTemplates");
        let content_handling = ContentHandling::read(&fields);
        fields.finish();
        Some(Self {
            status: status?,
            headers: headers?,
            templates: templates?,
            content_handling: content_handling?,
        })
    }

    /// The status, where no template overrides it.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The variables of `context` in its headers.
    pub fn variables(&self) -> impl Iterator<Item = ContextVariable> {
        self.headers.iter().filter_map(|header| header.source.variable().cloned())
    }

    /// Makes the response. `overrides` are those that the request's template left.
    ///
    /// # Errors
    /// [`GatewayError::MappingFailed`]
    pub fn map(
        &self,
        context: &Context<'_>,
        types: &BinaryMediaTypes,
        answer: &IntegrationAnswer,
        overrides: &Overrides,
    ) -> Result<Response, GatewayError> {
        let mut headers = self.mapped_headers(context, answer)?;
        let ClientBody { body, content_type, overrides } = self.body(context, types, answer, overrides)?;
        for OverrideValue { name, value } in &overrides.header {
            let words = || format!("responseOverride.header.{}: no header's name", name.escape_debug());
            let name = HeaderName::try_from(name).map_err(|_| GatewayError::MappingFailed(words().into()))?;
            let value = header_value(&name, value)?;
            client_name(name).map(|name| headers.insert(name, value));
        }
        // What is no status is passed over, as recorded.
        let status = overrides.status_code().filter(|status| *status >= 200);
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or(self.status);
        if !has_no_content(status) {
            headers.entry(CONTENT_TYPE).or_insert(content_type.unwrap_or(JSON));
        }
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response.extensions_mut().insert(IntegrationStatus(answer.status));
        Ok(response)
    }

    fn mapped_headers(
        &self,
        context: &Context<'_>,
        answer: &IntegrationAnswer,
    ) -> Result<HeaderMap, GatewayError> {
        let json = JsonBody::new(&answer.body);
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 1);
        for ResponseHeader { name, source } in &self.headers {
            for value in source.values(context, &answer.headers, &json) {
                headers.append(name.clone(), header_value(name, &value)?);
            }
        }
        Ok(headers)
    }

    fn body(
        &self,
        context: &Context<'_>,
        types: &BinaryMediaTypes,
        answer: &IntegrationAnswer,
        overrides: &Overrides,
    ) -> Result<ClientBody, GatewayError> {
        let client = &context.request.headers;
        let body = self.content_handling.of_response(types, client, &answer.headers, &answer.body)?;
        match self.templates.for_client(client) {
            Some(ContentTemplate { content_type, mapping: BodyMapping::Template(template) }) => {
                let rendered = render(template, Side::Response, context, &body, overrides)?;
                Ok(ClientBody {
                    body: rendered.text.into(),
                    content_type: HeaderValue::from_str(content_type).ok(),
                    overrides: rendered.overrides.response,
                })
            }
            Some(ContentTemplate { mapping: BodyMapping::Passthrough, .. }) | None => Ok(ClientBody {
                body,
                content_type: answer.content_type.clone(),
                overrides: overrides.response.clone(),
            }),
        }
    }
}

/// Reads the field `statusCode`, which exports have as text.
fn status(fields: &Fields<'_>) -> Option<StatusCode> {
    const FIELD: &str = "statusCode";
    const EXPECTED: &str = "a whole number from 200 to 599";
    if let Some(value @ (Value::Array(_) | Value::Object(_))) = fields.value(FIELD) {
        fields.problem(FIELD, &brief(value), EXPECTED);
        return None;
    }
    let text = fields.require(FIELD, fields.string(FIELD), EXPECTED)?;
    let number = text.trim().parse().ok().filter(|number| (200..=599).contains(number));
    let status = number.and_then(|number: u16| StatusCode::from_u16(number).ok());
    if status.is_none() {
        fields.problem(FIELD, &fields.value(FIELD).map_or(text, brief), EXPECTED);
    }
    status
}

/// Reads the field `responseParameters`: `"method.response.header.X": "integration.response.header.y"`.
fn headers(fields: &Fields<'_>) -> Option<Vec<ResponseHeader>> {
    const NAMES: &str = "method.response.header.x";
    let Some(value) = fields.value(FIELD) else { return Some(Vec::new()) };
    let Some(map) = value.as_object() else {
        fields.problem(FIELD, &brief(value), "a map of strings");
        return None;
    };
    let parse = |(key, value): (&String, &Value)| {
        let field = format!("{FIELD}.{key}");
        let name = key.strip_prefix("method.response.header.").and_then(|name| name.parse().ok());
        if name.is_none() {
            fields.problem(&field, key, NAMES);
        }
        let source = SourceParser { fields, field: &field, value }.of_response();
        let (name, source): (HeaderName, _) = (name?, source?);
        Some(warned(fields, &field, name).map(|name| ResponseHeader { name, source }))
    };
    // Collected first: every problem is wanted, not only the first.
    let headers: Vec<_> = map.iter().map(parse).collect();
    let headers: Option<Vec<Option<ResponseHeader>>> = headers.into_iter().collect();
    Some(headers?.into_iter().flatten().collect())
}

/// The name that the client sees; a warning where it is another one than what is written.
fn warned(fields: &Fields<'_>, field: &str, name: HeaderName) -> Option<HeaderName> {
    let seen = client_name(name.clone());
    match &seen {
        Some(seen) if *seen == name => {}
        Some(seen) => {
            let expected =
                format!("another header: as on API Gateway, this one reaches the client as {seen}");
            fields.warn(field, name.as_str(), &expected);
        }
        None => {
            let expected = "another header: this one is not sent, it belongs to the connection";
            fields.warn(field, name.as_str(), expected);
        }
    }
    seen
}
