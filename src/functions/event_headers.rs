//! Headers that reach a function.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{CONTROLS, percent_encode};

use crate::header_rules::{named_by_connection, stays_at_gateway};

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
