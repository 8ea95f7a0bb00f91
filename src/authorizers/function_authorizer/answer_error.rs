//! What is wrong with the answer of an authorizer's function, in words for the log: none of its values are shown.

use serde_json::Value;

use super::answer::{MOST_BYTES, MOST_VALUES};
use crate::{item::WITHHELD, policy_document::PolicyFault};

/// The rule that an answer breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    #[error("it is longer than {MOST_BYTES} bytes")]
    TooLong,
    #[error("it has more than {MOST_VALUES} values")]
    TooManyValues,
    #[error("it is no JSON: line {line}, column {column}")]
    NotJson { line: usize, column: usize },
    #[error("two members of one object have the same name: line {line}, column {column}")]
    SameNames { line: usize, column: usize },
    #[error("{place}: got {got}, expected {expected}")]
    Member { place: String, got: &'static str, expected: &'static str },
    /// `others` is the number of faults besides.
    #[error("{place}: expected {expected}{}", and_others(.others))]
    Policy { place: String, expected: String, others: usize },
}

/// The bytes of a member's name that are shown.
const MOST_SHOWN: usize = 40;

impl AnswerError {
    pub(super) fn of_json(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        if error.is_data() { Self::SameNames { line, column } } else { Self::NotJson { line, column } }
    }

    pub(super) fn not_an_object(answer: &Value) -> Self {
        Self::member("the answer", Some(answer), "an object")
    }

    pub(super) fn member(name: &str, got: Option<&Value>, expected: &'static str) -> Self {
        Self::Member { place: name.to_owned(), got: kind(got), expected }
    }

    /// A member of an object whose names are the function's own.
    pub(super) fn member_of(object: &str, name: &str, got: &Value, expected: &'static str) -> Self {
        Self::Member { place: format!("{object}.{}", shown(name)), got: kind(Some(got)), expected }
    }

    /// `document` is the name of the policy in the answer.
    pub(super) fn of_policy(document: &str, faults: &[PolicyFault]) -> Self {
        let Some((first, others)) = faults.split_first() else {
            return Self::member(document, None, "a policy");
        };
        let names = first.path.split('.').filter(|name| !name.is_empty()).map(shown_of_policy);
        let place = [document].into_iter().chain(names).collect::<Vec<_>>().join(".");
        Self::Policy { place, expected: first.expected.clone(), others: others.len() }
    }
}

/// A name that is a word; anything else might be a value that stands in the wrong place.
fn shown(name: &str) -> &str {
    let is_word = |c: char| c.is_ascii_alphanumeric() || ":_-[]".contains(c);
    if name.len() <= MOST_SHOWN && name.chars().all(is_word) { name } else { WITHHELD }
}

/// A name as IAM has them; of a name that the function has made up nothing is shown.
fn shown_of_policy(name: &str) -> &str {
    let is_of_iam = name.starts_with(|c: char| c.is_ascii_uppercase()) || name.starts_with("aws:");
    if is_of_iam { shown(name) } else { WITHHELD }
}

fn kind(value: Option<&Value>) -> &'static str {
    match value {
        None => "nothing",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "true or false",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "a text",
        Some(Value::Array(_)) => "a list",
        Some(Value::Object(_)) => "an object",
    }
}

fn and_others(others: &usize) -> String {
    if *others == 0 { String::new() } else { format!(" (and {others} more)") }
}
