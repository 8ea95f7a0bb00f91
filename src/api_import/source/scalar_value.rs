//! The value of a scalar without quotes, by the rules of YAML 1.1 as AWS applies them: `yes` is true, `0777` is octal, and a
//! date is text. The text as it is written stays beside it, so a name or an account that looks like a number is not lost.

use serde_json::{Number, Value};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScalarValue {
    Null,
    Bool(bool),
    Number(Number),
    Text,
}

impl ScalarValue {
    /// The value of a plain scalar of YAML.
    pub(super) fn of_plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Self::Bool(true),
            "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
                return Self::Bool(false);
            }
            _ => {}
        }
        number(text).map_or(Self::Text, Self::Number)
    }

    /// The value as JSON; `text` is what is written.
    pub fn to_json(&self, text: &str) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text => Value::String(text.to_owned()),
        }
    }
}

fn number(text: &str) -> Option<Number> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let digits: String = unsigned.chars().filter(|c| *c != '_').collect();
    let radix = |digits: &str, radix: u32| {
        let is_digit = |c: char| c.is_digit(radix);
        let is_number = !digits.is_empty() && digits.chars().all(is_digit);
        let number = is_number.then(|| u64::from_str_radix(digits, radix).ok()).flatten();
        number.and_then(|number| format!("{sign}{number}").parse().ok())
    };
    if let Some(hex) = digits.strip_prefix("0x") {
        return radix(hex, 16);
    }
    if let Some(binary) = digits.strip_prefix("0b") {
        return radix(binary, 2);
    }
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return radix(&digits[1..], 8);
    }
    // JSON's own form, with what YAML lets be left out.
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits.as_str(), None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    let has_point = mantissa.contains('.');
    let form = match (has_point, exponent) {
        (true, Some(exponent)) => format!("{sign}{whole}.{fraction}e{exponent}"),
        (true, None) => format!("{sign}{whole}.{fraction}"),
        (false, Some(exponent)) => format!("{sign}{whole}e{exponent}"),
        (false, None) => format!("{sign}{whole}"),
    };
    form.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_scalars_are_read_by_the_rules_of_yaml_1_1() {
        let table = [
            ("yes", json!(true)),
            ("Off", json!(false)),
            ("~", json!(null)),
            ("200", json!(200)),
            ("-1.5", json!(-1.5)),
            (".5", json!(0.5)),
            ("1_000", json!(1000)),
            ("0x1F", json!(31)),
            ("0777", json!(511)),
            ("0b11", json!(3)),
            ("1e3", serde_json::from_str("1e3").unwrap()),
            ("2012-10-17", json!("2012-10-17")),
            ("012345678901", json!("012345678901")),
            ("12:30", json!("12:30")),
            (".inf", json!(".inf")),
            ("1.2.3", json!("1.2.3")),
            ("0x", json!("0x")),
            ("+", json!("+")),
            ("y", json!("y")),
        ];
        for (text, value) in table {
            assert_eq!(ScalarValue::of_plain(text).to_json(text), value, "{text}");
        }
    }
}
