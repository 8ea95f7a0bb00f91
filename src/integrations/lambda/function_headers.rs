//! The names under which a function's headers reach the client.
//!
//! The rules are those of all integrations; here are the responses' own.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::{
    error::GatewayError,
    header_rules::{is_hop_by_hop, named, remapped},
    message::has_no_content,
};

/// As many header lines as a response may have: more than any client takes, and far from what a map holds, so that the
/// gateway can add its own.
const MOST_LINES: usize = 4_096;

/// The name under which [`add`] keeps a response's `Connection`.
const REMAPPED_CONNECTION: HeaderName = HeaderName::from_static("x-amzn-remapped-connection");

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
