//! The official SDK, with which tests look into tables and write what no operator does.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    primitives::Blob,
    types::AttributeValue,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use crate::sdk_http_client::sdk_http_client;

/// An item or a key, as the SDK has it.
pub type Attributes = HashMap<String, AttributeValue>;

/// A client of the DynamoDB at `url`.
pub fn client(url: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(url)
        .http_client(sdk_http_client())
        .build();
    Client::from_conf(config)
}

/// A JSON object as attributes.
pub fn to_attributes(json: &Value) -> Attributes {
    let object = json.as_object().unwrap();
    object.iter().map(|(name, value)| (name.clone(), to_attribute(value))).collect()
}

fn to_attribute(json: &Value) -> AttributeValue {
    match json {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(values) => AttributeValue::L(values.iter().map(to_attribute).collect()),
        Value::Object(_) => AttributeValue::M(to_attributes(json)),
    }
}

/// An item as a JSON object: sets are arrays, binary is base64 text.
pub fn to_json(item: Attributes) -> Value {
    Value::Object(item.into_iter().map(|(name, value)| (name, value_to_json(value))).collect::<Map<_, _>>())
}

fn value_to_json(value: AttributeValue) -> Value {
    let number = |text: String| Value::Number(text.parse().unwrap());
    let base64 = |bytes: Blob| Value::String(BASE64_STANDARD.encode(bytes));
    match value {
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::Bool(value) => Value::Bool(value),
        AttributeValue::N(text) => number(text),
        AttributeValue::Ns(texts) => texts.into_iter().map(number).collect(),
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::Ss(texts) => texts.into(),
        AttributeValue::B(bytes) => base64(bytes),
        AttributeValue::Bs(blobs) => blobs.into_iter().map(base64).collect(),
        AttributeValue::L(values) => values.into_iter().map(value_to_json).collect(),
        AttributeValue::M(attributes) => to_json(attributes),
        other => panic!("a type that DynamoDB did not have: {other:?}"),
    }
}
