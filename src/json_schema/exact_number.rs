//! The values of JSON numbers, exact whatever their length: never a float.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::Number;

/// The digits times ten to the power of the exponent. Equal values have equal parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactNumber<'a> {
    is_negative: bool,
    /// Without zeros at either end; empty for zero.
    digits: Cow<'a, str>,
    exponent: i64,
}

/// What a number is a multiple of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divisor {
    digits: u64,
    exponent: i64,
}

/// Far beyond any exponent that digits can make up for, and far from an overflow.
const LARGEST_EXPONENT: i64 = i64::MAX / 4;

impl<'a> ExactNumber<'a> {
    pub fn of(number: &'a Number) -> Self {
        let text = number.as_str();
        let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Cow<'a, str> =
            if fraction.is_empty() { whole.into() } else { [whole, fraction].concat().into() };
        let significant = all.trim_start_matches('0').len();
        let digits: Cow<'a, str> = match all {
            Cow::Borrowed(all) => all.trim_matches('0').into(),
            Cow::Owned(all) => all.trim_matches('0').to_owned().into(),
        };
        if digits.is_empty() {
            return Self { is_negative: false, digits, exponent: 0 };
        }
        let exponent = exponent.parse().unwrap_or(match exponent.starts_with('-') {
            true => -LARGEST_EXPONENT,
            false => LARGEST_EXPONENT,
        });
        let exponent = exponent.clamp(-LARGEST_EXPONENT, LARGEST_EXPONENT);
        let exponent = exponent + length(significant - digits.len()) - length(fraction.len());
        Self { is_negative, digits, exponent }
    }

    /// The same, which borrows nothing.
    pub fn into_owned(self) -> ExactNumber<'static> {
        ExactNumber { digits: Cow::Owned(self.digits.into_owned()), ..self }
    }

    pub fn is_whole(&self) -> bool {
        self.exponent >= 0
    }

    pub fn is_multiple_of(&self, divisor: &Divisor) -> bool {
        // Neither ends in a zero, so that a smaller power of ten is never made up for by the digits.
        let Ok(shift) = u64::try_from(self.exponent.saturating_sub(divisor.exponent)) else {
            return self.digits.is_empty();
        };
        let modulus = u128::from(divisor.digits);
        let digit = |byte: u8| u128::from(byte - b'0');
        let rest = self.digits.bytes().fold(0, |rest, byte| (rest * 10 + digit(byte)) % modulus);
        (rest * power_of_ten(shift, modulus)).is_multiple_of(modulus)
    }

    /// The value as a whole number; the largest there is if it is larger. `None`: it is negative or not whole.
    pub fn to_count(&self) -> Option<u64> {
        if self.is_negative || !self.is_whole() {
            return None;
        }
        let digits: Option<u64> = if self.digits.is_empty() { Some(0) } else { self.digits.parse().ok() };
        let power = u32::try_from(self.exponent).ok().and_then(|exponent| 10_u64.checked_pow(exponent));
        Some(digits.zip(power).and_then(|(digits, power)| digits.checked_mul(power)).unwrap_or(u64::MAX))
    }

    /// The one text of the value.
    pub fn text(&self) -> String {
        let sign = if self.is_negative { "-" } else { "" };
        format!("{sign}{}e{}", self.digits, self.exponent)
    }

    fn magnitude(&self) -> i64 {
        self.exponent.saturating_add(length(self.digits.len()))
    }

    fn cmp_without_sign(&self, other: &Self) -> Ordering {
        self.magnitude().cmp(&other.magnitude()).then_with(|| self.digits.cmp(&other.digits))
    }

    /// -1, 0 or 1.
    fn signum(&self) -> i8 {
        match (self.is_negative, self.digits.is_empty()) {
            (_, true) => 0,
            (true, false) => -1,
            (false, false) => 1,
        }
    }
}

impl Ord for ExactNumber<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_sign = self.signum().cmp(&other.signum());
        by_sign.then_with(|| match self.signum() {
            0 => Ordering::Equal,
            1 => self.cmp_without_sign(other),
            _ => other.cmp_without_sign(self),
        })
    }
}

