//! HTTP request → the event of a function URL, payload format 2.0, as recorded events have it
//! (the project's API Gateway reference, §4.1).

use std::{collections::BTreeMap, net::IpAddr, time::SystemTime};

use axum::http::{HeaderMap, HeaderValue, header, request::Parts};
use base64::{Engine, prelude::BASE64_STANDARD};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use uuid::Uuid;

use crate::{calendar::log_timestamp, local::extensions::epoch_ms};

/// A request as hyper hands it over, and what the URL knows of it.
pub(super) struct ReceivedRequest<'a> {
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
struct UrlEvent<'a> {
    version: &'static str,
    route_key: &'static str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: UrlRequestContext<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UrlRequestContext<'a> {
    account_id: &'static str,
    api_id: &'a str,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: RequestHttp<'a>,
    request_id: String,
    route_key: &'static str,
    stage: &'static str,
    time: String,
    time_epoch: u128,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestHttp<'a> {
    method: &'a str,
    path: &'a str,
    protocol: String,
    source_ip: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
}

/// The event as JSON.
pub(super) fn encode(received: &ReceivedRequest) -> Vec<u8> {
    // `OPTIONS *` has the path `*`.
    let path = received.head.uri.path();
    let query = received.head.uri.query().unwrap_or_default();
    let domain_prefix = received.domain_name.split(['.', ':']).next().unwrap_or_default();
    let body = EncodedBody::encode(&received.head.headers, received.body);
    let event = UrlEvent {
        version: "2.0",
        route_key: "$default",
        raw_path: path,
        raw_query_string: query,
        cookies: cookies(&received.head.headers),
        headers: headers(received),
        query_string_parameters: query_string_parameters(query),
        request_context: UrlRequestContext {
            account_id: "anonymous",
            api_id: domain_prefix,
            domain_name: received.domain_name,
            domain_prefix,
            http: RequestHttp {
                method: received.head.method.as_str(),
                path,
                protocol: format!("{:?}", received.head.version),
                source_ip: received.source_ip.to_string(),
                user_agent: received.head.headers.get(header::USER_AGENT).map(text),
            },
            request_id: received.request_id.to_string(),
            route_key: "$default",
            stage: "$default",
            time: log_timestamp(seconds(received.time)),
            time_epoch: epoch_ms(received.time),
        },
        body: body.text,
        is_base64_encoded: body.is_base64_encoded,
    };
    serde_json::to_vec(&event).expect("text, numbers and maps of text are JSON")
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
fn headers(received: &ReceivedRequest) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for name in received.head.headers.keys().filter(|name| *name != header::COOKIE) {
        let values: Vec<String> = received.head.headers.get_all(name).iter().map(text).collect();
        headers.insert(name.as_str().to_owned(), values.join(","));
    }
    headers.insert("x-amzn-trace-id".to_owned(), received.trace_id.to_owned());
    headers.insert("x-forwarded-for".to_owned(), received.source_ip.to_string());
    headers.insert("x-forwarded-port".to_owned(), received.port.to_string());
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

/// The body of an event.
struct EncodedBody {
    text: Option<String>,
    is_base64_encoded: bool,
}

impl EncodedBody {
    /// The body as text when its type says that it is text, else in base64. Forms are in base64, and so is a
    /// body without a type.
    fn encode(headers: &HeaderMap, bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self { text: None, is_base64_encoded: false };
        }
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        match std::str::from_utf8(bytes) {
            Ok(text) if is_text(content_type.unwrap_or_default()) => {
                Self { text: Some(text.to_owned()), is_base64_encoded: false }
            }
            _ => Self { text: Some(BASE64_STANDARD.encode(bytes)), is_base64_encoded: true },
        }
    }
}

fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || matches!(essence.as_str(), "application/json" | "application/javascript" | "application/xml")
}

/// Seconds since 1970.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::Request;
    use serde_json::{Value, json};

    use super::*;

    fn event(request: Request<&[u8]>) -> Value {
        let (head, body) = request.into_parts();
        let event = encode(&ReceivedRequest {
            head: &head,
            body,
            domain_name: head.headers["host"].to_str().expect("text"),
            source_ip: [192, 0, 2, 7].into(),
            port: 9000,
            request_id: Uuid::nil(),
            trace_id: "Root=1-67fd8760-000000000000000000000000",
            time: SystemTime::UNIX_EPOCH + Duration::from_millis(1_744_668_768_123),
        });
        serde_json::from_slice(&event).expect("JSON")
    }

    #[test]
    fn a_request_becomes_the_event_that_a_function_url_makes() {
        let request = Request::get("/a%2Fb//%F/x?price=10&price=20&q=a+b%2B&empty")
            .header("Host", "abc.lambda-url.us-east-1.on.aws")
            .header("User-Agent", "curl/8")
            .header("X-Two", "1")
            .header("x-two", "2")
            .header("Cookie", "a=1; b=2")
            .header("X-Forwarded-For", "203.0.113.1")
            .body(&[][..])
            .expect("a request");
        let expected = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/a%2Fb//%F/x",
            "rawQueryString": "price=10&price=20&q=a+b%2B&empty",
            "cookies": ["a=1", "b=2"],
            "headers": {
                "host": "abc.lambda-url.us-east-1.on.aws",
                "user-agent": "curl/8",
                "x-amzn-trace-id": "Root=1-67fd8760-000000000000000000000000",
                "x-forwarded-for": "192.0.2.7",
                "x-forwarded-port": "9000",
                "x-forwarded-proto": "http",
                "x-two": "1,2",
            },
            "queryStringParameters": { "price": "10,20", "q": "a b+", "empty": "" },
            "requestContext": {
                "accountId": "anonymous",
                "apiId": "abc",
                "domainName": "abc.lambda-url.us-east-1.on.aws",
                "domainPrefix": "abc",
                "http": {
                    "method": "GET",
                    "path": "/a%2Fb//%F/x",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.7",
                    "userAgent": "curl/8",
                },
                "requestId": "00000000-0000-0000-0000-000000000000",
                "routeKey": "$default",
                "stage": "$default",
                "time": "14/Apr/2025:22:12:48 +0000",
                "timeEpoch": 1_744_668_768_123_u64,
            },
            "isBase64Encoded": false,
        });
        assert_eq!(event(request), expected);
    }

    #[test]
    fn a_body_is_text_only_when_its_type_and_its_bytes_are() {
        let table: [(Option<&str>, &[u8], &str, bool); 9] = [
            (Some("application/json; charset=utf-8"), b"{}", "{}", false),
            (Some("Text/Plain"), "ä".as_bytes(), "ä", false),
            (Some("application/problem+json"), b"{}", "{}", false),
            (Some("application/xml"), b"<a/>", "<a/>", false),
            (Some("application/json"), b"\xff\xfe", "//4=", true),
            (Some("application/x-www-form-urlencoded"), b"a=1", "YT0x", true),
            (Some("multipart/form-data; boundary=b"), b"--b", "LS1i", true),
            (Some("application/octet-stream"), b"abc", "YWJj", true),
            (None, b"abc", "YWJj", true),
        ];
        for (content_type, bytes, expected, is_base64_encoded) in table {
            let mut request = Request::post("/").header("host", "localhost:9000");
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let event = event(request.body(bytes).expect("a request"));
            assert_eq!(event["body"], expected, "{content_type:?}");
            assert_eq!(event["isBase64Encoded"], is_base64_encoded, "{content_type:?}");
        }
    }
}
