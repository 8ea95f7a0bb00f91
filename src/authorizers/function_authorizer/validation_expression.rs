//! `identityValidationExpression`: what a token has to look like before the function of a `TOKEN` authorizer is asked.

use crate::json_schema::Pattern;

/// A regular expression that has to match the whole value.
#[derive(Debug)]
pub struct ValidationExpression(Pattern);

impl ValidationExpression {
    /// Compiles an expression.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be, in words that go on after "a regular expression of ECMA 262".
    pub fn parse(source: &str) -> Result<Self, &'static str> {
        // By itself first: `a)|(b` would be one only within the parentheses.
        Pattern::compile(source)?;
        Pattern::compile(&format!("^(?:{source})$")).map(Self)
    }

    /// Says if it matches all of the value, in a time that grows with the value and the expression alone.
    pub fn matches(&self, value: &str) -> bool {
        self.0.is_match(value)
    }
}
