//! Plain JSON ↔ DynamoDB's attribute values; DynamoDB's `{"S": …}` stays on this side.
//!
//! Numbers are never rounded: what DynamoDB cannot hold exactly is refused.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Number, Value};

/// An item or a key: attributes by name.
pub type Attributes = HashMap<String, AttributeValue>;

/// DynamoDB's precision, in significant decimal digits.
const MOST_DIGITS: usize = 38;
/// The power of ten of the first digit: from 1E-130 to 9.99…E+125.
const MAGNITUDES: std::ops::RangeInclusive<i64> = -130..=125;

/// A number that DynamoDB cannot hold exactly.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number of more than 38 digits, or beyond 9.9E+125 or 1E-130")]
pub struct NumberOutOfRange;

/// An attribute value that plain JSON cannot tell.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an attribute value of an unknown type")]
pub struct UnknownType;

/// JSON as an attribute value. There are no sets and no binary in JSON, so none come of it.
pub fn to_attribute(value: &Value) -> Result<AttributeValue, NumberOutOfRange> {
    Ok(match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::Number(number) => AttributeValue::N(canonical(number.as_str()).ok_or(NumberOutOfRange)?),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(values) => AttributeValue::L(values.iter().map(to_attribute).collect::<Result<_, _>>()?),
        Value::Object(map) => AttributeValue::M(to_attributes(map)?),
    })
}

/// The attributes of a map.
pub fn to_attributes(map: &Map<String, Value>) -> Result<Attributes, NumberOutOfRange> {
    map.iter().map(|(name, value)| Ok((name.clone(), to_attribute(value)?))).collect()
}

/// An attribute value as JSON: a set is an array, binary is base64 text.
pub fn to_json(value: AttributeValue) -> Result<Value, UnknownType> {
    let number = |text: String| text.parse::<Number>().map(Value::Number).map_err(|_| UnknownType);
    let base64 = |bytes: aws_sdk_dynamodb::primitives::Blob| Value::String(BASE64_STANDARD.encode(bytes));
    Ok(match value {
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::Bool(value) => Value::Bool(value),
        AttributeValue::N(text) => number(text)?,
        AttributeValue::Ns(texts) => texts.into_iter().map(number).collect::<Result<_, _>>()?,
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::Ss(texts) => texts.into(),
        AttributeValue::B(bytes) => base64(bytes),
        AttributeValue::Bs(blobs) => blobs.into_iter().map(base64).collect(),
        AttributeValue::L(values) => values.into_iter().map(to_json).collect::<Result<_, _>>()?,
        AttributeValue::M(attributes) => Value::Object(to_json_map(attributes)?),
        // The SDK's enum is open: DynamoDB may learn types that we do not know.
        _ => return Err(UnknownType),
    })
}

/// An item in JSON.
pub fn to_json_map(attributes: Attributes) -> Result<Map<String, Value>, UnknownType> {
    attributes.into_iter().map(|(name, value)| Ok((name, to_json(value)?))).collect()
}

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

/// The number that a text is by DynamoDB's own rules, as JSON writes it: `7.0` of `+07.0`, `0.5` of `.5`.
pub fn number(text: &str) -> Option<Number> {
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
    use aws_sdk_dynamodb::primitives::Blob;
    use proptest::prelude::*;
    use serde_json::json;

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
            let found = number(text).map(|number| number.as_str().to_owned());
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
            assert_eq!(number(text), None, "{text:?}");
        }
    }

    #[test]
    fn json_becomes_attribute_values() {
        let json =
            json!({"s": "x", "n": 7, "yes": true, "nothing": null, "list": ["a", [1]], "map": {"": ""}});
        let s = |text: &str| AttributeValue::S(text.to_owned());
        let n = |text: &str| AttributeValue::N(text.to_owned());
        let expected = AttributeValue::M(HashMap::from([
            ("s".to_owned(), s("x")),
            ("n".to_owned(), n("7")),
            ("yes".to_owned(), AttributeValue::Bool(true)),
            ("nothing".to_owned(), AttributeValue::Null(true)),
            ("list".to_owned(), AttributeValue::L(vec![s("a"), AttributeValue::L(vec![n("1")])])),
            ("map".to_owned(), AttributeValue::M(HashMap::from([(String::new(), s(""))]))),
        ]));
        assert_eq!(to_attribute(&json), Ok(expected));
        let too_exact = "1".repeat(39);
        let deep = serde_json::from_str(&format!(r#"{{"a": [{{"b": {too_exact}}}]}}"#)).unwrap();
        assert_eq!(to_attribute(&deep), Err(NumberOutOfRange));
    }

    #[test]
    fn sets_and_binary_become_arrays_and_base64() {
        let blob = || Blob::new(b"\x00\xff");
        let cases = [
            (AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()]), json!(["a", "b"])),
            (AttributeValue::Ns(vec!["1".to_owned()]), json!([1])),
            (AttributeValue::Bs(vec![blob()]), json!(["AP8="])),
            (AttributeValue::B(blob()), json!("AP8=")),
        ];
        for (attribute, expected) in cases {
            assert_eq!(to_json(attribute), Ok(expected));
        }
        assert_eq!(to_json(AttributeValue::N("NaN".to_owned())), Err(UnknownType));
    }

    /// JSON as clients write it, with numbers that DynamoDB can hold.
    fn any_json() -> impl Strategy<Value = Value> {
        let number = "-?(0|[1-9][0-9]{0,36})(\\.[0-9]{1,2})?(e-?[0-9]{1,2})?"
            .prop_filter_map("in range", |text| canonical(&text)?.parse().ok().map(Value::Number));
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            ".*".prop_map(Value::String),
            number,
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(".*", inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_comes_back_from_attribute_values_as_it_was(json in any_json()) {
            prop_assert_eq!(to_attribute(&json).map(to_json), Ok(Ok(json)));
        }

        #[test]
        fn a_canonical_number_has_the_same_value(number in "-?(0|[1-9][0-9]{0,9})(\\.[0-9]{1,9})?(e-?[0-9]{1,2})?") {
            let canonical = canonical(&number).unwrap();
            prop_assert_eq!(super::canonical(&canonical), Some(canonical.clone()));
            prop_assert_eq!(canonical.parse::<f64>().unwrap(), number.parse::<f64>().unwrap());
        }
    }
}
