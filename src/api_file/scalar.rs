//! Plain scalars by the core schema of YAML 1.2 (§10.3.2). Where YAML 1.1, which many readers still speak, understands
//! one otherwise, it is refused: whoever reads the file next must not read another API.

use serde_json::Number;

use crate::decimal;

/// The value of a scalar that has no quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlainScalar {
    Null,
    Bool(bool),
    Number(Number),
    Text,
}

/// A scalar without quotes that is not what it seems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambiguous {
    pub message: String,
    pub hint: String,
}

/// # Errors
///
/// The scalar is another value by YAML 1.1, or none that an item can hold.
pub fn plain(text: &str) -> Result<PlainScalar, Ambiguous> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(PlainScalar::Null),
        "true" | "True" | "TRUE" => return Ok(PlainScalar::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(PlainScalar::Bool(false)),
        _ => {}
    }
    if let Some(is_true) = bool_of_yaml_1_1(text) {
        return Err(Ambiguous {
            message: format!("got {text}, which YAML 1.1 reads as {is_true} and YAML 1.2 as text"),
            hint: format!("write {is_true}, or \"{text}\" in quotes"),
        });
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(digits) =
        unsigned.strip_prefix("0x").filter(|digits| is_all(digits, |b| b.is_ascii_hexdigit()))
    {
        return radix(text, digits, 16);
    }
    if let Some(digits) =
        unsigned.strip_prefix("0o").filter(|digits| is_all(digits, |b| (b'0'..=b'7').contains(&b)))
    {
        return radix(text, digits, 8);
    }
    if let Some(other) = number_of_yaml_1_1(unsigned) {
        return Err(quote(text, other));
    }
    if matches!(unsigned.to_ascii_lowercase().as_str(), ".inf" | ".nan") {
        return Err(quote(text, "which is a number to YAML that no item can hold"));
    }
    if !is_decimal(unsigned) {
        return Ok(PlainScalar::Text);
    }
    match decimal::parse(text).and_then(|number| decimal::canonical(number.as_str())) {
        Some(canonical) => Ok(PlainScalar::Number(shortest(&canonical))),
        None => Err(quote(text, "which is a number of more than 38 digits, or beyond 9.9E+125 or 1E-130")),
    }
}

/// The characters that are shown of a long one.
const MOST_SHOWN: usize = 12;

fn quote(text: &str, why: &str) -> Ambiguous {
    let shown = match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    Ambiguous { message: format!("got {shown}, {why}"), hint: "put it in quotes if it is text".to_owned() }
}

fn is_all(text: &str, is_one: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(is_one)
}

/// The words that were booleans. A lone `y` or `n` was one on paper only.
fn bool_of_yaml_1_1(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// The reason why a text without its sign is one number by YAML 1.1 and another one, or text, by YAML 1.2.
fn number_of_yaml_1_1(text: &str) -> Option<&'static str> {
    let is_digit = |b: u8| b.is_ascii_digit();
    if text.len() > 1 && text.starts_with('0') && is_all(text, is_digit) {
        return Some("which YAML 1.1 reads as octal and YAML 1.2 as decimal");
    }
    if text.strip_prefix("0b").is_some_and(|digits| is_all(digits, |b| matches!(b, b'0' | b'1' | b'_'))) {
        return Some("which YAML 1.1 reads as binary and YAML 1.2 as text");
    }
    let begins_with_digit = text.as_bytes().first().copied().is_some_and(is_digit);
    if begins_with_digit && text.contains('_') && is_all(text, |b| is_digit(b) || matches!(b, b'_' | b'.')) {
        return Some("which YAML 1.1 reads as a number and YAML 1.2 as text");
    }
    let parts: Vec<&str> = text.split(':').collect();
    let is_base_60 = |part: &&str| (1..=2).contains(&part.len()) && is_all(part, is_digit) && **part < *"60";
    let [first, rest @ ..] = &parts[..] else { return None };
    let is_sexagesimal = !rest.is_empty() && is_all(first, is_digit) && rest.iter().all(is_base_60);
    is_sexagesimal.then_some("which YAML 1.1 reads as a number of base 60 and YAML 1.2 as text")
}

/// `12`, `1.5`, `.5`, `5.`, `1e3`.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digit = |b: u8| b.is_ascii_digit();
    let are_digits = |text: &str| text.bytes().all(is_digit);
    are_digits(whole)
        && are_digits(fraction)
        && whole.len() + fraction.len() > 0
        && exponent.is_none_or(|text| is_all(text.strip_prefix(['-', '+']).unwrap_or(text), is_digit))
}

