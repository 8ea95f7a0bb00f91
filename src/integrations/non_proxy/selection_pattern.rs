//! `selectionPattern`: a regular expression of Java's that has to match a whole text.

use regex_lite::{Regex, RegexBuilder};

/// A compiled pattern.
#[derive(Debug)]
pub struct SelectionPattern(Regex);

const MOST_BYTES: usize = 256 * 1024;

impl SelectionPattern {
    /// # Errors
    /// What was expected instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let whole = format!("^(?:{text})$");
        let built = RegexBuilder::new(&whole).size_limit(MOST_BYTES).nest_limit(50).build();
        built.map(Self).map_err(|_| "a regular expression of Java".to_owned())
    }

    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}
