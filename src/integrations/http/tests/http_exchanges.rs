//! Whole exchanges with a target on loopback that says scripted bytes.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use http::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;

use super::{
    http_target::{Answer, LOOPBACK, TestTarget},
    *,
};

async fn invoke(http: &Http, request: &Request) -> Result<Response, GatewayError> {
    let (stage_variables, values) = (StageVariables::new(), parameters("a", "p%20q/r"));
    http.invoke(&context(request, &stage_variables, &values), &HttpTargets::AsWritten).await
}

fn post(body: &'static str) -> Request {
    request(Method::POST, "", &[("accept", "*/*"), ("user-agent", "test")], body)
}

/// Status, headers and body, all read.
async fn whole(response: Response) -> (u16, Vec<String>, String) {
    let (head, body) = response.into_parts();
    let pieces: Vec<Bytes> = body.try_collect().await.unwrap();
    (head.status.as_u16(), lines(&head.headers), String::from_utf8(pieces.concat()).unwrap())
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn a_request_goes_to_the_target_and_its_answer_comes_back() {
    let target = TestTarget::start(&[&[&["HTTP/1.1 201 Created\r\nServer: t\r\nContent-Type: text/plain\r\nSet-Cookie: a=1\r\n\
        Set-Cookie: b=2\r\nX-Amzn-RequestId: r\r\nTransfer-Encoding: chunked\r\nConnection: close, x-hop\r\nX-Hop: 1\r\n\r\n\
        2\r\nhi\r\n0\r\n\r\n"]]])
    .await;
    let headers =
        [("content-type", "text/csv"), ("connection", "x-mine"), ("x-mine", "1"), ("accept", "*/*")];
    let mut request = request(Method::PUT, "q=1&q=%2F", &headers, "a,b");
    request.cookies = vec!["c=3".to_owned(), "d=4".to_owned()];

    let answer = whole(invoke(&target.item("127.0.0.1"), &request).await.unwrap()).await;

    let expected = [
        "content-type: text/plain",
        "set-cookie: a=1",
        "set-cookie: b=2",
        "x-amzn-remapped-connection: close, x-hop",
        "x-amzn-remapped-server: t",
        "x-amzn-requestid: r",
    ];
    assert_eq!(answer, (201, expected.map(str::to_owned).to_vec(), "hi".to_owned()));
    let received = target.received().concat();
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap();
    let mut headers: Vec<_> = headers.lines().collect();
    headers.sort_unstable();
    let host = format!("host: 127.0.0.1:{}", target.port);
    let expected = [
        "accept: */*",
        "content-length: 3",
        "content-type: text/csv",
        "cookie: c=3; d=4",
        &host,
        "user-agent: AmazonAPIGateway_api1",
        "x-amzn-apigateway-api-id: api1",
        "x-forwarded-for: 192.0.2.7",
        "x-forwarded-port: 443",
        "x-forwarded-proto: https",
    ];
    assert_eq!((line, headers, body), ("PUT /p%20q/r?q=1&q=%2F HTTP/1.1", expected.to_vec(), "a,b"));
}

#[tokio::test]
async fn answers_pass_as_they_are_redirects_and_errors_too() {
    const SCRIPTS: &[&[Answer]] = &[&[
        &["HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"],
        &["HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Nope\r\nContent-Length: 2\r\n\r\nno"],
        &["HTTP/1.1 503 Busy\r\nRetry-After: 9\r\nContent-Length: 2\r\n\r\nno"],
        &["HTTP/1.1 204 No Content\r\n\r\n"],
        &["HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 5\r\n\r\n"],
        &["HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nGZIP"],
    ]];
    let cases: [(u16, &[&str], &str); 6] = [
        (302, &["location: http://169.254.169.254/", "x-amzn-remapped-content-length: 0"], ""),
        (404, &["x-amzn-remapped-content-length: 2"], "no"),
        (503, &["retry-after: 9", "x-amzn-remapped-content-length: 2"], "no"),
        (204, &[], ""),
        (304, &["etag: \"x\"", "x-amzn-remapped-content-length: 5"], ""),
        (200, &["content-encoding: gzip", "x-amzn-remapped-content-length: 4"], "GZIP"),
    ];
    let target = TestTarget::start(SCRIPTS).await;
    let http = target.item("127.0.0.1");
    for (nth, (status, headers, body)) in cases.into_iter().enumerate() {
        let answer = whole(invoke(&http, &get("")).await.unwrap()).await;
        let headers = headers.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(answer, (status, headers, body.to_owned()));
        assert_eq!(target.received().len(), nth + 1);
    }
    assert_eq!(target.connections.load(Ordering::SeqCst), 1, "the connection is kept");
}

#[tokio::test]
async fn a_head_request_gets_no_body() {
    let target = TestTarget::start(&[&[&["HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"]]]).await;
    let response = invoke(&target.item("127.0.0.1"), &request(Method::HEAD, "", &[], "")).await.unwrap();
    assert!(response.body().is_empty());
    assert_eq!(
        whole(response).await,
        (200, vec!["x-amzn-remapped-content-length: 1000".to_owned()], String::new())
    );
}

#[tokio::test]
async fn a_body_is_passed_on_while_it_comes() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    let script: &'static [Answer] =
        Box::leak(Box::new([Vec::leak(vec![head, "1\r\na\r\n", "1\r\nb\r\n", "0\r\n\r\n"]) as Answer]));
    let target = TestTarget::start(Vec::leak(vec![script])).await;
    let response = invoke(&target.item("127.0.0.1"), &get("")).await.unwrap();
    let mut body = response.into_body();
    for expected in ["a", "b"] {
        target.go_on.add_permits(1);
        assert_eq!(body.next().await.unwrap().unwrap(), expected);
    }
    target.go_on.add_permits(1);
    assert!(body.next().await.is_none());
}

