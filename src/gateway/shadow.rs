//! Copies of requests for the shadows of routes: made when a request is let through, sent when its answer has gone out.

use std::{
    mem,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::FuturesUnordered};

use super::{Gateway, locate::Location};
use crate::{
    clock::ms,
    deployment::Route,
    integrations::http::HttpTargets,
    message::{Body, BoxError, ByteStream, Response},
    shadow::{BodySum, ShadowCopy, SumOfPieces},
};

/// Copies that are sent at once. With one request at a time there is one; with many, each of them is followed by a turn
/// to send, and what one leaves the next one takes.
const MOST_AT_ONCE: usize = 8;

/// The copies whose answers have gone out.
#[derive(Debug, Default)]
pub(super) struct PendingShadows(Mutex<Vec<PendingShadow>>);

/// A copy, and the answer that its response is to be compared with.
struct PendingShadow {
    copy: Box<ShadowCopy>,
    answer: AnswerBody,
}

impl std::fmt::Debug for PendingShadow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PendingShadow").field(&self.copy).finish()
    }
}

/// The body of a client's answer.
enum AnswerBody {
    /// Its digest is taken when the answer has gone out.
    Whole(Box<SumOfPieces>, Bytes),
    /// Its digest was taken on the way.
    Streamed(BodySum),
    BrokeOff,
}

impl PendingShadows {
    fn push(&self, pending: PendingShadow) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(pending);
    }

    /// The oldest.
    fn take(&self) -> Vec<PendingShadow> {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = pending.len().min(MOST_AT_ONCE);
        pending.drain(..count).collect()
    }
}

impl Gateway {
    /// The copy of a request that was let through, if its route has a shadow and the request is drawn.
    pub(super) fn shadow_copy(&self, route: &Route, location: &Location<'_>) -> Option<Box<ShadowCopy>> {
        let shadow = route.shadow.as_deref()?;
        match self.clients.http {
            HttpTargets::AsWritten => {}
            // Nobody else is asked.
            #[cfg(feature = "local")]
            HttpTargets::StandIn(..) => return None,
        }
        shadow.copy(&location.context(), || self.draws.draw()).map(Box::new)
    }

    /// Leaves it to [`Gateway::drain`] to send the copy and to compare its response with this one.
    pub(super) fn shadow_later(&self, mut copy: Box<ShadowCopy>, response: Response) -> Response {
        copy.line.answered(response.status());
        let sum = SumOfPieces::new(response.headers());
        let pending = Arc::clone(&self.shadows);
        response.map(|body| match body {
            Body::Whole(bytes) => {
                pending.push(PendingShadow { copy, answer: AnswerBody::Whole(Box::new(sum), bytes.clone()) });
                Body::Whole(bytes)
            }
            Body::Stream(stream) => Body::Stream(Box::pin(ShadowedBody {
                stream,
                sum: Some(sum),
                answer: AnswerBody::BrokeOff,
                copy: Some(copy),
                pending,
            })),
        })
    }

    /// Sends what is pending, all at once.
    pub(super) async fn send_shadows(&self) {
        let pending = self.shadows.take();
        let mut sent: FuturesUnordered<_> = pending.into_iter().map(|it| self.send_shadow(it)).collect();
        while sent.next().await.is_some() {}
    }

    async fn send_shadow(&self, PendingShadow { copy, answer }: PendingShadow) {
        let answer = match answer {
            AnswerBody::Whole(mut sum, bytes) => {
                sum.add(&bytes);
                sum.finish()
            }
            AnswerBody::Streamed(sum) => sum,
            AnswerBody::BrokeOff => {
                return self.sink.write_line(&copy.line.not_compared("the answer was not whole"));
            }
        };
        let sent_at = self.clock.now();
        let line = copy.line.clone();
        let response = copy.send(&self.clients.http, sent_at).await;
        let latency = self.clock.now().duration_since(sent_at).unwrap_or_default();
        self.sink.write_line(&line.compared(&answer, response, ms(latency)));
    }
}

/// A streamed body whose digest is taken on its way to the client.
struct ShadowedBody {
    stream: ByteStream,
    /// `None` once it is finished.
    sum: Option<SumOfPieces>,
    answer: AnswerBody,
    copy: Option<Box<ShadowCopy>>,
    pending: Arc<PendingShadows>,
}

impl Stream for ShadowedBody {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.stream.as_mut().poll_next(context);
        match &polled {
            Poll::Ready(Some(Ok(bytes))) => self.sum.iter_mut().for_each(|sum| sum.add(bytes)),
            Poll::Ready(Some(Err(_))) => self.sum = None,
            Poll::Ready(None) => {
                if let Some(sum) = self.sum.take() {
                    self.answer = AnswerBody::Streamed(sum.finish());
                }
            }
            Poll::Pending => {}
        }
        polled
    }
}

impl Drop for ShadowedBody {
    fn drop(&mut self) {
        if let Some(copy) = self.copy.take() {
            let answer = mem::replace(&mut self.answer, AnswerBody::BrokeOff);
            self.pending.push(PendingShadow { copy, answer });
        }
    }
}
