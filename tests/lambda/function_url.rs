//! The function URL: requests as events, answers as HTTP.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tollgate::local::{PAYLOAD_LIMIT, function_url, server::Server, settings::FunctionSettings};

use crate::harness::{Gate, actor, example, host, quiet, render, send};

/// Serves one function.
async fn url(function: FunctionSettings) -> Server {
    let name = function.name.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    function_url::serve(listener, host([function]), &name).expect("a server")
}

async fn post(server: &Server, body: impl Into<Bytes>) -> Response<Bytes> {
    let request =
        Request::post(format!("http://{}/", server.address)).header("content-type", "application/json");
    send(request.body(Full::new(body.into())).expect("a request")).await
}

/// `reflect` answers with the body; its function URL then makes HTTP of it.
async fn reflected(server: &Server, result: &str) -> String {
    render(&post(server, result.to_owned()).await)
}

#[tokio::test]
async fn a_request_reaches_the_function_as_it_was_sent() {
    let server = url(quiet("echo", example("echo"))).await;
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    let request = "POST /a%2Fb//%F/{x}/../;p?x=1&x=2&q={|}[]^` HTTP/1.1\r\nHost: api.example:1234\r\nX-Odd: ä\r\n\
                   Cookie: a=1; b=\"2\"\r\nCookie: c=3\r\nConnection: close\r\nX-Forwarded-For: 203.0.113.9\r\n\
                   X-Amzn-Trace-Id: Root=1-5-6\r\nUser-Agent: t\r\nContent-Length: 2\r\n\r\n\u{1}\u{2}";
    stream.write_all(request.as_bytes()).await.expect("a server");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let mut event: Value = serde_json::from_str(body).expect("the event");
    let context = event["requestContext"].as_object_mut().expect("a context");
    for (name, length) in [("requestId", 36), ("time", 26)] {
        assert_eq!(
            context.remove(name).and_then(|value| value.as_str().map(str::len)),
            Some(length),
            "{name}"
        );
    }
    assert!(context.remove("timeEpoch").is_some_and(|value| value.is_number()));
    let expected = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/a%2Fb//%F/{x}/../;p",
        "rawQueryString": "x=1&x=2&q={|}[]^`",
        "cookies": ["a=1", "b=\"2\"", "c=3"],
        "headers": {
            "connection": "close",
            "content-length": "2",
            "host": "api.example:1234",
            "user-agent": "t",
            "x-amzn-trace-id": "Root=1-5-6",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": server.address.port().to_string(),
            "x-forwarded-proto": "http",
            "x-odd": "ä",
        },
        "queryStringParameters": { "x": "1,2", "q": "{|}[]^`" },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "api",
            "domainName": "api.example:1234",
            "domainPrefix": "api",
            "http": {
                "method": "POST",
                "path": "/a%2Fb//%F/{x}/../;p",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "t",
            },
            "routeKey": "$default",
            "stage": "$default",
        },
        "body": "AQI=",
        "isBase64Encoded": true,
    });
    assert_eq!(event, expected);
}

#[tokio::test]
async fn a_malformed_http_request_is_a_400() {
    let server = url(quiet("echo", example("echo"))).await;
    for head in [
        "GET /a b HTTP/1.1\r\nHost: h\r\n",
        "GET /\u{1} HTTP/1.1\r\nHost: h\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n",
        "GET / HTTP/1.1\r\n",
        "nonsense\r\n",
    ] {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).await.expect("a server");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}: {answer}");
    }
}

