//! Listeners on free ports of this machine.

use std::{io, net::Ipv4Addr};

use tokio::net::TcpListener;

pub async fn listen() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}
