//! A target's response, passed on piece by piece as it comes, until the Lambda's own time is over.

use futures_util::{StreamExt, stream};
use http_body::Body as _;
use http_body_util::BodyDataStream;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use crate::message::{Body, BoxError};

/// Streams `incoming`. A target that breaks off, or is not done by `deadline`, ends the stream with an error,
/// so that the client sees that something is missing.
///
/// There is no other limit: a target may be silent for as long as the Lambda lives, as server-sent events
/// often are.
pub fn bounded(incoming: Incoming, deadline: Instant) -> Body {
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
