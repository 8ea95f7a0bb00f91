//! The calls of authorizers' functions, and what an instance remembers of them.
//!
//! A call is made once: nothing is tried again. It is over after 10 seconds, or with the Lambda's own time.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::{StatusCode, uri::PathAndQuery};
use tokio::time::Instant;

use super::{
    answer::{AnswerForm, FunctionAnswer},
    answer_error::AnswerError,
    answer_key::AnswerKey,
    function_answers::FunctionAnswers,
};
use crate::{
    aws::{ServiceClient, call::CallError, request_id::EndpointRequestId},
    clock::{self, Clock},
    context::Context,
    error::{AuthorizerForm, GatewayError},
    functions::function_call::{self, FunctionCall, FunctionCallError},
    wait::within,
};

/// The connections to functions, and their last answers.
#[derive(Debug)]
pub struct FunctionCalls {
    lambda: ServiceClient,
    clock: Clock,
    answers: FunctionAnswers<AuthorizerFault>,
}

/// The reason why a function has no word on a request.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizerFault {
    #[error(transparent)]
    Call(#[from] FunctionCallError),
    #[error("a malformed answer: {0}")]
    Answer(#[from] AnswerError),
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
}

/// API Gateway's.
const LONGEST_CALL: Duration = Duration::from_secs(10);
/// A call that takes too long ends before the wait for it, so that all who wait share the failure: else each of them would
/// call a function that hangs, one after the other.
const TO_TELL_OTHERS: Duration = Duration::from_millis(50);

impl FunctionCalls {
    /// Calls functions by `lambda`.
    pub fn new(lambda: ServiceClient, clock: Clock) -> Self {
        Self { lambda, clock, answers: FunctionAnswers::default() }
    }

    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Whole milliseconds since then.
    pub(super) fn milliseconds_since(&self, then: SystemTime) -> u64 {
        clock::ms(self.now().duration_since(then).unwrap_or_default())
    }

    /// Calls a function and reads its answer.
    pub(super) async fn call(
        &self,
        context: &Context<'_>,
        path: &PathAndQuery,
        event: Vec<u8>,
        form: AnswerForm,
    ) -> Result<FunctionAnswer, AuthorizerFault> {
        let trace_id = &context.request.origin.trace_id;
        let call = FunctionCall { path, event, trace_id, client_context: None };
        let payload = function_call::invoke(&self.lambda, call, &mut EndpointRequestId::default()).await?;
        Ok(FunctionAnswer::decode(&payload, form)?)
    }

    /// The answer of a call that is nobody else's.
    pub(super) async fn once(
        &self,
        context: &Context<'_>,
        call: impl Future<Output = Result<FunctionAnswer, AuthorizerFault>>,
    ) -> Result<Arc<FunctionAnswer>, Arc<AuthorizerFault>> {
        let limit = limit(context);
        let answer = within(limit, call).await.unwrap_or(Err(AuthorizerFault::TimedOut(limit)));
        answer.map(Arc::new).map_err(Arc::new)
    }

    /// The answer that is kept under `key`, or that of a call that all who want it share.
    pub(super) async fn shared(
        &self,
        context: &Context<'_>,
        key: AnswerKey,
        ttl: Duration,
        call: impl Future<Output = Result<FunctionAnswer, AuthorizerFault>>,
    ) -> Result<Arc<FunctionAnswer>, Arc<AuthorizerFault>> {
        let limit = limit(context);
        let ends_at = Instant::now() + limit;
        let call = async {
            // Who has waited for another has less time.
            let left = ends_at.saturating_duration_since(Instant::now());
            within(left, call).await.unwrap_or(Err(AuthorizerFault::TimedOut(limit)))
        };
        let answer = self.answers.get_or_call(key, ttl, context.request.received_at, call);
        let late = || Err(Arc::new(AuthorizerFault::TimedOut(limit)));
        within(limit + TO_TELL_OTHERS, answer).await.unwrap_or_else(late)
    }
}

impl AuthorizerFault {
    /// What a client is told, in the words of `form`.
    pub(super) fn refusal(self: Arc<Self>, form: AuthorizerForm) -> GatewayError {
        match &*self {
            Self::Call(FunctionCallError::Failed(failure)) if failure.is_unauthorized => {
                GatewayError::Unauthorized("the authorizer's function says so".into())
            }
            Self::Answer(_) => GatewayError::AuthorizerMisconfigured { form, source: self.into() },
            Self::Call(FunctionCallError::Call(CallError::Refused(refused)))
                if [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&refused.status) =>
            {
                GatewayError::AuthorizerMisconfigured { form, source: self.into() }
            }
            Self::Call(_) | Self::TimedOut(_) => {
                GatewayError::AuthorizerFailure { form, source: self.into() }
            }
        }
    }
}

fn limit(context: &Context<'_>) -> Duration {
    LONGEST_CALL.min(context.time_left())
}
