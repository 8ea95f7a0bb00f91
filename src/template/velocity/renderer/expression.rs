//! The values of expressions.

use std::rc::Rc;

use super::{Renderer, scope::Scope};
use crate::template::velocity::{
    Number, OrderedMap, Value,
    operation::{arithmetic, compare, equals},
    render_error::Fault,
    tree::{Chain, Entry, Expression, Operator, Range},
};

/// The bytes of an item of a list, and of a member of a map, about.
pub(in super::super) const ITEM_BYTES: usize = 24;
pub(in super::super) const MEMBER_BYTES: usize = 64;

impl Renderer<'_> {
    pub(super) fn value(&mut self, expression: &Expression, scope: &Scope<'_>) -> Result<Value, Fault> {
        self.meter.steps(1)?;
        self.meter.enter()?;
        let value = match expression {
            Expression::Boolean(boolean) => Value::Boolean(*boolean),
            Expression::Integer(integer) => Value::integer(*integer),
            Expression::Digits(digits) => {
                self.meter.make(digits.len())?;
                Value::Number(Number::Decimal((&**digits).into()))
            }
            Expression::Double(double) => Value::Number(Number::Double(*double)),
            Expression::Text(text) => {
                self.meter.make(text.len())?;
                Value::text(text)
            }
            Expression::Interpolated(block) => {
                Value::Text(self.capture(|renderer| renderer.block(block, scope))?)
            }
            Expression::List(items) => self.list(items, scope)?,
            Expression::Map(entries) => self.map(entries, scope)?,
            Expression::Range(range) => self.range(range, scope)?,
            Expression::Reference(reference) => self.reference(reference, scope)?,
            Expression::Not(inner) => Value::Boolean(!self.condition(inner, scope)?),
            Expression::Chain(chain) => self.chain(chain, scope)?,
        };
        self.meter.leave();
        Ok(value)
    }

    fn list(&mut self, items: &[Expression], scope: &Scope<'_>) -> Result<Value, Fault> {
        self.meter.make(ITEM_BYTES * (1 + items.len()))?;
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            values.push(self.value(item, scope)?);
        }
        let list = Value::list(values);
        self.variables.remember(&list);
        Ok(list)
    }

    fn map(&mut self, entries: &[Entry], scope: &Scope<'_>) -> Result<Value, Fault> {
        self.meter.make(MEMBER_BYTES * (1 + entries.len()))?;
        let mut map = OrderedMap::new();
        for Entry { key, value } in entries {
            let key = self.value(key, scope)?;
            let key = self.text_of(&key, scope)?;
            let value = self.value(value, scope)?;
            map.insert(key, value);
        }
        let map = Value::map(map);
        self.variables.remember(&map);
        Ok(map)
    }

    /// `[1..3]`; `[3..1]` goes down. Null if an end is no whole number.
    fn range(&mut self, range: &Range, scope: &Scope<'_>) -> Result<Value, Fault> {
        let first = self.value(&range.first, scope)?;
        let last = self.value(&range.last, scope)?;
        let (Value::Number(Number::Integer(first)), Value::Number(Number::Integer(last))) = (first, last)
        else {
            return Ok(Value::Null);
        };
        let count = usize::try_from(first.abs_diff(last)).unwrap_or(usize::MAX).saturating_add(1);
        self.meter.make(ITEM_BYTES.saturating_mul(count))?;
        let items: Vec<Value> = if first <= last {
            (first..=last).map(Value::integer).collect()
        } else {
            (last..=first).rev().map(Value::integer).collect()
        };
        Ok(Value::list(items))
    }

    /// Operations of one rank, from left to right.
    pub(super) fn chain(&mut self, chain: &Chain, scope: &Scope<'_>) -> Result<Value, Fault> {
        let is_logic = |operator| matches!(operator, Operator::Or | Operator::And);
        if chain.rest.iter().any(|operation| is_logic(operation.operator)) {
            return self.logic(chain, scope).map(Value::Boolean);
        }
        let mut left = self.value(&chain.first, scope)?;
        for operation in &chain.rest {
            let right = self.value(&operation.operand, scope)?;
            left = self.operation(operation.operator, &left, &right, scope)?;
        }
        Ok(left)
    }

    fn operation(
        &mut self,
        operator: Operator,
        left: &Value,
        right: &Value,
        scope: &Scope<'_>,
    ) -> Result<Value, Fault> {
        match operator {
            Operator::Add if matches!((left, right), (Value::Text(_), _) | (_, Value::Text(_))) => {
                let (left, right) = (self.text_of(left, scope)?, self.text_of(right, scope)?);
                self.meter.make(left.len() + right.len())?;
                Ok(Value::Text(Rc::from([&*left, &*right].concat())))
            }
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Remainder => arithmetic(operator, left, right, &mut self.meter),
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                compare(operator, left, right, &mut self.meter).map(Value::Boolean)
            }
            Operator::Equal => self.equal(left, right, scope).map(Value::Boolean),
            Operator::NotEqual => Ok(Value::Boolean(!self.equal(left, right, scope)?)),
            Operator::Or => Ok(Value::Boolean(left.is_true() || right.is_true())),
            Operator::And => Ok(Value::Boolean(left.is_true() && right.is_true())),
        }
    }

    /// `==`: values of one kind by value, others by their texts. Null equals the empty text, as on API Gateway.
    fn equal(&mut self, left: &Value, right: &Value, scope: &Scope<'_>) -> Result<bool, Fault> {
        match (left, right) {
            (Value::Null, Value::Null) => Ok(true),
            (Value::Null, Value::Text(text)) | (Value::Text(text), Value::Null) => Ok(text.is_empty()),
            (Value::Null, _) | (_, Value::Null) => Ok(false),
            (Value::Boolean(_), Value::Boolean(_))
            | (Value::Number(_), Value::Number(_))
            | (Value::Text(_), Value::Text(_))
            | (Value::List(_), Value::List(_))
            | (Value::Map(_), Value::Map(_)) => equals(left, right, &mut self.meter),
            (
                Value::Boolean(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::List(_)
                | Value::Map(_)
                | Value::Host(_),
                _,
            ) => {
                let (left, right) = (self.text_of(left, scope)?, self.text_of(right, scope)?);
                self.meter.walk(left.len().min(right.len()))?;
                Ok(left == right)
            }
        }
    }
}
