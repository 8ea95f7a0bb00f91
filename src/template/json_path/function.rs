//! The functions at the end of a path: `.length()`, `.max()`.

use std::rc::Rc;

use super::segment::Function;
use crate::template::velocity::{Number, OrderedMap, Value};

/// A value that a function cannot be made of, which ends the finding without a value.
pub(super) struct NoValue;

impl Function {
    /// The function of this name, whose arguments stand between the brackets.
    pub fn named(name: &str, arguments: &str) -> Option<Self> {
        let function = match name {
            "avg" => Self::Average,
            "first" => Self::First,
            "index" => return arguments.trim().parse().ok().map(Self::Index),
            "keys" => Self::Keys,
            "last" => Self::Last,
            "length" | "size" => Self::Length,
            "max" => Self::Max,
            "min" => Self::Min,
            "stddev" => Self::StandardDeviation,
            "sum" => Self::Sum,
            _ => return None,
        };
        arguments.trim().is_empty().then_some(function)
    }

    /// The steps of applying it: one for each item that it goes over, and those of long numbers.
    pub fn steps(self, value: &Value) -> usize {
        const BYTES_OF_A_STEP: usize = 64;
        match (self, value) {
            (Self::Keys, Value::Map(map)) => map.borrow().len(),
            (
                Self::Average | Self::Max | Self::Min | Self::StandardDeviation | Self::Sum,
                Value::List(items),
            ) => {
                let items = items.borrow();
                let long = items.iter().map(|item| match item {
                    Value::Number(number) => number.digit_bytes() / BYTES_OF_A_STEP,
                    Value::Null
                    | Value::Boolean(_)
                    | Value::Text(_)
                    | Value::List(_)
                    | Value::Map(_)
                    | Value::Host(_) => 0,
                });
                items.len() + long.sum::<usize>()
            }
            _ => 0,
        }
    }

    pub fn apply(self, value: &Value) -> Result<Value, NoValue> {
        match (self, value) {
            (Self::Length, Value::List(items)) => Ok(count(items.borrow().len())),
            (Self::Length, Value::Map(map)) => Ok(count(map.borrow().len())),
            (Self::Keys, Value::Map(map)) => Ok(keys(&map.borrow())),
            (Self::Length | Self::Keys, _) => Ok(Value::Null),
            (Self::First, Value::List(items)) => items.borrow().first().cloned().ok_or(NoValue),
            (Self::Last, Value::List(items)) => items.borrow().last().cloned().ok_or(NoValue),
            (Self::Index(index), Value::List(items)) => {
                place(index, items.borrow().len()).map(|at| items.borrow()[at].clone()).ok_or(NoValue)
            }
            (
                Self::Average | Self::Max | Self::Min | Self::StandardDeviation | Self::Sum,
                Value::List(items),
            ) => self.of_numbers(&numbers(&items.borrow())),
            (
                Self::First
                | Self::Last
                | Self::Index(_)
                | Self::Average
                | Self::Max
                | Self::Min
                | Self::StandardDeviation
                | Self::Sum,
                _,
            ) => Err(NoValue),
        }
    }

    /// As doubles, as Jayway has them.
    #[allow(clippy::cast_precision_loss)]
    fn of_numbers(self, numbers: &[f64]) -> Result<Value, NoValue> {
        if numbers.is_empty() {
            return Err(NoValue);
        }
        let count = numbers.len() as f64;
        let sum: f64 = numbers.iter().sum();
        let number = match self {
            Self::Average => sum / count,
            Self::Max => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::Min => numbers.iter().copied().fold(f64::INFINITY, f64::min),
            Self::StandardDeviation => {
                let squares: f64 = numbers.iter().map(|number| number * number).sum();
                (squares / count - sum * sum / count / count).sqrt()
            }
            Self::Sum => sum,
            Self::First | Self::Index(_) | Self::Keys | Self::Last | Self::Length => return Err(NoValue),
        };
        Ok(Value::Number(Number::Double(number)))
    }
}

/// The place of an index in a list of this length; a negative one counts from the end.
pub(super) fn place(index: i64, length: usize) -> Option<usize> {
    let length_signed = i64::try_from(length).ok()?;
    let at = if index < 0 { index.checked_add(length_signed)? } else { index };
    usize::try_from(at).ok().filter(|&at| at < length)
}

fn count(items: usize) -> Value {
    Value::integer(i64::try_from(items).unwrap_or(i64::MAX))
}

fn keys(map: &OrderedMap) -> Value {
    Value::list(map.keys().map(|key| Value::Text(Rc::clone(key))).collect())
}

fn numbers(items: &[Value]) -> Vec<f64> {
    let numbers = items.iter().filter_map(|item| match item {
        Value::Number(number) => Some(number.as_f64()),
        Value::Null
        | Value::Boolean(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Host(_) => None,
    });
    numbers.collect()
}
