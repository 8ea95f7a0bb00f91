//! A proxy before DynamoDB that can be frozen: connections stay, and nothing comes through.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

pub struct FreezableProxy {
    pub address: SocketAddr,
    is_frozen: watch::Sender<bool>,
}

impl FreezableProxy {
    pub async fn open(to: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (is_frozen, seen) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let seen = seen.clone();
                tokio::spawn(async move {
                    let server = TcpStream::connect(to).await.expect("a DynamoDB");
                    for stream in [&client, &server] {
                        stream.set_nodelay(true).expect("a TCP connection");
                    }
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    tokio::spawn(carry(from_client, to_server, seen.clone()));
                    tokio::spawn(carry(from_server, to_client, seen));
                });
            }
        });
        Self { address, is_frozen }
    }

    pub fn freeze(&self) {
        self.is_frozen.send_replace(true);
    }

    pub fn thaw(&self) {
        self.is_frozen.send_replace(false);
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut is_frozen: watch::Receiver<bool>) {
    let mut bytes = vec![0; 16_384];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        // An error: the fleet is no more.
        if is_frozen.wait_for(|is_frozen| !is_frozen).await.is_err()
            || to.write_all(&bytes[..length]).await.is_err()
        {
            return;
        }
    }
}
