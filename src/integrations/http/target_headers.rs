//! Headers that pass between client and target, and those that the gateway adds.
//!
//! The rules are those of all integrations, with API Gateway's own for `HTTP_PROXY`. Other than there,
//! `Content-Encoding` of a response is kept: its body is passed on as it is, still compressed.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, COOKIE, USER_AGENT},
};

use crate::{
    header_rules::{is_hop_by_hop, named_by_connection, remapped, stays_at_gateway},
    message::Request,
    trace_context::{TRACEPARENT, X_AMZN_TRACE_ID, traceparent},
};

/// Beside what stays at the gateway: `host` is the target's own, `x-amzn-apigateway-api-id` ours to say.
fn is_for_target(name: &str) -> bool {
    let ours = matches!(name, "host" | "http2-settings" | "proxy-authorization" | "x-amzn-apigateway-api-id");
    !ours && !stays_at_gateway(name)
}

fn is_for_client(name: &str) -> bool {
    !is_hop_by_hop(name) && !matches!(name, "proxy-authenticate" | "proxy-authorization" | "via")
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const API_ID: HeaderName = HeaderName::from_static("x-amzn-apigateway-api-id");

/// The headers of the request to the target.
pub fn to_target(request: &Request) -> HeaderMap {
    let one_hop = named_by_connection(&request.headers);
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 6);
    for (name, value) in &request.headers {
        let kept = is_for_target(name.as_str()) && !one_hop.contains(name);
        if kept && !(name == AUTHORIZATION && is_signature(value)) {
            headers.append(name, value.clone());
        }
    }
    add_origin(&mut headers, request);
    insert(&mut headers, COOKIE, &request.cookies.join("; "));
    let trace_id = &request.origin.trace_id;
    if !trace_id.is_empty() {
        insert(&mut headers, X_AMZN_TRACE_ID, trace_id);
    }
    if let Some(made) = traceparent(trace_id) {
        headers.entry(TRACEPARENT).or_insert(made);
    }
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
    headers
}

/// Says that a body is empty, where `method` anticipates one (RFC 9110 §8.6): servers answer 411 to a `POST` without a
/// length. To the others it is said only if the client did. Of a body that has bytes, the connection tells the length.
pub fn add_zero_length(headers: &mut HeaderMap, method: &Method, request: &Request) {
    let anticipates_none = [Method::GET, Method::HEAD, Method::DELETE, Method::OPTIONS].contains(method);
    let is_told = !anticipates_none || request.headers.contains_key(CONTENT_LENGTH);
    if is_told && request.body.is_empty() {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}

/// The headers of the response to the client.
pub fn to_client(headers: &HeaderMap) -> HeaderMap {
    let one_hop = named_by_connection(headers);
    let mut kept = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let name = match remapped(name) {
            Some(other) => other,
            None if one_hop.contains(name) || !is_for_client(name.as_str()) => continue,
            None => name.clone(),
        };
        kept.append(name, as_text(value));
    }
    kept
}

/// Says who called, and through what. The last entry of `X-Forwarded-For` is always the address that the
/// platform saw; a function URL puts it there itself.
pub fn add_origin(headers: &mut HeaderMap, request: &Request) {
    let origin = &request.origin;
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
    let mut addresses = lines.join(", ");
    if addresses.rsplit(',').next().map(str::trim) != Some(&origin.source_ip) {
        let comma = if addresses.is_empty() { "" } else { ", " };
        addresses = format!("{addresses}{comma}{}", origin.source_ip);
    }
    insert(headers, FORWARDED_FOR, &addresses);
    headers.entry(FORWARDED_PORT).or_insert(HeaderValue::from_static("443"));
    headers.entry(FORWARDED_PROTO).or_insert(HeaderValue::from_static("https"));
    insert(headers, API_ID, &origin.api_id);
    if !headers.contains_key(USER_AGENT) {
        insert(headers, USER_AGENT, &format!("AmazonAPIGateway_{}", origin.api_id));
    }
}

/// Sets a header, unless there is nothing to say, or nothing that may stand in a header.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) if !value.is_empty() => drop(headers.insert(name, value)),
        Ok(_) | Err(_) => drop(headers.remove(name)),
    }
}

/// A signature for AWS was made for the gateway's host, and means nothing to the target.
fn is_signature(authorization: &HeaderValue) -> bool {
    authorization.as_bytes().starts_with(b"AWS4-")
}

/// The gateway's responses are JSON on their way to the client, so header values must be text: what is no
/// UTF-8 is ISO-8859-1, as it was when headers were specified (RFC 2616 §2.2).
fn as_text(value: &HeaderValue) -> HeaderValue {
    if std::str::from_utf8(value.as_bytes()).is_ok() {
        return value.clone();
    }
    let text: String = value.as_bytes().iter().copied().map(char::from).collect();
    HeaderValue::from_str(&text).expect("no control character was added")
}
