//! Requests as terse text → function-URL events, and answers → text.

use futures_util::StreamExt;
use serde_json::{Value, json};
use tollgate::{function_url::StreamResponse, message::Body};

use super::START;

/// The event that a function URL makes of a request written as HTTP is.
pub fn event(request: &str) -> Value {
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = serde_json::Map::new();
    headers.insert("host".to_owned(), json!("abc123.lambda-url.eu-west-1.on.aws"));
    let mut cookies = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        if name.eq_ignore_ascii_case("cookie") {
            cookies.extend(value.split("; ").map(str::to_owned));
        } else {
            headers.insert(name.to_lowercase(), json!(value));
        }
    }
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abc123",
            "domainName": "abc123.lambda-url.eu-west-1.on.aws",
            "domainPrefix": "abc123",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test" },
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "routeKey": "$default",
            "stage": "$default",
            "time": "14/Apr/2025:22:12:48 +0000",
            "timeEpoch": START,
        },
        "isBase64Encoded": false,
    });
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !body.is_empty() {
        event["body"] = json!(body);
    }
    event
}

/// Status, headers in alphabetical order but the request id, cookies; an empty line; the body.
pub async fn render(response: StreamResponse) -> String {
    format!("{}\n\n{}", render_head(&response), read(response.stream).await)
}

pub fn render_head(response: &StreamResponse) -> String {
    let prelude = &response.metadata_prelude;
    let mut lines: Vec<String> = prelude
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-amzn-requestid")
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    lines.extend(prelude.cookies.iter().map(|cookie| format!("set-cookie: {cookie}")));
    lines.insert(0, prelude.status_code.as_u16().to_string());
    lines.join("\n")
}

/// A body as text, to its end.
pub async fn read(mut stream: Body) -> String {
    let mut body = Vec::new();
    while let Some(piece) = stream.next().await {
        match piece {
            Ok(bytes) => body.extend_from_slice(&bytes),
            Err(error) => body.extend_from_slice(format!("<broke off: {error}>").as_bytes()),
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}
