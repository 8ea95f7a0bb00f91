//! One HTTP/1.1 connection, which does its work only while it is polled.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::poll_fn;
use http::{Request, Response};
use http_body::Body;
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use socket2::Socket;

use super::{connector::Stream, quiet_waker::QuietWaker};
use crate::message::BoxError;

/// A connection between two requests, or while one is under way.
#[derive(Debug)]
pub struct Connection<B: Body + 'static> {
    sender: SendRequest<B>,
    /// `None` once it has ended. Boxed: with TLS it is large, and it moves from the pool into every call and back.
    io: Option<Box<http1::Connection<Stream, B>>>,
    /// The same socket, to be looked at while nobody reads.
    socket: Socket,
    waker: Arc<QuietWaker>,
}

/// The reason why a connection gave no response.
#[derive(Debug)]
pub enum ExchangeError<B> {
    /// Not a byte was written; here it is again.
    Unsent {
        request: Box<Request<B>>,
        cause: hyper::Error,
    },
    BrokeOff(hyper::Error),
}

impl<B> Connection<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    pub async fn new(stream: Stream, socket: Socket) -> Result<Self, hyper::Error> {
        let (sender, io) = http1::handshake(stream).await?;
        Ok(Self { sender, io: Some(Box::new(io)), socket, waker: Arc::default() })
    }

    /// Sends a request and waits for the head of its response.
    pub async fn exchange(&mut self, request: Request<B>) -> Result<Response<Incoming>, ExchangeError<B>> {
        let (sender, io, waker) = (&mut self.sender, &mut self.io, &self.waker);
        let mut response = pin!(async move { sender.try_send_request(request).await });
        let mut is_sent = false;
        let response = poll_fn(|context| {
            if !is_sent {
                is_sent = true;
                // It wakes the connection, which is polled next in any case.
                if let Poll::Ready(unsent) =
                    waker.poll_once(context, |context| response.as_mut().poll(context))
                {
                    return Poll::Ready(unsent);
                }
            }
            waker.poll(context, |context| {
                // The connection wakes the response only while it is polled itself.
                if io.as_mut().is_some_and(|io| pin!(io).poll(context).is_ready()) {
                    // A request that it has not taken up is given back when it is dropped, and not before.
                    *io = None;
                }
                response.as_mut().poll(context)
            })
        });
        response.await.map_err(|mut error| match error.take_message() {
            Some(request) => ExchangeError::Unsent { request: Box::new(request), cause: error.into_error() },
            None => ExchangeError::BrokeOff(error.into_error()),
        })
    }

    /// The waker of those who wait for what the connection reads.
    pub fn waker(&self) -> Arc<QuietWaker> {
        Arc::clone(&self.waker)
    }

    /// Reads and writes what there is; ready once the connection has ended.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), hyper::Error>> {
        self.io.as_mut().map_or(Poll::Ready(Ok(())), |io| pin!(io).poll(context))
    }

    /// Says if it takes another request.
    pub fn is_ready(&self) -> bool {
        self.sender.is_ready()
    }

    /// Says if the server has neither closed nor written anything, which it may not while it is asked nothing.
    ///
    /// One system call: what happened during a freeze nobody has heard of yet.
    pub fn is_open(&self) -> bool {
        let mut byte = [std::mem::MaybeUninit::uninit()];
        let looked = self.socket.peek(&mut byte);
        looked.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }
}
