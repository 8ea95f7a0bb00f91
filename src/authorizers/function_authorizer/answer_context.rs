//! `context` of an answer: what the function tells the integration of the caller.

use serde_json::{Map, Value};

use super::answer_error::AnswerError;

/// The values that `context` may have.
#[derive(Clone, Copy)]
pub(super) enum ContextValues {
    /// Texts; numbers, true and false become texts, with all their digits.
    Texts,
    Json,
}

pub(super) const NAME: &str = "context";
/// REST APIs have a token's claims there.
const RESERVED: &str = "claims";

/// Reads `context`. One that is null or absent has nothing in it.
pub(super) fn read(context: Option<Value>, values: ContextValues) -> Result<Map<String, Value>, AnswerError> {
    let members = match context {
        None | Some(Value::Null) => return Ok(Map::new()),
        Some(Value::Object(members)) => members,
        other => return Err(AnswerError::member(NAME, other.as_ref(), "an object")),
    };
    match values {
        ContextValues::Json => Ok(members),
        ContextValues::Texts => {
            members.into_iter().filter_map(|(name, value)| text(name, value).transpose()).collect()
        }
    }
}

/// A member with its value as a text; `None`: its value is null.
fn text(name: String, value: Value) -> Result<Option<(String, Value)>, AnswerError> {
    let wrong = |value: &Value, expected| AnswerError::member_of(NAME, &name, value, expected);
    if name == RESERVED {
        return Err(wrong(&value, "another name: this one is reserved"));
    }
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Array(_) | Value::Object(_) => return Err(wrong(&value, "a text, a number, true or false")),
    };
    Ok(Some((name, Value::String(text))))
}
