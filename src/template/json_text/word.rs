//! Words without quotes: null, truth values, numbers, and texts that a strict reader would refuse.

use crate::template::velocity::{Number, Value};

pub(super) fn value_of_word(word: &str) -> Value {
    match word {
        "null" => Value::Null,
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        _ => number(word).map_or_else(|| Value::text(word), Value::Number),
    }
}

/// The number that a word is. Zeros may lead, and the digits behind the point may be missing; such a number prints
/// as JSON has it, every other as it is written.
fn number(word: &str) -> Option<Number> {
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_exponent = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        !digits.is_empty() && are_digits(digits)
    };
    if whole.is_empty()
        || !are_digits(whole)
        || !fraction.is_none_or(are_digits)
        || !exponent.is_none_or(is_exponent)
    {
        return None;
    }
    let has_leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !has_leading_zero && fraction != Some("") {
        return Some(Number::from_json(word));
    }
    Some(Number::from_json(&written_as_json(word, whole, fraction, exponent)))
}

fn written_as_json(word: &str, whole: &str, fraction: Option<&str>, exponent: Option<&str>) -> String {
    let sign = if word.starts_with('-') { "-" } else { "" };
    let significant = whole.trim_start_matches('0');
    let whole = if significant.is_empty() { "0" } else { significant };
    let fraction = fraction.map(|digits| format!(".{}", if digits.is_empty() { "0" } else { digits }));
    let exponent = exponent.map(|digits| format!("e{digits}"));
    format!("{sign}{whole}{}{}", fraction.unwrap_or_default(), exponent.unwrap_or_default())
}
