//! Numbers: whole ones, the digits of a JSON text, and what a division of fractions gives.

use std::{fmt, rc::Rc};

/// A number. It prints as Java prints it; digits that came from outside print as they were written.
#[derive(Clone, Debug)]
pub enum Number {
    Integer(i64),
    /// A JSON number as written, that is no `i64`: `1.50`, `1e3`, or more digits than one has.
    Decimal(Rc<str>),
    Double(f64),
}

impl Number {
    /// The number that a JSON text writes.
    pub fn from_json(digits: &str) -> Self {
        match digits.parse() {
            // `-0` is written so.
            Ok(integer) if digits != "-0" => Self::Integer(integer),
            Ok(_) | Err(_) => Self::Decimal(digits.into()),
        }
    }

    /// The bytes that reading or comparing it goes over, where there can be any number of them: its digits as written.
    pub(in crate::template) fn digit_bytes(&self) -> usize {
        match self {
            Self::Decimal(digits) => digits.len(),
            Self::Integer(_) | Self::Double(_) => 0,
        }
    }

    /// As a double, which may lose digits.
    #[allow(clippy::cast_precision_loss)]
    pub fn as_f64(&self) -> f64 {
        match self {
            Self::Integer(integer) => *integer as f64,
            Self::Decimal(digits) => digits.parse().unwrap_or(f64::NAN),
            Self::Double(double) => *double,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => integer.fmt(f),
            Self::Decimal(digits) => f.write_str(digits),
            Self::Double(double) => write_double(*double, f),
        }
    }
}

/// Writes a double as `Double.toString` of Java does: `0.5`, `1.0`, `1.0E7`, `1.0E-4`.
fn write_double(double: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let size = double.abs();
    if double.is_nan() {
        f.write_str("NaN")
    } else if double.is_infinite() {
        f.write_str(if double > 0.0 { "Infinity" } else { "-Infinity" })
    } else if size == 0.0 || (1e-3..1e7).contains(&size) {
        write!(f, "{double:?}")
    } else {
        let scientific = format!("{double:E}");
        match scientific.split_once('E') {
            Some((mantissa, exponent)) if !mantissa.contains('.') => write!(f, "{mantissa}.0E{exponent}"),
            Some(_) | None => f.write_str(&scientific),
        }
    }
}
