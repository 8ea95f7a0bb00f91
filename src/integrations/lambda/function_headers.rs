//! Headers that reach a function, and the names under which its own reach the client.
//!
//! The rules are those of all integrations; here are the events' and responses' own.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use percent_encoding::{CONTROLS, percent_encode};

use super::super::header_rules::{is_hop_by_hop, named, named_by_connection, remapped, stays_at_gateway};
use crate::{error::GatewayError, message::has_no_content};

/// As many header lines as a response may have: more than any client takes, and far from what a map holds, so that the
/// gateway can add its own.
const MOST_LINES: usize = 4_096;

/// The name under which [`add`] keeps a response's `Connection`.
const REMAPPED_CONNECTION: HeaderName = HeaderName::from_static("x-amzn-remapped-connection");

/// The headers that go to the function: lower-case name and all its lines. Cookies are not among them.
pub fn to_function(
    headers: &HeaderMap,
) -> impl Iterator<Item = (&HeaderName, http::header::GetAll<'_, HeaderValue>)> {
    let one_hop = named_by_connection(headers);
    headers
        .keys()
        .filter(move |name| !stays_at_gateway(name.as_str()) && !one_hop.contains(name))
        .map(|name| (name, headers.get_all(name)))
}

/// A header's value as text. Bytes beyond ASCII, which HTTP gives no meaning, are percent-encoded: `lambda_http`
/// 1.3.2 fails on an event that has them.
pub fn text(value: &HeaderValue) -> Cow<'_, str> {
    match value.to_str() {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => percent_encode(value.as_bytes(), CONTROLS).into(),
    }
}

/// As [`text`], of what has been joined to one header here.
pub fn ascii(text: String) -> String {
    if text.is_ascii() { text } else { percent_encode(text.as_bytes(), CONTROLS).to_string() }
}

/// Adds one line of a list: also one that is there already, for a function that lists it twice means it twice. Of what
/// can stand only once, the last stands.
///
/// Every line is checked, renamed where API Gateway renames it, left out if it only concerns one connection.
pub fn add(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), GatewayError> {
    let Some((name, value)) = line(name, value)? else { return Ok(()) };
    if stands_once(&name) {
        headers.remove(&name);
    }
    append(headers, name, value)
}

/// Adds one line unless it is there already, as an equal pair in another of the response's members (AWS: "only the
/// values from `multiValueHeaders`"), or as another value of what can stand only once.
pub fn add_new(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), GatewayError> {
    let Some((name, value)) = line(name, value)? else { return Ok(()) };
    let once = stands_once(&name);
    if headers.get_all(&name).iter().any(|present| once || *present == value) {
        return Ok(());
    }
    append(headers, name, value)
}

fn append(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> Result<(), GatewayError> {
    if headers.len() >= MOST_LINES {
        return Err(GatewayError::BrokenAnswer("too many headers".into()));
    }
    headers.append(name, value);
    Ok(())
}

fn line(name: &str, value: &str) -> Result<Option<(HeaderName, HeaderValue)>, GatewayError> {
    let bad =
        |what: &str| GatewayError::BrokenAnswer(format!("header {}: {what}", name.escape_debug()).into());
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("not a header's name"))?;
    let value =
        HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad("a value with control characters"))?;
    Ok(match remapped(&name) {
        Some(other) => Some((other, value)),
        None if is_hop_by_hop(name.as_str()) => None,
        None => Some((name, value)),
    })
}

/// True of a header that is one value and no list: a client refuses two, or takes them for one that nobody meant. Names
/// as
/// they reach the client.
fn stands_once(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        // Fetch §3.2.4 and §3.3.5 to §3.3.7: compared with the whole value.
        "access-control-allow-credentials"
            | "access-control-allow-origin"
            | "access-control-max-age"
            // RFC 9111 §5.1, §5.3.
            | "age"
            | "expires"
            // RFC 6266 §4.1.
            | "content-disposition"
            // RFC 9110 §8.3, §8.7, §14.4.
            | "content-type"
            | "content-location"
            | "content-range"
            // RFC 9110 §8.8.2, §8.8.3, §10.2.2, §10.2.3.
            | "last-modified"
            | "etag"
            | "location"
            | "retry-after"
            // HTML §7.1.3 and §7.1.4, Fetch §3.7: structured items (RFC 9651 §3.3), of which two are none.
            | "cross-origin-embedder-policy"
            | "cross-origin-opener-policy"
            | "cross-origin-resource-policy"
            // RFC 6797 §6.1.
            | "strict-transport-security"
            // RFC 9110 §8.6, §6.6.1, §10.2.4, as API Gateway renames them.
            | "x-amzn-remapped-content-length"
            | "x-amzn-remapped-date"
            | "x-amzn-remapped-server"
    )
}

/// Ends a response's headers: what its `Connection` names goes no further, and a content type there must be. Not with a
/// status that brings no content: a 304 would say of the one that a cache has that its type is another now.
pub fn finish(headers: &mut HeaderMap, status: StatusCode, content_type: &'static str) {
    for name in named(headers, &REMAPPED_CONNECTION) {
        headers.remove(name);
    }
    if has_no_content(status) {
        return;
    }
    headers.entry(http::header::CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
}
