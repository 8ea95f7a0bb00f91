//! New connections: TCP, and TLS where the URI says `https`.

use std::{sync::OnceLock, time::Duration};

use http::Uri;
use http_body::Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream, builderstates::WantsSchemes};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use socket2::{SockRef, Socket};
use tokio::net::TcpStream;
use tower_service::Service;

use super::connection::Connection;
use crate::message::BoxError;

/// A connection that takes longer will not be one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

pub type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Connects; TLS is set up for the first connection.
#[derive(Debug, Default)]
pub struct Connector(OnceLock<HttpsConnector<HttpConnector>>);

impl Connector {
    #[cfg(test)]
    pub fn of(connector: HttpsConnector<HttpConnector>) -> Self {
        Self(connector.into())
    }

    /// A connection to the server of a URI.
    ///
    /// # Errors
    ///
    /// No address, no connection in time, or no TLS.
    pub async fn connect<B>(&self, server: &Uri) -> Result<Connection<B>, BoxError>
    where
        B: Body + Send + Unpin + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let mut connector = self.0.get_or_init(|| https(HttpConnector::new())).clone();
        let stream = connector.call(server.clone()).await?;
        let socket = socket(&stream)?;
        Ok(Connection::new(stream, socket).await?)
    }
}

/// TLS with compiled-in roots around `tcp`, which decides what addresses are connected to.
pub fn https<R>(tcp: HttpConnector<R>) -> HttpsConnector<HttpConnector<R>> {
    with_tls(HttpsConnectorBuilder::new().with_webpki_roots(), tcp)
}

/// The same with other roots.
pub(super) fn with_tls<R>(
    tls: HttpsConnectorBuilder<WantsSchemes>,
    mut tcp: HttpConnector<R>,
) -> HttpsConnector<HttpConnector<R>> {
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    tls.https_or_http().enable_http1().wrap_connector(tcp)
}

fn socket(stream: &Stream) -> std::io::Result<Socket> {
    let tcp = match stream {
        MaybeHttpsStream::Http(tcp) => tcp,
        MaybeHttpsStream::Https(tls) => tls.inner().get_ref().0.inner(),
    };
    SockRef::from(tcp.inner()).try_clone()
}
