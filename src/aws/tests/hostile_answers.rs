//! Whatever a server answers, a call ends, and nothing panics.

use proptest::prelude::*;

use super::{invocation, lambda};
use crate::{
    aws::call::{CallError, CallPolicy},
    error::chain,
    http_client::scripted_server::{ScriptedServer, Then, Turn, soon},
};

#[tokio::test]
async fn an_answer_that_is_too_long_is_not_read_to_its_end() {
    const SAID: &str = "HTTP/1.1 200 OK\r\ncontent-length: 16777217\r\n\r\na";
    let piece = format!("100000\r\n{}\r\n", "a".repeat(1 << 20));
    let mut unsaid = vec!["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"];
    unsaid.extend([piece.as_str(); 17]);
    for pieces in [&[SAID][..], &unsaid] {
        let server = ScriptedServer::start(vec![Turn::new(pieces, Then::Keep)]).await;
        let error = soon(lambda(&server.url).call(&invocation(), CallPolicy::ONCE)).await.unwrap_err();
        assert!(matches!(error, CallError::Unreadable(_)), "{error:?}");
        let told = "an answer that cannot be read: an answer of more than 16777216 bytes";
        assert_eq!(chain(&error), told);
    }
}

#[tokio::test]
async fn an_error_that_is_too_long_is_cut() {
    let head = "HTTP/1.1 400 X\r\nx-amzn-errortype: X\r\ntransfer-encoding: chunked\r\n\r\n";
    let piece = format!("100000\r\n{}\r\n", "a".repeat(1 << 20));
    let server = ScriptedServer::start(vec![Turn::new(&[head, &piece, &piece], Then::Keep)]).await;
    let error = soon(lambda(&server.url).call(&invocation(), CallPolicy::ONCE)).await.unwrap_err();
    let error = error.service_error().expect("an error of the service");
    assert_eq!((error.code.as_str(), error.body.len()), ("X", 1 << 20));
}

/// Parts of answers, good and bad.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 400 \r\n",
        "HTTP/1.0 500 X\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n",
        "HTTP/2",
        "connection: close\r\n",
        "content-length: 3\r\n",
        "content-length: 0\r\n",
        "content-length: 18446744073709551600\r\n",
        "content-length: -1\r\n",
        "transfer-encoding: chunked\r\n",
        "x-amzn-errortype: :#\r\n",
        "\r\n",
        "3\r\nabc\r\n",
        "FFFFFFFFFFFFFFFF\r\n",
        "0\r\n\r\n",
        "x: y\r\n\r\n",
        r#"{"__type":"a#b:c","message":"#,
        r#"{"__type":[[[["#,
    ]);
    prop_oneof![
        4 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ]
}

fn answer() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let piece = prop::collection::vec(fragment(), 1..6).prop_map(|parts| parts.concat());
    let start = prop_oneof![3 => Just(b"HTTP/1.1 200 OK\r\n".to_vec()), 1 => fragment()];
    (start, prop::collection::vec(piece, 0..4)).prop_map(|(start, pieces)| {
        let mut all = vec![start];
        all.extend(pieces);
        all
    })
}

proptest! {
    #[test]
    fn a_call_ends_whatever_the_server_answers(first in answer(), second in answer()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let turn = |pieces: &[Vec<u8>]| Turn::new(pieces, Then::Close);
            let script = vec![turn(&first), turn(&second), Turn::ok("still there", Then::Keep)];
            let server = ScriptedServer::start(script).await;
            let client = lambda(&server.url);
            for answers in 1..=2 {
                let call = async {
                    let _ = client.call(&invocation(), CallPolicy::ONCE).await;
                    // Else what is still to come would be taken for the answer of the next call.
                    server.has_answered(answers).await;
                };
                soon(call).await;
            }
            let last = client.call(&invocation(), CallPolicy::ONCE).await.expect("an answer");
            assert_eq!(last.body(), "still there");
        });
    }
}
