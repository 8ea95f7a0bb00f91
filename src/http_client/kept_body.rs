//! The body of a response, which leaves its connection for the next request.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::{connection::Connection, idle_connections::IdleConnections};
use crate::message::BoxError;

/// The most bytes of an answer that is read as a whole: Lambda's have 6 MB and what is around them, DynamoDB's 1 MB of
/// items, whose JSON may be longer.
pub const MOST_ANSWER_BYTES: usize = 16 << 20;

/// The most bytes that are reserved because a server says that they will come: a bit more than Lambda's longest payload.
const MOST_RESERVED: u64 = 8 << 20;

/// The reason why a body is not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    BrokeOff(#[from] hyper::Error),
    #[error("an answer of more than {most} bytes")]
    TooLong { most: usize },
}

/// The body of a response. Read to its end, it leaves its connection for the next request; dropped before, it closes it.
///
/// A server may say success before it has read the whole request. The body ends once that is written.
#[derive(Debug)]
pub struct KeptBody<B: Body + 'static> {
    incoming: Incoming,
    /// `None` once the connection is given back, or has ended.
    connection: Option<Box<Connection<B>>>,
    idle: Arc<IdleConnections<B>>,
    /// Of a request that was refused early, nobody reads the rest.
    is_success: bool,
}

impl<B: Body + 'static> KeptBody<B> {
    /// The response to a request on `connection`, which becomes one of `idle` again.
    pub(super) fn response(
        response: Response<Incoming>,
        connection: Box<Connection<B>>,
        idle: Arc<IdleConnections<B>>,
    ) -> Response<Self> {
        let is_success = response.status().is_success();
        response.map(|incoming| Self { incoming, connection: Some(connection), idle, is_success })
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
    /// The connection broke off, or the body has more than `most` bytes.
    pub async fn read(mut self, most: usize) -> Result<Bytes, ReadError> {
        let too_long = ReadError::TooLong { most };
        if self.incoming.size_hint().lower() > most as u64 {
            return Err(too_long);
        }
        let read = self.read_beyond(most).await?;
        if read.len() > most { Err(too_long) } else { Ok(read) }
    }

    /// The whole body, or the first `most` bytes of a longer one.
    ///
    /// # Errors
    ///
    /// The connection broke off.
    pub async fn read_start(mut self, most: usize) -> Result<Bytes, hyper::Error> {
        let mut read = self.read_beyond(most).await?;
        read.truncate(most);
        Ok(read)
    }

    /// The body to its end, or up to the piece that makes it more than `most` bytes.
    async fn read_beyond(&mut self, most: usize) -> Result<Bytes, hyper::Error> {
        // Most bodies come in one piece, which is not copied.
        let Some(first) = self.next().await? else { return Ok(Bytes::new()) };
        if first.len() > most {
            return Ok(first);
        }
        let Some(second) = self.next().await? else { return Ok(first) };
        let rest = self.incoming.size_hint().lower().min(MOST_RESERVED) as usize;
        let mut whole = Vec::with_capacity(first.len() + second.len() + rest);
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&second);
        while whole.len() <= most
            && let Some(piece) = self.next().await?
        {
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
                self.idle.put(connection);
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
