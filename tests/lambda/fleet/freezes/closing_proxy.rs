//! A proxy before a server that can close all of its connections at once, as a server does with idle ones.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::{Mutex, watch},
    task::JoinSet,
};

/// The way in which a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// FIN: nothing more will come.
    Finish,
    /// RST: it is no more.
    Reset,
}

pub struct ClosingProxy {
    pub address: SocketAddr,
    connections: Arc<Mutex<JoinSet<()>>>,
    ending: watch::Sender<Option<Ending>>,
}

impl ClosingProxy {
    pub async fn open(to: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (ending, _) = watch::channel(None);
        let connections = Arc::new(Mutex::new(JoinSet::new()));
        let proxy = Self { address, connections: Arc::clone(&connections), ending: ending.clone() };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let ended = ending.subscribe();
                connections.lock().await.spawn(carry(client, to, ended));
            }
        });
        proxy
    }

    /// Closes all connections, and says how many there were. The kernel of the other side has been told when it returns.
    pub async fn close_all(&self, ending: Ending) -> usize {
        let mut connections = self.connections.lock().await;
        // Those that the gateway closed itself.
        while connections.try_join_next().is_some() {}
        let count = connections.len();
        self.ending.send_replace(Some(ending));
        while connections.join_next().await.is_some() {}
        self.ending.send_replace(None);
        count
    }
}

async fn carry(mut client: TcpStream, to: SocketAddr, mut ended: watch::Receiver<Option<Ending>>) {
    let mut server = TcpStream::connect(to).await.expect("a server");
    for stream in [&client, &server] {
        stream.set_nodelay(true).expect("a TCP connection");
    }
    let ending = tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => return,
        ending = ended.wait_for(Option::is_some) => ending.ok().and_then(|ending| *ending),
    };
    if ending == Some(Ending::Reset) {
        client.set_zero_linger().expect("a TCP connection");
    }
}
