//! Lambda's Runtime API: the next event comes, a response goes, each in as few packets and system calls as it takes.
//!
//! The head of a response is one write, and the error of a stream that broke off is a trailer that never is body.
//! (lambda_runtime writes prelude, separator and body as small packets that wait for one another, 44 ms a response, and
//! puts the error's words into the body.)
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>

use std::{
    convert::Infallible,
    time::{Duration, SystemTime},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri,
    header::{CONTENT_TYPE, HOST, TRAILER},
    uri::{Authority, PathAndQuery},
};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use serde_json::{Value, json};

use super::{EventOutcome, StreamResponse};
use crate::{
    environment::bad,
    http_client::{KeptConnections, MOST_ANSWER_BYTES},
    message::BoxError,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");
const DEADLINE: HeaderName = HeaderName::from_static("lambda-runtime-deadline-ms");
const FUNCTION_ARN: HeaderName = HeaderName::from_static("lambda-runtime-invoked-function-arn");
const TRACE_ID: HeaderName = HeaderName::from_static("lambda-runtime-trace-id");
const RESPONSE_MODE: HeaderName = HeaderName::from_static("lambda-runtime-function-response-mode");
const ERROR_TYPE: HeaderName = HeaderName::from_static("lambda-runtime-function-error-type");
const ERROR_BODY: HeaderName = HeaderName::from_static("lambda-runtime-function-error-body");
/// Of instances that work on several events at once: sent back as it came.
const INVOCATION_ID: HeaderName = HeaderName::from_static("lambda-runtime-invocation-id");
const ERROR_TRAILERS: HeaderValue =
    HeaderValue::from_static("Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body");
/// Says that the body begins with a prelude.
const WITH_PRELUDE: HeaderValue =
    HeaderValue::from_static("application/vnd.awslambda.http-integration-response");
/// Lambda's own process in the same sandbox, which is frozen with this one, keeps connections for longer.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// Between prelude and body.
const SEPARATOR: [u8; 8] = [0; 8];
/// All that Lambda, and through it a client, learns of a stream that broke off; the access line says more.
const BROKE_OFF: &str = "ResponseStreamBrokeOff";

type Posted = UnsyncBoxBody<Bytes, Infallible>;

/// The client with which one process gets its events and posts its responses.
#[derive(Debug)]
pub struct RuntimeApi {
    connections: KeptConnections<Posted>,
    host: HeaderValue,
    /// The path that emulators put before the paths of the API; empty on Lambda.
    prefix: String,
}

/// An event, and what the platform says of it.
#[derive(Debug)]
pub struct NextEvent {
    /// As they came.
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl NextEvent {
    /// Lambda's id of the request.
    pub fn request_id(&self) -> &str {
        self.text(&REQUEST_ID)
    }

    /// The time at which Lambda ends the invocation; 1970 if it does not say.
    pub fn deadline(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.text(&DEADLINE).parse().unwrap_or(0))
    }

    /// The account in the ARN of the function; empty if there is none.
    pub fn account_id(&self) -> &str {
        self.text(&FUNCTION_ARN).split(':').nth(4).unwrap_or_default()
    }

    /// The X-Ray trace that the request is part of; empty if there is none.
    pub fn trace_id(&self) -> &str {
        self.text(&TRACE_ID)
    }

    fn text(&self, name: &HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// The event that an answer is to.
#[derive(Clone, Copy, Debug)]
pub struct EventReference<'a> {
    pub request_id: &'a str,
    /// The headers that the event came with.
    pub headers: &'a HeaderMap,
}

impl RuntimeApi {
    /// At the address that the variable `AWS_LAMBDA_RUNTIME_API` says: a host and a port, of emulators a URL.
    ///
    /// # Errors
    ///
    /// One line: it is not there, or says no address.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let address = get("AWS_LAMBDA_RUNTIME_API").unwrap_or_default();
        let rest = address.strip_prefix("http://").unwrap_or(&address);
        let (host, prefix) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let prefix = prefix.trim_end_matches('/').to_owned();
        let is_path = prefix.is_empty() || prefix.parse::<PathAndQuery>().is_ok();
        let host = host.parse::<Authority>().ok().filter(|_| is_path && !rest.contains("://"));
        let host =
            host.ok_or_else(|| bad("AWS_LAMBDA_RUNTIME_API", &address, "a host and a port; Lambda sets it"))?;
        let server = Uri::builder().scheme("http").authority(host.clone()).path_and_query("/").build();
        let server = server.expect("a scheme, an authority and a path are a URI");
        let host: &Authority = &host;
        let host = HeaderValue::from_str(host.as_str()).expect("an authority is ASCII");
        Ok(Self { connections: KeptConnections::trusting(server, TRUSTED_FOR), host, prefix })
    }

    /// Waits for the next event.
    ///
    /// # Errors
    ///
    /// The Runtime API does not give one: the process is of no use any more.
    pub async fn next(&self) -> Result<NextEvent, BoxError> {
        loop {
            let next = self.get("/2018-06-01/runtime/invocation/next");
            let (head, body) = self.send(next).await?.into_parts();
            // cargo-lambda says so when none has come for a while.
            if head.status == StatusCode::NO_CONTENT {
                continue;
            }
            if !head.status.is_success() {
                return Err(refused(head.status, &body));
            }
            let event = NextEvent { headers: head.headers, body };
            // Without one that is a path segment its response could go nowhere.
            let is_of_id = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            let has_id = !event.request_id().is_empty() && event.request_id().bytes().all(is_of_id);
            return if has_id {
                Ok(event)
            } else {
                Err("the Runtime API gave an event without an id".into())
            };
        }
    }

    /// Says that the process is ready for its snapshot (SnapStart), and waits until it runs again.
    ///
    /// # Errors
    ///
    /// There is no snapshot to be had.
    pub async fn wait_for_restore(&self) -> Result<(), BoxError> {
        self.post(self.get("/2018-06-01/runtime/restore/next")).await
    }

    /// Posts the response to an event, to its last piece.
    ///
    /// # Errors
    ///
    /// Lambda has not taken it: the event's time is over, mostly.
    pub async fn respond(&self, to: EventReference<'_>, outcome: EventOutcome) -> Result<(), BoxError> {
        match outcome {
            EventOutcome::Response(response) => self.stream(to, response).await,
            EventOutcome::Published => {
                let none_failed = json!({ "batchItemFailures": [] });
                self.post(self.request(to, "response", json_body(&none_failed))).await
            }
            EventOutcome::Failed(message) => self.fail(to, &message).await,
        }
    }

    async fn stream(&self, to: EventReference<'_>, response: StreamResponse) -> Result<(), BoxError> {
        let mut request = self.request(to, "response", StreamBody::new(frames(response)?).boxed_unsync());
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, WITH_PRELUDE);
        headers.insert(RESPONSE_MODE, HeaderValue::from_static("streaming"));
        headers.insert(TRAILER, ERROR_TRAILERS);
        self.post(request).await
    }

    /// Says that an event could not be worked on; Lambda may send it again.
    ///
    /// # Errors
    ///
    /// Lambda has not taken it.
    pub async fn fail(&self, to: EventReference<'_>, message: &str) -> Result<(), BoxError> {
        let error = json!({ "errorType": "Failed", "errorMessage": message });
        self.post(self.request(to, "error", json_body(&error))).await
    }

    fn request(&self, to: EventReference<'_>, what: &str, body: Posted) -> Request<Posted> {
        let path = format!("{}/2018-06-01/runtime/invocation/{}/{what}", self.prefix, to.request_id);
        let mut request = self.bare(Method::POST, path, body);
        if let Some(id) = to.headers.get(INVOCATION_ID) {
            request.headers_mut().insert(INVOCATION_ID, id.clone());
        }
        request
    }

    /// A request for what is at `path`.
    pub(super) fn get(&self, path: &str) -> Request<Posted> {
        self.bare(Method::GET, format!("{}{path}", self.prefix), Full::default().boxed_unsync())
    }

    /// A request that posts text to `path`.
    pub(super) fn post_text(&self, path: &str, text: &'static str) -> Request<Posted> {
        self.bare(Method::POST, format!("{}{path}", self.prefix), Full::from(text).boxed_unsync())
    }

    fn bare(&self, method: Method, path: String, body: Posted) -> Request<Posted> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = Uri::try_from(path).expect("what Lambda calls a request is a path segment");
        request.headers_mut().insert(HOST, self.host.clone());
        request
    }

    /// Sends a request and reads the whole response, whatever it says.
    pub(super) async fn send(&self, request: Request<Posted>) -> Result<Response<Bytes>, BoxError> {
        let (head, body) = self.connections.send(request).await?.into_parts();
        Ok(Response::from_parts(head, body.read(MOST_ANSWER_BYTES).await?))
    }

    async fn post(&self, request: Request<Posted>) -> Result<(), BoxError> {
        let response = self.send(request).await?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(refused(response.status(), response.body()))
    }
}

