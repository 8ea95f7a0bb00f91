//! Event → request, or the stages whose routes were edited.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header::COOKIE};
use serde::Deserialize;

use super::{raw_authorizer::RawAuthorizer, trusted_proxy::trust};
use crate::{
    environment::{FunctionUrlAuthType, TrustedProxy},
    error::GatewayError,
    message::{Origin, RefusedRequest, Request},
    path, trace_context,
};

/// The facts that the Runtime API gives beside the event.
#[derive(Clone, Debug)]
pub struct Invocation {
    pub request_id: String,
    pub deadline: SystemTime,
    /// The AWS account in the function's ARN.
    pub account_id: String,
    /// The X-Ray trace that the request is part of; empty if there is none.
    pub trace_id: String,
    pub received_at: SystemTime,
}

/// A decoded event.
#[derive(Debug)]
pub enum DecodedEvent {
    Request(Box<Request>),
    /// The routes table's stream: the stages that it names.
    RoutesChanged(BTreeSet<String>),
}

/// An event that is no request of ours, with what the access log can say of it.
#[derive(Debug)]
pub struct RefusedEvent {
    pub error: GatewayError,
    pub request: RefusedRequest,
}

/// More than the platform lets through, and less than what a URL may have in the targets' libraries, escaped.
const MAX_URI_BYTES: usize = 16_384;
/// More than any platform lets through, and less than a `HeaderMap` can hold.
const MAX_HEADERS: usize = 2_000;

/// A function-URL event (payload format 2.0) or a DynamoDB stream's, whichever it is. Everything may be absent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct RawEvent<'a> {
    #[serde(borrow)]
    raw_path: Option<EventText<'a>>,
    #[serde(borrow)]
    raw_query_string: Option<EventText<'a>>,
    cookies: Option<Vec<String>>,
    #[serde(borrow)]
    headers: Option<BTreeMap<EventText<'a>, EventText<'a>>>,
    #[serde(borrow)]
    body: Option<EventText<'a>>,
    is_base64_encoded: Option<bool>,
    request_context: Option<RawContext>,
    #[serde(rename = "Records")]
    records: Option<Vec<RawRecord>>,
}

