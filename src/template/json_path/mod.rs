//! JSONPath as Jayway's library reads it, version 2: the dialect of API Gateway.
//!
//! A path that can only name one value (a definite one) gives that value; every other path gives the list of what it
//! found, an empty one too. It is not RFC 9535: an object is filtered itself, `..` walks as Jayway walks, and so on;
//! the tests hold a table of Jayway's answers.

mod comparison;
mod cursor;
mod exact_order;
mod filter;
mod filter_parser;
mod find;
mod function;
mod parser;
mod pattern;
mod segment;
#[cfg(test)]
mod tests;

use std::cell::Cell;

use thiserror::Error;

use self::segment::Segment;
use crate::template::velocity::Value;

/// A compiled path.
#[derive(Debug)]
pub struct JsonPath {
    segments: Vec<Segment>,
    /// True of one that names one value at most.
    definite: bool,
}

/// The reason why a text is no path.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("character {character}: got {got}, expected {expected}")]
pub struct PathError {
    /// Counted from 1.
    pub character: usize,
    pub got: String,
    pub expected: String,
}

/// The steps that are left for finding values, of all paths of one rendering together.
#[derive(Debug)]
pub struct Steps(Cell<usize>);

/// Finding took more steps than are left.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the JSONPath looks at too many values")]
pub struct TooManySteps;

impl JsonPath {
    /// The bytes that a path may have.
    pub const MOST_BYTES: usize = 8 * 1024;

    /// Compiles a path. It starts with `$`; one without is below it, as `$.` stood before it.
    ///
    /// # Errors
    ///
    /// The place where the text is no path, or says what is not taken here; or it is longer than
    /// [`Self::MOST_BYTES`].
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.len() > Self::MOST_BYTES {
            return Err(PathError {
                character: 1,
                got: format!("{} bytes", text.len()),
                expected: format!("at most {}", Self::MOST_BYTES),
            });
        }
        parser::parse(text)
    }

    /// True of a path that names one value at most; others give lists.
    pub fn is_definite(&self) -> bool {
        self.definite
    }

    /// Finds the value: `None` where a definite path names nothing. The values are the document's own, so that a change
    /// of them is a change of it.
    ///
    /// # Errors
    ///
    /// The steps do not suffice.
    pub fn find(&self, document: &Value, steps: &Steps) -> Result<Option<Value>, TooManySteps> {
        find::find(self, document, document, steps)
    }
}

impl Steps {
    /// More than any honest template needs, and less than a second.
    pub const MOST: usize = 2_000_000;

    pub fn new(steps: usize) -> Self {
        Self(Cell::new(steps))
    }

    /// Takes the steps of compiling a path: one for each byte, more for its regular expressions.
    ///
    /// # Errors
    ///
    /// Less are left.
    pub fn take_path(&self, text: &str) -> Result<(), TooManySteps> {
        const STEPS_OF_AN_EXPRESSION: usize = 1000;
        if text.len() > JsonPath::MOST_BYTES {
            // It is refused unread.
            return Ok(());
        }
        self.take(text.len() + text.matches("=~").count() * STEPS_OF_AN_EXPRESSION)
    }

    /// The steps of going over `bytes` of texts; short ones cost nothing of their own.
    fn walk(&self, bytes: usize) -> Result<(), TooManySteps> {
        const BYTES_OF_A_STEP: usize = 64;
        self.take(bytes / BYTES_OF_A_STEP)
    }

    fn take(&self, count: usize) -> Result<(), TooManySteps> {
        let left = self.0.get().checked_sub(count).ok_or(TooManySteps)?;
        self.0.set(left);
        Ok(())
    }
}

impl Default for Steps {
    fn default() -> Self {
        Self::new(Self::MOST)
    }
}
