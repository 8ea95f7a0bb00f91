//! Authorizers of the types `TOKEN` and `REQUEST`: a Lambda function says who calls, and what the caller may do.

mod answer;
mod answer_context;
mod answer_error;
mod answer_key;
mod function_answers;
mod identity_sources;
mod shared_calls;
mod validation_expression;

#[cfg(test)]
mod tests;

pub use self::{
    answer::{AnswerForm, FunctionAnswer, UsageIdentifierKey, Verdict},
    answer_error::AnswerError,
    answer_key::{AnswerKey, CacheScope},
    function_answers::FunctionAnswers,
    identity_sources::{Identity, IdentitySources, MissingIdentitySource},
    validation_expression::ValidationExpression,
};
