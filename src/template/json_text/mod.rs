//! JSON text ↔ the mapping language's values: members in their order, numbers with all their digits.
//!
//! Reading is as forgiving as API Gateway's own reader (json-smart, "permissive"): names and texts may lack their
//! quotes, a body that is no JSON at all is one text.

mod reader;
#[cfg(test)]
mod tests;
mod writer;

use thiserror::Error;

pub use self::{reader::read, writer::write};

/// The deepest nesting that is read or written.
pub const MOST_DEPTH: usize = 500;
/// The values that one text may have. An object counts as three and a list as two, by the memory that they take.
pub const MOST_VALUES: usize = 700_000;
/// The longest text that is written, in bytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;

/// The reason why a text or a value is no JSON.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum JsonError {
    #[error("the JSON has an unexpected {character} at line {line}, column {column}")]
    Unexpected { character: char, line: usize, column: usize },
    #[error("the JSON ends too early")]
    EndsEarly,
    #[error("the JSON is nested more than {MOST_DEPTH} levels deep")]
    TooDeep,
    #[error("the JSON has more than {MOST_VALUES} values")]
    TooManyValues,
    #[error("the JSON is longer than 10 MB")]
    TooLong,
}
