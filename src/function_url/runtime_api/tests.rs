//! What goes to the Runtime API, byte by byte, and what comes from it.

use http::{Response, StatusCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;
use crate::{function_url::encode, message::Body};

/// The request that the Runtime API is sent with a response.
async fn posted(body: Body) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let runtime_api = RuntimeApi::read(|_| Some(address.to_string())).unwrap();
    let taken = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        while !text.ends_with("0\r\n\r\n") && !text.ends_with("=\r\n\r\n") {
            let mut piece = [0; 1024];
            let length = connection.read(&mut piece).await.unwrap();
            text += std::str::from_utf8(&piece[..length]).unwrap();
        }
        connection.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        text.replace(&address.to_string(), "runtime").replace('\r', "").replace('\0', "~")
    });
    let headers = HeaderMap::from_iter([(INVOCATION_ID, HeaderValue::from_static("7"))]);
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::CREATED;
    let to = EventReference { request_id: "abc", headers: &headers };
    runtime_api.stream(to, encode(response)).await.unwrap();
    taken.await.unwrap()
}

const HEAD: &str = "POST /2018-06-01/runtime/invocation/abc/response HTTP/1.1\n\
    host: runtime\n\
    lambda-runtime-invocation-id: 7\n\
    content-type: application/vnd.awslambda.http-integration-response\n\
    lambda-runtime-function-response-mode: streaming\n\
    trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\n\
    transfer-encoding: chunked\n\n\
    2C\n{\"statusCode\":201,\"headers\":{},\"cookies\":[]}\n8\n~~~~~~~~\n";

#[tokio::test]
async fn an_answer_is_prelude_separator_and_body() {
    assert_eq!(posted("moin".into()).await, format!("{HEAD}4\nmoin\n0\n\n"));
    assert_eq!(posted(Body::empty()).await, format!("{HEAD}0\n\n"));
}

/// cargo-lambda answers at once, and passes the body on as it comes.
#[tokio::test]
async fn a_response_goes_out_to_its_end_though_the_answer_came_before() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (answered, is_answered) = tokio::sync::oneshot::channel();
    let taken = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut text = Vec::new();
        while !text.ends_with(b"so far\r\n") {
            assert_ne!(connection.read_buf(&mut text).await.unwrap(), 0);
        }
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        answered.send(()).unwrap();
        while !text.ends_with(b"0\r\n\r\n") && connection.read_buf(&mut text).await.unwrap() > 0 {}
        text
    });
    let rest = async {
        is_answered.await?;
        // The answer is read meanwhile.
        for _ in 0..32 {
            tokio::task::yield_now().await;
        }
        Ok("the rest".into())
    };
    let body = stream::iter([Ok("so far".into())]).chain(stream::once(rest));
    let response = encode(Response::new(Body::Stream(Box::pin(body))));
    let runtime_api = RuntimeApi::read(|_| Some(address.clone())).unwrap();
    let to = EventReference { request_id: "abc", headers: &HeaderMap::new() };
    runtime_api.stream(to, response).await.unwrap();
    let text = taken.await.unwrap();
    let end = "so far\r\n8\r\nthe rest\r\n0\r\n\r\n";
    assert!(text.ends_with(end.as_bytes()), "{}", String::from_utf8_lossy(&text));
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_with_trailers_and_tells_no_cause() {
    let pieces = [Ok(Bytes::from("so far")), Err("the secret cause".into()), Ok(Bytes::from("never"))];
    let body = Body::Stream(Box::pin(stream::iter(pieces)));
    let error = BASE64_STANDARD
        .encode(r#"{"errorMessage":"The response stream broke off","errorType":"ResponseStreamBrokeOff"}"#);
    let expected = format!(
        "{HEAD}6\nso far\n0\nlambda-runtime-function-error-type: ResponseStreamBrokeOff\n\
        lambda-runtime-function-error-body: {error}\n\n"
    );
    assert_eq!(posted(body).await, expected);
}

/// Answers the requests of one connection, one after the other; gives what was asked for.
async fn serve(listener: TcpListener, answers: &'static [&'static str]) -> Vec<String> {
    let (mut connection, _) = listener.accept().await.unwrap();
    let mut asked = Vec::new();
    for answer in answers {
        let mut head = [0; 1024];
        let length = connection.read(&mut head).await.unwrap();
        asked.push(String::from_utf8_lossy(&head[..length]).lines().next().unwrap().to_owned());
        connection.write_all(answer.as_bytes()).await.unwrap();
    }
    asked
}

