//! Roles are assumed once, and calls are signed by what STS gave.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{aws, invocation};
use crate::{
    aws::{
        assumed_roles::{RoleArn, RoleError},
        call::CallError,
        clients::{CallCredentials, ServiceClients},
        service::{Service, ServiceAddress},
    },
    clock::Clock,
    http_client::scripted_server::{ScriptedServer, Then::Keep, Turn},
};

fn session(id: &str) -> Turn {
    let body = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>{id}</AccessKeyId><SecretAccessKey>s+/=</SecretAccessKey><SessionToken>t+/{id}</SessionToken>\
         <Expiration>2026-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    );
    Turn::ok(&body, Keep)
}

fn role() -> CallCredentials {
    CallCredentials::Role(RoleArn::parse("arn:aws:iam::111122223333:role/api/orders").unwrap())
}

/// Clients of services that are all at one server, and the hands of their clock.
fn clients(server: &ScriptedServer) -> (ServiceClients, Arc<AtomicU64>) {
    let now = Arc::new(AtomicU64::new(1_744_668_768_000));
    (ServiceClients::new(&aws(&server.url, None), Clock::Manual(Arc::clone(&now))), now)
}

/// Calls SQS as the role; gives the key's id of the signature and the token.
async fn call(clients: &ServiceClients, server: &ScriptedServer, number: usize) -> String {
    let address = ServiceAddress::of(Service::Sqs);
    let client = clients.client(&address, &role()).await.unwrap();
    client.exchange(&invocation()).await.unwrap();
    let request = String::from_utf8(server.request(number)).unwrap();
    let value = |name: &str| request.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("-");
    let credential = value("authorization: AWS4-HMAC-SHA256 Credential=").split('/').next().unwrap();
    format!("{credential} {}", value("x-amz-security-token: "))
}

#[test]
fn a_roles_arn_is_told_from_others() {
    for good in ["arn:aws:iam::111122223333:role/a", "arn:aws-cn:iam::111122223333:role/p/a_b+=,.@-"] {
        assert!(RoleArn::parse(good).is_some(), "{good}");
    }
    let bad = [
        "",
        "role/a",
        "arn:aws:iam::*:user/*",
        "arn:aws:iam::111122223333:user/a",
        "arn:aws:iam::1:role/a",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:role/a b",
        "arn:aws:sts::111122223333:assumed-role/a/b",
    ];
    for bad in bad {
        assert_eq!(RoleArn::parse(bad), None, "{bad}");
    }
}

#[tokio::test]
async fn a_session_is_kept_until_five_minutes_before_its_end() {
    let ok = || Turn::ok("{}", Keep);
    let script = vec![session("ONE"), ok(), ok(), session("TWO"), ok()];
    let server = ScriptedServer::start(script).await;
    let (clients, now) = clients(&server);
    assert_eq!(call(&clients, &server, 1).await, "ONE t+/ONE");
    now.fetch_add(54 * 60_000, Ordering::Relaxed);
    assert_eq!(call(&clients, &server, 2).await, "ONE t+/ONE");
    now.fetch_add(60_000, Ordering::Relaxed);
    assert_eq!(call(&clients, &server, 4).await, "TWO t+/TWO");
    let asked = String::from_utf8(server.request(0)).unwrap();
    assert!(asked.contains("/sts/aws4_request"), "{asked}");
    assert!(
        asked.ends_with(
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fapi%2Forders&RoleSessionName=tollgate&DurationSeconds=3600"
        ),
        "{asked}"
    );
}

#[tokio::test]
async fn many_who_want_a_role_at_once_ask_once() {
    let server = ScriptedServer::start(vec![session("ONE")]).await;
    let (clients, _) = clients(&server);
    let address = ServiceAddress::of(Service::Sqs);
    let credentials = role();
    let all = (0..20).map(|_| clients.client(&address, &credentials));
    for client in futures_util::future::join_all(all).await {
        client.unwrap();
    }
    assert_eq!(server.connections().len(), 1);
}

#[tokio::test]
async fn a_role_that_is_refused_is_not_asked_for_again_within_a_second() {
    let refused = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: x is not \
                   authorized</Message></Error></ErrorResponse>";
    let refused = format!("HTTP/1.1 403 X\r\ncontent-length: {}\r\n\r\n{refused}", refused.len());
    let script = vec![Turn::new(&[refused], Keep), session("ONE")];
    let server = ScriptedServer::start(script).await;
    let (clients, now) = clients(&server);
    let address = ServiceAddress::of(Service::Sqs);
    let credentials = role();
    for _ in 0..2 {
        let error: RoleError = clients.client(&address, &credentials).await.unwrap_err();
        assert_eq!(error.to_string(), "the role arn:aws:iam::111122223333:role/api/orders cannot be assumed");
        assert_eq!(error.cause.to_string(), "AccessDenied: User: x is not authorized (status 403)");
    }
    assert_eq!(server.connections().len(), 1);
    now.fetch_add(u64::try_from(Duration::from_secs(1).as_millis()).unwrap(), Ordering::Relaxed);
    clients.client(&address, &credentials).await.unwrap();
}

#[tokio::test]
async fn an_answer_without_credentials_is_an_error() {
    let server = ScriptedServer::start(vec![Turn::ok("<html>hello</html>", Keep)]).await;
    let (clients, _) = clients(&server);
    let error = clients.client(&ServiceAddress::of(Service::Sqs), &role()).await.unwrap_err();
    assert!(matches!(&*error.cause, CallError::Unreadable(_)), "{error:?}");
}

#[tokio::test]
async fn an_error_of_a_service_is_an_answer_without_the_text_that_was_signed() {
    let turn = |body: &str| {
        Turn::new(&[format!("HTTP/1.1 403 X\r\ncontent-length: {}\r\n\r\n{body}", body.len())], Keep)
    };
    let told = "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>secret</CanonicalRequest></Error>";
    let server = ScriptedServer::start(vec![turn("<Error/>"), turn(told)]).await;
    let (clients, _) = clients(&server);
    let client = clients.client(&ServiceAddress::of(Service::S3), &CallCredentials::Own).await.unwrap();
    for expected in ["<Error/>", ""] {
        let answer = client.exchange(&invocation()).await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.body()[..]), (403, expected.as_bytes()));
    }
}
