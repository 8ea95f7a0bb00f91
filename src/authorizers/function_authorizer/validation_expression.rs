//! `identityValidationExpression`: what a token has to look like before the function of a `TOKEN` authorizer is asked.

use std::fmt;

use crate::json_schema::Pattern;

/// A regular expression that has to match the whole value.
#[derive(Debug)]
pub struct ValidationExpression {
    source: Box<str>,
    whole: Pattern,
}

/// As it was written.
impl fmt::Display for ValidationExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl ValidationExpression {
    /// Compiles an expression.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be, in words that go on after "a regular expression of ECMA 262".
    pub fn parse(source: &str) -> Result<Self, &'static str> {
        // By itself first: `a)|(b` would be one only within the parentheses.
        Pattern::compile(source)?;
        let whole = Pattern::compile(&format!("^(?:{source})$"))?;
        Ok(Self { source: source.into(), whole })
    }

    /// Says if it matches all of the value, in a time that grows with the value and the expression alone.
    pub fn matches(&self, value: &str) -> bool {
        self.whole.is_match(value)
    }
}
