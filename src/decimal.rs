//! Numbers as DynamoDB holds them: 38 decimal digits, never rounded.

use serde_json::{Number, Value};

/// DynamoDB's precision, in significant decimal digits.
const MOST_DIGITS: usize = 38;
/// The power of ten of the first digit: from 1E-130 to 9.99…E+125.
const MAGNITUDES: std::ops::RangeInclusive<i64> = -130..=125;

/// The one text of a JSON number's value, `75e-1` of `7.50`; `None` if DynamoDB cannot hold it.
pub fn canonical(number: &str) -> Option<String> {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = [whole, fraction].concat();
    let significant = all_digits.trim_start_matches('0');
    let digits = significant.trim_end_matches('0');
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    let trailing_zeros = significant.len() - digits.len();
    let shift = i64::try_from(trailing_zeros).ok()? - i64::try_from(fraction.len()).ok()?;
    let exponent = exponent.parse::<i64>().ok()?.checked_add(shift)?;
    let magnitude = exponent.checked_add(i64::try_from(digits.len()).ok()? - 1)?;
    if digits.len() > MOST_DIGITS || !MAGNITUDES.contains(&magnitude) {
        return None;
    }
    Some(if exponent == 0 { format!("{sign}{digits}") } else { format!("{sign}{digits}e{exponent}") })
}

/// The value with each number in one text, `7.5` of `75e-1`; one that DynamoDB cannot hold stays as it is.
pub fn canonical_numbers(value: &Value) -> Value {
    match value {
        Value::Number(number) => {
            let text = canonical(number.as_str()).map(|text| written_out(&text));
            Value::Number(text.and_then(|text| text.parse().ok()).unwrap_or_else(|| number.clone()))
        }
        Value::Array(values) => values.iter().map(canonical_numbers).collect(),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(name, value)| (name.clone(), canonical_numbers(value))).collect())
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

/// `29000` of `29e3`, `0.05` of `5e-2`; with many zeros as it is.
fn written_out(canonical: &str) -> String {
    const MOST_ZEROS: i64 = 20;
    let (sign, unsigned) = canonical.strip_prefix('-').map_or(("", canonical), |rest| ("-", rest));
    let Some((digits, exponent)) = unsigned.split_once('e') else { return canonical.to_owned() };
    let exponent: i64 = exponent.parse().unwrap_or_default();
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or_default());
    match exponent {
        0..=MOST_ZEROS => format!("{sign}{digits}{}", zeros(exponent)),
        _ if exponent < 0 && -exponent < count => {
            let (whole, fraction) =
                digits.split_at(digits.len() - usize::try_from(-exponent).unwrap_or_default());
            format!("{sign}{whole}.{fraction}")
        }
        _ if exponent < 0 && -exponent - count <= MOST_ZEROS => {
            format!("{sign}0.{}{digits}", zeros(-exponent - count))
        }
        _ => canonical.to_owned(),
    }
}

/// The number that a text is by DynamoDB's own rules, as JSON writes it: `7.0` of `+07.0`, `0.5` of `.5`.
pub fn parse(text: &str) -> Option<Number> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (coefficient, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((coefficient, exponent)) => (coefficient, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = coefficient.split_once('.').unwrap_or((coefficient, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_exponent = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        !digits.is_empty() && are_digits(digits)
    };
    let is_coefficient = are_digits(whole) && are_digits(fraction) && whole.len() + fraction.len() > 0;
    if !is_coefficient || !exponent.is_none_or(is_exponent) {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    let exponent = exponent.map(|exponent| format!("e{exponent}")).unwrap_or_default();
    let number = format!("{sign}{whole}{fraction}{exponent}");
    canonical(&number)?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_exact_or_refused() {
        let (digits_38, digits_39) = ("9".repeat(38), "9".repeat(39));
        let padded = format!("1{}.{}", "0".repeat(100), "0".repeat(100));
        let cases = [
            ("0", Some("0")),
            ("-0.000e999999999999999999999", Some("0")),
            ("1", Some("1")),
            ("-17", Some("-17")),
            ("7.50", Some("75e-1")),
            ("1e2", Some("1e2")),
            ("100", Some("1e2")),
            ("0.001", Some("1e-3")),
            ("1.5E+3", Some("15e2")),
            (&digits_38, Some(&*digits_38)),
            (&digits_39, None),
            (&padded, Some("1e100")),
            ("1e125", Some("1e125")),
            ("9.9e125", Some("99e124")),
            ("1e126", None),
            ("-1e126", None),
            ("1e-130", Some("1e-130")),
            ("0.1e-130", None),
            ("1.5e-130", Some("15e-131")),
            ("1e99999999999999999999", None),
            ("1e-99999999999999999999", None),
            ("10e9223372036854775807", None),
        ];
        for (number, expected) in cases {
            assert_eq!(canonical(number).as_deref(), expected, "{number}");
        }
    }

    #[test]
    fn a_text_is_a_number_by_dynamodbs_rules() {
        let cases = [
            ("0", Some("0")),
            ("-0", Some("-0")),
            ("7.50", Some("7.50")),
            ("+07.0", Some("7.0")),
            ("-007", Some("-7")),
            (".5", Some("0.5")),
            ("-.5", Some("-0.5")),
            ("5.", Some("5")),
            ("1e-3", Some("1e-3")),
            ("1.5E+3", Some("1.5e+3")),
            (&"9".repeat(38), Some(&*"9".repeat(38))),
            (&"9".repeat(39), None),
            ("1e126", None),
            ("1e-131", None),
            ("1e99999999999999999999", None),
        ];
        for (text, expected) in cases {
            let found = parse(text).map(|number| number.as_str().to_owned());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
        for text in [
            "",
            " ",
            " 1",
            "1 ",
            "1\n",
            "+",
            "-",
            ".",
            "+e2",
            "1e",
            "1e+",
            "e1",
            "++5",
            "1+2",
            "1.2.3",
            "NaN",
            "Infinity",
            "-Infinity",
            "1_000",
            "1,5",
            "0x10",
            "٣",
            "１",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_canonical_number_has_the_same_value(number in "-?(0|[1-9][0-9]{0,9})(\\.[0-9]{1,9})?(e-?[0-9]{1,2})?") {
            let canonical = canonical(&number).unwrap();
            prop_assert_eq!(super::canonical(&canonical), Some(canonical.clone()));
            prop_assert_eq!(canonical.parse::<f64>().unwrap(), number.parse::<f64>().unwrap());
        }
    }
}
