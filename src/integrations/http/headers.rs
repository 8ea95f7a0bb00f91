//! Which headers pass between client and target, and what the gateway adds.
//!
//! The lists are API Gateway's for `HTTP_PROXY` (localstack's recordings), with what is only for one hop
//! (RFC 9110 §7.6.1). Other than there, `Content-Encoding` of an answer is kept: its body is passed on as it
//! is, still compressed.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT, AUTHORIZATION, CONNECTION, COOKIE, USER_AGENT},
};

use crate::message::Request;

/// Not for the target, in alphabetical order. `host` is the target's own, `content-length` is the client's
/// work, `x-tollgate-origin` is the secret of the gateway's trusted proxy.
const NOT_TO_TARGET: [&str; 20] = [
    "connection",
    "content-length",
    "content-md5",
    "cookie",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
    "x-amzn-apigateway-api-id",
    "x-tollgate-origin",
];

/// Not for the client.
const NOT_TO_CLIENT: [&str; 9] = [
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// For the client under another name, since its own connection has such headers of its own.
const REMAPPED: [(&str, &str); 4] = [
    ("connection", "x-amzn-remapped-connection"),
    ("content-length", "x-amzn-remapped-content-length"),
    ("date", "x-amzn-remapped-date"),
    ("server", "x-amzn-remapped-server"),
];

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const API_ID: HeaderName = HeaderName::from_static("x-amzn-apigateway-api-id");

/// The headers of the request to the target.
pub fn to_target(request: &Request) -> HeaderMap {
    let one_hop = named_by_connection(&request.headers);
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 6);
    for (name, value) in &request.headers {
        let kept = NOT_TO_TARGET.binary_search(&name.as_str()).is_err() && !one_hop.contains(name);
        if kept && !(name == AUTHORIZATION && is_signature(value)) {
            headers.append(name, value.clone());
        }
    }
    add_origin(&mut headers, request);
    insert(&mut headers, COOKIE, &request.cookies.join("; "));
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
    headers
}

/// The headers of the answer to the client.
pub fn to_client(headers: &HeaderMap) -> HeaderMap {
    let one_hop = named_by_connection(headers);
    let mut kept = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        if NOT_TO_CLIENT.contains(&name.as_str()) || one_hop.contains(name) {
            continue;
        }
        let remapped = REMAPPED.iter().find(|(original, _)| name == original);
        let name = remapped.map_or(name.clone(), |(_, remapped)| HeaderName::from_static(remapped));
        kept.append(name, as_text(value));
    }
    kept
}

/// Says who called, and through what. The last entry of `X-Forwarded-For` is always the address that the
/// platform saw; a function URL puts it there itself.
fn add_origin(headers: &mut HeaderMap, request: &Request) {
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

fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    let lines = headers.get_all(CONNECTION).iter().filter_map(|line| line.to_str().ok());
    // Remapped or dropped by lists of their own, whatever `Connection` says.
    let is_listed =
        |name: &HeaderName| name == CONNECTION || REMAPPED.iter().any(|(original, _)| name == original);
    lines
        .flat_map(|line| line.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .filter(|name| !is_listed(name))
        .collect()
}

/// A signature for AWS was made for the gateway's host, and means nothing to the target.
fn is_signature(authorization: &HeaderValue) -> bool {
    authorization.as_bytes().starts_with(b"AWS4-")
}

/// The gateway's answers are JSON on their way to the client, so header values must be text: what is no
/// UTF-8 is ISO-8859-1, as it was when headers were specified (RFC 2616 §2.2).
fn as_text(value: &HeaderValue) -> HeaderValue {
    if std::str::from_utf8(value.as_bytes()).is_ok() {
        return value.clone();
    }
    let text: String = value.as_bytes().iter().copied().map(char::from).collect();
    HeaderValue::from_str(&text).expect("no control character was added")
}
