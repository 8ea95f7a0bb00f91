//! A target that never answers the same twice, so that parts of two answers never pass for one.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::latch::Latch;

/// Three parts in the table: it hardly compresses.
const BODY_BYTES: usize = 900_000;
const SMALL_BODY_BYTES: usize = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Nothing has been answered yet.
    Start,
    /// Half of the body has gone out.
    Middle,
}

#[derive(Default)]
struct TargetState {
    calls: AtomicUsize,
    /// The point where the next answer waits.
    held: Mutex<Option<(Point, Arc<Latch>)>>,
}

/// `/vain…` answers with a cookie too, which nobody may keep; `/small…` answers in few bytes.
pub struct NumberedTarget {
    pub address: SocketAddr,
    state: Arc<TargetState>,
}

impl NumberedTarget {
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let origin = Self { address: listener.local_addr().expect("an address"), state: Arc::default() };
        let state = Arc::clone(&origin.state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                // A gateway that was killed takes no more.
                tokio::spawn(async move { drop(converse(client, &state).await) });
            }
        });
        origin
    }

    /// The number of calls so far.
    pub fn calls(&self) -> usize {
        self.state.calls.load(Ordering::Relaxed)
    }

    /// Holds the next answer.
    pub fn hold(&self, point: Point) -> Arc<Latch> {
        let latch = Arc::new(Latch::default());
        *self.state.held.lock().expect("no panic") = Some((point, Arc::clone(&latch)));
        latch
    }
}

/// The body of the answer to this call of `/{id}`.
pub fn body(id: &str, call: usize) -> String {
    let length = if id.starts_with("small") { SMALL_BODY_BYTES } else { BODY_BYTES };
    let mut state = call as u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b' ' + u8::try_from((state >> 33) % 95).expect("a small number"))
    };
    (0..length).map(next).collect()
}

async fn converse(mut client: TcpStream, state: &TargetState) -> std::io::Result<()> {
    while let Some(head) = read_head(&mut client).await? {
        let call = state.calls.fetch_add(1, Ordering::Relaxed);
        let held = state.held.lock().expect("no panic").take();
        let wait_at = async |point| match &held {
            Some((at, latch)) if *at == point => latch.wait().await,
            _ => {}
        };
        let id = head.split_whitespace().nth(1).unwrap_or_default().trim_start_matches('/');
        let body = body(id, call);
        let cookie = if id.starts_with("vain") { "Set-Cookie: a=1\r\n" } else { "" };
        wait_at(Point::Start).await;
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nX-Call: {call}\r\n{cookie}\r\n", body.len());
        client.write_all(head.as_bytes()).await?;
        let (first, second) = body.split_at(body.len() / 2);
        client.write_all(first.as_bytes()).await?;
        wait_at(Point::Middle).await;
        client.write_all(second.as_bytes()).await?;
    }
    Ok(())
}

/// The requests have no bodies.
async fn read_head(client: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut piece = [0; 4_096];
        let length = client.read(&mut piece).await?;
        if length == 0 {
            return Ok(None);
        }
        head.extend_from_slice(&piece[..length]);
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}
