//! Errors of services, as they are read, told and judged.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::{KEY_ID, SECRET, TOKEN, aws, invocation, lambda};
use crate::{
    aws::{
        ServiceClient,
        call::{CallError, CallPolicy, ServiceError, service_error},
        service::Service,
    },
    environment::Endpoints,
    http_client::scripted_server::{ScriptedServer, Then::Keep, Turn},
};

fn refused(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> ServiceError {
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        response.headers_mut().insert(*name, value.parse().unwrap());
    }
    service_error(response)
}

#[test]
fn code_and_message_are_found_in_every_form_that_services_write() {
    const NONE: &str = "an error without a code";
    let plain = |body| refused(400, &[], body);
    let typed = |kind, body| refused(400, &[("x-amzn-errortype", kind)], body);
    let table = [
        (plain(r#"{"__type":"com.amazonaws.dynamodb.v20120810#X","message":"m"}"#), "X", "m"),
        (plain(r#"{"__type":"com.amazon.coral.service#X","Message":"m"}"#), "X", "m"),
        (plain(r#"{"__type":"a#X:http://internal.amazon.com/coral/a/"}"#), "X", ""),
        (plain(r#"{"code":"X","errorMessage":"m"}"#), "X", "m"),
        (plain(r#"{"Code":"X","message":null}"#), "X", ""),
        // Both spellings at once; words of another type.
        (plain(r#"{"__type":"X","code":"Y","Message":"M","message":"m"}"#), "X", "m"),
        (plain(r#"{"__type":"X","code":5,"message":{"a":1},"Message":"m"}"#), "X", "m"),
        (typed("X", r#"{"__type":"Y","message":"m"}"#), "X", "m"),
        (
            typed("X:http://internal.amazon.com/coral/com.amazon.coral.validate/", r#"{"Message":"m"}"#),
            "X",
            "m",
        ),
        (typed("", r#"{"__type":"Y"}"#), "Y", ""),
        (typed(":http://a/", r#"{"__type":"Y"}"#), "Y", ""),
        (typed("X", "<html>"), "X", ""),
        (plain("<html>no gateway</html>"), NONE, ""),
        (plain("[1]"), NONE, ""),
        (plain(r#"{"__type":"a#"}"#), NONE, ""),
        (plain(r#"{"__type":"X","message":"m"} more"#), NONE, ""),
        (plain(""), NONE, ""),
    ];
    for (error, code, message) in table {
        assert_eq!((error.code.as_str(), error.message.as_str()), (code, message), "{:?}", error.body);
    }
}

#[test]
fn an_error_tells_its_request_id() {
    let body = r#"{"__type":"X","message":"m"}"#;
    let table = [
        (vec![("x-amzn-requestid", "1"), ("x-amz-request-id", "2")], Some("1")),
        (vec![("x-amz-request-id", "2")], Some("2")),
        (vec![], None),
    ];
    for (headers, expected) in table {
        assert_eq!(refused(500, &headers, body).request_id.as_deref(), expected);
    }
}

#[test]
fn says_what_may_pass_and_what_is_certainly_not_done() {
    let late = std::time::Duration::from_secs(1);
    let of = |status, body| CallError::Refused(Box::new(refused(status, &[], body)));
    let throttled = |code: &str| {
        let response = Response::builder().status(400).header("x-amzn-errortype", code).body(Bytes::new());
        CallError::Refused(Box::new(service_error(response.unwrap())))
    };
    // The error; it may pass; it is certainly not done; it is throttled.
    let table = [
        (CallError::NotSent("a".into()), true, true, false),
        (CallError::BrokeOff("a".into()), true, false, false),
        (CallError::Incomplete("a".into()), true, false, false),
        (CallError::NoHead(late), true, false, false),
        (CallError::TimedOut(late), true, false, false),
        (CallError::Unreadable("a".into()), false, false, false),
        (of(400, r#"{"__type":"ValidationException"}"#), false, true, false),
        (of(404, ""), false, true, false),
        (of(301, ""), false, false, false),
        (of(500, ""), true, false, false),
        (of(503, ""), true, false, false),
        (throttled("ProvisionedThroughputExceededException"), true, true, true),
        (throttled("ThrottlingException:http://a/"), true, true, true),
        (throttled("RequestLimitExceeded"), true, true, true),
        (throttled("TooManyRequestsException"), true, true, true),
        (throttled("Throttling"), true, true, true),
        (throttled("ThrottledException"), true, true, true),
        (throttled("throttlingexception"), false, true, false),
    ];
    for (error, passes, not_done, is_throttled) in table {
        let judged = (error.may_pass(), error.is_certainly_not_done(), error.is_throttled());
        assert_eq!(judged, (passes, not_done, is_throttled), "{error:?}");
    }
}

#[test]
fn the_pause_before_a_second_attempt_is_below_50_ms() {
    let client = lambda("http://127.0.0.1:1");
    for _ in 0..1_000 {
        assert!(client.pause() < std::time::Duration::from_millis(50));
    }
}

#[test]
fn a_client_prints_no_secret() {
    let call = invocation();
    let client = lambda("http://127.0.0.1:1");
    let printed = format!("{client:?} {:?} {:?}", client.signed(&call), aws("http://a", Some(TOKEN)));
    assert!(printed.contains(KEY_ID) && printed.contains("127.0.0.1"), "{printed}");
    for secret in [SECRET, TOKEN, "Signature="] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

/// Services answer a wrong signature with the text that they would have signed.
#[tokio::test]
async fn a_wrong_signature_is_told_without_the_text_that_was_signed() {
    let message = format!(
        "The request signature we calculated does not match.\\n\\nThe Canonical String for this request should have \
         been\\n'POST\\n/\\n\\nx-amz-security-token:{TOKEN}\\n'"
    );
    let body = format!(r#"{{"__type":"a#InvalidSignatureException","message":"{message}"}}"#);
    let length = body.len();
    let refused = format!("HTTP/1.1 400 X\r\nx-amzn-requestid: 1\r\ncontent-length: {length}\r\n\r\n{body}");
    let server = ScriptedServer::start(vec![Turn::new(&[refused], Keep)]).await;
    let error = lambda(&server.url).call(&invocation(), CallPolicy::ONCE).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "InvalidSignatureException: The request signature we calculated does not match. (status 400)"
    );
    assert!(!format!("{error:?}").contains(TOKEN), "{error:?}");
}

#[tokio::test]
async fn a_region_that_is_no_label_of_a_host_is_an_error_of_the_call() {
    for region in ["eu central", "a/b", "a?b", "a:b", "a@b", "a.b"] {
        let mut aws = aws("", None);
        aws.region = region.to_owned();
        aws.endpoints = Endpoints::default();
        assert_eq!(Service::Lambda.endpoint(&aws).host(), Some("invalid.region"), "{region}");
        let error = ServiceClient::new(Service::Lambda, &aws).call(&invocation(), CallPolicy::ONCE).await;
        assert!(matches!(error, Err(CallError::NotSent(_))), "{region}: {error:?}");
    }
}
