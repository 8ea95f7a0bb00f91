//! Plain JSON ↔ DynamoDB's attribute values; DynamoDB's `{"S": …}` stays on this side.
//!
//! Numbers are never rounded: what DynamoDB cannot hold exactly is refused.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use crate::{
    aws::dynamodb::{AttributeValue, Attributes, Binary},
    decimal::canonical,
};

/// A number that DynamoDB cannot hold exactly.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number of more than 38 digits, or beyond 9.9E+125 or 1E-130")]
pub struct NumberOutOfRange;

/// An item in plain JSON, as it is read: a set is an array, binary is base64 text.
#[derive(Clone, Debug, PartialEq)]
pub struct PlainItem(pub Map<String, Value>);

/// An attribute value in plain JSON.
struct PlainValue(Value);

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

impl<'de> Deserialize<'de> for PlainItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ItemVisitor).map(Self)
    }
}

impl<'de> Deserialize<'de> for PlainValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ValueVisitor).map(Self)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("attributes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut attributes: A) -> Result<Map<String, Value>, A::Error> {
        let mut item = Map::new();
        while let Some((name, PlainValue(value))) = attributes.next_entry()? {
            item.insert(name, value);
        }
        Ok(item)
    }
}

/// The types of DynamoDB.
#[derive(Deserialize)]
enum Type {
    S,
    N,
    B,
    #[serde(rename = "BOOL")]
    Bool,
    #[serde(rename = "NULL")]
    Null,
    #[serde(rename = "SS")]
    StringSet,
    #[serde(rename = "NS")]
    NumberSet,
    #[serde(rename = "BS")]
    BinarySet,
    L,
    M,
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut typed: A) -> Result<Value, A::Error> {
        let Some(kind) = typed.next_key()? else { return Err(A::Error::custom("a value without a type")) };
        let value = match kind {
            Type::S => Value::String(typed.next_value()?),
            Type::N => number(&typed.next_value::<String>()?)?,
            Type::B => base64(&typed.next_value()?),
            Type::Bool => Value::Bool(typed.next_value()?),
            Type::Null => {
                typed.next_value::<bool>()?;
                Value::Null
            }
            Type::StringSet => typed.next_value::<Vec<String>>()?.into(),
            Type::NumberSet => {
                let texts: Vec<String> = typed.next_value()?;
                texts.iter().map(|text| number(text)).collect::<Result<_, _>>()?
            }
            Type::BinarySet => typed.next_value::<Vec<Binary>>()?.iter().map(base64).collect(),
            Type::L => typed.next_value::<Vec<PlainValue>>()?.into_iter().map(|value| value.0).collect(),
            Type::M => Value::Object(typed.next_value::<PlainItem>()?.0),
        };
        match typed.next_key::<IgnoredAny>()? {
            None => Ok(value),
            Some(_) => Err(A::Error::custom("a value of two types")),
        }
    }
}

fn number<E: Error>(text: &str) -> Result<Value, E> {
    let number = text.parse::<Number>().map_err(|_| E::custom("a number that is none"))?;
    Ok(Value::Number(number))
}

fn base64(binary: &Binary) -> Value {
    Value::String(BASE64_STANDARD.encode(&binary.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::testing::any_json;

    #[test]
    fn json_becomes_attribute_values() {
        let json =
            json!({"s": "x", "n": 7, "yes": true, "nothing": null, "list": ["a", [1]], "map": {"": ""}});
        let s = |text: &str| AttributeValue::S(text.to_owned());
        let n = |text: &str| AttributeValue::N(text.to_owned());
        let expected = AttributeValue::M(Attributes::from([
            ("s".to_owned(), s("x")),
            ("n".to_owned(), n("7")),
            ("yes".to_owned(), AttributeValue::Bool(true)),
            ("nothing".to_owned(), AttributeValue::Null(true)),
            ("list".to_owned(), AttributeValue::L(vec![s("a"), AttributeValue::L(vec![n("1")])])),
            ("map".to_owned(), AttributeValue::M(Attributes::from([(String::new(), s(""))]))),
        ]));
        assert_eq!(to_attribute(&json), Ok(expected));
        let too_exact = "1".repeat(39);
        let deep = serde_json::from_str(&format!(r#"{{"a": [{{"b": {too_exact}}}]}}"#)).unwrap();
        assert_eq!(to_attribute(&deep), Err(NumberOutOfRange));
    }

    #[test]
    fn sets_and_binary_are_read_as_arrays_and_base64() {
        let wire = json!({ "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1"]}, "bs": {"BS": ["AP8="]},
            "b": {"B": "AP8="}, "nothing": {"NULL": true} });
        let plain = json!({ "ss": ["a", "b"], "ns": [1], "bs": ["AP8="], "b": "AP8=", "nothing": null });
        let read: PlainItem = serde_json::from_str(&wire.to_string()).unwrap();
        assert_eq!(Value::Object(read.0), plain);
    }

    #[test]
    fn what_is_no_attribute_value_is_no_item() {
        let nested = format!("{}{}", r#"{"L":["#.repeat(200), "]}".repeat(200));
        let values = [
            r#"{"N":"NaN"}"#,
            r#"{"N":1}"#,
            r#"{"NS":["x"]}"#,
            r#"{"X":"1"}"#,
            r#"{"B":"*"}"#,
            r#"{"S":"a","N":"1"}"#,
            r#"{"NULL":1}"#,
            "{}",
            "1",
            &nested,
        ];
        for value in values {
            let item = format!(r#"{{"a":{value}}}"#);
            assert!(serde_json::from_str::<PlainItem>(&item).is_err(), "{value}");
        }
        assert!(serde_json::from_str::<PlainItem>("[]").is_err());
    }

    /// Numbers that DynamoDB can hold.
    fn any_number() -> impl Strategy<Value = Value> {
        "-?(0|[1-9][0-9]{0,36})(\\.[0-9]{1,2})?(e-?[0-9]{1,2})?"
            .prop_filter_map("in range", |text| canonical(&text)?.parse().ok().map(Value::Number))
    }

    proptest! {
        #[test]
        fn json_comes_back_from_attribute_values_as_it_was(json in any_json(any_number())) {
            let wire = serde_json::to_string(&to_attribute(&json).unwrap()).unwrap();
            let read: PlainValue = serde_json::from_str(&wire).unwrap();
            prop_assert_eq!(read.0, json);
        }
    }
}
