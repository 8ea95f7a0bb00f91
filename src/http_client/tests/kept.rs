//! Which answers leave their connection for the next request, and which do not.

use std::{sync::Arc, task::Wake, time::Duration};

use bytes::Bytes;
use futures_util::future::join_all;
use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{client, get, request, send};
use crate::http_client::{
    MOST_ANSWER_BYTES, SendError,
    connection::{Connection, ExchangeError},
    connector::Connector,
    scripted_server::{
        ScriptedServer,
        Then::{self, Close, Keep},
        Turn, soon,
    },
};

#[tokio::test]
async fn an_answer_that_has_ended_leaves_its_connection_for_the_next_request() {
    const LENGTH: &[&str] = &["HTTP/1.1 200 OK\r\ncontent-le", "ngth: 5\r\n", "\r\nab", "cd", "e"];
    const CHUNKED: &[&str] = &[
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n3\r\nab",
        "c\r\n2\r\nde\r\n0\r\nx: y",
        "\r\n\r\n",
    ];
    const EMPTY: &[&str] = &["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"];
    const NO_CONTENT: &[&str] = &["HTTP/1.1 204 No Content\r\n\r\n"];
    const CONTINUE: &[&str] =
        &["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na"];
    const EARLY_HINTS: &[&str] =
        &["HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na"];
    const SAYS_CLOSE: &[&str] = &["HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\na"];
    const UNTIL_CLOSED: &[&str] = &["HTTP/1.1 200 OK\r\n\r\n", "a", "b"];
    const OLD: &[&str] = &["HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na"];
    let table = [
        (LENGTH, Keep, 200, "abcde", [0, 0]),
        (CHUNKED, Keep, 200, "abcde", [0, 0]),
        (EMPTY, Keep, 200, "", [0, 0]),
        (NO_CONTENT, Keep, 204, "", [0, 0]),
        (CONTINUE, Keep, 200, "a", [0, 0]),
        (EARLY_HINTS, Keep, 200, "a", [0, 0]),
        (SAYS_CLOSE, Keep, 200, "a", [0, 1]),
        (UNTIL_CLOSED, Close, 200, "ab", [0, 1]),
        (OLD, Keep, 200, "a", [0, 1]),
    ];
    for (pieces, then, status, body, connections) in table {
        let server = ScriptedServer::start(vec![Turn::new(pieces, then), Turn::ok("next", Keep)]).await;
        let client = client(&server);
        assert_eq!(get(&client).await, (StatusCode::from_u16(status).unwrap(), body.into()), "{pieces:?}");
        assert_eq!(get(&client).await, (StatusCode::OK, "next".into()), "{pieces:?}");
        assert_eq!(server.connections(), connections, "{pieces:?}");
    }
}

#[tokio::test]
async fn a_connection_that_the_server_closed_meanwhile_is_not_written_to() {
    // Closed; a farewell and closed; a farewell only.
    let farewell = "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n";
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na";
    let one_piece = format!("{answer}{farewell}");
    let table: [(&[&str], Then); 4] = [
        (&[answer], Close),
        (&[answer, farewell], Close),
        (&[answer, farewell], Keep),
        (&[one_piece.as_str()], Keep),
    ];
    for (pieces, then) in table {
        let server = ScriptedServer::start(vec![Turn::new(pieces, then), Turn::ok("next", Keep)]).await;
        let client = client(&server);
        assert_eq!(get(&client).await.1, "a", "{pieces:?}");
        server.has_answered(1).await;
        assert_eq!(get(&client).await.1, "next", "{pieces:?}");
        assert_eq!(server.connections(), [0, 1], "{pieces:?}");
    }
}

/// Between the look at a connection and the write it may still be closed.
#[tokio::test]
async fn a_request_on_a_connection_that_is_found_closed_comes_back_unsent() {
    let answer = ["HTTP/1.1 204 No Content\r\n\r\n"];
    let server = ScriptedServer::start(vec![Turn::new(&answer, Close)]).await;
    let connected = Connector::default().connect(&server.url.parse().unwrap()).await;
    let mut connection: Connection<_> = connected.unwrap();
    assert_eq!(soon(connection.exchange(request())).await.unwrap().status(), StatusCode::NO_CONTENT);
    server.has_answered(1).await;
    let again = soon(connection.exchange(request())).await;
    assert!(matches!(again, Err(ExchangeError::Unsent { .. })), "{again:?}");
    let again = soon(connection.exchange(request())).await;
    assert!(matches!(again, Err(ExchangeError::Unsent { .. })), "{again:?}");
}

#[tokio::test]
async fn a_body_that_is_dropped_half_way_closes_its_connection() {
    let long = ["HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc"];
    let server = ScriptedServer::start(vec![Turn::new(&long, Keep), Turn::ok("next", Keep)]).await;
    let client = client(&server);
    drop(send(&client).await.unwrap());
    assert_eq!(get(&client).await.1, "next");
    assert_eq!(server.connections(), [0, 1]);
}

#[tokio::test]
async fn a_request_that_is_given_up_does_not_get_its_answer_into_the_next_one() {
    let server = ScriptedServer::start(vec![Turn::silence(), Turn::ok("second", Keep)]).await;
    let client = client(&server);
    tokio::select! {
        biased;
        answered = client.send(request()) => panic!("{answered:?}"),
        () = server.has_requests(1) => {}
    }
    assert_eq!(get(&client).await.1, "second");
    assert_eq!(server.connections(), [0, 1]);
}

