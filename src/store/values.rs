//! DynamoDB's attribute values as plain JSON.

use std::{collections::HashMap, str::FromStr};

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Number, Value};

/// An item as a JSON object.
pub fn item_to_json(item: HashMap<String, AttributeValue>) -> Map<String, Value> {
    item.into_iter().map(|(name, value)| (name, to_json(value))).collect()
}

/// Numbers keep all their digits, sets become arrays, binary becomes base64 text.
pub fn to_json(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::N(number) => to_number(number),
        AttributeValue::Bool(value) => Value::Bool(value),
        AttributeValue::B(bytes) => Value::String(BASE64_STANDARD.encode(bytes)),
        AttributeValue::L(values) => values.into_iter().map(to_json).collect(),
        AttributeValue::M(map) => Value::Object(item_to_json(map)),
        AttributeValue::Ss(values) => values.into_iter().map(Value::String).collect(),
        AttributeValue::Ns(numbers) => numbers.into_iter().map(to_number).collect(),
        AttributeValue::Bs(values) => {
            values.into_iter().map(|bytes| Value::String(BASE64_STANDARD.encode(bytes))).collect()
        }
        _ => Value::Null,
    }
}

/// What is no JSON number (DynamoDB writes none such) stays text.
fn to_number(text: String) -> Value {
    Number::from_str(&text).map_or(Value::String(text), Value::Number)
}
