//! The reason why a template cannot be read, in one line.

use std::fmt;

use super::Place;

/// A template cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub place: Place,
    /// What stands there.
    pub got: String,
    /// What should, or what to write instead.
    pub expected: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: got {}, expected {}", self.place, self.got, self.expected)
    }
}

impl std::error::Error for SyntaxError {}
