//! The answer of an authorizer's function: bytes → who calls, and what the caller may do.
//!
//! What is not just so is refused: an answer is used whole or not at all.

use std::{fmt, sync::Arc};

use serde_json::{Map, Value};

use super::{
    answer_context::{self, ContextValues},
    answer_error::AnswerError,
};
use crate::{
    caller::FunctionContext,
    item::WITHHELD,
    json,
    policy_document::{ConditionContext, Decision, PolicyDocument, PolicyKind},
};

/// A well-formed answer.
#[derive(Debug, PartialEq, Eq)]
pub struct FunctionAnswer {
    /// `principalId`. `None` where it is empty, and in simple answers, which have none.
    pub principal_id: Option<String>,
    pub verdict: Verdict,
    /// `context`, by names: of a REST API all texts.
    pub context: Arc<FunctionContext>,
    /// The API key for `apiKeySource: "AUTHORIZER"`.
    pub usage_identifier_key: Option<UsageIdentifierKey>,
    bytes: usize,
}

/// The function's word on the caller.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `isAuthorized`: true.
    Allow,
    /// `isAuthorized`: false.
    Deny,
    /// What is asked for decides, each time anew.
    Policy(PolicyDocument),
}

/// The form that answers of an authorizer have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerForm {
    /// A policy, by the rules of REST APIs: of `TOKEN`, and of `REQUEST` with payload format 1.0.
    RestPolicy,
    /// A policy, by the rules of HTTP APIs: of payload format 2.0.
    HttpPolicy,
    /// `isAuthorized`: of payload format 2.0 with `enableSimpleResponses`.
    Simple,
}

/// The value of an API key: a secret, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct UsageIdentifierKey(String);

/// A Lambda function may answer with six times as much; nobody's caller needs it.
pub(super) const MOST_BYTES: usize = 1 << 20;
/// Each takes some hundred bytes of memory.
pub(super) const MOST_VALUES: usize = 20_000;

const PRINCIPAL_ID: &str = "principalId";
const POLICY_DOCUMENT: &str = "policyDocument";
const IS_AUTHORIZED: &str = "isAuthorized";
const USAGE_IDENTIFIER_KEY: &str = "usageIdentifierKey";

impl FunctionAnswer {
    /// Reads an answer. Members that API Gateway does not know count for nothing.
    ///
    /// # Errors
    ///
    /// The first rule that the answer breaks.
    pub fn decode(json: &[u8], form: AnswerForm) -> Result<Self, AnswerError> {
        if json.len() > MOST_BYTES {
            return Err(AnswerError::TooLong);
        }
        let values = json::count_values(json);
        if values > MOST_VALUES {
            return Err(AnswerError::TooManyValues);
        }
        let answer = json::read_unambiguous(json).map_err(|error| AnswerError::of_json(&error))?;
        let Value::Object(mut answer) = answer else { return Err(AnswerError::not_an_object(&answer)) };
        let (principal_id, verdict) = match form {
            AnswerForm::Simple => (None, is_authorized(&answer)?),
            AnswerForm::RestPolicy | AnswerForm::HttpPolicy => (principal_id(&answer)?, policy(&answer)?),
        };
        let context_values = match form {
            AnswerForm::RestPolicy => ContextValues::Texts,
            AnswerForm::HttpPolicy | AnswerForm::Simple => ContextValues::Json,
        };
        let usage_identifier_key = usage_identifier_key(&answer)?;
        let context = answer_context::read(answer.remove(answer_context::NAME), context_values)?;
        let context = Arc::new(FunctionContext::new(context));
        Ok(Self { principal_id, verdict, context, usage_identifier_key, bytes: bytes(json.len(), values) })
    }

    /// What it says of a request that may be taken for each of these [resources](crate::policy_document::requested), of
    /// which the first has to be allowed.
    pub fn decide(
        &self,
        resources: impl IntoIterator<Item = impl AsRef<str>>,
        context: &ConditionContext<'_>,
    ) -> Decision<'_> {
        match &self.verdict {
            Verdict::Allow => Decision::Allow,
            Verdict::Deny => Decision::ExplicitDeny(IS_AUTHORIZED),
            Verdict::Policy(policy) => policy.evaluate_all(resources, context),
        }
    }

    /// True if it may say another thing of another address.
    pub fn asks_for_address(&self) -> bool {
        match &self.verdict {
            Verdict::Allow | Verdict::Deny => false,
            Verdict::Policy(policy) => policy.asks_for_address(),
        }
    }

    /// The memory that it takes, rather too much than too little.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl UsageIdentifierKey {
    /// The value itself, for the look-up of the key.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UsageIdentifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WITHHELD)
    }
}

fn is_authorized(answer: &Map<String, Value>) -> Result<Verdict, AnswerError> {
    match answer.get(IS_AUTHORIZED) {
        Some(Value::Bool(true)) => Ok(Verdict::Allow),
        Some(Value::Bool(false)) => Ok(Verdict::Deny),
        other => Err(AnswerError::member(IS_AUTHORIZED, other, "true or false, not as a text")),
    }
}

/// API Gateway takes a number for its text.
fn principal_id(answer: &Map<String, Value>) -> Result<Option<String>, AnswerError> {
    match answer.get(PRINCIPAL_ID) {
        Some(Value::String(id)) => Ok(Some(id.clone()).filter(|id| !id.is_empty())),
        Some(Value::Number(id)) => Ok(Some(id.to_string())),
        other => Err(AnswerError::member(PRINCIPAL_ID, other, "a text")),
    }
}

fn policy(answer: &Map<String, Value>) -> Result<Verdict, AnswerError> {
    match answer.get(POLICY_DOCUMENT) {
        Some(document @ Value::Object(_)) => PolicyDocument::parse(document, PolicyKind::IdentityBased)
            .map(Verdict::Policy)
            .map_err(|faults| AnswerError::of_policy(POLICY_DOCUMENT, &faults)),
        other => Err(AnswerError::member(POLICY_DOCUMENT, other, "a policy: an object with Statement")),
    }
}

fn usage_identifier_key(answer: &Map<String, Value>) -> Result<Option<UsageIdentifierKey>, AnswerError> {
    match answer.get(USAGE_IDENTIFIER_KEY) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(key)) => Ok(Some(UsageIdentifierKey(key.clone())).filter(|key| !key.0.is_empty())),
        other => Err(AnswerError::member(USAGE_IDENTIFIER_KEY, other, "a text: an API key")),
    }
}

/// Texts are kept once, those of wildcards as characters of four bytes.
fn bytes(length: usize, values: usize) -> usize {
    const OF_AN_ANSWER: usize = 400;
    const OF_A_VALUE: usize = 100;
    OF_AN_ANSWER + 4 * length + OF_A_VALUE * values
}
