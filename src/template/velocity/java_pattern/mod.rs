//! Regular expressions of Java, matched in a time that grows with the text and the expression alone.
//!
//! They are translated for the library. What needs a search that goes back (look-around, back-references, possessive
//! and atomic groups) and what the library has no tables for (Unicode's properties) is refused by name.

mod class;
mod escape;
mod translation;

use regex_lite::{Regex, RegexBuilder};

use self::translation::Shape;
pub(super) use self::translation::translated;

/// A compiled expression.
#[derive(Debug)]
pub struct JavaPattern {
    regex: Regex,
    shape: Shape,
    /// The bound of the expression's moves at one character of a text.
    moves: usize,
}

/// The bytes that a compiled expression may take.
const MOST_BYTES: usize = 256 * 1024;
/// The bytes of a compiled expression that take a few nanoseconds at a character, about.
const BYTES_OF_A_MOVE: usize = 32;
/// So many of these are one step of a rendering.
const MOVES_OF_A_STEP: usize = 32;
const MOST_NESTING: u32 = 50;
const NOT_WELL_FORMED: &str = ", well-formed and not larger than 256 KB when it is compiled";

impl JavaPattern {
    /// Compiles an expression that has to match a whole text, as `String.matches` does.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be, in words that go on after "a regular expression of Java".
    pub fn whole(source: &str) -> Result<Self, &'static str> {
        let translation = translated(source)?;
        Self::build(&format!(r"\A(?:{})\z", translation.text), translation.shape)
    }

    /// Compiles an expression that is searched in a text.
    ///
    /// # Errors
    ///
    /// As [`JavaPattern::whole`].
    pub fn search(source: &str) -> Result<Self, &'static str> {
        let translation = translated(source)?;
        Self::build(&translation.text, translation.shape)
    }

    fn build(translated: &str, shape: Shape) -> Result<Self, &'static str> {
        let mut limit = 1024;
        loop {
            let built = RegexBuilder::new(translated).nest_limit(MOST_NESTING).size_limit(limit).build();
            match built {
                Ok(regex) => return Ok(Self { regex, shape, moves: limit / BYTES_OF_A_MOVE }),
                // The size is told by trying: the library's error does not say which it is.
                Err(_) if limit < MOST_BYTES => limit *= 2,
                Err(_) => return Err(NOT_WELL_FORMED),
            }
        }
    }

    /// True if it matches: the whole text, or somewhere in it.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    pub(super) fn regex(&self) -> &Regex {
        &self.regex
    }

    /// The steps of a rendering, or of a JSONPath, that going over `bytes` of a text once takes at most.
    pub(in crate::template) fn steps(&self, bytes: usize) -> usize {
        bytes.saturating_add(1).saturating_mul(self.moves) / MOVES_OF_A_STEP
    }

    /// The bound of the bytes that are looked at again behind a match, `left` being those that are left there.
    pub(super) fn bytes_again(&self, left: usize) -> usize {
        match self.shape {
            Shape::Sequence => 0,
            Shape::Branching => left,
        }
    }
}
