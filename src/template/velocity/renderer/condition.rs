//! Truth, as `#if` sees it: of a reference, whether it is neither null nor false; of an operation, its result. A text
//! or a number as written, and what is computed of them, is false, as in Velocity 1.7.

use super::{Renderer, scope::Scope};
use crate::template::velocity::{
    Value,
    render_error::Fault,
    tree::{Chain, Expression, Operator},
};

impl Renderer<'_> {
    pub(super) fn condition(&mut self, expression: &Expression, scope: &Scope<'_>) -> Result<bool, Fault> {
        match expression {
            Expression::Reference(reference) => Ok(self.reference(reference, scope)?.is_true()),
            Expression::Boolean(boolean) => Ok(*boolean),
            Expression::Not(inner) => {
                self.meter.enter()?;
                let inner = self.condition(inner, scope)?;
                self.meter.leave();
                Ok(!inner)
            }
            Expression::Chain(chain) => match chain.rest.last().map(|operation| operation.operator) {
                Some(Operator::Or | Operator::And) => self.logic(chain, scope),
                Some(
                    Operator::Equal
                    | Operator::NotEqual
                    | Operator::Less
                    | Operator::LessOrEqual
                    | Operator::Greater
                    | Operator::GreaterOrEqual,
                ) => Ok(matches!(self.chain(chain, scope)?, Value::Boolean(true))),
                Some(
                    Operator::Add
                    | Operator::Subtract
                    | Operator::Multiply
                    | Operator::Divide
                    | Operator::Remainder,
                )
                | None => Ok(false),
            },
            Expression::Integer(_)
            | Expression::Digits(_)
            | Expression::Double(_)
            | Expression::Text(_)
            | Expression::Interpolated(_)
            | Expression::List(_)
            | Expression::Map(_)
            | Expression::Range(_) => Ok(false),
        }
    }

    /// `||` or `&&`, as far as it decides.
    pub(super) fn logic(&mut self, chain: &Chain, scope: &Scope<'_>) -> Result<bool, Fault> {
        self.meter.enter()?;
        let mut is_true = self.condition(&chain.first, scope)?;
        for operation in &chain.rest {
            let is_or = operation.operator == Operator::Or;
            if is_true != is_or {
                is_true = self.condition(&operation.operand, scope)?;
            }
        }
        self.meter.leave();
        Ok(is_true)
    }
}