fn refused(status: StatusCode, words: &[u8]) -> BoxError {
    format!("the Runtime API answered {status}: {}", String::from_utf8_lossy(words)).into()
}

fn json_body(value: &Value) -> Posted {
    Full::from(value.to_string()).boxed_unsync()
}

/// Prelude, separator (each a chunk of its own, as cargo-lambda needs it), then the body as it comes. What is there
/// already goes out in one write. A body that breaks off ends with trailers that say so.
fn frames(
    response: StreamResponse,
) -> Result<impl Stream<Item = Result<Frame<Bytes>, Infallible>> + Send, serde_json::Error> {
    let prelude = serde_json::to_vec(&response.metadata_prelude)?;
    let head = [Bytes::from(prelude), Bytes::from_static(&SEPARATOR)].map(Frame::data);
    let pieces = response.stream.map(|piece| piece.map_or_else(|_| Frame::trailers(trailers()), Frame::data));
    Ok(stream::iter(head).chain(pieces).map(Ok))
}

fn trailers() -> HeaderMap {
    let body = json!({ "errorType": BROKE_OFF, "errorMessage": "The response stream broke off" });
    let body = HeaderValue::try_from(BASE64_STANDARD.encode(body.to_string())).expect("base64 is ASCII");
    HeaderMap::from_iter([(ERROR_TYPE, HeaderValue::from_static(BROKE_OFF)), (ERROR_BODY, body)])
}

#[cfg(test)]
mod tests {
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
        let error = BASE64_STANDARD.encode(
            r#"{"errorMessage":"The response stream broke off","errorType":"ResponseStreamBrokeOff"}"#,
        );
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
        assert_eq!(
            (event.request_id(), event.account_id(), &*event.body),
            ("r-1", "111122223333", &b"{}"[..])
        );
        assert_eq!(event.trace_id(), "Root=1-2;Lineage=a:0");
        assert_eq!(event.deadline(), SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123));
        for expected in [
            "the Runtime API gave an event without an id",
            "the Runtime API gave an event without an id",
            "the Runtime API answered 500 Internal Server Error: gone",
        ] {
            assert_eq!(runtime_api.next().await.unwrap_err().to_string(), expected);
        }
        assert_eq!(
            served.await.unwrap(),
            ["GET /.rt/gateway/2018-06-01/runtime/invocation/next HTTP/1.1"; 5]
        );
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
        let expected = "environment variable AWS_LAMBDA_RUNTIME_API: got \"\", expected a host and a port; Lambda sets it";
        assert_eq!(RuntimeApi::read(|_| None).unwrap_err(), expected);
    }
}
