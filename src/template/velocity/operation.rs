//! Operations on values: arithmetic, comparison, equality.

use std::{cmp::Ordering, rc::Rc};

use super::{
    Number, OrderedMap, Value,
    bounds::Meter,
    render_error::{Bound, Fault},
    tree::Operator,
};

/// The result of `+ - * / %` on two values that are no texts; null if they are no numbers, or the divisor is zero.
pub(super) fn arithmetic(
    operator: Operator,
    left: &Value,
    right: &Value,
    meter: &mut Meter<'_>,
) -> Result<Value, Fault> {
    let (Value::Number(left), Value::Number(right)) = (left, right) else { return Ok(Value::Null) };
    meter.digits(left)?;
    meter.digits(right)?;
    let result = match (whole(left), whole(right)) {
        (Some(left), Some(right)) => whole_arithmetic(operator, left, right),
        _ => Some(Number::Double(double_arithmetic(operator, left.as_f64(), right.as_f64())))
            .filter(|_| !is_division_by_zero(operator, right)),
    };
    Ok(result.map_or(Value::Null, Value::Number))
}

fn is_division_by_zero(operator: Operator, right: &Number) -> bool {
    matches!(operator, Operator::Divide | Operator::Remainder) && right.as_f64() == 0.0
}

/// A whole number of up to 38 digits.
fn whole(number: &Number) -> Option<i128> {
    match number {
        Number::Integer(integer) => Some(i128::from(*integer)),
        Number::Decimal(digits) => digits.parse().ok(),
        Number::Double(_) => None,
    }
}

/// `None` if the divisor is zero. A result of more than 38 digits is a double.
#[allow(clippy::cast_precision_loss)]
fn whole_arithmetic(operator: Operator, left: i128, right: i128) -> Option<Number> {
    let exact = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide if right == 0 => return None,
        Operator::Remainder if right == 0 => return None,
        Operator::Divide => left.checked_div(right),
        Operator::Remainder => left.checked_rem(right),
        Operator::Or
        | Operator::And
        | Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual => return None,
    };
    Some(match exact {
        Some(exact) => match i64::try_from(exact) {
            Ok(integer) => Number::Integer(integer),
            Err(_) => Number::Decimal(Rc::from(exact.to_string())),
        },
        None => Number::Double(double_arithmetic(operator, left as f64, right as f64)),
    })
}

fn double_arithmetic(operator: Operator, left: f64, right: f64) -> f64 {
    match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::Remainder => left % right,
        Operator::Or
        | Operator::And
        | Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual => f64::NAN,
    }
}

/// The result of `< <= > >=`: false unless both are numbers.
pub(super) fn compare(
    operator: Operator,
    left: &Value,
    right: &Value,
    meter: &mut Meter<'_>,
) -> Result<bool, Fault> {
    let (Value::Number(left), Value::Number(right)) = (left, right) else { return Ok(false) };
    let Some(order) = order(left, right, meter)? else { return Ok(false) };
    Ok(match operator {
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
        Operator::Or
        | Operator::And
        | Operator::Equal
        | Operator::NotEqual
        | Operator::Add
        | Operator::Subtract
        | Operator::Multiply
        | Operator::Divide
        | Operator::Remainder => false,
    })
}

/// The order of two numbers; whole ones are compared digit by digit.
pub(super) fn order(left: &Number, right: &Number, meter: &mut Meter<'_>) -> Result<Option<Ordering>, Fault> {
    meter.digits(left)?;
    meter.digits(right)?;
    Ok(match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64().partial_cmp(&right.as_f64()),
    })
}

/// Values inside one another that are compared. A value that holds itself goes on without an end.
const MOST_COMPARED_LEVELS: usize = 200;

/// Java's `equals`: the same kind and the same value.
pub(super) fn equals(left: &Value, right: &Value, meter: &mut Meter<'_>) -> Result<bool, Fault> {
    Comparison { meter, levels: 0 }.equals(left, right)
}

struct Comparison<'c, 'b> {
    meter: &'c mut Meter<'b>,
    levels: usize,
}

impl Comparison<'_, '_> {
    fn equals(&mut self, left: &Value, right: &Value) -> Result<bool, Fault> {
        if self.levels == MOST_COMPARED_LEVELS {
            return Err(Fault::Bound { bound: Bound::Depth, most: MOST_COMPARED_LEVELS });
        }
        self.meter.steps(1)?;
        self.levels += 1;
        let equals = match (left, right) {
            (Value::Null, Value::Null) => true,
            (Value::Boolean(left), Value::Boolean(right)) => left == right,
            (Value::Number(left), Value::Number(right)) => {
                order(left, right, self.meter)? == Some(Ordering::Equal)
            }
            (Value::Text(left), Value::Text(right)) => {
                self.meter.walk(left.len().min(right.len()))?;
                left == right
            }
            (Value::List(left), Value::List(right)) => self.lists(&left.borrow(), &right.borrow())?,
            (Value::Map(left), Value::Map(right)) => self.maps(&left.borrow(), &right.borrow())?,
            (Value::Host(left), Value::Host(right)) => Rc::ptr_eq(left, right),
            (
                Value::Null
                | Value::Boolean(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::List(_)
                | Value::Map(_)
                | Value::Host(_),
                _,
            ) => false,
        };
        self.levels -= 1;
        Ok(equals)
    }

    fn lists(&mut self, left: &[Value], right: &[Value]) -> Result<bool, Fault> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for (left, right) in left.iter().zip(right) {
            if !self.equals(left, right)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn maps(&mut self, left: &OrderedMap, right: &OrderedMap) -> Result<bool, Fault> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for (key, left) in left.iter() {
            self.meter.walk(key.len())?;
            let is_equal = match right.get(key) {
                Some(right) => self.equals(left, right)?,
                None => false,
            };
            if !is_equal {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
