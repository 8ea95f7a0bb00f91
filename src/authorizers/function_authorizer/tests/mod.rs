//! Answers of functions, what they decide, whom they are for, and how long they are kept.

mod answers;
mod callers_at_once;
mod identities;
mod kept_answers;
mod malformed_answers;
mod malformed_policies;
mod policies;

use std::time::SystemTime;

use serde_json::{Value, json};

use super::{answer::UsageIdentifierKey, answer_error::AnswerError, function_answers::FunctionAnswers, *};
use crate::policy_document::{ConditionContext, requested};

/// An answer with a policy of these statements.
fn with_policy(statements: &Value) -> Value {
    json!({ "principalId": "ada", "policyDocument": { "Version": "2012-10-17", "Statement": statements } })
}

fn statement(effect: &str, resource: impl Into<Value>) -> Value {
    json!({ "Action": "execute-api:Invoke", "Effect": effect, "Resource": resource.into() })
}

fn decode(answer: &Value, form: AnswerForm) -> Result<FunctionAnswer, AnswerError> {
    FunctionAnswer::decode(answer.to_string().as_bytes(), form)
}

/// What the answer says of `GET /orders/7`, as `Debug` shows it.
fn decision(answer: &FunctionAnswer, request: &str) -> String {
    let (method, path) = request.split_once(' ').unwrap();
    let context = ConditionContext {
        source_ip: Some("198.51.100.7".parse().unwrap()),
        referer: None,
        user_agent: Some("curl/8.5.0".into()),
        is_secure: true,
        now: SystemTime::UNIX_EPOCH,
        signer: None,
    };
    format!("{:?}", answer.decide([requested("v1", method, path)], &context))
}
