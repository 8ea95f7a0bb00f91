//! A target's response, passed on piece by piece as it comes, until the Lambda's own time is over.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::BodyDataStream;
use tokio::time::{Instant, timeout_at};

use crate::message::{Body, BoxError};

/// The limits of a stream's time.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    deadline: Instant,
    /// Between two pieces.
    longest_silence: Duration,
}

impl StreamLimits {
    /// The whole must be done by `deadline`. A stream that brings nothing for five minutes has ended, as API Gateway has it.
    pub fn until(deadline: Instant) -> Self {
        Self { deadline, longest_silence: Duration::from_secs(300) }
    }

    /// The next piece of a stream, waited for within the limits.
    ///
    /// # Errors
    ///
    /// It does not come.
    pub async fn next<T>(self, piece: impl Future<Output = T>) -> Result<T, BoxError> {
        let now = Instant::now();
        let by = now.checked_add(self.longest_silence).map_or(self.deadline, |by| by.min(self.deadline));
        timeout_at(by, piece).await.map_err(|_| match by < self.deadline {
            true => "the target was silent for too long".into(),
            false => "the target was not done when the Lambda's time was over".into(),
        })
    }
}

/// Streams `incoming`. A target that breaks off, is silent for five minutes, or is not done by `deadline`, ends the stream
/// with an error, so that the client sees that something is missing.
pub fn bounded<B>(incoming: B, deadline: Instant) -> Body
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    limited(incoming, StreamLimits::until(deadline))
}

fn limited<B>(incoming: B, limits: StreamLimits) -> Body
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    if incoming.is_end_stream() {
        return Body::empty();
    }
    let pieces = stream::unfold(Some(BodyDataStream::new(incoming)), move |state| async move {
        let mut pieces = state?;
        match limits.next(pieces.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(pieces))),
            Ok(Some(Err(error))) => Some((Err(error.into()), None)),
            Err(late) => Some((Err(late), None)),
        }
    });
    Body::Stream(pieces.boxed())
}

#[cfg(test)]
mod tests {
    use http_body_util::StreamBody;

    use super::*;

    const BRIEF: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(3_600);

    /// Three pieces, each after such a silence.
    async fn end_of(silence: Duration, limits: StreamLimits) -> String {
        let pieces = stream::unfold(0, move |sent| async move {
            tokio::time::sleep(silence).await;
            let piece = Ok::<_, BoxError>(http_body::Frame::data(Bytes::from_static(b"piece")));
            (sent < 3).then_some((piece, sent + 1))
        });
        let Body::Stream(mut body) = limited(StreamBody::new(Box::pin(pieces)), limits) else {
            panic!("a stream")
        };
        let mut seen = String::new();
        while let Some(piece) = body.next().await {
            seen += &piece.map_or_else(|error| error.to_string(), |_| "piece ".to_owned());
        }
        seen
    }

    #[tokio::test]
    async fn a_stream_that_is_silent_for_too_long_or_not_done_in_time_ends_with_the_reason() {
        let by = |wait| Instant::now() + wait;
        let cases = [
            (Duration::ZERO, LONG, LONG, "piece piece piece "),
            (LONG, BRIEF, LONG, "the target was silent for too long"),
            (LONG, LONG, BRIEF, "the target was not done when the Lambda's time was over"),
        ];
        for (silence, longest_silence, wait, expected) in cases {
            let limits = StreamLimits { deadline: by(wait), longest_silence };
            assert_eq!(end_of(silence, limits).await, expected);
        }
    }
}
