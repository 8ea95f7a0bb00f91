//! HTTP request → the event of a function URL, payload format 2.0, as recorded events have it
//! (the project's API Gateway reference, §4.1).

use std::{collections::BTreeMap, net::IpAddr, time::SystemTime};

use axum::http::{HeaderMap, HeaderValue, header, request::Parts, uri::Authority};
use base64::{Engine, prelude::BASE64_STANDARD};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use uuid::Uuid;

use crate::local::extensions::epoch_ms;

/// What is known of a request.
pub(super) struct Arrival<'a> {
    pub head: &'a Parts,
    pub body: &'a [u8],
    pub domain_name: &'a str,
    pub source_ip: IpAddr,
    pub port: u16,
    pub request_id: Uuid,
    pub trace_id: &'a str,
    pub time: SystemTime,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'static str,
    route_key: &'static str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: Context<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    account_id: &'static str,
    api_id: &'a str,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: String,
    route_key: &'static str,
    stage: &'static str,
    time: String,
    time_epoch: u128,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: String,
    source_ip: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
}

/// The `Host` header, if there is one and it is host and port.
pub(super) fn domain_name(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let authority = Authority::try_from(host).ok()?;
    (!authority.as_str().contains('@')).then_some(host)
}

/// The event as JSON.
pub(super) fn encode(arrival: &Arrival) -> Vec<u8> {
    let (path, query) = target(arrival.head);
    let domain_prefix = arrival.domain_name.split(['.', ':']).next().unwrap_or_default();
    let (body, is_base64_encoded) = body(&arrival.head.headers, arrival.body);
    let event = Event {
        version: "2.0",
        route_key: "$default",
        raw_path: path,
        raw_query_string: query,
        cookies: cookies(&arrival.head.headers),
        headers: headers(arrival),
        query_string_parameters: query_string_parameters(query),
        request_context: Context {
            account_id: "anonymous",
            api_id: domain_prefix,
            domain_name: arrival.domain_name,
            domain_prefix,
            http: Http {
                method: arrival.head.method.as_str(),
                path,
                protocol: format!("{:?}", arrival.head.version),
                source_ip: arrival.source_ip.to_string(),
                user_agent: arrival.head.headers.get(header::USER_AGENT).map(text),
            },
            request_id: arrival.request_id.to_string(),
            route_key: "$default",
            stage: "$default",
            time: log_time(arrival.time),
            time_epoch: epoch_ms(arrival.time),
        },
        body,
        is_base64_encoded,
    };
    serde_json::to_vec(&event).expect("text, numbers and maps of text are JSON")
}

/// Path and query as the client sent them.
fn target(head: &Parts) -> (&str, &str) {
    // `OPTIONS *` has the path `*`.
    (head.uri.path(), head.uri.query().unwrap_or_default())
}

/// A header's value as text; bytes that are no UTF-8 one by one, as ISO 8859-1.
fn text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines: Vec<String> = headers.get_all(header::COOKIE).iter().map(text).collect();
    let all = lines.iter().flat_map(|line| line.split(';'));
    all.map(|cookie| cookie.trim().to_owned()).filter(|cookie| !cookie.is_empty()).collect()
}

/// All but the cookies, in lower case, repeated ones joined; and what a function URL adds.
fn headers(arrival: &Arrival) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for name in arrival.head.headers.keys().filter(|name| *name != header::COOKIE) {
        let values: Vec<String> = arrival.head.headers.get_all(name).iter().map(text).collect();
        headers.insert(name.as_str().to_owned(), values.join(","));
    }
    headers.insert("x-amzn-trace-id".to_owned(), arrival.trace_id.to_owned());
    headers.insert("x-forwarded-for".to_owned(), arrival.source_ip.to_string());
    headers.insert("x-forwarded-port".to_owned(), arrival.port.to_string());
    headers.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    headers
}

fn query_string_parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name), decode(value));
        parameters
            .entry(name)
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    parameters
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// The body as text when its type says that it is text, else in base64. Forms are in base64, and so is a
/// body without a type.
fn body(headers: &HeaderMap, bytes: &[u8]) -> (Option<String>, bool) {
    if bytes.is_empty() {
        return (None, false);
    }
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) if is_text(content_type) => (Some(text.to_owned()), false),
        _ => (Some(BASE64_STANDARD.encode(bytes)), true),
    }
}

fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || matches!(essence.as_str(), "application/json" | "application/javascript" | "application/xml")
}

/// `14/Apr/2025:22:12:48 +0000`.
fn log_time(time: SystemTime) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (mut days, of_day) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    while days >= days_in_year(year) {
        days -= days_in_year(year);
        year += 1;
    }
    let mut month = 0;
    while days >= days_in_month(year, month) {
        days -= days_in_month(year, month);
        month += 1;
    }
    format!(
        "{:02}/{}/{year}:{:02}:{:02}:{:02} +0000",
        days + 1,
        MONTHS[month],
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in_year(year: u64) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

/// `month` counts from 0.
fn days_in_month(year: u64, month: usize) -> u64 {
    const DAYS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if month == 1 && is_leap(year) { 29 } else { DAYS[month] }
}

#[cfg(test)]
mod tests;
