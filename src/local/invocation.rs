//! One event on its way to an instance, with the place where its answer goes.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::answer::{Answer, FunctionError, Outcome};

#[derive(Debug)]
pub(super) struct Invocation {
    pub request_id: String,
    pub payload: Bytes,
    pub function_arn: String,
    pub executed_version: String,
    pub trace_id: String,
    pub reply: oneshot::Sender<Answer>,
}

impl Invocation {
    pub fn fail(self, error: impl FnOnce(&str) -> FunctionError) {
        let outcome = Outcome::Failed(error(&self.request_id));
        let Self { request_id, executed_version, reply, .. } = self;
        // The caller may have gone.
        drop(reply.send(Answer { request_id, executed_version, outcome }));
    }
}
