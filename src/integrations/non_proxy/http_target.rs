//! A URL that gets what a mapping made, and whose answer is read by a mapping: `HTTP` of API Gateway.

use bytes::{Bytes, BytesMut};
use http::{
    HeaderName, HeaderValue, Method,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};

use super::{
    integration_answer::{IntegrationAnswer, Selector},
    request_mapping::IntegrationRequest,
};
use crate::{
    context::Context,
    error::GatewayError,
    http_client::GuardedClient,
    integrations::{
        ParseContext,
        http::{HttpTargets, IntegrationMethod, UriTemplate, add_origin, encoded_value, failure},
    },
    item::Fields,
    message::is_bodyless,
};

/// One URL.
#[derive(Debug)]
pub struct HttpTarget {
    pub uri: UriTemplate,
    method: IntegrationMethod,
    client: GuardedClient,
}

const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// The longest answer that a mapping reads: API Gateway's own bound.
const MOST_BYTES: usize = 10 << 20;

impl HttpTarget {
    /// Reads `uri` and `httpMethod`. `mapped` are the names of the URI's parameters that `requestParameters` give. What
    /// is wrong is reported, and `None`.
    pub fn read<'m>(
        fields: &Fields<'_>,
        parse_context: &ParseContext<'_>,
        mapped: impl Iterator<Item = &'m str>,
    ) -> Option<Self> {
        let client = parse_context.http_client;
        let text = fields.resolved_string("uri");
        let text = fields.require("uri", text, "a URL such as https://example.com/{id}");
        let method = IntegrationMethod::read(fields, "httpMethod");
        let mut names = parse_context.path_parameters.to_vec();
        names.extend(mapped.map(str::to_owned));
        let uri = UriTemplate::parse(fields, &text?, &names, client)?;
        Some(Self { uri, method: method?, client: client.clone() })
    }

    /// The request to the URL.
    ///
    /// # Errors
    /// [`GatewayError::BadRequest`]: the client's request makes none.
    pub fn request(
        &self,
        context: &Context<'_>,
        mapped: &IntegrationRequest,
    ) -> Result<http::Request<Bytes>, GatewayError> {
        let method = self.method.of(context.request)?;
        let mut target = mapped.fill(context, &self.uri)?;
        for (name, value) in &mapped.query {
            target.append_query(&format!("{}={}", encoded_value(name), encoded_value(value)));
        }
        let mut headers = mapped.headers.clone();
        add_origin(&mut headers, context.request);
        let trace_id = HeaderValue::try_from(&context.request.origin.trace_id).ok();
        headers.extend(trace_id.filter(|id| !id.is_empty()).map(|id| (TRACE_ID, id)));
        if mapped.body.is_empty() {
            headers.remove(CONTENT_TYPE);
            if ![Method::GET, Method::HEAD, Method::DELETE, Method::OPTIONS].contains(method) {
                headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
        } else {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        }
        let mut request = http::Request::new(mapped.body.clone());
        *request.method_mut() = method.clone();
        *request.uri_mut() = self.uri.uri(&target)?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// Sends the request and reads the whole answer.
    pub async fn call(
        &self,
        context: &Context<'_>,
        mapped: &IntegrationRequest,
        targets: &HttpTargets,
    ) -> Result<IntegrationAnswer, GatewayError> {
        let request = self.request(context, mapped)?;
        let method = request.method().clone();
        let response = targets.send(&self.client, request.map(Full::new)).await.map_err(failure)?;
        let (head, incoming) = response.into_parts();
        let status = head.status;
        if !(200..=599).contains(&status.as_u16()) {
            return Err(GatewayError::BrokenAnswer(format!("its status is {}", status.as_u16()).into()));
        }
        let body = if is_bodyless(&method, status) { Bytes::new() } else { whole(incoming).await? };
        let content_type = head.headers.get(CONTENT_TYPE).cloned();
        let selector = Selector::of_status(status);
        Ok(IntegrationAnswer { status, headers: head.headers, content_type, body, selector })
    }
}

async fn whole(mut incoming: Incoming) -> Result<Bytes, GatewayError> {
    let too_long = || GatewayError::BrokenAnswer(format!("an answer of more than {MOST_BYTES} bytes").into());
    if incoming.size_hint().lower() > MOST_BYTES as u64 {
        return Err(too_long());
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| GatewayError::IntegrationFailure(error.into()))?;
        // Trailers are not the body's.
        if let Ok(piece) = frame.into_data() {
            whole.extend_from_slice(&piece);
        }
        if whole.len() > MOST_BYTES {
            return Err(too_long());
        }
    }
    Ok(whole.freeze())
}
