//! The methods of numbers, and those of `java.lang.Integer` that templates reach by a number: `$n.parseInt("7")`.

use std::cmp::Ordering;

use super::Methods;
use crate::template::velocity::{
    Excerpt, Number, Value,
    operation::{equals, order},
    render_error::Fault,
};

impl Methods<'_, '_> {
    pub(super) fn number(
        &mut self,
        number: &Number,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault> {
        self.meter.digits(number)?;
        Ok(Some(match (method, arguments) {
            ("toString", []) => self.made(&number.to_string())?,
            ("intValue", []) => Value::integer(i64::from(as_i32(number))),
            ("longValue", []) => Value::integer(as_i64(number)),
            ("doubleValue", []) => Value::Number(Number::Double(number.as_f64())),
            ("floatValue", []) => Value::Number(Number::Double(as_float(number))),
            ("equals", [other]) => Value::Boolean(equals(&Value::Number(number.clone()), other, self.meter)?),
            ("compareTo", [Value::Number(other)]) => {
                Value::integer(match order(number, other, self.meter)? {
                    Some(Ordering::Less) => -1,
                    Some(Ordering::Greater) => 1,
                    Some(Ordering::Equal) | None => 0,
                })
            }
            ("parseInt" | "parseLong" | "valueOf", [Value::Text(text)]) => {
                self.meter.walk(text.len())?;
                parsed(method, text)?
            }
            ("valueOf", [Value::Number(other)]) => Value::Number(other.clone()),
            _ => return Ok(None),
        }))
    }
}

/// A whole number as Java reads it.
fn parsed(method: &str, text: &str) -> Result<Value, Fault> {
    let integer =
        text.parse().map_err(|_| Fault::method(method, format!("`{}` is no whole number", Excerpt(text))))?;
    Ok(Value::integer(integer))
}

/// As Java casts: a double is cut and kept in the range, a larger whole number loses its high bits.
#[allow(clippy::cast_possible_truncation)]
fn as_i32(number: &Number) -> i32 {
    match number {
        Number::Integer(integer) => *integer as i32,
        Number::Decimal(_) | Number::Double(_) => number.as_f64() as i32,
    }
}

#[allow(clippy::cast_possible_truncation)]
fn as_i64(number: &Number) -> i64 {
    match number {
        Number::Integer(integer) => *integer,
        Number::Decimal(_) | Number::Double(_) => number.as_f64() as i64,
    }
}

/// The double that prints as the float does.
#[allow(clippy::cast_possible_truncation)]
fn as_float(number: &Number) -> f64 {
    (number.as_f64() as f32).to_string().parse().unwrap_or(f64::NAN)
}
