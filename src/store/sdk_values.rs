//! Transitional, for `integrations/dynamodb`: plain JSON ↔ the attribute values of the AWS SDK.
//!
//! Numbers are never rounded: what DynamoDB cannot hold exactly is refused.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Number, Value};

use crate::decimal::canonical;

/// An item or a key: attributes by name.
pub type Attributes = HashMap<String, AttributeValue>;

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

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::primitives::Blob;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

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
    }
}
