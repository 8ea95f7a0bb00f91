//! A function URL on loopback, invoke mode `RESPONSE_STREAM`: any HTTP request becomes an event of payload
//! format 2.0, and the response is sent on as it comes.

mod event_json;
mod http_response;

use std::{io, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, State},
    http::{
        HeaderMap, HeaderValue, Request, Response, StatusCode,
        header::{self, CONTENT_TYPE},
        uri::Authority,
    },
};
use bytes::Bytes;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{
    PAYLOAD_LIMIT, function_reference::FunctionReference, host::Host, host::new_trace_id, server::Server,
};
use crate::clock::Clock;

#[derive(Clone)]
struct FunctionUrl {
    host: Host,
    function: FunctionReference,
    port: u16,
}

/// Serves `function` at the listener's address.
///
/// # Errors
/// The listener has no address any more.
pub fn serve(listener: TcpListener, host: Host, function: &str) -> io::Result<Server> {
    let function = FunctionReference { name: function.to_owned(), qualifier: None };
    let url = FunctionUrl { host, function, port: listener.local_addr()?.port() };
    Server::start(listener, Router::new().fallback(handle).with_state(url))
}

async fn handle(
    State(url): State<FunctionUrl>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request<Body>,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Some(domain_name) = domain_name(&head.headers) else {
        return refusal(StatusCode::BAD_REQUEST, r#"{"message":"Bad Request"}"#);
    };
    let Ok(body) = to_bytes(body, PAYLOAD_LIMIT).await else { return too_large() };
    let trace_id = head.headers.get("x-amzn-trace-id").and_then(|id| id.to_str().ok());
    let trace_id = trace_id.map_or_else(new_trace_id, str::to_owned);
    let event = event_json::encode(&event_json::ReceivedRequest {
        head: &head,
        body: &body,
        domain_name,
        source_ip: client.ip(),
        port: url.port,
        request_id: Uuid::new_v4(),
        trace_id: &trace_id,
        time: Clock::System.now(),
    });
    if event.len() > PAYLOAD_LIMIT {
        return too_large();
    }
    match url.host.invoke(&url.function, Bytes::from(event), Some(trace_id)).await {
        Ok(answer) => http_response::respond(answer).await,
        Err(error) => refusal(StatusCode::TOO_MANY_REQUESTS, &format!(r#"{{"Message":"{error}"}}"#)),
    }
}

/// Returns the `Host` header if it is host and port.
fn domain_name(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let authority = Authority::try_from(host).ok()?;
    (!authority.as_str().contains('@')).then_some(host)
}

fn too_large() -> Response<Body> {
    let words =
        r#"{"Message":"Request must be smaller than 6291456 bytes for the InvokeFunction operation"}"#;
    refusal(StatusCode::PAYLOAD_TOO_LARGE, words)
}

/// A response that the URL itself gives.
fn refusal(status: StatusCode, words: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(words.to_owned()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
