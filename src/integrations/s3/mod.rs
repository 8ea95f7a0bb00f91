//! `S3`: objects of a bucket, read with ranges and conditions, written, deleted.
//!
//! The bucket is the operator's alone. A request chooses the key, as one that S3 takes literally.

mod object_answer;

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_TYPE, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE,
        IF_UNMODIFIED_SINCE, LOCATION, RANGE,
    },
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::Instant;

use super::{
    ParseContext,
    resolved_call::ResolvedServiceCall,
    service_call::{ServiceCaller, refusal},
    services::{CalledRegion, NO_WORDS, checked_region},
};
use crate::{
    aws::{
        call::ServiceCall,
        clients::ServiceClients,
        request_id::EndpointRequestId,
        service::{Service, ServiceAddress},
    },
    context::Context,
    error::GatewayError,
    item::{Fields, brief},
    message::{Body, Response},
    template::mapped_value::{Inputs, MappedValue},
};

/// An operation on an object.
#[derive(Debug)]
pub struct S3 {
    action: S3Action,
    bucket: String,
    key: MappedValue,
    caller: ServiceCaller,
    /// What a request writes, and of which type; `None`: its own.
    content: Option<MappedValue>,
    content_type: Option<MappedValue>,
    max_bytes: u64,
    status: Option<StatusCode>,
    /// Of a reading that S3 itself answers: how long the URL is good to which the client is sent.
    redirect_ttl: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum S3Action {
    Get,
    Head,
    Put,
    Delete,
}

const ACTIONS: [(&str, S3Action); 4] = [
    ("GetObject", S3Action::Get),
    ("HeadObject", S3Action::Head),
    ("PutObject", S3Action::Put),
    ("DeleteObject", S3Action::Delete),
];

/// A function URL takes no longer body.
const MOST_BYTES: u64 = 6 << 20;
/// The most seconds for which a URL is good that a client is sent to.
const MOST_REDIRECT_SECONDS: u64 = 3_600;
/// S3's longest key.
const MOST_KEY_BYTES: usize = 1_024;

/// Unreserved characters, and the slash: S3 signs paths as they are sent.
const OF_KEYS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The conditions that a client may put, of reading and of writing.
const OF_READING: [HeaderName; 6] =
    [RANGE, IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, IF_RANGE];
const OF_WRITING: [HeaderName; 2] = [IF_MATCH, IF_NONE_MATCH];

impl S3 {
    /// Reads the fields of an integration of type `S3`. What is wrong is reported, and `None`.
    pub fn parse(fields: &Fields<'_>, parse_context: &ParseContext<'_>) -> Option<Self> {
        let expected = ACTIONS.map(|(name, _)| name).join(" or ");
        let credentials = ServiceCaller::read_credentials(fields, "credentials");
        let said = fields.resolved_string("region");
        let region = checked_region(fields, "region", said, &[]);
        let action = fields.require("action", fields.choice("action", &ACTIONS), &expected);
        if action.is_none() {
            fields.give_up();
        }
        let action = action?;
        let bucket = bucket(fields);
        let mapped = |name, value| MappedValue::parse(fields, name, value, parse_context.path_parameters);
        let key = fields.require("key", fields.value("key"), KEY).and_then(|value| mapped("key", value));
        let is_key = |key: &MappedValue| match key {
            MappedValue::Fixed(value) => value.as_str().is_some_and(is_key),
            MappedValue::Word(_) | MappedValue::Typed(_) | MappedValue::Text(_) => true,
            MappedValue::List(_) | MappedValue::Map(_) => false,
        };
        if let (Some(key), Some(value)) = (&key, fields.value("key"))
            && !is_key(key)
        {
            fields.problem("key", &brief(value), KEY);
        }
        let (mut content, mut content_type, mut max_bytes, mut status) = (None, None, MOST_BYTES, None);
        if action == S3Action::Put {
            content = fields.value("body").and_then(|value| mapped("body", value));
            content_type = fields.value("contentType").and_then(|value| mapped("contentType", value));
            max_bytes = fields.integer("maxBytes", 1..=MOST_BYTES).unwrap_or(MOST_BYTES);
            status = fields.integer("statusCode", 200..=299).and_then(status_of);
        }
        let mut redirect_ttl = None;
        if action == S3Action::Get {
            let seconds = fields.integer("redirectTtlInSeconds", 1..=MOST_REDIRECT_SECONDS);
            redirect_ttl = seconds.map(Duration::from_secs);
        }
        let CalledRegion { name: region } = region?;
        let address = ServiceAddress { service: Service::S3, region, subdomain: None };
        let caller = ServiceCaller { address, credentials: credentials? };
        Some(Self {
            action,
            bucket: bucket?,
            key: key?,
            caller,
            content,
            content_type,
            max_bytes,
            status,
            redirect_ttl,
        })
    }