#[tokio::test]
async fn parallel_requests_have_a_connection_each_of_which_256_are_kept() {
    const MANY: usize = 257;
    let mut script = vec![Turn { after: MANY, ..Turn::ok("a", Keep) }; MANY];
    script.extend(vec![Turn { after: 2 * MANY, ..Turn::ok("b", Keep) }; MANY]);
    let server = ScriptedServer::start(script).await;
    let client = client(&server);
    for expected in ["a", "b"] {
        let answers = join_all((0..MANY).map(|_| get(&client))).await;
        assert_eq!(answers, vec![(StatusCode::OK, Bytes::from(expected)); MANY]);
    }
    let mut connections = server.connections();
    connections.sort_unstable();
    connections.dedup();
    assert_eq!(connections, (0..=MANY).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_connection_that_was_idle_too_long_is_given_up() {
    let server = ScriptedServer::start(vec![Turn::ok("a", Keep), Turn::ok("b", Keep)]).await;
    let client = client(&server).idle_limit(Duration::ZERO);
    assert_eq!(get(&client).await.1, "a");
    assert_eq!(get(&client).await.1, "b");
    assert_eq!(server.connections(), [0, 1]);
}

#[tokio::test]
async fn a_connection_that_was_idle_too_long_is_closed_though_nobody_needs_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = super::Connections::new(url.parse().unwrap()).idle_limit(Duration::ZERO);
    let server = async {
        let (mut first, mut second) =
            (listener.accept().await.unwrap().0, listener.accept().await.unwrap().0);
        for stream in [&mut first, &mut second] {
            assert_ne!(stream.read(&mut [0; 4_096]).await.unwrap(), 0);
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        }
        let (mut of_first, mut of_second) = ([0], [0]);
        tokio::select! {
            read = first.read(&mut of_first) => read,
            read = second.read(&mut of_second) => read,
        }
    };
    let (_, _, read) = soon(async { tokio::join!(get(&client), get(&client), server) }).await;
    assert_eq!(read.unwrap(), 0);
}

#[tokio::test]
async fn kept_connections_can_be_given_up() {
    let server = ScriptedServer::start(vec![Turn::ok("a", Keep); 3]).await;
    let client = client(&server);
    get(&client).await;
    client.give_up_kept();
    let response = soon(client.send(request())).await.unwrap();
    soon(response.into_body().read(MOST_ANSWER_BYTES)).await.unwrap();
    get(&client).await;
    assert_eq!(server.connections(), [0, 1, 1]);
}

#[tokio::test]
async fn a_kept_connection_that_breaks_off_takes_the_other_kept_ones_with_it() {
    let one_of_two = Turn { after: 2, ..Turn::ok("a", Keep) };
    let script = vec![one_of_two.clone(), one_of_two, Turn::close(), Turn::ok("b", Keep)];
    let server = ScriptedServer::start(script).await;
    let client = client(&server);
    join_all((0..2).map(|_| get(&client))).await;
    let sent = send(&client).await;
    assert!(matches!(sent, Err(SendError::BrokeOff(_))));
    assert_eq!(get(&client).await.1, "b");
    assert_eq!(server.connections()[3], 2);
}

#[tokio::test]
async fn a_port_that_nobody_listens_at_is_not_sent_to() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for scheme in ["http", "https"] {
        let client = super::Connections::new(format!("{scheme}://{address}").parse().unwrap());
        let sent = send(&client).await;
        assert!(matches!(sent, Err(SendError::NotSent(_))), "{scheme}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_not_sent_to() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let client = super::Connections::new(url.parse().unwrap());
    let answer = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        stream
    };
    let (sent, _stream) = tokio::join!(send(&client), answer);
    assert!(matches!(sent, Err(SendError::NotSent(_))));
}

/// The task that used a connection last is not the one that waits for it now.
#[test]
fn a_connection_wakes_the_task_that_uses_it_now() {
    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let script = vec![Turn::ok("a", Keep), Turn { after: 3, ..Turn::ok("b", Keep) }, Turn::ok("c", Keep)];
        let server = ScriptedServer::start(script).await;
        let client = Arc::new(client(&server));
        get(&client).await;
        // Polled once by a task that nobody polls again, and moved to another one.
        let mut moved = Box::pin({
            let client = Arc::clone(&client);
            async move { get(&client).await.1 }
        });
        let nobody = Arc::new(Nobody).into();
        let first = moved.as_mut().poll(&mut std::task::Context::from_waker(&nobody));
        assert!(first.is_pending());
        let moved = tokio::spawn(moved);
        server.has_requests(2).await;
        let third = get(&client).await.1;
        assert_eq!((soon(moved).await.unwrap(), third), ("b".into(), "c".into()));
        assert_eq!(server.connections(), [0, 0, 1]);
    });
}

#[tokio::test]
async fn a_body_is_read_up_to_its_bound() {
    const ONE: &[&str] = &["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde"];
    const PIECES: &[&str] = &["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\na", "b", "cd", "e"];
    const CHUNKED: &[&str] =
        &["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n", "3\r\ncde\r\n0\r\n\r\n"];
    for pieces in [ONE, PIECES, CHUNKED] {
        for most in [0, 1, 3, 4, 5, 6] {
            let server = ScriptedServer::start(vec![Turn::new(pieces, Keep); 2]).await;
            let client = client(&server);
            match soon(send(&client).await.unwrap().into_body().read(most)).await {
                Ok(body) => assert!(most >= 5 && body == "abcde", "{pieces:?}, {most}"),
                Err(error) => {
                    assert!(most < 5, "{pieces:?}, {most}");
                    assert_eq!(error.to_string(), format!("an answer of more than {most} bytes"));
                }
            }
            let start = soon(send(&client).await.unwrap().into_body().read_start(most)).await.unwrap();
            assert_eq!(start, "abcde"[..most.min(5)], "{pieces:?}, {most}");
        }
    }
}
