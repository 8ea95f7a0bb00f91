//! Whole events, from requests as hyper hands them over.

use std::time::{Duration, SystemTime};

use axum::http::Request;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Arrival, domain_name, encode, log_time};

fn event(request: Request<&[u8]>) -> Value {
    let (head, body) = request.into_parts();
    let event = encode(&Arrival {
        head: &head,
        body,
        domain_name: domain_name(&head.headers).expect("a valid host"),
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

#[test]
fn a_host_that_is_no_authority_is_refused() {
    for (host, is_valid) in [
        ("localhost:9000", true),
        ("[::1]:80", true),
        ("a b", false),
        ("a/b", false),
        ("u@h", false),
        ("", false),
    ] {
        let request = Request::get("/").header("host", host).body(()).expect("a request");
        assert_eq!(domain_name(request.headers()).is_some(), is_valid, "{host}");
    }
}

#[test]
fn times_are_written_as_in_access_logs() {
    let table = [
        (0, "01/Jan/1970:00:00:00 +0000"),
        (951_782_400, "29/Feb/2000:00:00:00 +0000"),
        (1_735_689_599, "31/Dec/2024:23:59:59 +0000"),
        (4_107_542_400, "01/Mar/2100:00:00:00 +0000"),
    ];
    for (seconds, expected) in table {
        assert_eq!(log_time(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), expected);
    }
}
