//! A body that is copied while it goes out.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use http::HeaderName;

use crate::message::{Body, BoxError, ByteStream, Response};

const REMAPPED_CONTENT_LENGTH: HeaderName = HeaderName::from_static("x-amzn-remapped-content-length");

/// The outcome of copying a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Copied {
    Whole(Bytes),
    TooLong,
    /// It broke off, or the client has gone.
    Broken,
}

/// The length of the body, where that is known before it has come.
pub(super) fn known_length(response: &Response) -> Option<usize> {
    let said = || response.headers().get(REMAPPED_CONTENT_LENGTH)?.to_str().ok()?.parse().ok();
    response.body().len().or_else(said)
}

/// Reads a body that no client reads: it is stored when its last byte has gone by.
pub(super) async fn read_out(mut body: Body) {
    while let Some(Ok(_)) = body.next().await {}
}

/// Calls `done` when the last byte has gone out, or as soon as it is clear that there will be no copy.
pub(super) fn tee(stream: ByteStream, most: usize, done: impl FnOnce(Copied) + Send + 'static) -> Body {
    let copy = BytesMut::new();
    Body::Stream(Box::pin(Tee { stream, most, copy, done: Some(Box::new(done)) }))
}

struct Tee {
    stream: ByteStream,
    most: usize,
    /// The bytes that have gone out.
    copy: BytesMut,
    done: Option<Box<dyn FnOnce(Copied) + Send>>,
}

impl Tee {
    fn finish(&mut self, copied: Copied) {
        if let Some(done) = self.done.take() {
            done(copied);
        }
    }
}

impl Stream for Tee {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.stream.as_mut().poll_next(context);
        match &polled {
            Poll::Ready(Some(Ok(bytes))) if self.done.is_some() => {
                if self.copy.len() + bytes.len() <= self.most {
                    self.copy.extend_from_slice(bytes);
                } else {
                    self.copy = BytesMut::new();
                    self.finish(Copied::TooLong);
                }
            }
            Poll::Ready(Some(Err(_))) => self.finish(Copied::Broken),
            Poll::Ready(None) => {
                let copy = std::mem::take(&mut self.copy).freeze();
                self.finish(Copied::Whole(copy));
            }
            Poll::Ready(Some(Ok(_))) | Poll::Pending => {}
        }
        polled
    }
}

/// The client has gone.
impl Drop for Tee {
    fn drop(&mut self) {
        self.finish(Copied::Broken);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::stream;

    use super::*;

    async fn copied(body: ByteStream, pieces: usize) -> Vec<Copied> {
        let copies = Arc::new(Mutex::new(Vec::new()));
        let done = Arc::clone(&copies);
        let body = tee(body, 5, move |copied| done.lock().unwrap().push(copied));
        drop(body.take(pieces).collect::<Vec<_>>().await);
        Arc::into_inner(copies).unwrap().into_inner().unwrap()
    }

    fn stream(pieces: &[Result<&'static str, &'static str>]) -> ByteStream {
        let pieces: Vec<Result<Bytes, BoxError>> =
            pieces.iter().map(|piece| piece.map(Bytes::from).map_err(Into::into)).collect();
        stream::iter(pieces).boxed()
    }

    #[tokio::test]
    async fn only_a_whole_body_that_is_short_enough_is_copied() {
        let all = usize::MAX;
        let whole = |text: &'static str| Copied::Whole(text.into());
        let cases = [
            (stream(&[Ok("123"), Ok("45")]), all, whole("12345")),
            (stream(&[]), all, whole("")),
            (stream(&[Ok("123"), Ok("456"), Ok("7")]), all, Copied::TooLong),
            (stream(&[Ok("123"), Err("broken")]), all, Copied::Broken),
            (stream(&[Ok("123"), Ok("45")]), 1, Copied::Broken),
        ];
        for (index, (body, pieces, expected)) in cases.into_iter().enumerate() {
            assert_eq!(copied(body, pieces).await, [expected], "case {index}");
        }
    }
}
