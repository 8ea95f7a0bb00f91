//! DynamoDB's values, and their JSON on the wire: `{"S":"x"}`.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html>

use std::{collections::BTreeMap, fmt, str::FromStr};

use base64::{Engine, display::Base64Display, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

/// An item or a key: attributes by name.
pub type Attributes = BTreeMap<String, AttributeValue>;

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum AttributeValue {
    S(String),
    /// A number as text, of at most 38 digits.
    N(String),
    B(Binary),
    #[serde(rename = "BOOL")]
    Bool(bool),
    #[serde(rename = "NULL")]
    Null(bool),
    #[serde(rename = "SS")]
    Ss(Vec<String>),
    #[serde(rename = "NS")]
    Ns(Vec<String>),
    #[serde(rename = "BS")]
    Bs(Vec<Binary>),
    L(Vec<AttributeValue>),
    M(Attributes),
}

/// Bytes, which are base64 on the wire.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binary(pub Bytes);

impl AttributeValue {
    /// The text of a string.
    pub fn as_s(&self) -> Option<&str> {
        match self {
            Self::S(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one, and a `T` can hold it.
    pub fn number<T: FromStr>(&self) -> Option<T> {
        self.as_n()?.parse().ok()
    }

    /// The text of a number.
    pub fn as_n(&self) -> Option<&str> {
        match self {
            Self::N(text) => Some(text),
            _ => None,
        }
    }
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Piece by piece into the request, not into a text of its own first.
        serializer.collect_str(&Base64Display::new(&self.0, &BASE64_STANDARD))
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Base64)
    }
}

struct Base64;

impl Visitor<'_> for Base64 {
    type Value = Binary;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Binary, E> {
        BASE64_STANDARD.decode(text).map(|bytes| Binary(bytes.into())).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_on_the_wire_as_dynamodb_has_it() {
        let item = Attributes::from([
            ("b".to_owned(), AttributeValue::B(Binary(Bytes::from_static(b"\x00\xff")))),
            ("bs".to_owned(), AttributeValue::Bs(vec![Binary(Bytes::from_static(b"a"))])),
            ("l".to_owned(), AttributeValue::L(vec![AttributeValue::Bool(true), AttributeValue::Null(true)])),
            ("m".to_owned(), AttributeValue::M(Attributes::new())),
            ("n".to_owned(), AttributeValue::N("1.50".to_owned())),
            ("ns".to_owned(), AttributeValue::Ns(vec!["1".to_owned()])),
            ("s".to_owned(), AttributeValue::S("\"é".to_owned())),
            ("ss".to_owned(), AttributeValue::Ss(vec!["x".to_owned()])),
        ]);
        let wire = r#"{"b":{"B":"AP8="},"bs":{"BS":["YQ=="]},"l":{"L":[{"BOOL":true},{"NULL":true}]},"m":{"M":{}},"n":{"N":"1.50"},"ns":{"NS":["1"]},"s":{"S":"\"é"},"ss":{"SS":["x"]}}"#;
        assert_eq!(serde_json::to_string(&item).unwrap(), wire);
        assert_eq!(serde_json::from_str::<Attributes>(wire).unwrap(), item);
    }

    #[test]
    fn a_value_of_an_unknown_type_is_an_error() {
        for wire in [r#"{"X":"1"}"#, r#"{"N":1}"#, r#"{"B":"*"}"#, r#"{"S":"a","N":"1"}"#, "{}"] {
            assert!(serde_json::from_str::<AttributeValue>(wire).is_err(), "{wire}");
        }
    }
}
