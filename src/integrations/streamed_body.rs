//! A target's response, passed on piece by piece as it comes, until the Lambda's own time is over.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::BodyDataStream;
use tokio::time::{Instant, timeout_at};

use crate::message::{Body, BoxError};

/// Streams `incoming`. A target that breaks off, or is not done by `deadline`, ends the stream with an error,
/// so that the client sees that something is missing.
///
/// There is no other limit: a target may be silent for as long as the Lambda lives, as server-sent events
/// often are.
pub fn bounded<B>(incoming: B, deadline: Instant) -> Body
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    if incoming.is_end_stream() {
        return Body::empty();
    }
    let pieces = stream::unfold(Some(BodyDataStream::new(incoming)), move |state| async move {
        let mut pieces = state?;
        match timeout_at(deadline, pieces.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(pieces))),
            Ok(Some(Err(error))) => Some((Err(error.into()), None)),
            Err(_) => Some((Err(late()), None)),
        }
    });
    Body::Stream(pieces.boxed())
}

fn late() -> BoxError {
    "the target was not done when the Lambda's time was over".into()
}