#[tokio::test]
async fn a_body_that_breaks_off_or_comes_too_late_ends_in_an_error() {
    const PART: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart";
    let breaks_off = TestTarget::start(&[&[&[PART]]]).await;
    let never_goes_on = TestTarget::start(&[&[&[PART, "never"]]]).await;
    for (target, words) in [
        (breaks_off, "error reading a body from connection"),
        (never_goes_on, "the target was not done when the Lambda's time was over"),
    ] {
        let mut request = get("");
        request.deadline = request.received_at + Duration::from_millis(500);
        let mut body = invoke(&target.item("127.0.0.1"), &request).await.unwrap().into_body();
        assert_eq!(body.next().await.unwrap().unwrap(), "part");
        assert_eq!(body.next().await.unwrap().unwrap_err().to_string(), words);
        assert!(body.next().await.is_none());
    }
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_a_502() {
    let many =
        format!("HTTP/1.1 200 OK\r\n{}\r\n", (0..200).map(|n| format!("x-{n}: 1\r\n")).collect::<String>());
    let long = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(600_000));
    let cases: [(&'static str, &str); 11] = [
        ("hello\r\n\r\n", "integration gave a broken answer: it is no HTTP response"),
        ("HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n", "integration gave a broken answer: it is no HTTP response"),
        ("HTTP/1.1 200 OK\r\nx: a\rb\r\n\r\n", "integration gave a broken answer: it is no HTTP response"),
        ("HTTP/1.1 200 OK\r\nx y: a\r\n\r\n", "integration gave a broken answer: it is no HTTP response"),
        ("HTTP/1.1 99 X\r\n\r\n", "integration gave a broken answer: it is no HTTP response"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "integration gave a broken answer: it is no HTTP response",
        ),
        (
            "HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n",
            "integration gave a broken answer: its status is 600",
        ),
        (
            "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            "integration gave a broken answer: its status is 101",
        ),
        (many.leak(), "integration gave a broken answer: it is no HTTP response"),
        (long.leak(), "integration gave a broken answer: it is no HTTP response"),
        ("HTTP/1.1 200 OK\r\nx", "integration failed"),
    ];
    for (answer, expected) in cases {
        let script: &'static [Answer] = Vec::leak(vec![Vec::leak(vec![answer]) as Answer]);
        let target = TestTarget::start(Vec::leak(vec![script])).await;
        let error = invoke(&target.item("127.0.0.1"), &get("")).await.unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.refusal().status.as_u16()),
            (expected, 502),
            "{answer:.80}"
        );
    }
}

#[tokio::test]
async fn a_target_out_of_reach_is_a_504() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let no_tls = TestTarget::start(&[&[&[OK]]]).await.port;
    for uri in [format!("http://127.0.0.1:{nobody}/"), format!("https://127.0.0.1:{no_tls}/")] {
        let error = invoke(&parse(&json!({"uri": uri}), &LOOPBACK).unwrap(), &get("")).await.unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.refusal().status.as_u16()),
            ("integration could not be reached", 504)
        );
    }
}

#[tokio::test]
async fn a_name_that_resolves_to_loopback_is_not_connected_to() {
    let target = TestTarget::start(&[&[&[OK]]]).await;
    let uri = json!({"uri": format!("http://localhost:{}/", target.port)});

    let error = invoke(&parse(&uri, &["10.0.0.0/8"]).unwrap(), &get("")).await.unwrap_err();

    assert_eq!(
        (error.to_string().as_str(), error.refusal().status.as_u16()),
        ("integration could not be reached", 504)
    );
    assert_eq!(target.connections.load(Ordering::SeqCst), 0);
    let allowed = invoke(&parse(&uri, &LOOPBACK).unwrap(), &get("")).await.unwrap();
    assert_eq!(allowed.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_address_in_the_uri_is_checked_again_when_it_is_called() {
    let target = TestTarget::start(&[&[&[OK]]]).await;
    let mut http = target.item("127.0.0.1");
    http.client = GuardedClient::default();
    let error = invoke(&http, &get("")).await.unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.refusal().status.as_u16()),
        ("integration could not be reached", 504)
    );
    assert_eq!(target.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_request_on_a_connection_that_died_while_kept_is_never_sent_twice() {
    for _ in 0..50 {
        let target = TestTarget::start(&[&[&[OK]]]).await;
        let http = target.item("127.0.0.1");
        whole(invoke(&http, &post("1")).await.unwrap()).await;
        target.closed.acquire().await.unwrap().forget();

        // Whether the client has seen the end of the connection is a matter of time; both are right.
        let answer = invoke(&http, &post("2")).await.map(|response| response.status().as_u16());
        let bodies: Vec<_> =
            target.received().iter().map(|text| text.rsplit("\r\n").next().unwrap().to_owned()).collect();
        match answer {
            Ok(status) => assert_eq!((status, bodies), (200, vec!["1".to_owned(), "2".to_owned()])),
            Err(error) => {
                assert_eq!((error.to_string().as_str(), bodies), ("integration failed", vec!["1".to_owned()]))
            }
        }
    }
}

#[tokio::test]
async fn a_request_that_was_read_but_not_answered_is_never_sent_twice() {
    let target = TestTarget::start(&[&[&[OK], &[]], &[&[OK]]]).await;
    let http = target.item("127.0.0.1");
    whole(invoke(&http, &post("1")).await.unwrap()).await;

    let error = invoke(&http, &post("2")).await.unwrap_err();

    assert_eq!((error.to_string().as_str(), error.refusal().status.as_u16()), ("integration failed", 502));
    assert_eq!(target.received().len(), 2);
    assert_eq!(invoke(&http, &post("3")).await.unwrap().status(), StatusCode::OK);
}
