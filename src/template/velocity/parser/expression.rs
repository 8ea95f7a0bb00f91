//! Operations, by rank: `||`, `&&`, `== !=`, `< > <= >=`, `+ -`, `* / %`, `!`.

use super::{Mistake, Parser};
use crate::template::velocity::tree::{Chain, Expression, Operation, Operator};

/// How an operator is written: a sign, or a word that no letter follows.
struct Spelling {
    written: &'static str,
    operator: Operator,
}

const fn spelled(written: &'static str, operator: Operator) -> Spelling {
    Spelling { written, operator }
}

/// The ranks, from the loosest; the longer spelling first.
const RANKS: [&[Spelling]; 6] = [
    &[spelled("||", Operator::Or), spelled("or", Operator::Or)],
    &[spelled("&&", Operator::And), spelled("and", Operator::And)],
    &[
        spelled("==", Operator::Equal),
        spelled("eq", Operator::Equal),
        spelled("!=", Operator::NotEqual),
        spelled("ne", Operator::NotEqual),
    ],
    &[
        spelled("<=", Operator::LessOrEqual),
        spelled("le", Operator::LessOrEqual),
        spelled("<", Operator::Less),
        spelled("lt", Operator::Less),
        spelled(">=", Operator::GreaterOrEqual),
        spelled("ge", Operator::GreaterOrEqual),
        spelled(">", Operator::Greater),
        spelled("gt", Operator::Greater),
    ],
    &[spelled("+", Operator::Add), spelled("-", Operator::Subtract)],
    &[spelled("*", Operator::Multiply), spelled("/", Operator::Divide), spelled("%", Operator::Remainder)],
];

impl Parser<'_, '_> {
    pub(super) fn expression(&mut self) -> Result<Expression, Mistake> {
        self.deeper(|parser| parser.ranked(0))
    }

    /// Operations of a rank and of tighter ones.
    fn ranked(&mut self, rank: usize) -> Result<Expression, Mistake> {
        let Some(spellings) = RANKS.get(rank) else { return self.unary() };
        let first = self.ranked(rank + 1)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.operator(spellings) {
            let operand = self.ranked(rank + 1)?;
            rest.push(Operation { operator, operand });
        }
        Ok(if rest.is_empty() { first } else { Expression::Chain(Box::new(Chain { first, rest })) })
    }

    fn operator(&mut self, spellings: &[Spelling]) -> Option<Operator> {
        self.skip_space();
        // `-1` is a number, so that `$x -1` has no operator, as in Velocity 1.7.
        if self.peek() == Some(b'-') && self.peek_at(self.at + 1).is_some_and(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let spelling = spellings.iter().find(|spelling| self.is_written(spelling.written))?;
        self.at += spelling.written.len();
        Some(spelling.operator)
    }

    fn is_written(&self, written: &str) -> bool {
        let Some(after) = self.rest().strip_prefix(written) else { return false };
        let is_word = written.starts_with(|char: char| char.is_ascii_alphabetic());
        !is_word || !after.starts_with(|char: char| char.is_ascii_alphanumeric() || char == '_')
    }

    fn unary(&mut self) -> Result<Expression, Mistake> {
        self.skip_space();
        if self.is_written("not") {
            self.at += 3;
        } else if !self.take("!") {
            return self.primary();
        }
        let operand = self.deeper(Self::unary)?;
        Ok(Expression::Not(Box::new(operand)))
    }

    fn primary(&mut self) -> Result<Expression, Mistake> {
        if !self.take("(") {
            return self.parameter();
        }
        let inner = self.expression()?;
        self.skip_space();
        self.expect(")")?;
        Ok(inner)
    }
}
