//! An issuer on loopback, which gives each path the answer that the test says.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub const DISCOVERY: &str = "/.well-known/openid-configuration";

#[derive(Clone, Debug)]
pub enum Answer {
    /// As it is on the wire; then the connection is closed.
    Bytes(Vec<u8>),
    /// Nothing, and the connection stays.
    Silence,
    /// 200, and a byte now and then, without an end.
    Drip,
}

/// The issuer. It goes when it is dropped.
#[derive(Debug)]
pub struct TestIssuer {
    pub url: String,
    state: Arc<State>,
    accepting: tokio::task::JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    answers: Mutex<HashMap<String, Answer>>,
    calls: Mutex<Vec<String>>,
}

impl Answer {
    pub fn of(status: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        Self::Bytes([head.as_bytes(), body].concat())
    }

    pub fn json(body: &Value) -> Self {
        Self::of("200 OK", body.to_string())
    }

    /// A key set with keys of these ids.
    pub fn keys(ids: &[&str]) -> Self {
        let x = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
        let key = |id: &&str| json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": id});
        Self::json(&json!({"keys": ids.iter().map(key).collect::<Vec<_>>()}))
    }
}

impl TestIssuer {
    /// An issuer whose discovery document leads to a set with the key `a`.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State::default());
        let accepting = tokio::spawn({
            let state = Arc::clone(&state);
            async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(Arc::clone(&state).serve(stream));
                }
            }
        });
        let issuer = Self { url, state, accepting };
        issuer.says(
            DISCOVERY,
            Answer::json(&json!({"issuer": issuer.url, "jwks_uri": format!("{}/jwks", issuer.url)})),
        );
        issuer.says("/jwks", Answer::keys(&["a"]));
        issuer
    }

    /// From now on, `path` gets this answer.
    pub fn says(&self, path: &str, answer: Answer) {
        self.state.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// The paths that were asked for since this was called last.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state.calls.lock().unwrap())
    }
}

impl Drop for TestIssuer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl State {
    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) {
                continue;
            }
            return;
        }
        let request = String::from_utf8(request).unwrap();
        let path = request.split(' ').nth(1).unwrap().to_owned();
        let answer = self.answers.lock().unwrap().get(&path).cloned();
        self.calls.lock().unwrap().push(path);
        // The client may have closed: that is its right.
        match answer.unwrap_or_else(|| Answer::of("404 Not Found", "")) {
            Answer::Bytes(bytes) => drop(stream.write_all(&bytes).await),
            Answer::Silence => drop(stream.read_buf(&mut Vec::new()).await),
            Answer::Drip => {
                let mut piece: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{";
                while stream.write_all(piece).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    piece = b" ";
                }
            }
        }
    }
}
