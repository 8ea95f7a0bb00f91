//! Whatever a server answers, a call ends, and nothing panics.

use proptest::prelude::*;

use super::{invocation, lambda};
use crate::{
    aws::call::CallPolicy,
    http_client::scripted_server::{ScriptedServer, Then, Turn, soon},
};

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
