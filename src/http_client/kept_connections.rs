//! Kept connections to one server, each driven by the task that uses it.
//!
//! No task stands between a request and its connection: what a call writes and reads is done in the caller's own poll.

use std::{sync::Arc, time::Duration};

use http::{Request, Response, Uri};
use http_body::Body;

use super::{
    POOL_IDLE,
    connection::{Connection, ExchangeError},
    connector::Connector,
    idle_connections::IdleConnections,
    kept_body::KeptBody,
};
use crate::message::BoxError;

/// The connections to one server, whose requests have bodies of type `B`.
#[derive(Debug)]
pub struct KeptConnections<B: Body + 'static> {
    server: Uri,
    connector: Connector,
    idle: Arc<IdleConnections<B>>,
}

/// The reason why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Not a byte of the request was written.
    #[error("not connected")]
    NotSent(#[source] BoxError),
    /// The server may have the request.
    #[error("the connection broke off")]
    BrokeOff(#[source] hyper::Error),
}

impl<B> KeptConnections<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// To the server of a URI with scheme and host. Nothing is connected to yet.
    pub fn new(server: Uri) -> Self {
        Self::trusting(server, Duration::ZERO)
    }

    /// The same to a server that closes no connection which was idle for less than this: none of those is looked at.
    pub fn trusting(server: Uri, look_after: Duration) -> Self {
        let idle = Arc::new(IdleConnections::new(POOL_IDLE, look_after));
        Self { server, connector: Connector::default(), idle }
    }

    /// The same, which gives up what was idle for so long.
    #[cfg(test)]
    pub fn idle_limit(mut self, limit: Duration) -> Self {
        self.idle = Arc::new(IdleConnections::new(limit, Duration::ZERO));
        self
    }

    /// Sends a request in origin form (`/path?query`, with a `Host` header) and waits for the head of the response.
    ///
    /// It is written to another connection only where not a byte of it was written to the one before. Where a kept one
    /// breaks off, the others are given up: they are as dead, most likely.
    ///
    /// # Errors
    ///
    /// It could not be connected to, or the connection broke off.
    pub async fn send(&self, mut request: Request<B>) -> Result<Response<KeptBody<B>>, SendError> {
        while let Some(connection) = self.idle.take() {
            match self.exchange(connection, request).await {
                Err(ExchangeError::Unsent { request: unsent, .. }) => request = *unsent,
                Err(ExchangeError::BrokeOff(error)) => {
                    self.give_up_kept();
                    return Err(SendError::BrokeOff(error));
                }
                Ok(response) => return Ok(response),
            }
        }
        // Boxed: it is rare, and else every call would be a future with room for it.
        let connected = Box::pin(self.connector.connect(&self.server)).await;
        let connection = Box::new(connected.map_err(SendError::NotSent)?);
        self.exchange(connection, request).await.map_err(|error| match error {
            ExchangeError::Unsent { cause, .. } => SendError::NotSent(cause.into()),
            ExchangeError::BrokeOff(error) => SendError::BrokeOff(error),
        })
    }

    /// Gives up all kept connections: what is wrong with one of them is with all, most likely.
    pub fn give_up_kept(&self) {
        self.idle.clear();
    }

    async fn exchange(
        &self,
        mut connection: Box<Connection<B>>,
        request: Request<B>,
    ) -> Result<Response<KeptBody<B>>, ExchangeError<B>> {
        let response = connection.exchange(request).await?;
        Ok(KeptBody::response(response, connection, Arc::clone(&self.idle)))
    }
}
