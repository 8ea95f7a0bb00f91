//! `selectionPattern`: a regular expression of Java's that has to match a whole text.

use crate::template::velocity::JavaPattern;

/// A compiled pattern.
#[derive(Debug)]
pub struct SelectionPattern(JavaPattern);

impl SelectionPattern {
    /// # Errors
    /// What was expected instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        JavaPattern::whole(text).map(Self).map_err(|reason| format!("a regular expression of Java{reason}"))
    }

    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}
