//! Which headers reach a function, and under which names its own reach the client.
//!
//! The lists are API Gateway's for `AWS_PROXY`, as localstack recorded them
//! (`test_apigateway_integrations::TestApiGatewayHeaderRemapping`), and RFC 9110, section 7.6.1 (hop-by-hop).

use std::borrow::Cow;

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONNECTION, CONTENT_LENGTH, DATE, SERVER},
};
use percent_encoding::{CONTROLS, percent_encode};

use crate::error::GatewayError;

const REMAPPED_CONNECTION: HeaderName = HeaderName::from_static("x-amzn-remapped-connection");
const REMAPPED_CONTENT_LENGTH: HeaderName = HeaderName::from_static("x-amzn-remapped-content-length");
const REMAPPED_DATE: HeaderName = HeaderName::from_static("x-amzn-remapped-date");
const REMAPPED_SERVER: HeaderName = HeaderName::from_static("x-amzn-remapped-server");

/// The headers that go to the function: lower-case name and all its lines. Cookies are not among them.
pub fn to_function(
    headers: &HeaderMap,
) -> impl Iterator<Item = (&HeaderName, http::header::GetAll<'_, HeaderValue>)> {
    headers
        .keys()
        .filter(|name| !stays_here(name.as_str()) && !is_named_by_connection(headers, name))
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
    let name = match name {
        CONNECTION => REMAPPED_CONNECTION,
        CONTENT_LENGTH => REMAPPED_CONTENT_LENGTH,
        DATE => REMAPPED_DATE,
        SERVER => REMAPPED_SERVER,
        name if is_hop_by_hop(name.as_str()) => return Ok(()),
        name => name,
    };
    headers.try_append(name, value).map_err(|_| GatewayError::BrokenAnswer("too many headers".into()))?;
    Ok(())
}

/// Ends an answer's headers: what its `Connection` names goes no further, and a content type there must be.
pub fn finish(headers: &mut HeaderMap, content_type: &'static str) {
    let named: Vec<HeaderName> = headers
        .get_all(REMAPPED_CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|name| HeaderName::from_bytes(name.trim().as_bytes()).ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    headers.entry(http::header::CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
}

fn stays_here(name: &str) -> bool {
    is_hop_by_hop(name)
        || matches!(
            name,
            "connection"
                | "content-length"
                | "content-md5"
                | "cookie"
                | "expect"
                | "max-forwards"
                | "proxy-authenticate"
                | "server"
                | "www-authenticate"
                // The trusted proxy's secret.
                | "x-tollgate-origin"
        )
}

fn is_hop_by_hop(name: &str) -> bool {
    matches!(name, "keep-alive" | "proxy-connection" | "te" | "trailer" | "transfer-encoding" | "upgrade")
}

fn is_named_by_connection(headers: &HeaderMap, name: &HeaderName) -> bool {
    let lines = headers.get_all(CONNECTION);
    let mut names = lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    names.any(|named| named.trim().eq_ignore_ascii_case(name.as_str()))
}
