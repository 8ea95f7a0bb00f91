//! Answers that break off, or are none.

use super::{client, get, send};
use crate::http_client::{
    SendError,
    scripted_server::{
        ScriptedServer,
        Then::{Close, Keep},
        Turn, soon,
    },
};

#[tokio::test]
async fn a_connection_that_ends_before_the_head_has_broken_off() {
    let table: [&[&str]; 6] = [
        &[],
        &["HTTP/1.1 200 O"],
        &["HTTP/1.1 200 OK\r\ncontent-length: 1\r\n"],
        &["HTTP/1.1 100 Continue\r\n\r\n"],
        &["no HTTP at all\r\n\r\n"],
        &["HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na"],
    ];
    for pieces in table {
        let server = ScriptedServer::start(vec![Turn::new(pieces, Close), Turn::ok("next", Keep)]).await;
        let client = client(&server);
        let sent = send(&client).await;
        assert!(matches!(sent, Err(SendError::BrokeOff(_))), "{pieces:?}");
        assert_eq!(server.connections(), [0], "{pieces:?}");
        assert_eq!(get(&client).await.1, "next", "{pieces:?}");
        assert_eq!(server.connections(), [0, 1], "{pieces:?}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error() {
    let table: [&[&str]; 5] = [
        &["HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"],
        &["HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n", "abc", "def"],
        &["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"],
        &["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nno size\r\n"],
        // More than any memory holds is promised.
        &["HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551600\r\n\r\nabc", "def"],
    ];
    for pieces in table {
        let server = ScriptedServer::start(vec![Turn::new(pieces, Close), Turn::ok("next", Keep)]).await;
        let client = client(&server);
        let response = send(&client).await.unwrap();
        assert!(soon(response.into_body().read(1_000)).await.is_err(), "{pieces:?}");
        assert_eq!(get(&client).await.1, "next", "{pieces:?}");
        assert_eq!(server.connections(), [0, 1], "{pieces:?}");
    }
}

#[tokio::test]
async fn a_long_body_comes_whole_and_leaves_its_connection() {
    let body: String = ('a'..='z').cycle().take(6 << 20).collect();
    let server = ScriptedServer::start(vec![Turn::ok(&body, Keep), Turn::ok("next", Keep)]).await;
    let client = client(&server);
    assert!(get(&client).await.1 == body);
    assert_eq!(get(&client).await.1, "next");
    assert_eq!(server.connections(), [0, 0]);
}