impl PartialOrd for ExactNumber<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Divisor {
    /// `None`: it is not above zero, or has more than 18 digits that count.
    pub fn of(number: &ExactNumber<'_>) -> Option<Self> {
        let is_usable = number.signum() == 1 && number.digits.len() <= 18;
        let digits = number.digits.parse().ok().filter(|_| is_usable)?;
        Some(Self { digits, exponent: number.exponent })
    }
}

fn length(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(LARGEST_EXPONENT)
}

/// Ten to the power of `exponent`, modulo a number of at most 18 digits.
fn power_of_ten(mut exponent: u64, modulus: u128) -> u128 {
    let (mut power, mut factor) = (1 % modulus, 10 % modulus);
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = power * factor % modulus;
        }
        factor = factor * factor % modulus;
        exponent /= 2;
    }
    power
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        text.parse().expect(text)
    }

    #[test]
    fn numbers_are_compared_by_all_their_digits() {
        let (thirty, one_more) = ("100000000000000000000000000000", "100000000000000000000000000001");
        let cases = [
            ("0", "-0.0e5", Ordering::Equal),
            ("1", "1.0", Ordering::Equal),
            ("100", "1e2", Ordering::Equal),
            ("0.10", "1e-1", Ordering::Equal),
            (thirty, one_more, Ordering::Less),
            (thirty, "1e29", Ordering::Equal),
            ("-2", "-1", Ordering::Less),
            ("-1", "0", Ordering::Less),
            ("0.3", "0.29", Ordering::Greater),
            ("12", "123e-1", Ordering::Less),
            ("1e999999999999999999999", "1e308", Ordering::Greater),
            ("1e-999999999999999999999", "1e-308", Ordering::Less),
        ];
        for (a, b, expected) in cases {
            let (left, right) = (number(a), number(b));
            assert_eq!(ExactNumber::of(&left).cmp(&ExactNumber::of(&right)), expected, "{a} {b}");
            assert_eq!(ExactNumber::of(&right).cmp(&ExactNumber::of(&left)), expected.reverse(), "{b} {a}");
        }
    }

    #[test]
    fn a_multiple_is_found_without_a_division_of_floats() {
        let cases = [
            ("0", "7", true),
            ("-21", "7", true),
            ("22", "7", false),
            ("4.5", "1.5", true),
            ("35", "1.5", false),
            ("0.0075", "0.0001", true),
            ("0.00751", "0.0001", false),
            ("19.99", "0.01", true),
            ("1e308", "0.123456789", false),
            ("1e308", "0.5", true),
            ("12391239123", "1e-8", true),
            ("1000000000000000000000000000003", "3", false),
            ("1000000000000000000000000000002", "3", true),
            ("1e9999999", "7", false),
        ];
        for (value, divisor, expected) in cases {
            let (value, divisor) = (number(value), number(divisor));
            let of = Divisor::of(&ExactNumber::of(&divisor)).expect("a divisor");
            assert_eq!(ExactNumber::of(&value).is_multiple_of(&of), expected, "{value} {divisor}");
        }
        for no_divisor in ["0", "-1", "1234567890123456789"] {
            assert_eq!(Divisor::of(&ExactNumber::of(&number(no_divisor))), None, "{no_divisor}");
        }
    }

    proptest! {
        #[test]
        fn whole_numbers_are_as_integers_are(a in any::<i64>(), b in any::<i64>(), divisor in 1..1_000_000_i64) {
            let (left, right) = (Number::from(a), Number::from(b));
            prop_assert_eq!(ExactNumber::of(&left).cmp(&ExactNumber::of(&right)), a.cmp(&b));
            let of = Number::from(divisor);
            let of = Divisor::of(&ExactNumber::of(&of)).expect("a divisor");
            prop_assert_eq!(ExactNumber::of(&left).is_multiple_of(&of), a % divisor == 0);
            prop_assert_eq!(ExactNumber::of(&left).to_count(), u64::try_from(a).ok());
        }
    }
}
