//! One event with the channel for its result: queued for an instance, then running on it.

use bytes::Bytes;
use tokio::{
    sync::{mpsc, oneshot},
    task::AbortHandle,
};

use super::invoke_result::{FunctionError, InvokeOutcome, InvokeResult};

/// No instance works on it yet.
#[derive(Debug)]
pub(super) struct QueuedInvocation {
    pub request_id: String,
    pub payload: Bytes,
    pub function_arn: String,
    pub executed_version: String,
    pub trace_id: String,
    pub reply: oneshot::Sender<InvokeResult>,
}

impl QueuedInvocation {
    pub fn fail(self, error: impl FnOnce(&str) -> FunctionError) {
        let outcome = InvokeOutcome::Failed(error(&self.request_id));
        let Self { request_id, executed_version, reply, .. } = self;
        // The caller may have gone.
        drop(reply.send(InvokeResult { request_id, executed_version, outcome }));
    }
}

/// The process works on it; answered once, and done when the process asks for the next.
pub(super) struct RunningInvocation {
    pub request_id: String,
    pub executed_version: String,
    pub reply: Option<oneshot::Sender<InvokeResult>>,
    pub stream: Option<mpsc::Sender<Result<Bytes, FunctionError>>>,
    pub deadline: AbortHandle,
}

impl Drop for RunningInvocation {
    fn drop(&mut self) {
        self.deadline.abort();
    }
}

impl RunningInvocation {
    pub fn send(&mut self, outcome: InvokeOutcome) {
        if let Some(reply) = self.reply.take() {
            let (request_id, executed_version) = (self.request_id.clone(), self.executed_version.clone());
            // The caller may have gone.
            drop(reply.send(InvokeResult { request_id, executed_version, outcome }));
        }
    }

    /// Fails what the caller has not yet got: the response, or the rest of its stream.
    pub fn fail(mut self, error: FunctionError) {
        if let Some(stream) = self.stream.take() {
            tokio::spawn(async move { drop(stream.send(Err(error)).await) });
        } else {
            self.send(InvokeOutcome::Failed(error));
        }
    }
}
