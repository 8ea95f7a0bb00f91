//! A stream in a content coding: each piece goes on when it comes, so that server-sent events stay live.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_util::Stream;

use crate::{
    content_coding::Encoder,
    message::{BoxError, ByteStream},
};

pub struct CompressedStream {
    pieces: ByteStream,
    /// `None`: the end has been sent, or the stream has broken off.
    encoder: Option<Encoder>,
}

impl CompressedStream {
    pub fn new(pieces: ByteStream, encoder: Encoder) -> Self {
        Self { pieces, encoder: Some(encoder) }
    }
}

impl Stream for CompressedStream {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { pieces, encoder: state } = self.get_mut();
        loop {
            let Some(encoder) = state else { return Poll::Ready(None) };
            let piece = match ready!(pieces.as_mut().poll_next(context)) {
                Some(Ok(bytes)) if bytes.is_empty() => continue,
                Some(Ok(bytes)) => encoder.piece(&bytes),
                // Without its end the client sees that it is not whole.
                Some(Err(error)) => {
                    *state = None;
                    return Poll::Ready(Some(Err(error)));
                }
                None => match state.take() {
                    Some(encoder) => encoder.finish().map(Bytes::from),
                    None => return Poll::Ready(None),
                },
            };
            return Poll::Ready(Some(piece.map_err(BoxError::from)));
        }
    }
}