fn radix(text: &str, digits: &str, radix: u32) -> Result<PlainScalar, Ambiguous> {
    let sign = if text.starts_with('-') { "-" } else { "" };
    let number = u128::from_str_radix(digits, radix).ok().map(|number| format!("{sign}{number}"));
    let number = number.filter(|number| decimal::canonical(number).is_some());
    let number = number.and_then(|number| number.parse().ok());
    number.map(PlainScalar::Number).ok_or_else(|| quote(text, "which is a number of more than 38 digits"))
}

/// The most zeros that are written out.
const MOST_ZEROS: usize = 20;

/// A canonical number as DynamoDB gives it back: `1000` of `1e3`, `7.5` of `75e-1`.
fn shortest(canonical: &str) -> Number {
    let (sign, unsigned) = canonical.strip_prefix('-').map_or(("", canonical), |rest| ("-", rest));
    let (digits, exponent) = unsigned.split_once('e').unwrap_or((unsigned, "0"));
    let exponent: i64 = exponent.parse().unwrap_or_default();
    let shift = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
    let text = if exponent >= 0 && shift <= MOST_ZEROS {
        format!("{sign}{digits}{}", "0".repeat(shift))
    } else if exponent < 0 && shift < digits.len() {
        let (whole, fraction) = digits.split_at(digits.len() - shift);
        format!("{sign}{whole}.{fraction}")
    } else if exponent < 0 && shift - digits.len() <= MOST_ZEROS {
        format!("{sign}0.{}{digits}", "0".repeat(shift - digits.len()))
    } else {
        canonical.to_owned()
    };
    text.parse().expect("digits with a point are a number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_scalar_is_what_yaml_1_2_says() {
        let number = |text: &str| PlainScalar::Number(text.parse().unwrap());
        let cases = [
            ("", PlainScalar::Null),
            ("~", PlainScalar::Null),
            ("null", PlainScalar::Null),
            ("True", PlainScalar::Bool(true)),
            ("FALSE", PlainScalar::Bool(false)),
            ("tRUE", PlainScalar::Text),
            ("0", number("0")),
            ("-0", number("0")),
            ("+12", number("12")),
            ("1e3", number("1000")),
            ("1.0", number("1")),
            ("7.50", number("7.5")),
            ("5.", number("5")),
            (".5", number("0.5")),
            ("-1.25E-3", number("-0.00125")),
            ("1e100", number("1e100")),
            ("0x1F", number("31")),
            ("0o17", number("15")),
            ("123456789012345678901234567890", number("123456789012345678901234567890")),
            ("12345678901234567890.123456789012345678", number("12345678901234567890.123456789012345678")),
            ("2026-11-30", PlainScalar::Text),
            ("1.2.3.4", PlainScalar::Text),
            ("y", PlainScalar::Text),
            ("1e", PlainScalar::Text),
            ("0x", PlainScalar::Text),
            ("0xG", PlainScalar::Text),
            ("10.0.0.0/8", PlainScalar::Text),
            ("a:1", PlainScalar::Text),
            ("$request.path.id", PlainScalar::Text),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_scalar_that_two_readers_take_differently_is_refused() {
        let cases = [
            ("on", "got on, which YAML 1.1 reads as true and YAML 1.2 as text"),
            ("No", "got No, which YAML 1.1 reads as false and YAML 1.2 as text"),
            ("0777", "got 0777, which YAML 1.1 reads as octal and YAML 1.2 as decimal"),
            ("-007", "got -007, which YAML 1.1 reads as octal and YAML 1.2 as decimal"),
            ("0b11", "got 0b11, which YAML 1.1 reads as binary and YAML 1.2 as text"),
            ("1_000", "got 1_000, which YAML 1.1 reads as a number and YAML 1.2 as text"),
            ("12:30", "got 12:30, which YAML 1.1 reads as a number of base 60 and YAML 1.2 as text"),
            (".inf", "got .inf, which is a number to YAML that no item can hold"),
            ("-.NaN", "got -.NaN, which is a number to YAML that no item can hold"),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text).map_err(|refused| refused.message), Err(expected.to_owned()), "{text}");
        }
        let long = "1".repeat(39);
        assert!(
            plain(&long).is_err()
                && plain("1e126").is_err()
                && plain(&format!("0x{}", "f".repeat(32))).is_err()
        );
    }
}
