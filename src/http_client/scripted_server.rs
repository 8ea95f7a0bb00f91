//! A server of the tests: it answers the n-th request as the n-th turn of its script says.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What follows on a request.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The answer, written one piece after the other; none: silence.
    pub pieces: Vec<Bytes>,
    pub then: Then,
    /// It is answered once so many requests have come.
    pub after: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Keep,
    Close,
}

impl Turn {
    pub fn new<P: AsRef<[u8]>>(pieces: &[P], then: Then) -> Self {
        let pieces = pieces.iter().map(|piece| Bytes::copy_from_slice(piece.as_ref())).collect();
        Self { pieces, then, after: 0 }
    }

    /// 200 with a body.
    pub fn ok(body: &str, then: Then) -> Self {
        Self::new(&[format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())], then)
    }

    /// Nothing, and the connection stays.
    pub fn silence() -> Self {
        Self::new::<&str>(&[], Then::Keep)
    }

    /// Nothing, and the connection is closed.
    pub fn close() -> Self {
        Self::new::<&str>(&[], Then::Close)
    }
}

/// The server. It goes when it is dropped.
#[derive(Debug)]
pub struct ScriptedServer {
    pub url: String,
    state: Arc<State>,
    accepting: tokio::task::JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    script: Vec<Turn>,
    /// Each request with the number of its connection.
    requests: Mutex<Vec<(usize, Vec<u8>)>>,
    begun: watch::Sender<usize>,
    done: watch::Sender<usize>,
}

impl ScriptedServer {
    pub async fn start(script: Vec<Turn>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            script,
            requests: Mutex::default(),
            begun: watch::Sender::default(),
            done: watch::Sender::default(),
        };
        let state = Arc::new(state);
        let accepting = tokio::spawn({
            let state = Arc::clone(&state);
            async move {
                for connection in 0.. {
                    let (stream, _) = listener.accept().await.unwrap();
                    stream.set_nodelay(true).unwrap();
                    tokio::spawn(Arc::clone(&state).serve(connection, stream));
                }
            }
        });
        Self { url, state, accepting }
    }

    /// The number of the connection of each request, from 0.
    pub fn connections(&self) -> Vec<usize> {
        self.state.requests.lock().unwrap().iter().map(|(connection, _)| *connection).collect()
    }

    /// A request, head and body.
    pub fn request(&self, number: usize) -> Vec<u8> {
        self.state.requests.lock().unwrap()[number].1.clone()
    }

    /// Waits until so many requests have come.
    pub async fn has_requests(&self, count: usize) {
        soon(self.state.begun.subscribe().wait_for(|begun| *begun >= count)).await.unwrap();
    }

    /// Waits until so many turns are over: all is written, and closed where the turn says so.
    pub async fn has_answered(&self, count: usize) {
        soon(self.state.done.subscribe().wait_for(|done| *done >= count)).await.unwrap();
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl State {
    async fn serve(self: Arc<Self>, connection: usize, mut stream: TcpStream) {
        while let Some(request) = read_request(&mut stream).await {
            let number = {
                let mut requests = self.requests.lock().unwrap();
                requests.push((connection, request));
                requests.len() - 1
            };
            self.begun.send_modify(|begun| *begun += 1);
            let turn = self.script.get(number).expect("a turn for every request");
            self.begun.subscribe().wait_for(|begun| *begun >= turn.after).await.unwrap();
            for piece in &turn.pieces {
                // The client may have closed: that is its right.
                let _ = stream.write_all(piece).await;
                tokio::task::yield_now().await;
            }
            if turn.then == Then::Close {
                drop(stream);
                self.done.send_modify(|done| *done += 1);
                return;
            }
            self.done.send_modify(|done| *done += 1);
        }
    }
}

/// The result of `work`. What hangs panics.
pub async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("an end")
}

/// Head and body; `None` once the client has closed.
async fn read_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1).map_or(0, |rest| {
                rest.lines().next().and_then(|length| length.parse::<usize>().ok()).unwrap_or_default()
            });
            if request.len() >= end + 4 + length {
                return Some(request);
            }
        }
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
}
