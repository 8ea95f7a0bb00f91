//! Parameters as people write them in JSON: a text, a number, true or false, or a list of them.

use serde::Deserialize;
use serde_json::Value;

/// One text. Numbers keep their digits.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub struct Text(pub String);

/// The values of one parameter, in their order.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub struct Texts(pub Vec<String>);

impl TryFrom<Value> for Text {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            Value::Bool(boolean) => Ok(Self(boolean.to_string())),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                Err("expected a text, a number, true or false".to_owned())
            }
        }
    }
}

impl TryFrom<Value> for Texts {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let values = match value {
            Value::Array(values) => values,
            one => vec![one],
        };
        let texts = values.into_iter().map(|value| Text::try_from(value).map(|Text(text)| text));
        texts.collect::<Result<_, _>>().map(Self).map_err(|error| format!("{error}, or a list of them"))
    }
}
