//! Regular expressions of filters: `=~ /…/i`.

use super::{Steps, TooManySteps};
use crate::template::velocity::JavaPattern;

/// A compiled expression, which matches whole texts.
#[derive(Debug)]
pub(super) struct Pattern(JavaPattern);

impl Pattern {
    /// Compiles an expression of Java; `flags` are Java's letters.
    pub fn compile(source: &str, flags: &str) -> Result<Self, &'static str> {
        let source = if flags.is_empty() { source.to_owned() } else { format!("(?{flags}){source}") };
        JavaPattern::whole(&source).map(Self)
    }

    /// True if it matches the whole text.
    pub fn is_match(&self, text: &str, steps: &Steps) -> Result<bool, TooManySteps> {
        steps.take(self.0.steps(text.len()))?;
        Ok(self.0.is_match(text))
    }
}
