//! Which headers reach a function, and under which names its own reach the client.
//!
//! The rules are those of all integrations; here are the events' and answers' own.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use percent_encoding::{CONTROLS, percent_encode};

use super::super::headers::{is_hop_by_hop, named, named_by_connection, remapped, stays_at_gateway};
use crate::error::GatewayError;

/// As many header lines as an answer may have: more than any client takes, and far from what a map holds, so that the
/// gateway can add its own.
const MOST_LINES: usize = 4_096;

/// Where [`add`] puts what an answer's `Connection` says.
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

/// Adds one line of a function's answer: checked, renamed where API Gateway renames it, left out if it only
/// concerns one connection.
pub fn add(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), GatewayError> {
    let bad =
        |what: &str| GatewayError::BrokenAnswer(format!("header {}: {what}", name.escape_debug()).into());
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("not a header's name"))?;
    let value =
        HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad("a value with control characters"))?;
    let name = match remapped(&name) {
        Some(other) => other,
        None if is_hop_by_hop(name.as_str()) => return Ok(()),
        None => name,
    };
    if headers.len() >= MOST_LINES {
        return Err(GatewayError::BrokenAnswer("too many headers".into()));
    }
    headers.append(name, value);
    Ok(())
}

/// Ends an answer's headers: what its `Connection` names goes no further, and a content type there must be. Not of a
/// 304, which brings no content: it would say of the one that a cache has that its type is another now.
pub fn finish(headers: &mut HeaderMap, status: StatusCode, content_type: &'static str) {
    for name in named(headers, &REMAPPED_CONNECTION) {
        headers.remove(name);
    }
    if status == StatusCode::NOT_MODIFIED {
        return;
    }
    headers.entry(http::header::CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
}
