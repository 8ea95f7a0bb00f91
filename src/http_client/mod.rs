//! HTTP/1.1 clients: kept connections and TLS, for AWS services, for Lambda's Runtime API and for servers that items
//! name.
//!
//! ring for TLS, root certificates compiled in: the cheapest start that was measured.

mod address_guard;
mod connection;
mod connector;
mod guarded_client;
mod idle_connections;
mod kept_body;
mod kept_connections;
mod quiet_waker;
#[cfg(test)]
pub mod scripted_server;
#[cfg(test)]
pub mod tls_server;

use std::time::Duration;

use http_body::Body;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use self::connector::https;
pub use self::{
    address_guard::AddressGuard,
    guarded_client::{GuardedClient, GuardedSendError},
    kept_body::{KeptBody, MOST_ANSWER_BYTES, ReadError},
    kept_connections::{KeptConnections, SendError},
};

/// Dropped before the servers that we call drop it themselves.
const POOL_IDLE: Duration = Duration::from_secs(20);

/// A pooling HTTP(S) client that connects where the resolver `R` says.
pub type PoolingClient<R, B> = Client<HttpsConnector<HttpConnector<R>>, B>;

/// Makes a client of any number of servers. `tcp` decides which addresses are connected to.
pub fn pooling_client<R, B>(tcp: HttpConnector<R>) -> PoolingClient<R, B>
where
    HttpsConnector<HttpConnector<R>>: hyper_util::client::legacy::connect::Connect + Clone,
    B: Body + Send,
    B::Data: Send,
{
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(POOL_IDLE)
        .pool_timer(TokioTimer::new())
        .build(https(tcp))
}

#[cfg(test)]
mod tests;
