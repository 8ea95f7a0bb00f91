//! The caller's ARN, as STS tells it.

use std::time::Duration;

use super::aws;
use crate::{
    aws::{ServiceClient, call::CallError, caller_identity::caller_arn, service::Service},
    http_client::scripted_server::{ScriptedServer, Then::Keep, Turn},
};

const AT_MOST: Duration = Duration::from_secs(2);

async fn asked(turn: Turn, at_most: Duration) -> (Result<String, CallError>, String) {
    let server = ScriptedServer::start(vec![turn]).await;
    let sts = ServiceClient::new(Service::Sts, &aws(&server.url, None));
    let arn = caller_arn(&sts, at_most).await;
    (arn, String::from_utf8(server.request(0)).unwrap())
}

fn answer(arn: &str) -> Turn {
    let xml = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  \
         <GetCallerIdentityResult>\n    <Arn>{arn}</Arn>\n    <UserId>AIDA</UserId>\n    \
         <Account>123456789012</Account>\n  </GetCallerIdentityResult>\n</GetCallerIdentityResponse>"
    );
    Turn::ok(&xml, Keep)
}

#[tokio::test]
async fn the_callers_arn_is_asked_for_once_and_read_from_the_answer() {
    let arn = "arn:aws:sts::123456789012:assumed-role/deployer/alice@example.com";
    let (found, request) = asked(answer(arn), AT_MOST).await;
    assert_eq!(found.unwrap(), arn);
    assert!(request.starts_with("POST / HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\nAction=GetCallerIdentity&Version=2011-06-15"), "{request}");
    assert!(request.contains("content-type: application/x-www-form-urlencoded\r\n"), "{request}");
    assert!(request.contains("/us-east-1/sts/aws4_request"), "{request}");
}

#[tokio::test]
async fn an_answer_without_an_arn_tells_nobody() {
    for arn in ["", "alice", "arn:aws:iam::1:user/a b", "arn:\u{e4}"] {
        let (found, _) = asked(answer(arn), AT_MOST).await;
        assert_eq!(found.unwrap_err().to_string(), "an answer that cannot be read", "{arn}");
    }
    let refused = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
    let (found, _) = asked(Turn::new(&[refused], Keep), AT_MOST).await;
    assert_eq!(found.unwrap_err().to_string(), "an error without a code:  (status 403)");
    let (found, _) = asked(Turn::silence(), Duration::from_millis(50)).await;
    assert_eq!(found.unwrap_err().to_string(), "timed out after 50ms");
}
