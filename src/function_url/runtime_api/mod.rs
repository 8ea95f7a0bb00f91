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
mod tests;
