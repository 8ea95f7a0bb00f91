//! Authorizers of the types `TOKEN` and `REQUEST`: a Lambda function says who calls, and what the caller may do.
//!
//! A function is called once for each identity as long as its answer is kept; what a policy says of a request is decided
//! for each request.

mod answer;
mod answer_context;
mod answer_error;
mod answer_key;
mod explain;
mod function_answers;
mod function_calls;
mod identity_sources;
mod item;
mod shared_calls;
mod validation_expression;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use http::uri::PathAndQuery;

pub use self::{
    answer::{AnswerForm, FunctionAnswer},
    function_calls::FunctionCalls,
};
use self::{
    answer_key::{AnswerKey, CacheScope},
    identity_sources::{Identity, IdentitySources},
    validation_expression::ValidationExpression,
};
use super::method_arn::MethodArns;
#[cfg(feature = "cli")]
use crate::functions::FunctionName;
use crate::{
    caller::{FunctionPrincipal, Principal, PrincipalIdentity, TokenPlace},
    context::Context,
    digest::hex,
    error::{AuthorizerForm, GatewayError},
    functions::{AskedAuthorizer, event_v1, event_v2, token_event},
};

/// Asks a function who calls.
#[derive(Debug)]
pub struct FunctionAuthorizer {
    /// Its name in `authorizers`.
    id: Arc<str>,
    #[cfg(feature = "cli")]
    function: FunctionName,
    /// Where the Invoke API has the function.
    path: PathAndQuery,
    /// The account of the function, where it is said.
    account: Option<Box<str>>,
    form: EventForm,
    sources: IdentitySources,
    token_places: Arc<[TokenPlace]>,
    /// Of `TOKEN`.
    expression: Option<ValidationExpression>,
    /// `None`: every request is asked about.
    kept: Option<KeptAnswers>,
    /// Of all that its items say.
    digest: [u8; 32],
}

/// The events that a function gets, and with them its answers.
#[derive(Clone, Copy, Debug)]
enum EventForm {
    Token,
    RequestV1,
    RequestV2(AnswerForm),
}

/// The answers that are kept.
#[derive(Clone, Copy, Debug)]
struct KeptAnswers {
    ttl: Duration,
    scope: CacheScope,
}

/// The caller whom a function has found, and its word on what the caller may do.
#[derive(Debug)]
pub struct FunctionWord {
    pub principal: Arc<Principal>,
    pub answer: Arc<FunctionAnswer>,
    /// The words in which a denial is told.
    pub form: AuthorizerForm,
    pub origin: FunctionOrigin,
}

/// The place of an authorizer's function, as far as a policy of the API must allow what it allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionOrigin {
    SameAccount,
    OtherAccount,
}

/// API Gateway's bound for the ARN of a method.
const MOST_ARN_BYTES: usize = 1_600;

impl FunctionAuthorizer {
    #[cfg(feature = "cli")]
    pub fn function(&self) -> &FunctionName {
        &self.function
    }

    /// Asks the function about a request, or remembers what it said.
    ///
    /// # Errors
    ///
    /// An identity source is missing, the function refuses, or it fails.
    pub async fn authorize(
        &self,
        context: &Context<'_>,
        calls: &FunctionCalls,
        arns: &MethodArns,
    ) -> Result<FunctionWord, GatewayError> {
        let identity = self.checked_identity(context)?;
        let arn = arns.of(context);
        if arn.len() > MOST_ARN_BYTES {
            return Err(GatewayError::UriTooLong { bytes: arn.len() });
        }
        let asked_at = calls.now();
        let call = async || {
            let event = self.event(context, &arn, &identity);
            calls.call(context, &self.path, event, self.answer_form()).await
        };
        let answered = match &self.kept {
            None => calls.once(context, call()).await,
            Some(KeptAnswers { ttl, scope }) => {
                let key = AnswerKey::new(&self.digest, *scope, &identity, context);
                calls.shared(context, key, *ttl, call()).await
            }
        };
        let answer = answered.map_err(|fault| fault.refusal(self.refusal_form()))?;
        let principal = FunctionPrincipal {
            identity: self.principal_identity(&answer, &identity),
            id: answer.principal_id.clone(),
            context: Arc::clone(&answer.context),
            usage_identifier_key: answer.usage_identifier_key.as_ref().map(|key| key.reveal().to_owned()),
            latency_ms: calls.milliseconds_since(asked_at),
            places: Arc::clone(&self.token_places),
        };
        let principal = Arc::new(Principal::Function(principal));
        Ok(FunctionWord { principal, answer, form: self.refusal_form(), origin: self.origin(context) })
    }

    fn origin(&self, context: &Context<'_>) -> FunctionOrigin {
        match self.account.as_deref() {
            Some(account) if account != context.request.origin.account_id => FunctionOrigin::OtherAccount,
            Some(_) | None => FunctionOrigin::SameAccount,
        }
    }

    /// The values that tell who calls, of a request about which the function may be asked.
    fn checked_identity<'a>(&self, context: &Context<'a>) -> Result<Identity<'a>, GatewayError> {
        let unauthorized = |reason: String| GatewayError::Unauthorized(reason.into());
        let identity = self.sources.identity(context).map_err(|missing| unauthorized(missing.to_string()))?;
        if let Some(expression) = &self.expression
            && !identity.texts().all(|text| expression.matches(text))
        {
            return Err(unauthorized("the token does not fit identityValidationExpression".to_owned()));
        }
        Ok(identity)
    }

    /// The refusal where functions are not called.
    pub fn nobody_is_called(&self) -> GatewayError {
        let source = "no function is called here".into();
        GatewayError::AuthorizerFailure { form: self.refusal_form(), source }
    }

    fn event(&self, context: &Context<'_>, arn: &str, identity: &Identity<'_>) -> Vec<u8> {
        let texts: Vec<&str> = identity.texts().collect();
        let asked = AskedAuthorizer { arn, identity: &texts };
        match self.form {
            EventForm::Token => token_event(&asked),
            EventForm::RequestV1 => event_v1::authorizer_event(context, &asked),
            EventForm::RequestV2(_) => event_v2::authorizer_event(context, &asked),
        }
    }

    fn principal_identity(&self, answer: &FunctionAnswer, identity: &Identity<'_>) -> PrincipalIdentity {
        match &answer.principal_id {
            Some(id) => PrincipalIdentity::of_principal_id(&self.id, id),
            None => PrincipalIdentity::of_identity_sources(&self.id, &hex(&identity.digest())),
        }
    }

    fn answer_form(&self) -> AnswerForm {
        match self.form {
            EventForm::Token | EventForm::RequestV1 => AnswerForm::RestPolicy,
            EventForm::RequestV2(form) => form,
        }
    }

    fn refusal_form(&self) -> AuthorizerForm {
        match self.answer_form() {
            AnswerForm::RestPolicy | AnswerForm::HttpPolicy => AuthorizerForm::Rest,
            AnswerForm::Simple => AuthorizerForm::Http,
        }
    }
}