#[tokio::test]
async fn the_next_event_comes_with_what_the_platform_says_of_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let runtime_api = RuntimeApi::read(|_| Some(format!("http://{address}/.rt/gateway"))).unwrap();
    let served = tokio::spawn(serve(
        listener,
        &[
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nLambda-Runtime-Aws-Request-Id: r-1\r\n\
             Lambda-Runtime-Deadline-Ms: 1700000000123\r\nLambda-Runtime-Trace-Id: Root=1-2;Lineage=a:0\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:111122223333:function:g\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nLambda-Runtime-Aws-Request-Id: a b\r\n\r\n",
            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\n\r\ngone",
        ],
    ));
    let event = runtime_api.next().await.unwrap();
    assert_eq!((event.request_id(), event.account_id(), &*event.body), ("r-1", "111122223333", &b"{}"[..]));
    assert_eq!(event.trace_id(), "Root=1-2;Lineage=a:0");
    assert_eq!(event.deadline(), SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123));
    for expected in [
        "the Runtime API gave an event without an id",
        "the Runtime API gave an event without an id",
        "the Runtime API answered 500 Internal Server Error: gone",
    ] {
        assert_eq!(runtime_api.next().await.unwrap_err().to_string(), expected);
    }
    assert_eq!(served.await.unwrap(), ["GET /.rt/gateway/2018-06-01/runtime/invocation/next HTTP/1.1"; 5]);
}

#[tokio::test]
async fn a_snapshot_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let runtime_api = RuntimeApi::read(|_| Some(address.to_string())).unwrap();
    let answers = &[
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno",
    ];
    let served = tokio::spawn(serve(listener, answers));
    runtime_api.wait_for_restore().await.unwrap();
    let error = runtime_api.wait_for_restore().await.unwrap_err();
    assert_eq!(error.to_string(), "the Runtime API answered 403 Forbidden: no");
    assert_eq!(served.await.unwrap(), ["GET /2018-06-01/runtime/restore/next HTTP/1.1"; 2]);
}

#[test]
fn emulators_say_a_url() {
    let uri = |address: &str| {
        let to = EventReference { request_id: "abc", headers: &HeaderMap::new() };
        let runtime_api = RuntimeApi::read(|_| Some(address.to_owned()))?;
        let request = runtime_api.request(to, "error", json_body(&Value::Null));
        Ok::<_, String>(format!("{} at {}", request.uri(), request.headers()[HOST].to_str().unwrap()))
    };
    let path = "/2018-06-01/runtime/invocation/abc/error";
    let cases = [
        ("127.0.0.1:9001", "", "127.0.0.1:9001"),
        ("http://127.0.0.1:9001", "", "127.0.0.1:9001"),
        // cargo-lambda
        ("http://[::]:9002/.rt/gateway", "/.rt/gateway", "[::]:9002"),
    ];
    for (address, prefix, host) in cases {
        assert_eq!(uri(address), Ok(format!("{prefix}{path} at {host}")), "{address}");
    }
    for address in ["", "/rt", "http://", "https://host", "host/a b"] {
        assert!(uri(address).is_err(), "{address}");
    }
}

#[test]
fn an_address_that_is_none_is_one_clear_line() {
    let expected =
        "environment variable AWS_LAMBDA_RUNTIME_API: got \"\", expected a host and a port; Lambda sets it";
    assert_eq!(RuntimeApi::read(|_| None).unwrap_err(), expected);
}
