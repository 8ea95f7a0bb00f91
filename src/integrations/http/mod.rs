//! `HTTP_PROXY`: the request goes to a URL, and its response comes back as it is.
//!
//! Redirects are passed on, never followed, and only allowed addresses are connected to.

mod change_parser;
mod http_targets;
mod integration_method;
mod request_parameters;
mod rest_parameters;
mod target_headers;
mod target_uri;
mod uri_characters;

#[cfg(test)]
mod tests;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::time::Instant;

pub use self::http_targets::HttpTargets;
#[cfg(feature = "local")]
pub use self::http_targets::STANDS_FOR;
use self::request_parameters::RequestParameters;
pub use self::{
    integration_method::IntegrationMethod,
    target_headers::{add_origin, to_target},
    target_uri::{ParameterValue, TargetUri, UriTemplate},
    uri_characters::encoded_value,
};
use super::{MappedPart, ParseContext, streamed_body};
use crate::{
    context::Context,
    error::GatewayError,
    http_client::{GuardedClient, GuardedSendError},
    item::Fields,
    message::{Body, Request, Response, is_bodyless},
    template::parameter::IntegrationParameters,
};

/// One HTTP target.
#[derive(Debug)]
pub struct Http {
    uri: UriTemplate,
    method: IntegrationMethod,
    parameters: RequestParameters,
    /// Its own `cacheKeyParameters`.
    keyed: Vec<String>,
    client: GuardedClient,
    /// The request's path goes behind that of the URI, as HTTP APIs have it on `$default`.
    appends_path: bool,
}

impl Http {
    /// Reads `uri`, `integrationMethod` (or `httpMethod`), `requestParameters` and
    /// `cacheKeyParameters`. What is wrong is reported, and `None`.
    pub fn parse(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let client = parse_context.http_client;
        let text = fields.resolved_string("uri");
        let text = fields.require("uri", text, "a URL such as https://example.com/{proxy}");
        // REST APIs have another name for it. One that is passed over would let each method through.
        let is_of_rest = fields.value("integrationMethod").is_none();
        let method =
            IntegrationMethod::read(fields, if is_of_rest { "httpMethod" } else { "integrationMethod" });
        let parameters = RequestParameters::parse(fields, parse_context.path_parameters);
        let mut names = parse_context.path_parameters.to_vec();
        names
            .extend(parameters.iter().flat_map(|parameters| parameters.rest.path_names()).map(str::to_owned));
        let uri = UriTemplate::parse(fields, &text?, &names, client)?;
        let keyed = fields.strings("cacheKeyParameters").unwrap_or_default();
        let parameters = parameters?;
        let has_path = uri.forwards_request_path() || parameters.forwards_request_path().is_some();
        let appends_path = parse_context.is_default_route() && !has_path;
        Some(Self { uri, method: method?, parameters, keyed, client: client.clone(), appends_path })
    }

    pub fn uri(&self) -> &UriTemplate {
        &self.uri
    }

    /// True if the path that is asked for has something of the request's.
    pub fn forwards_request_path(&self) -> bool {
        let of_uri = || self.appends_path || self.uri.forwards_request_path();
        self.parameters.forwards_request_path().unwrap_or_else(of_uri)
    }

    /// The parameters that it gets under names of its own, `integration.request.header.x`.
    pub fn parameters(&self) -> IntegrationParameters {
        IntegrationParameters { mapped: self.parameters.rest.origins().collect(), keyed: self.keyed.clone() }
    }

    /// The values that are mapped into the request.
    pub fn mapped(&self) -> Vec<MappedPart<'_>> {
        self.parameters.mapped().collect()
    }

    /// Sends the request, and answers when the head of the target's response has come. Its body follows until
    /// the Lambda's deadline, less the margin in which the gateway can still end its own response.
    pub async fn invoke(
        &self,
        context: &Context<'_>,
        targets: &HttpTargets,
    ) -> Result<Response, GatewayError> {
        let request = context.request;
        let deadline = Instant::now() + context.time_left();
        let sent = self.request(context)?.map(Full::new);
        let response = targets.send(&self.client, sent).await.map_err(failure)?;
        to_client_response(response, request, deadline)
    }

    /// The request to the target.
    ///
    /// # Errors
    /// [`GatewayError::BadRequest`]: the client's request makes none.
    pub fn request(&self, context: &Context<'_>) -> Result<http::Request<Bytes>, GatewayError> {
        let method = self.method.of(context.request)?;
        let mut headers = target_headers::to_target(context.request);
        let mut target = self.parameters.apply(context, &self.uri, &mut headers)?;
        if self.appends_path {
            target.append_path(context.path);
        }
        target_headers::add_zero_length(&mut headers, method, context.request);
        let mut request = http::Request::new(context.request.body.clone());
        *request.method_mut() = method.clone();
        *request.uri_mut() = self.uri.uri(&target)?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// The refusal of a request that its target did not answer.
pub fn failure(error: GuardedSendError) -> GatewayError {
    match error {
        GuardedSendError::Unreachable(cause) => GatewayError::IntegrationUnreachable(cause),
        GuardedSendError::NotHttp => GatewayError::BrokenAnswer("it is no HTTP response".into()),
        GuardedSendError::BrokeOff(cause) => GatewayError::IntegrationFailure(cause),
    }
}

/// The response for the client; its body is passed on until `deadline`.
fn to_client_response(
    target_response: http::Response<Incoming>,
    request: &Request,
    deadline: Instant,
) -> Result<Response, GatewayError> {
    let (head, incoming) = target_response.into_parts();
    if !(200..=599).contains(&head.status.as_u16()) {
        return Err(GatewayError::BrokenAnswer(format!("its status is {}", head.status.as_u16()).into()));
    }
    let body = if is_bodyless(&request.method, head.status) {
        Body::empty()
    } else {
        streamed_body::bounded(incoming, deadline)
    };
    let mut response = Response::new(body);
    *response.status_mut() = head.status;
    *response.headers_mut() = target_headers::to_client(&head.headers);
    Ok(response)
}