#[tokio::test]
async fn a_whole_answer_is_read_as_function_urls_read_it() {
    let server = url(quiet("reflect", example("reflect"))).await;
    let table = [
        (
            r#"{"statusCode":201,"headers":{"X-A":"1","x-list":["a","b"],"x-n":5,"Date":"x"},"cookies":["a=1","b=2"],"body":"hi"}"#,
            "201\ncontent-length: 2\ncontent-type: application/json\nset-cookie: a=1\nset-cookie: b=2\nx-a: 1\n\
             x-list: a\nx-list: b\nx-n: 5\n\nhi",
        ),
        (
            r#"{"statusCode":"418","headers":{"content-type":"text/plain"},"body":"aGk=","isBase64Encoded":true}"#,
            "418\ncontent-length: 2\ncontent-type: text/plain\n\nhi",
        ),
        (r#"{"statusCode":204}"#, "204\n\n"),
        (r#""hello""#, "200\ncontent-length: 5\ncontent-type: application/json\n\nhello"),
        ("[1, 2.50]", "200\ncontent-length: 9\ncontent-type: application/json\n\n[1, 2.50]"),
        (r#"{"a": 1}"#, "200\ncontent-length: 8\ncontent-type: application/json\n\n{\"a\": 1}"),
    ];
    for (result, expected) in table {
        assert_eq!(reflected(&server, result).await, expected, "{result}");
    }
}

const FAILURE: &str = "502\ncontent-length: 21\ncontent-type: application/json\n\nInternal Server Error";

#[tokio::test]
async fn a_failure_or_a_broken_answer_is_502_and_tells_nothing() {
    let server = url(quiet("reflect", example("reflect"))).await;
    for result in [
        "not json",
        r#"{"statusCode":99}"#,
        r#"{"statusCode":"no"}"#,
        r#"{"statusCode":101}"#,
        r#"{"statusCode":200,"headers":{"a b":"1"}}"#,
        r#"{"statusCode":200,"headers":{"a":"1\r\nb: 2"}}"#,
        r#"{"statusCode":200,"body":"%%","isBase64Encoded":true}"#,
    ] {
        assert_eq!(reflected(&server, result).await, FAILURE, "{result}");
    }
    let without_body = Request::get(format!("http://{}/", server.address));
    let answer = send(without_body.body(Full::default()).expect("a request")).await;
    assert_eq!(render(&answer), FAILURE);
    assert!(answer.headers().contains_key("x-amzn-requestid"));
}

#[tokio::test]
async fn a_request_may_have_six_megabytes_and_more_is_a_413() {
    let server = url(quiet("reflect", example("reflect"))).await;
    let quoted = |length| format!("\"{}\"", "x".repeat(length));
    let answer = post(&server, quoted(PAYLOAD_LIMIT - 2000)).await;
    assert_eq!((answer.status().as_u16(), answer.body().len()), (200, PAYLOAD_LIMIT - 2000));
    let refused = "413\ncontent-length: 89\ncontent-type: application/json\n\n\
                   {\"Message\":\"Request must be smaller than 6291456 bytes for the InvokeFunction operation\"}";
    for length in [PAYLOAD_LIMIT - 10, PAYLOAD_LIMIT + 1] {
        assert_eq!(render(&post(&server, quoted(length)).await), refused, "{length}");
    }
}

/// The actor behind a function URL takes its steps from the body, not from the event.
fn streaming(chunks: &[&str]) -> Value {
    let mut steps = vec![json!({ "stream": "application/vnd.awslambda.http-integration-response" })];
    steps.extend(chunks.iter().map(|chunk| json!({ "chunk": chunk })));
    Value::Array(steps)
}

async fn acted(server: &Server, steps: &Value) -> Response<Bytes> {
    post(server, json!({ "do": steps }).to_string()).await
}

#[tokio::test]
async fn a_streamed_answer_begins_with_its_prelude() {
    let server = url(actor(1)).await;
    let prelude = r#"{"statusCode":201,"headers":{"content-type":"text/plain"},"cookies":["a=1"]}"#;
    let expected = "201\ncontent-type: text/plain\nset-cookie: a=1\ntransfer-encoding: chunked\n\none two";
    let end = "\0\0\0\0\0\0\0\0";
    let whole = format!("{prelude}{end}one two");
    let (first, second) = (format!("{prelude}\0\0\0"), "\0\0\0\0\0one ");
    for chunks in [vec![whole.as_str()], vec![prelude, end, "one ", "two"], vec![&first, second, "two"]] {
        assert_eq!(render(&acted(&server, &streaming(&chunks)).await), expected, "{chunks:?}");
    }
    for chunks in [vec!["no prelude"], vec!["{}"], vec!["{", end, "one"]] {
        assert_eq!(render(&acted(&server, &streaming(&chunks)).await), FAILURE, "{chunks:?}");
    }
    let plain = json!([{ "stream": "text/css" }, { "chunk": "a{}" }]);
    let expected = "200\ncontent-type: text/css\ntransfer-encoding: chunked\n\na{}";
    assert_eq!(render(&acted(&server, &plain).await), expected);
}

#[tokio::test]
async fn a_stream_is_sent_on_as_it_comes_and_breaks_when_the_function_does() {
    let server = url(actor(1)).await;
    let gate = Gate::new().await;
    let mut steps = streaming(&["{}\0\0\0\0\0\0\0\0one"]);
    steps.as_array_mut().expect("steps").extend([gate.step.clone(), json!({ "exit": 1 })]);
    let request =
        Request::post(format!("http://{}/", server.address)).header("content-type", "application/json");
    let request = request.body(json!({ "do": steps }).to_string()).expect("a request");
    let client = Client::builder(TokioExecutor::new()).build_http();
    let mut body = client.request(request).await.expect("a head").into_body();
    let first = body.frame().await.expect("a chunk").expect("a chunk").into_data().expect("data");
    assert_eq!(first, "one");
    drop(gate.arrival().await);
    assert!(body.frame().await.expect("an end").is_err());
}
