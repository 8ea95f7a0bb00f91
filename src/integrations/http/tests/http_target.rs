//! A target on loopback that says scripted bytes.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

use super::{Http, parse};

pub const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1"];

/// A target's response to one request: pieces of bytes, each but the first sent when the test lets it.
pub type Answer = &'static [&'static str];

/// A target: what came, and what it still waits for.
pub struct TestTarget {
    pub port: u16,
    received: Arc<Mutex<Vec<String>>>,
    pub connections: Arc<AtomicUsize>,
    pub go_on: Arc<Semaphore>,
    pub closed: Arc<Semaphore>,
}

impl TestTarget {
    /// Answers the requests of each connection in turn, then closes it. The last script serves all further
    /// connections. A response without pieces closes the connection instead.
    pub async fn start(scripts: &'static [&'static [Answer]]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Self {
            port: listener.local_addr().unwrap().port(),
            received: Arc::default(),
            connections: Arc::default(),
            go_on: Arc::new(Semaphore::new(0)),
            closed: Arc::new(Semaphore::new(0)),
        };
        let (received, connections) = (target.received.clone(), target.connections.clone());
        let (go_on, closed) = (target.go_on.clone(), target.closed.clone());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let nth = connections.fetch_add(1, Ordering::SeqCst);
                let script = scripts[nth.min(scripts.len() - 1)];
                let (received, go_on, closed) = (received.clone(), go_on.clone(), closed.clone());
                tokio::spawn(async move {
                    converse(&mut stream, script, &received, &go_on).await;
                    drop(stream);
                    closed.add_permits(1);
                });
            }
        });
        target
    }

    pub fn item(&self, host: &str) -> Http {
        parse(&json!({"uri": format!("http://{host}:{}/{{proxy}}", self.port)}), &LOOPBACK).unwrap()
    }

    pub fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

async fn converse(
    stream: &mut TcpStream,
    script: &[Answer],
    received: &Mutex<Vec<String>>,
    go_on: &Semaphore,
) {
    for answer in script {
        let Some(request) = read(stream).await else { return };
        received.lock().unwrap().push(request);
        for (nth, piece) in answer.iter().enumerate() {
            if nth > 0 {
                go_on.acquire().await.unwrap().forget();
            }
            if stream.write_all(piece.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// A request with its body, by `Content-Length`; `None` when the client hangs up.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        let length = stream.read(&mut buffer).await.ok().filter(|length| *length > 0)?;
        text.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
    }
}
