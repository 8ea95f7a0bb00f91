//! What stands between the gateway and its store, and can be shut.

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

/// What becomes of a request to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Way {
    Open,
    /// The connection is closed.
    Shut,
    /// Nothing comes back.
    Stalled,
}

pub struct Gate {
    pub address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    way: AtomicU8,
    /// The next request that holds this text waits.
    hold: Mutex<Option<&'static str>>,
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

    /// Holds the next request of this operation; `meanwhile` happens before it goes on.
    pub async fn hold(&self, operation: &'static str, meanwhile: impl Future<Output = ()>) {
        *self.state.hold.lock().unwrap() = Some(operation);
        self.state.arrived.notified().await;
        meanwhile.await;
        self.state.released.notify_one();
    }
}

async fn pass(client: TcpStream, store: SocketAddr, state: Arc<State>) {
    let Ok(store) = TcpStream::connect(store).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_store, mut to_store) = store.into_split();
    let back = tokio::spawn(async move { drop(tokio::io::copy(&mut from_store, &mut to_client).await) });
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
        let text = String::from_utf8_lossy(&buffer[..length]);
        let is_held = state.hold.lock().unwrap().take_if(|operation| text.contains(*operation)).is_some();
        if is_held {
            state.arrived.notify_one();
            state.released.notified().await;
        }
        let way = state.way.load(Ordering::Relaxed);
        if way == Way::Stalled as u8 {
            std::future::pending::<()>().await;
        }
        if way == Way::Shut as u8 || to_store.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
    back.abort();
}
