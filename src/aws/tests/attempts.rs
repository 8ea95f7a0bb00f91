//! How often a call is made, and which error it ends with.

use std::time::Duration;

use http::{
    Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_LENGTH},
};

use super::{
    TOKEN, invocation, lambda,
    official_signer::{Unsigned, officially_signed},
};
use crate::{
    aws::{
        call::{Attempts, CallError, CallPolicy, ServiceCall},
        service::Service,
    },
    http_client::scripted_server::{
        ScriptedServer,
        Then::{Close, Keep},
        Turn, soon,
    },
};

const TWICE: CallPolicy = CallPolicy { attempts: Attempts::Twice, attempt_timeout: None, head_timeout: None };

fn answer(status: u16, headers: &str, body: &str) -> Turn {
    let length = body.len();
    Turn::new(&[format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}")], Keep)
}

fn told(result: Result<http::Response<bytes::Bytes>, CallError>) -> String {
    match result {
        Ok(response) => String::from_utf8_lossy(response.body()).into_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_call_is_made_again_where_it_may_and_only_once_more() {
    let ok = Turn::ok("done", Keep);
    let fault = answer(503, "", "{\"__type\":\"X\",\"message\":\"m\"}");
    let throttled = answer(400, "", "{\"__type\":\"ThrottlingException\"}");
    let wrong = answer(400, "", "{\"__type\":\"ValidationException\"}");
    let half = Turn::new(&["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"], Close);
    let broke_off = "the connection broke off";
    let table = vec![
        ("done", TWICE, vec![ok.clone()], "done", &[0][..]),
        ("broken", TWICE, vec![Turn::close(), ok.clone()], "done", &[0, 1]),
        ("broken", CallPolicy::ONCE, vec![Turn::close(), ok.clone()], broke_off, &[0]),
        ("broken twice", TWICE, vec![Turn::close(), Turn::close(), ok.clone()], broke_off, &[0, 1]),
        ("half", TWICE, vec![half.clone(), ok.clone()], "done", &[0, 1]),
        ("half", CallPolicy::ONCE, vec![half, ok.clone()], "the answer broke off", &[0]),
        ("a fault", TWICE, vec![fault.clone(), ok.clone()], "done", &[0, 0]),
        ("a fault", CallPolicy::ONCE, vec![fault.clone(), ok.clone()], "X: m (status 503)", &[0]),
        ("two faults", TWICE, vec![fault.clone(), fault, ok.clone()], "X: m (status 503)", &[0, 0]),
        ("throttled", TWICE, vec![throttled, ok.clone()], "done", &[0, 0]),
        ("wrong", TWICE, vec![wrong, ok], "ValidationException:  (status 400)", &[0]),
    ];
    for (name, policy, script, expected, connections) in table {
        let server = ScriptedServer::start(script).await;
        let client = lambda(&server.url);
        assert_eq!(told(soon(client.call(&invocation(), policy)).await), expected, "{name} {policy:?}");
        assert_eq!(server.connections(), connections, "{name} {policy:?}");
    }
}

#[tokio::test]
async fn a_kept_connection_that_dies_after_the_write_is_tried_again_on_a_new_one_if_it_may() {
    for (policy, expected, connections) in
        [(TWICE, "done", &[0, 0, 1][..]), (CallPolicy::ONCE, "the connection broke off", &[0, 0])]
    {
        let script = vec![Turn::ok("first", Keep), Turn::close(), Turn::ok("done", Keep)];
        let server = ScriptedServer::start(script).await;
        let client = lambda(&server.url);
        assert_eq!(told(soon(client.call(&invocation(), policy)).await), "first");
        assert_eq!(told(soon(client.call(&invocation(), policy)).await), expected);
        assert_eq!(server.connections(), connections);
    }
}

#[tokio::test]
async fn a_connection_closed_between_two_calls_costs_no_attempt() {
    let script = vec![Turn::ok("first", Close), Turn::ok("second", Keep)];
    let server = ScriptedServer::start(script).await;
    let client = lambda(&server.url);
    assert_eq!(told(soon(client.call(&invocation(), CallPolicy::ONCE)).await), "first");
    server.has_answered(1).await;
    assert_eq!(told(soon(client.call(&invocation(), CallPolicy::ONCE)).await), "second");
    assert_eq!(server.connections(), [0, 1]);
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_given_up() {
    let limit = Some(Duration::from_millis(40));
    let head = CallPolicy { head_timeout: limit, ..CallPolicy::ONCE };
    let whole = CallPolicy { attempt_timeout: limit, ..CallPolicy::ONCE };
    let twice = CallPolicy { attempts: Attempts::Twice, ..head };
    let half = Turn::new(&["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"], Keep);
    let refused_slowly = Turn::new(&["HTTP/1.1 400 X\r\ncontent-length: 9\r\n\r\nabc"], Keep);
    let (late, silent) = ("timed out after 40ms", "timed out: no answer began within 40ms");
    let table = [
        (head, vec![Turn::silence()], silent, vec![0]),
        (whole, vec![Turn::silence()], late, vec![0]),
        (whole, vec![half], late, vec![0]),
        (whole, vec![refused_slowly], late, vec![0]),
        (twice, vec![Turn::silence(), Turn::ok("done", Keep)], "done", vec![0, 1]),
        (twice, vec![Turn::silence(), Turn::silence()], silent, vec![0, 1]),
    ];
    for (policy, script, expected, connections) in table {
        let server = ScriptedServer::start(script).await;
        assert_eq!(told(soon(lambda(&server.url).call(&invocation(), policy)).await), expected, "{policy:?}");
        assert_eq!(server.connections(), connections, "{policy:?}");
    }
}

#[tokio::test]
async fn a_streamed_answer_is_limited_to_its_head() {
    let limit = Some(Duration::from_millis(40));
    let policy = CallPolicy { attempt_timeout: limit, ..CallPolicy::ONCE };
    let server = ScriptedServer::start(vec![Turn::silence()]).await;
    let failed = lambda(&server.url).call_streaming(&invocation(), policy).await;
    assert!(matches!(failed, Err(CallError::NoHead(_))), "{failed:?}");

    let server = ScriptedServer::start(vec![Turn::ok("stream", Keep)]).await;
    let response = lambda(&server.url).call_streaming(&invocation(), policy).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.into_body().read(10).await.unwrap(), "stream");
}

#[tokio::test]
async fn an_https_port_that_nobody_listens_at_has_certainly_done_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = lambda(&url).call(&invocation(), TWICE).await.unwrap_err();
    assert!(matches!(error, CallError::NotSent(_)), "{error:?}");
    assert!(error.is_certainly_not_done());
}

/// The request as it is on the wire, signed again by AWS's own crate.
#[tokio::test]
async fn a_call_is_on_the_wire_as_it_was_signed() {
    let server = ScriptedServer::start(vec![Turn::ok("", Keep); 2]).await;
    let host = server.url.strip_prefix("http://").unwrap();
    // A path in the endpoint comes first; a user and a password are not sent.
    let table = [(server.url.clone(), ""), (format!("http://user:hush@{host}/local/aws/"), "/local/aws")];
    for (number, (endpoint, prefix)) in table.iter().enumerate() {
        let mut call = ServiceCall {
            method: Method::POST,
            path_and_query: format!("{}?Qualifier=%24LATEST", invocation().path_and_query).parse().unwrap(),
            ..invocation()
        };
        call.headers.insert("x-amz-invocation-type", "RequestResponse".parse().unwrap());
        lambda(endpoint).call(&call, CallPolicy::ONCE).await.unwrap();

        let sent = String::from_utf8(server.request(number)).unwrap();
        let (head, body) = sent.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let path = format!("{prefix}{}", invocation().path_and_query);
        assert_eq!(lines.next(), Some(format!("POST {path}?Qualifier=%24LATEST HTTP/1.1").as_str()));
        let mut headers = http::HeaderMap::new();
        for (name, value) in lines.map(|line| line.split_once(": ").unwrap()) {
            headers.append(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        assert_eq!(headers.remove(CONTENT_LENGTH).unwrap(), "2");
        assert_eq!(headers["host"], host);
        let authorization = headers.remove(AUTHORIZATION).unwrap();
        let date = headers.remove("x-amz-date").unwrap();
        headers.remove("x-amz-security-token").unwrap();
        let query = Some("Qualifier=%24LATEST".to_owned());
        let unsigned = Unsigned { method: Method::POST, path, query, headers, body: body.into() };
        let expected =
            officially_signed(&unsigned, Service::Lambda, Some(TOKEN), super::time(date.to_str().unwrap()));
        assert_eq!(authorization, expected[AUTHORIZATION]);
    }
}

/// It is moved by every future around it.
#[test]
fn a_call_in_progress_takes_less_than_8_kb() {
    let client = lambda("http://127.0.0.1:1");
    let call = invocation();
    assert!(size_of_val(&client.call(&call, TWICE)) < 8_192);
    assert!(size_of_val(&client.call_streaming(&call, TWICE)) < 8_192);
}
