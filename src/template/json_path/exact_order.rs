//! The order of numbers with any number of digits, without rounding.

use std::cmp::Ordering;

use super::{Steps, TooManySteps};
use crate::template::velocity::Number;

/// Compares two numbers; a text that is none has no place in the order.
pub(super) fn compare(
    left: &Number,
    right: &Number,
    steps: &Steps,
) -> Result<Option<Ordering>, TooManySteps> {
    if let (Number::Integer(left), Number::Integer(right)) = (left, right) {
        return Ok(Some(left.cmp(right)));
    }
    steps.walk(left.digit_bytes() + right.digit_bytes())?;
    Ok(compare_digits(&left.to_string(), &right.to_string()))
}

/// Compares what two decimal texts say: `1.50` and `15e-1` are equal.
pub(super) fn compare_digits(left: &str, right: &str) -> Option<Ordering> {
    let left = Decimal::of(left)?;
    let right = Decimal::of(right)?;
    Some(left.sign.cmp(&right.sign).then_with(|| {
        let sizes = left.magnitude.cmp(&right.magnitude).then_with(|| left.digits.cmp(&right.digits));
        if left.sign < 0 { sizes.reverse() } else { sizes }
    }))
}

/// A number as `0.DIGITS` times a power of ten.
struct Decimal {
    /// -1, 0 or 1.
    sign: i8,
    magnitude: i64,
    /// Without zeros at either end: as texts they have the order of their values.
    digits: String,
}

impl Decimal {
    fn of(text: &str) -> Option<Self> {
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = [whole, fraction].concat();
        if all_digits.is_empty() || !all_digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let exponent: i64 = exponent.parse().ok()?;
        let significant = all_digits.trim_start_matches('0');
        let leading_zeros = all_digits.len() - significant.len();
        let digits = significant.trim_end_matches('0').to_owned();
        let whole_digits = i64::try_from(whole.len()).ok()? - i64::try_from(leading_zeros).ok()?;
        let (sign, magnitude) = match (digits.is_empty(), is_negative) {
            (true, _) => (0, 0),
            (false, true) => (-1, exponent.checked_add(whole_digits)?),
            (false, false) => (1, exponent.checked_add(whole_digits)?),
        };
        Some(Self { sign, magnitude, digits })
    }
}