    /// Asks S3; `request_id` becomes that of the answer. An object is passed on piece by piece. Where the client is sent
    /// to S3, nobody is asked.
    ///
    /// # Errors
    /// - `BadParameterValue`, `BadBodyValue`, `RequestTooLarge`: the client's values cannot be used.
    /// - `ItemNotFound`, `ConditionFailed`, `PreconditionFailed`: there is none, or not in this state.
    /// - `IntegrationThrottled`: S3 is asked too much.
    /// - `IntegrationForbidden`, `IntegrationFailure`, `IntegrationUnreachable`: the operator's to mend.
    pub async fn invoke(
        &self,
        context: &Context<'_>,
        clients: &ServiceClients,
        request_id: &mut EndpointRequestId,
    ) -> Result<Response, GatewayError> {
        let deadline = Instant::now() + context.time_left();
        let call = self.call(context)?;
        let client = self.caller.client(clients).await?;
        if let Some(ttl) = self.redirect_ttl {
            return Ok(redirect(client.presigned_url(&call, ttl)));
        }
        let outcome = client.exchange_streaming(&call).await;
        *request_id = EndpointRequestId::of(&outcome);
        let answer = outcome.map_err(refusal)?;
        match self.action {
            S3Action::Get | S3Action::Head => {
                object_answer::of_reading(answer, &call.method, &self.key, deadline).await
            }
            S3Action::Put => object_answer::of_writing(answer, self.status, &self.key).await,
            S3Action::Delete => object_answer::of_deleting(answer, &self.key).await,
        }
    }

    /// The call for a request, as it is sent.
    ///
    /// # Errors
    /// The client's values cannot be used.
    pub fn resolve(&self, context: &Context<'_>) -> Result<ResolvedServiceCall, GatewayError> {
        let action =
            ACTIONS.iter().find(|(_, action)| *action == self.action).map(|(name, _)| (*name).to_owned());
        let resolved = ResolvedServiceCall::new("s3".to_owned(), action, &self.caller, self.call(context)?);
        Ok(ResolvedServiceCall { redirect_ttl: self.redirect_ttl, ..resolved })
    }

    fn call(&self, context: &Context<'_>) -> Result<ServiceCall, GatewayError> {
        let inputs = Inputs::new(context);
        let key = self.key.text(&inputs)?.filter(|key| is_key(key));
        let key = key.ok_or_else(|| self.key.refused("is no key of an object"))?;
        let path = format!("/{}/{}", self.bucket, utf8_percent_encode(&key, OF_KEYS));
        let asked = &context.request.headers;
        let mut headers = HeaderMap::new();
        let is_put = self.action == S3Action::Put;
        let conditions = match self.action {
            S3Action::Get | S3Action::Head => &OF_READING[..],
            S3Action::Put | S3Action::Delete => &OF_WRITING[..],
        };
        for name in conditions {
            headers.extend(asked.get(name).map(|value| (name.clone(), value.clone())));
        }
        if is_put {
            headers.extend(self.content_type(&inputs, asked)?.map(|value| (CONTENT_TYPE, value)));
        }
        let trace_id = HeaderValue::from_str(&context.request.origin.trace_id).ok();
        Ok(ServiceCall {
            method: match self.action {
                S3Action::Get if context.request.method == Method::HEAD => Method::HEAD,
                S3Action::Get => Method::GET,
                S3Action::Head => Method::HEAD,
                S3Action::Put => Method::PUT,
                S3Action::Delete => Method::DELETE,
            },
            path_and_query: path.parse().expect("an encoded path"),
            headers,
            trace_id: trace_id.filter(|id| !id.is_empty()),
            body: if is_put { self.content(&inputs)? } else { Bytes::new() },
        })
    }

    fn content(&self, inputs: &Inputs<'_>) -> Result<Bytes, GatewayError> {
        let bytes = match &self.content {
            Some(content) if !content.is_whole_body() => content.text(inputs)?.unwrap_or_default().into(),
            Some(_) | None => inputs.body_bytes().clone(),
        };
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > self.max_bytes {
            return Err(GatewayError::RequestTooLarge { bytes: bytes.len() });
        }
        Ok(bytes)
    }

    fn content_type(
        &self,
        inputs: &Inputs<'_>,
        asked: &HeaderMap,
    ) -> Result<Option<HeaderValue>, GatewayError> {
        let Some(mapped) = &self.content_type else { return Ok(asked.get(CONTENT_TYPE).cloned()) };
        let Some(text) = mapped.text(inputs)? else { return Ok(None) };
        HeaderValue::try_from(text).map(Some).map_err(|_| mapped.refused("is no content type"))
    }
}

/// Sends the client to S3. The URL is for this client only, so nobody may keep the answer.
fn redirect(url: String) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    let location = HeaderValue::try_from(url).expect("an encoded URL");
    response.headers_mut().insert(LOCATION, location);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

const KEY: &str = "an object's key, or words such as files/${request.path.name}";

/// A key that is taken literally everywhere: without segments that some would resolve.
fn is_key(key: &str) -> bool {
    let is_odd = |segment: &str| segment == "." || segment == "..";
    let has_control = key.contains(char::is_control);
    !key.is_empty() && key.len() <= MOST_KEY_BYTES && !has_control && !key.split('/').any(is_odd)
}

/// `bucket`.
fn bucket(fields: &Fields<'_>) -> Option<String> {
    let expected = "a bucket's name (3 to 63 small letters, digits, . and -)";
    let name = fields.require("bucket", fields.resolved_string("bucket"), expected)?;
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    let is_name = (3..=63).contains(&name.len()) && name.bytes().all(legal) && !name.contains("..");
    if !is_name {
        let why = if name.contains('$') { format!("; {NO_WORDS}") } else { String::new() };
        fields.problem("bucket", &brief(&name.clone().into()), &format!("{expected}{why}"));
    }
    is_name.then_some(name)
}

fn status_of(code: u64) -> Option<StatusCode> {
    StatusCode::from_u16(u16::try_from(code).ok()?).ok()
}