/// A text of the event, where it stands there; copied only if it has escapes.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct EventText<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RawContext {
    api_id: Option<String>,
    domain_name: Option<String>,
    domain_prefix: Option<String>,
    http: Option<RawHttp>,
    time: Option<String>,
    time_epoch: Option<u64>,
    authorizer: Option<RawAuthorizer>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RawHttp {
    method: Option<String>,
    protocol: Option<String>,
    source_ip: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RawRecord {
    event_source: Option<String>,
    dynamodb: Option<RawChange>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawChange {
    #[serde(rename = "Keys")]
    keys: Option<RawKeys>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawKeys {
    stage: Option<RawString>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawString {
    #[serde(rename = "S")]
    s: Option<String>,
}

/// Decodes an event.
///
/// # Errors
///
/// The event is none of ours, or its request is malformed or comes past the trusted proxy.
pub fn decode(
    event: &Bytes,
    invocation: Invocation,
    proxy: &TrustedProxy,
    auth_type: FunctionUrlAuthType,
) -> Result<DecodedEvent, Box<RefusedEvent>> {
    let refused = |error, request| Box::new(RefusedEvent { error, request });
    let raw = match read(event) {
        Ok(raw) => raw,
        Err(error) => return Err(refused(error, RefusedRequest::default())),
    };
    if let Some(records) = raw.records {
        return Ok(DecodedEvent::RoutesChanged(stages_of(records)));
    }
    let Some(context) = raw.request_context else {
        return Err(refused(bad("the event has no requestContext"), RefusedRequest::default()));
    };
    let PlatformFacts { method, mut origin } =
        PlatformFacts::of(invocation.account_id, invocation.trace_id, context, auth_type);
    let [raw_path, raw_query, body] =
        [raw.raw_path, raw.raw_query_string, raw.body].map(|text| text.map(|text| text.0));
    let path = path::canonical_path(raw_path.as_deref().unwrap_or("/"));
    let parts = headers(raw.headers.unwrap_or_default(), event)
        .and_then(|headers| trust(headers, &mut origin, proxy))
        .and_then(|headers| {
            let method =
                Method::from_bytes(method.as_bytes()).map_err(|_| bad("a method that is no token"))?;
            let long = [&raw_path, &raw_query].into_iter().flatten().map(|text| text.len()).sum::<usize>();
            if long > MAX_URI_BYTES {
                return Err(bad(format!("a path and query of {long} bytes")));
            }
            if let Err(what) = &path {
                return Err(bad(*what));
            }
            let query = path::canonical_query(raw_query.as_deref().unwrap_or("")).map_err(bad)?;
            let body = body.unwrap_or_default();
            let body = match raw.is_base64_encoded {
                Some(true) => decoded(&body)?,
                Some(false) | None => in_place(body, event),
            };
            Ok((headers, method, query, body))
        });
    let path = path.unwrap_or_default();
    let (mut headers, method, query, body) = match parts {
        Ok(parts) => parts,
        Err(error) => return Err(refused(error, RefusedRequest { method, path, origin })),
    };
    trace_context::settle(&mut headers, &mut origin.trace_id, &invocation.request_id, invocation.received_at);
    let cookies = cookies(&mut headers, raw.cookies.unwrap_or_default());
    Ok(DecodedEvent::Request(Box::new(Request {
        id: invocation.request_id,
        received_at: invocation.received_at,
        deadline: invocation.deadline,
        method,
        path,
        query,
        headers,
        cookies,
        body,
        origin,
    })))
}

fn read(event: &[u8]) -> Result<RawEvent<'_>, GatewayError> {
    // Not the error's words: they quote what stands there, be it a cookie.
    let none_of_ours = |byte: usize| bad(format!("no function URL's event, from byte {byte}"));
    // As a whole: else every text in it would be looked at by itself.
    let text = std::str::from_utf8(event).map_err(|error| none_of_ours(error.valid_up_to() + 1))?;
    serde_json::from_str(text).map_err(|error| none_of_ours(error.column()))
}

/// The facts of a request that only the platform knows, before any proxy is trusted.
struct PlatformFacts {
    method: String,
    origin: Origin,
}

impl PlatformFacts {
    fn of(account_id: String, trace_id: String, context: RawContext, auth_type: FunctionUrlAuthType) -> Self {
        let http = context.http.unwrap_or_default();
        let iam = match auth_type {
            // Whoever has written it, AWS has not.
            FunctionUrlAuthType::None => None,
            FunctionUrlAuthType::AwsIam => context.authorizer.and_then(RawAuthorizer::iam),
        };
        let origin = Origin {
            account_id,
            api_id: context.api_id.unwrap_or_default(),
            domain_name: context.domain_name.unwrap_or_default(),
            domain_prefix: context.domain_prefix.unwrap_or_default(),
            protocol: http.protocol.unwrap_or_else(|| "HTTP/1.1".to_owned()),
            source_ip: http.source_ip.unwrap_or_default(),
            user_agent: String::new(),
            time: context.time.unwrap_or_default(),
            time_epoch: context.time_epoch.unwrap_or_default(),
            trace_id,
            iam: iam.map(Box::new),
        };
        Self { method: http.method.unwrap_or_default(), origin }
    }
}

fn bad(what: impl Into<Cow<'static, str>>) -> GatewayError {
    GatewayError::BadRequest(what.into())
}

/// Records of other tables, or of none, name no stage and are passed over.
fn stages_of(records: Vec<RawRecord>) -> BTreeSet<String> {
    let of_dynamodb =
        records.into_iter().filter(|record| record.event_source.as_deref() == Some("aws:dynamodb"));
    of_dynamodb.filter_map(|record| record.dynamodb?.keys?.stage?.s).collect()
}

fn headers(raw: BTreeMap<EventText<'_>, EventText<'_>>, event: &Bytes) -> Result<HeaderMap, GatewayError> {
    if raw.len() > MAX_HEADERS {
        return Err(bad(format!("{} headers", raw.len())));
    }
    let mut headers = HeaderMap::with_capacity(raw.len());
    for (name, value) in raw {
        let name =
            HeaderName::from_bytes(name.0.as_bytes()).map_err(|_| bad("a header name that is no token"))?;
        let value = HeaderValue::from_maybe_shared(in_place(value.0, event));
        let value = value.map_err(|_| bad(format!("a control character in the header {name}")))?;
        headers.append(name, value);
    }
    Ok(headers)
}

/// The bytes of a text of `event`, without a copy where they stand there.
fn in_place(text: Cow<'_, str>, event: &Bytes) -> Bytes {
    match text {
        Cow::Borrowed(text) => event.slice_ref(text.as_bytes()),
        Cow::Owned(text) => text.into(),
    }
}

/// Function URLs give cookies apart; a `cookie` header that is there all the same counts too.
fn cookies(headers: &mut HeaderMap, mut cookies: Vec<String>) -> Vec<String> {
    if let Some(header) = headers.remove(COOKIE) {
        let header = String::from_utf8_lossy(header.as_bytes());
        cookies
            .extend(header.split(';').map(str::trim).filter(|cookie| !cookie.is_empty()).map(str::to_owned));
    }
    // What cannot stand in a header line is no cookie, and would smuggle a line into one.
    cookies.retain(|cookie| HeaderValue::from_str(cookie).is_ok());
    cookies
}

fn decoded(text: &str) -> Result<Bytes, GatewayError> {
    BASE64_STANDARD.decode(text).map(Bytes::from).map_err(|_| bad("a body that is no base64"))
}
