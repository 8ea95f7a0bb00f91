//! Objects of S3: read with ranges and conditions, written, deleted.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Response, Uri},
};
use tollgate::local::server::Server;

use super::*;
use crate::harness::free_port;

type Asked = Arc<Mutex<Vec<String>>>;

/// The bucket: every key but `none` and the names of errors has ten bytes.
async fn bucket(
    State(asked): State<Asked>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<axum::body::Body> {
    let shown = ["range", "if-none-match", "if-match", "content-type"]
        .iter()
        .filter_map(|name| Some(format!(" {name}={}", headers.get(*name)?.to_str().unwrap())));
    let shown: String = shown.collect();
    assert!(headers.contains_key("x-amz-content-sha256"));
    asked.lock().unwrap().push(format!("{method} {uri}{shown} {}", String::from_utf8_lossy(&body)));
    let error = |status: u16, code: &str| {
        let document = format!("<Error><Code>{code}</Code><Message>bucket-of-111122223333</Message></Error>");
        let document = if method == Method::HEAD { String::new() } else { document };
        Response::builder()
            .status(status)
            .header("content-type", "application/xml")
            .body(document.into())
            .unwrap()
    };
    let key = uri.path().rsplit('/').next().unwrap();
    match (key, headers.get("range"), headers.get("if-none-match")) {
        ("none", ..) => error(404, "NoSuchKey"),
        ("bucketless", ..) => error(404, "NoSuchBucket"),
        ("denied", ..) => error(403, "AccessDenied"),
        ("busy", ..) => error(503, "SlowDown"),
        ("broken", ..) => error(500, "InternalError"),
        ("taken", _, Some(_)) => error(412, "PreconditionFailed"),
        (_, _, Some(tag)) if tag == "\"t\"" => {
            Response::builder().status(304).header("etag", "\"t\"").body("".into()).unwrap()
        }
        (_, Some(range), _) if range == "bytes=2-3" => Response::builder()
            .status(206)
            .header("content-range", "bytes 2-3/10")
            .header("content-type", "text/x-digits")
            .header("etag", "\"t\"")
            .body("23".into())
            .unwrap(),
        (_, Some(_), _) => {
            let mut answer = error(416, "InvalidRange");
            answer.headers_mut().insert("content-range", "bytes */10".parse().unwrap());
            answer
        }
        _ => Response::builder()
            .header("content-type", "text/x-digits")
            .header("etag", "\"t\"")
            .header("x-amz-meta-owner", "111122223333")
            .header("x-amz-server-side-encryption", "aws:kms")
            .body(if method == Method::GET { "0123456789".into() } else { "".into() })
            .unwrap(),
    }
}

async fn serving_objects() -> (TestGateway, Asked, Server) {
    let asked = Asked::default();
    let listener = free_port();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let router = Router::new().fallback(bucket).with_state(Arc::clone(&asked));
    let server = Server::start(listener, router).unwrap();
    let gateway =
        TestGateway::with_environment(&[("AWS_ENDPOINT_URL_S3", &format!("http://{}", server.address))]);
    let s3 = |route_key: &str, action: &str, more: Value| {
        let mut fields = json!({ "type": "S3", "action": action, "bucket": "shop-files", "key": "files/${request.path.key}" });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        gateway.put_route(&json!({ "routeKey": route_key, "integration": fields }));
    };
    s3("GET /{key+}", "GetObject", json!({}));
    s3("PUT /{key+}", "PutObject", json!({ "maxBytes": 8 }));
    s3(
        "POST /{key+}",
        "PutObject",
        json!({ "body": { "note": "$request.body.note" }, "contentType": "application/json", "statusCode": 201 }),
    );
    s3("DELETE /{key+}", "DeleteObject", json!({}));
    s3("GET /links/{key+}", "GetObject", json!({ "redirectTtlInSeconds": 60 }));
    gateway.go_live().await;
    (gateway, asked, server)
}

#[tokio::test]
async fn an_object_is_read_whole_in_parts_and_on_conditions() {
    let (gateway, asked, _server) = serving_objects().await;
    let not_found = "404\ncontent-type: application/json\nx-amzn-errortype: NotFoundException\n\n{\"message\":\"Not Found\"}";
    let table = [
        (
            "GET /v1/a%20b/%C3%BC",
            "200\ncontent-type: text/x-digits\netag: \"t\"\n\n0123456789",
            "GET /shop-files/files/a%20b/%C3%BC ",
        ),
        ("HEAD /v1/a", "200\ncontent-type: text/x-digits\netag: \"t\"", "HEAD /shop-files/files/a "),
        (
            "GET /v1/a\nrange: bytes=2-3",
            "206\ncontent-range: bytes 2-3/10\ncontent-type: text/x-digits\netag: \"t\"\n\n23",
            "GET /shop-files/files/a range=bytes=2-3 ",
        ),
        (
            "GET /v1/a\nrange: bytes=20-",
            "416\ncontent-range: bytes */10",
            "GET /shop-files/files/a range=bytes=20- ",
        ),
        (
            "GET /v1/a\nif-none-match: \"t\"",
            "304\netag: \"t\"",
            "GET /shop-files/files/a if-none-match=\"t\" ",
        ),
        ("GET /v1/none", not_found, "GET /shop-files/files/none "),
        ("DELETE /v1/a", "204", "DELETE /shop-files/files/a "),
    ];
    for (request, expected, expected_call) in table {
        assert_eq!(gateway.send(request).await.trim_end(), expected, "{request}");
        assert_eq!(*std::mem::take(&mut *asked.lock().unwrap()), [expected_call]);
    }
}

#[tokio::test]
async fn a_client_is_sent_to_s3_where_the_route_says_so() {
    let (gateway, asked, server) = serving_objects().await;
    for (method, key) in [("GET", "a%20b/%C3%BC"), ("HEAD", "none")] {
        let answer = gateway.send(&format!("{method} /v1/links/{key}\nrange: bytes=2-3")).await;
        let (head, signature) = answer.trim_end().split_once("&X-Amz-Signature=").expect(&answer);
        assert_eq!((signature.len(), asked.lock().unwrap().len()), (64, 0), "{answer}");
        let (before, date) = head.split_once("&X-Amz-Date=").expect(head);
        let (_, after) = date.split_once('&').expect(date);
        let url =
            format!("http://{}/shop-files/files/{key}?X-Amz-Algorithm=AWS4-HMAC-SHA256", server.address);
        let (before, _) = before.split_once("&X-Amz-Credential=").expect(before);
        assert_eq!(before, format!("307\ncache-control: no-store\nlocation: {url}"));
        assert_eq!(after, "X-Amz-Expires=60&X-Amz-SignedHeaders=host");
    }
}

#[tokio::test]
async fn an_object_is_written_within_its_bounds() {
    let (gateway, asked, _server) = serving_objects().await;
    let put = |path: &str, more: &str, body: &str| {
        format!("PUT /v1/{path}\ncontent-type: text/plain\n{more}\n{body}")
    };
    let written = "200\ncontent-type: application/json\netag: \"t\"\n\n{\"eTag\":\"\\\"t\\\"\"}";
    assert_eq!(gateway.send(&put("a", "", "12345678")).await, written);
    assert_eq!(
        *std::mem::take(&mut *asked.lock().unwrap()),
        ["PUT /shop-files/files/a content-type=text/plain 12345678"]
    );
    let large = gateway.send(&put("a", "", "123456789")).await;
    assert!(large.starts_with("413\n"), "{large}");
    assert!(asked.lock().unwrap().is_empty());
    let taken = gateway.send(&put("taken", "if-none-match: *\n", "1")).await;
    assert!(taken.starts_with("412\n"), "{taken}");
    asked.lock().unwrap().clear();
    assert_eq!(post(&gateway, "/b", r#"{"note":"n"}"#).await, r#"201 {"eTag":"\"t\""}"#);
    assert_eq!(
        *asked.lock().unwrap(),
        [r#"PUT /shop-files/files/b content-type=application/json {"note":"n"}"#]
    );
}

#[tokio::test]
async fn an_error_of_s3_is_a_status_without_its_document() {
    let (gateway, _asked, _server) = serving_objects().await;
    let failed = r#"{"message": "Internal server error"}"#;
    let table = [
        ("bucketless", 500, failed),
        ("denied", 500, failed),
        ("broken", 502, failed),
        ("busy", 429, r#"{"message":"Too Many Requests"}"#),
        ("none", 404, r#"{"message":"Not Found"}"#),
    ];
    for (key, status, body) in table {
        let answer = gateway.send(&format!("GET /v1/{key}")).await;
        assert!(answer.starts_with(&format!("{status}\n")) && answer.ends_with(body), "{answer}");
    }
}
