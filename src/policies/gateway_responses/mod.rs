//! `gatewayResponses` and `problemDetails` of `$api`: how the gateway's own responses look on the wire.
//!
//! As API Gateway has it: a response type that is set takes nothing from `DEFAULT_4XX` and `DEFAULT_5XX`, and
//! these stand for every type that is not set. Unlike there, `REQUEST_TOO_LARGE` can be set too.

mod custom_response;
mod refusal_variable;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, collections::BTreeMap};

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;

use self::{
    custom_response::{BodyTemplate, CustomResponse},
    refusal_variable::RefusalContext,
};
use crate::{
    context::Context,
    error::{GatewayError, Refusal, ResponseType, Violation},
    item::Fields,
    message::{Body, Response, has_no_content},
};

/// The API's gateway responses; by default Amazon's, to the byte.
#[derive(Debug, Default)]
pub struct GatewayResponses {
    by_type: BTreeMap<ResponseType, CustomResponse>,
    body: DefaultBody,
}

/// The body where no template was written.
#[derive(Clone, Copy, Debug, Default)]
enum DefaultBody {
    #[default]
    Amazon,
    /// RFC 9457.
    ProblemDetails,
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
    /// The rules that a body or the parameters break.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemError<'a>>,
}

/// One broken rule, and the part of the request that breaks it.
#[derive(Serialize)]
struct ProblemError<'a> {
    /// In the body: RFC 6901.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    detail: &'a str,
}

impl GatewayResponses {
    /// Reads `gatewayResponses` and `problemDetails` of the `$api` item.
    pub fn parse(fields: &Fields<'_>) -> Self {
        let mut by_type = BTreeMap::new();
        for (name, entry) in fields.named_objects("gatewayResponses") {
            match ResponseType::named(name.trim()) {
                Some(known) => drop(by_type.insert(known, CustomResponse::parse(entry))),
                None => {
                    let expected = ResponseType::ALL.map(ResponseType::as_str).join(" or ");
                    fields.problem(&format!("gatewayResponses.{name}"), name, &expected);
                }
            }
        }
        let body = match fields.boolean("problemDetails") {
            Some(true) => DefaultBody::ProblemDetails,
            Some(false) | None => DefaultBody::Amazon,
        };
        Self { by_type, body }
    }

    /// The response to a request that was refused.
    pub fn render(&self, error: &GatewayError, context: &Context<'_>) -> Response {
        let refusal = error.refusal();
        let refused = RefusalContext { error, refusal: &refusal, context };
        let custom = self.custom(&refusal);
        let status = custom.and_then(|custom| custom.status).unwrap_or(refusal.status);
        let mut response = refusal.to_response();
        *response.status_mut() = status;
        if let Some(BodyTemplate { content_type, text }) = custom.and_then(|custom| custom.template(context))
        {
            let body = text.render(|variable| variable.value(&refused));
            set_body(&mut response, content_type.clone(), body);
        } else if matches!(self.body, DefaultBody::ProblemDetails) {
            let content_type = HeaderValue::from_static("application/problem+json");
            let detail = error.detail().map_or_else(|| refusal.message.clone(), Cow::Owned);
            let errors = problem_errors(error);
            let body = problem_details(&detail, status, &context.request.id, errors);
            set_body(&mut response, content_type, body);
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

    fn custom(&self, refusal: &Refusal) -> Option<&CustomResponse> {
        let class = match refusal.status.is_server_error() {
            true => ResponseType::Default5xx,
            false => ResponseType::Default4xx,
        };
        self.by_type.get(&refusal.response_type).or_else(|| self.by_type.get(&class))
    }
}

fn set_body(response: &mut Response, content_type: HeaderValue, body: impl Into<Bytes>) {
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    *response.body_mut() = body.into().into();
}

fn problem_errors(error: &GatewayError) -> Vec<ProblemError<'_>> {
    let of_body = error.body_violations().iter().map(|Violation { pointer, detail, .. }| ProblemError {
        pointer: Some(pointer),
        parameter: None,
        detail,
    });
    let of_parameters = error.parameter_violations().iter().map(|Violation { pointer, detail, .. }| {
        ProblemError { pointer: None, parameter: Some(pointer), detail }
    });
    of_body.chain(of_parameters).collect()
}

fn problem_details(
    detail: &str,
    status: StatusCode,
    request_id: &str,
    errors: Vec<ProblemError<'_>>,
) -> String {
    let details = ProblemDetails {
        r#type: "about:blank",
        title: status.canonical_reason(),
        status: status.as_u16(),
        detail,
        instance: format!("urn:uuid:{request_id}"),
        request_id,
        errors,
    };
    serde_json::to_string(&details).expect("strings and a number are JSON")
}
