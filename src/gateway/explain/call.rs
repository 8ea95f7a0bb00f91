//! The call of an integration in an operator's words: what would be sent, without credentials.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use super::secrets::Secrets;
use crate::{
    context::Context,
    deployment::Route,
    error::GatewayError,
    functions::PayloadVersion,
    integrations::{
        ResolvedCall, ResolvedServiceCall, dynamodb::FilledOperation, lambda::ResolvedFunctionCall,
    },
    json,
    message::Body,
};

/// The integration of a route, and what it would be asked.
#[derive(Debug)]
pub struct ExplainedIntegration {
    /// `AWS_PROXY`.
    pub type_name: &'static str,
    /// The most that it may take.
    pub limit: Duration,
    pub call: ExplainedCall,
}

/// What would be sent.
#[derive(Debug)]
pub enum ExplainedCall {
    Function {
        function: String,
        /// `1.0`, `2.0`; `None`: the event is what a mapping made.
        payload_version: Option<&'static str>,
        /// `RequestResponse`, `Event`, or `STREAM` for the streaming form.
        mode: &'static str,
        /// The path of the Invoke API.
        path: String,
        event: Value,
    },
    DynamoDb {
        /// `GetItem`.
        operation: &'static str,
        /// In DynamoDB's JSON.
        body: Value,
    },
    /// Before it is signed.
    Service {
        /// `sqs`
        service: String,
        /// `SendMessage`; `None`: the path says what is asked.
        action: Option<String>,
        /// `None`: the gateway's own.
        region: Option<String>,
        /// The ARN of the role that is assumed for it, if one is.
        role: Option<String>,
        /// How long the URL is good to which the client is sent with a 307. `None`: the call is made.
        redirect_ttl: Option<Duration>,
        method: String,
        path: String,
        headers: Vec<(String, String)>,
        /// `None`: there is none.
        body: Option<Value>,
    },
    Http {
        method: String,
        uri: String,
        headers: Vec<(String, String)>,
        /// `None`: there is none.
        body: Option<Value>,
    },
    /// Nobody is called: this is the answer.
    Mock { status: u16, headers: Vec<(String, String)>, body: Option<Value> },
}

pub(super) fn explain_integration(
    route: &Route,
    context: &Context<'_>,
    secrets: &Secrets,
) -> Result<ExplainedIntegration, GatewayError> {
    let call = match route.integration.resolve(context)? {
        ResolvedCall::Function(call) => function(call, secrets),
        ResolvedCall::DynamoDb(FilledOperation { name, body, .. }) => {
            ExplainedCall::DynamoDb { operation: name, body: secrets.masked_json(value(&body)) }
        }
        ResolvedCall::Service(call) => service(*call, secrets),
        ResolvedCall::Http(request) => ExplainedCall::Http {
            method: request.method().to_string(),
            uri: secrets.masked(&request.uri().to_string()),
            headers: secrets.masked_headers(request.headers()),
            body: body(request.body(), request.headers(), secrets),
        },
        ResolvedCall::Mock(response) => ExplainedCall::Mock {
            status: response.status().as_u16(),
            headers: secrets.masked_headers(response.headers()),
            body: match response.body() {
                Body::Whole(bytes) => body(bytes, response.headers(), secrets),
                Body::Stream(_) => None,
            },
        },
    };
    let limit = route.integration.limit(context);
    Ok(ExplainedIntegration { type_name: route.integration.type_name(), limit, call })
}

fn function(call: ResolvedFunctionCall, secrets: &Secrets) -> ExplainedCall {
    let ResolvedFunctionCall { function, path, version, mode, event } = call;
    ExplainedCall::Function {
        function,
        payload_version: version.map(|version| match version {
            PayloadVersion::V1 => "1.0",
            PayloadVersion::V2 => "2.0",
        }),
        mode,
        path: path.to_string(),
        event: json::read(&event).map_or_else(
            |_| secrets.masked(&String::from_utf8_lossy(&event)).into(),
            |event| secrets.masked_json(event),
        ),
    }
}

fn service(resolved: ResolvedServiceCall, secrets: &Secrets) -> ExplainedCall {
    let ResolvedServiceCall { service, action, region, role, redirect_ttl, call } = resolved;
    ExplainedCall::Service {
        service,
        action,
        region,
        role,
        redirect_ttl,
        method: call.method.to_string(),
        path: secrets.masked(call.path_and_query.as_str()),
        headers: secrets.masked_headers(&call.headers),
        body: body(&call.body, &call.headers, secrets),
    }
}

/// JSON that the gateway has written.
fn value(bytes: &[u8]) -> Value {
    json::read(bytes).unwrap_or_default()
}

/// A body as JSON where it is some, as text, or by its length.
pub(super) fn body(bytes: &Bytes, headers: &HeaderMap, secrets: &Secrets) -> Option<Value> {
    if bytes.is_empty() {
        return None;
    }
    let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = content_type.is_some_and(|content_type| content_type.contains("json"));
    let as_json = json::read(bytes).ok().filter(|_| is_json).map(|value| secrets.masked_json(value));
    as_json.or_else(|| match std::str::from_utf8(bytes) {
        Ok(text) => Some(secrets.masked(text).into()),
        Err(_) => Some(format!("{} bytes that are no text", bytes.len()).into()),
    })
}
