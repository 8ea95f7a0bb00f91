//! Kept connections to one server, each driven by the task that uses it.
//!
//! No task stands between a request and its connection: what a call writes and reads is done in the caller's own poll.
//! A kept connection is looked at before it is used, so that one that died while the process was frozen is never
//! written to.

use std::{
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::Instant;

use super::{
    POOL_IDLE,
    connection::{Connection, ExchangeError},
    connector::Connector,
};
use crate::message::BoxError;

/// More than the calls that one instance makes at once.
const MOST_KEPT: usize = 16;

/// The most bytes that are reserved because a server says that they will come: a bit more than Lambda's longest payload.
const MOST_RESERVED: u64 = 8 << 20;

/// The connections to one server, whose requests have bodies of type `B`.
#[derive(Debug)]
pub struct KeptConnections<B: Body + 'static> {
    server: Uri,
    connector: Connector,
    kept: Arc<Kept<B>>,
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

/// The body of a response. Read to its end, it leaves its connection for the next request; dropped before, it closes it.
///
/// A server may say success before it has read the whole request. The body ends once that is written.
#[derive(Debug)]
pub struct KeptBody<B: Body + 'static> {
    incoming: Incoming,
    /// `None` once the connection is given back, or has ended.
    connection: Option<Box<Connection<B>>>,
    kept: Arc<Kept<B>>,
    /// Of a request that was refused early, nobody reads the rest.
    is_success: bool,
}

#[derive(Debug)]
struct Kept<B: Body + 'static> {
    idle: Mutex<Vec<IdleConnection<B>>>,
    /// A connection that was idle for so long is given up.
    idle_limit: Duration,
    /// One that was idle for so long is looked at before it is used.
    look_after: Duration,
}

#[derive(Debug)]
struct IdleConnection<B: Body + 'static> {
    /// Boxed, as everywhere: it is kilobytes, and handed on with every request.
    connection: Box<Connection<B>>,
    since: Instant,
}

impl<B> KeptConnections<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// To the server of a URI with scheme and host. Nothing is connected to yet.
    pub fn new(server: Uri) -> Self {
        let kept = Kept { idle: Mutex::default(), idle_limit: POOL_IDLE, look_after: Duration::ZERO };
        Self { server, connector: Connector::default(), kept: Arc::new(kept) }
    }

    /// The same to a server that closes no connection which was idle for less than this: none of those is looked at.
    pub fn trusting(server: Uri, look_after: Duration) -> Self {
        let kept = Kept { idle: Mutex::default(), idle_limit: POOL_IDLE, look_after };
        Self { kept: Arc::new(kept), ..Self::new(server) }
    }

    /// The same, which gives up what was idle for so long.
    #[cfg(test)]
    pub fn idle_limit(mut self, limit: Duration) -> Self {
        self.kept = Arc::new(Kept { idle: Mutex::default(), idle_limit: limit, look_after: Duration::ZERO });
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
        while let Some(connection) = self.kept.take() {
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
        self.kept.clear();
    }

    async fn exchange(
        &self,
        mut connection: Box<Connection<B>>,
        request: Request<B>,
    ) -> Result<Response<KeptBody<B>>, ExchangeError<B>> {
        let response = connection.exchange(request).await?;
        let is_success = response.status().is_success();
        let kept = Arc::clone(&self.kept);
        Ok(response.map(|incoming| KeptBody { incoming, connection: Some(connection), kept, is_success }))
    }
}

impl<B: Body + 'static> Kept<B> {
    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<IdleConnection<B>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clear(&self) {
        let given_up = std::mem::take(&mut *self.locked());
        drop(given_up);
    }

    fn put(&self, connection: Box<Connection<B>>) {
        let since = Instant::now();
        let mut kept = self.locked();
        // The oldest are first. `take` finds only those that are needed.
        let too_old = kept.iter().take_while(|idle| since - idle.since >= self.idle_limit).count();
        kept.drain(..too_old);
        if kept.len() < MOST_KEPT {
            kept.push(IdleConnection { connection, since });
        }
    }
}

impl<B> Kept<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// The connection that was used last, if it is still good.
    fn take(&self) -> Option<Box<Connection<B>>> {
        loop {
            let IdleConnection { connection, since } = self.locked().pop()?;
            let idle = since.elapsed();
            if idle < self.idle_limit && (idle < self.look_after || connection.is_open()) {
                return Some(connection);
            }
        }
    }
}

impl<B> KeptBody<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// The whole body.
    ///
    /// # Errors
    ///
    /// The connection broke off.
    pub async fn read(mut self) -> Result<Bytes, hyper::Error> {
        // Most bodies come in one piece, which is not copied.
        let Some(first) = self.next().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.next().await? else { return Ok(first) };
        let rest = self.incoming.size_hint().lower().min(MOST_RESERVED) as usize;
        let mut whole = Vec::with_capacity(first.len() + second.len() + rest);
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&second);
        while let Some(piece) = self.next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }

    async fn next(&mut self) -> Result<Option<Bytes>, hyper::Error> {
        loop {
            match self.frame().await.transpose()? {
                None => return Ok(None),
                Some(frame) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(connection) = &mut self.connection else {
            return pin!(&mut self.incoming).poll_frame(context);
        };
        if let Poll::Ready(frame) = pin!(&mut self.incoming).poll_frame(context) {
            return Poll::Ready(frame);
        }
        if connection.poll(context).is_ready() {
            self.connection = None;
        }
        // What the connection has read by this poll is in the body now.
        pin!(&mut self.incoming).poll_frame(context)
    }

    fn poll_to_end(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(self.poll_data(context));
        let has_ended = frame.is_none() || self.incoming.is_end_stream();
        if has_ended
            && let Some(mut connection) = self.connection.take()
            && connection.poll(context).is_pending()
        {
            if connection.is_ready() {
                self.kept.put(connection);
            } else if self.is_success {
                self.connection = Some(connection);
                if frame.is_none() {
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(frame)
    }
}

impl<B> Body for KeptBody<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.connection.as_ref().map(|connection| connection.waker()) {
            Some(waker) => waker.poll(context, |context| self.poll_to_end(context)),
            None => self.poll_to_end(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
