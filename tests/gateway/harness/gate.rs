//! A gate between the gateway and its store, which a test can shut.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// The fate of a request to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Way {
    Open,
    /// The connection is closed.
    Shut,
    /// Nothing comes back.
    Stalled,
    /// All but the last byte comes back.
    StalledAtTheEnd,
    /// The response is not DynamoDB's.
    Nonsense,
    /// DynamoDB answers that it is asked too much.
    Throttling,
    /// The response is empty.
    Empty,
}

/// The gate shuts at a write: whoever made it is dead from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The writes that pass before.
    pub after: usize,
    pub at: CutAt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutAt {
    /// The write does not reach the store.
    Request,
    /// It does, and its answer is lost.
    Answer,
}

const WRITES: [&str; 5] = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];

pub struct Gate {
    pub address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    way: AtomicU8,
    /// The next request that holds this text waits.
    hold: Mutex<Option<&'static str>>,
    /// Every request that holds this text is throttled.
    throttle: Mutex<Option<&'static str>>,
    /// The writes that pass before the gate is shut.
    cut: Mutex<Option<Cut>>,
    calls: Mutex<Vec<String>>,
    arrived: Notify,
    released: Notify,
}

impl Gate {
    pub fn start(listener: std::net::TcpListener, store: SocketAddr) -> Self {
        listener.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        let gate = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let state = Arc::clone(&gate.state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, store, Arc::clone(&state)));
            }
        });
        gate
    }

    pub fn set(&self, way: Way) {
        self.state.way.store(way as u8, Ordering::Relaxed);
    }

    /// Shuts at a write.
    pub fn cut(&self, cut: Cut) {
        *self.state.cut.lock().unwrap() = Some(cut);
    }

    /// Opens again; says if it was cut.
    pub fn mend(&self) -> bool {
        let was_cut = self.state.cut.lock().unwrap().take().is_none();
        self.set(Way::Open);
        was_cut
    }

    /// Throttles every request that holds this text, and no other.
    pub fn throttle(&self, text: Option<&'static str>) {
        *self.state.throttle.lock().unwrap() = text;
    }

    /// Takes the calls that the store has got since the last time, without refreshes: `GetItem api-keys`.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.state.calls.lock().unwrap())
    }

    /// Holds the next request of this operation; `meanwhile` happens before it goes on.
    pub async fn hold(&self, operation: &'static str, meanwhile: impl Future<Output = ()>) {
        *self.state.hold.lock().unwrap() = Some(operation);
        self.state.arrived.notified().await;
        meanwhile.await;
        self.state.released.notify_one();
    }
}

async fn pass(mut client: TcpStream, store: SocketAddr, state: Arc<State>) {
    let Ok(mut store) = TcpStream::connect(store).await else { return };
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut operation = String::new();
    let mut is_last = false;
    loop {
        let length = tokio::select! {
            read = store.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if state.way.load(Ordering::Relaxed) == Way::StalledAtTheEnd as u8 {
                    drop(client.write_all(&answered[..length - 1]).await);
                    std::future::pending::<()>().await;
                }
                if is_last || client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
                continue;
            }
            read = client.read(&mut asked) => read.unwrap_or(0),
        };
        if length == 0 {
            return;
        }
        let text = String::from_utf8_lossy(&asked[..length]).into_owned();
        note(&text, &mut operation, &state);
        let is_held = state.hold.lock().unwrap().take_if(|operation| text.contains(*operation)).is_some();
        if is_held {
            state.arrived.notify_one();
            state.released.notified().await;
        }
        match cut_at(&text, &state) {
            Some(CutAt::Request) => return,
            Some(CutAt::Answer) => is_last = true,
            None => {}
        }
        let way = if is_last { Way::Open as u8 } else { state.way.load(Ordering::Relaxed) };
        if way == Way::Stalled as u8 {
            std::future::pending::<()>().await;
        }
        if way == Way::Nonsense as u8 {
            drop(client.write_all(NONSENSE).await);
            return;
        }
        if way == Way::Empty as u8 {
            drop(client.write_all(EMPTY).await);
            return;
        }
        let is_throttled = state.throttle.lock().unwrap().is_some_and(|throttled| text.contains(throttled));
        if is_throttled || way == Way::Throttling as u8 {
            let head =
                "HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.0\r\nconnection: close";
            let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{THROTTLING}", THROTTLING.len());
            drop(client.write_all(answer.as_bytes()).await);
            return;
        }
        if way == Way::Shut as u8 || store.write_all(&asked[..length]).await.is_err() {
            return;
        }
    }
}

/// Counts a write; the gate is shut behind the last one that passes.
fn cut_at(text: &str, state: &State) -> Option<CutAt> {
    let is_write = WRITES.iter().any(|name| text.contains(&format!("DynamoDB_20120810.{name}\r")));
    let mut cut = state.cut.lock().unwrap();
    let pending = cut.as_mut().filter(|_| is_write)?;
    if pending.after > 0 {
        pending.after -= 1;
        return None;
    }
    let at = pending.at;
    *cut = None;
    state.way.store(Way::Shut as u8, Ordering::Relaxed);
    Some(at)
}

const THROTTLING: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"Too much"}"#;

const EMPTY: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

const NONSENSE: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>";

/// Head and body of a request may come apart.
fn note(text: &str, operation: &mut String, state: &State) {
    let after = |start: &str, end: char| Some(text.split_once(start)?.1.split(end).next()?.to_owned());
    if let Some(name) = after("DynamoDB_20120810.", '\r') {
        *operation = name;
    }
    if let Some(table) = after("\"TableName\":\"", '"') {
        state.calls.lock().unwrap().push(format!("{operation} {}", table.trim_start_matches("tollgate-")));
    }
}
