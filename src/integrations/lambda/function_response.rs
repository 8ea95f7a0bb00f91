//! The parts of a function's response that both payload formats share, read strictly: what cannot be sent is a broken
//! answer.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::function_headers;
use crate::error::GatewayError;

/// The members of a response, each still the JSON that the function wrote; of a repeated one the last.
#[derive(Debug, Default)]
pub struct FunctionResponse<'a> {
    pub status_code: Option<&'a RawValue>,
    pub headers: Option<&'a RawValue>,
    pub multi_value_headers: Option<&'a RawValue>,
    pub cookies: Option<&'a RawValue>,
    pub body: Option<&'a RawValue>,
    pub is_base64_encoded: Option<&'a RawValue>,
    /// True if there was a member of any other name.
    pub has_others: bool,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Member {
    StatusCode,
    Headers,
    MultiValueHeaders,
    Cookies,
    Body,
    IsBase64Encoded,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for FunctionResponse<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FunctionResponseVisitor)
    }
}

struct FunctionResponseVisitor;

impl<'de> Visitor<'de> for FunctionResponseVisitor {
    type Value = FunctionResponse<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FunctionResponse<'de>, A::Error> {
        let mut response = FunctionResponse::default();
        while let Some(member) = map.next_key()? {
            match member {
                Member::StatusCode => response.status_code = Some(map.next_value()?),
                Member::Headers => response.headers = Some(map.next_value()?),
                Member::MultiValueHeaders => response.multi_value_headers = Some(map.next_value()?),
                Member::Cookies => response.cookies = Some(map.next_value()?),
                Member::Body => response.body = Some(map.next_value()?),
                Member::IsBase64Encoded => response.is_base64_encoded = Some(map.next_value()?),
                Member::Other => {
                    response.has_others = true;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(response)
    }
}

/// A string, borrowed from the response if it has no escapes.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct JsonText<'a>(#[serde(borrow)] Cow<'a, str>);

/// The status: a whole number from 200 to 599, or text of one.
pub fn status(value: &RawValue) -> Result<StatusCode, GatewayError> {
    let digits = scalar(value)?.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok()).filter(|number| (200..=599).contains(number));
    match number.map(StatusCode::from_u16) {
        Some(Ok(status)) => Ok(status),
        Some(Err(_)) | None => Err(broken("a statusCode from 200 to 599", value)),
    }
}

/// Adds `{"name": "value"}`, as far as it is new.
pub fn add_headers(map: &mut HeaderMap, value: &RawValue) -> Result<(), GatewayError> {
    for (name, value) in object(value, "headers")? {
        add_values(map, &name, &[value], function_headers::add_new)?;
    }
    Ok(())
}

/// Adds `{"name": "value", "other": ["value", …]}`, as far as it is new.
pub fn add_headers_or_lists(map: &mut HeaderMap, value: &RawValue) -> Result<(), GatewayError> {
    for (name, value) in object(value, "headers")? {
        let values = if value.get().starts_with('[') { list(value, "headers")? } else { vec![value] };
        add_values(map, &name, &values, function_headers::add_new)?;
    }
    Ok(())
}

/// Adds `{"name": ["value", …]}`.
pub fn add_multi_value_headers(map: &mut HeaderMap, value: &RawValue) -> Result<(), GatewayError> {
    for (name, values) in object(value, "multiValueHeaders")? {
        add_values(map, &name, &list(values, "multiValueHeaders")?, function_headers::add)?;
    }
    Ok(())
}

/// Adds one `set-cookie` for each of `["name=value; …", …]` that is new.
pub fn add_cookies(map: &mut HeaderMap, value: &RawValue) -> Result<(), GatewayError> {
    add_values(map, &JsonText("set-cookie".into()), &list(value, "cookies")?, function_headers::add_new)
}

/// `true`, `false` or null, also as text.
pub fn flag(value: &RawValue) -> Result<bool, GatewayError> {
    match scalar(value)?.as_deref() {
        Some("true") => Ok(true),
        Some("false") | None => Ok(false),
        Some(_) => Err(broken("isBase64Encoded to be true or false", value)),
    }
}

/// The body's text, without a copy where `payload`, from which `value` was read, has it as it is.
pub fn body(value: &RawValue, payload: &Bytes) -> Result<Bytes, GatewayError> {
    Ok(match scalar(value)? {
        Some(Cow::Borrowed(text)) => payload.slice_ref(text.as_bytes()),
        Some(Cow::Owned(text)) => text.into(),
        None => Bytes::new(),
    })
}

/// The bytes that `body` is the base64 of, padded or not.
pub fn decode_base64(body: &[u8]) -> Result<Bytes, GatewayError> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let decoded = ENGINE.decode(body);
    decoded.map(Bytes::from).map_err(|error| GatewayError::BrokenAnswer(format!("body: {error}").into()))
}

/// A string without its quotes, a number or a boolean as it was written; nothing for null.
pub fn scalar<'a>(value: &'a RawValue) -> Result<Option<Cow<'a, str>>, GatewayError> {
    match value.get().as_bytes() {
        [b'"', ..] => match serde_json::from_str::<JsonText<'a>>(value.get()) {
            Ok(text) => Ok(Some(text.0)),
            Err(_) => Err(broken("text", value)),
        },
        [b'n', ..] => Ok(None),
        [b'{' | b'[', ..] => Err(broken("text, a number or a boolean", value)),
        _ => Ok(Some(Cow::Borrowed(value.get()))),
    }
}

/// Adds a line for each value that is not null.
fn add_values(
    map: &mut HeaderMap,
    name: &JsonText<'_>,
    values: &[&RawValue],
    add: fn(&mut HeaderMap, &str, &str) -> Result<(), GatewayError>,
) -> Result<(), GatewayError> {
    for value in values {
        if let Some(text) = scalar(value)? {
            add(map, &name.0, &text)?;
        }
    }
    Ok(())
}

fn object<'a>(
    value: &'a RawValue,
    member: &str,
) -> Result<BTreeMap<JsonText<'a>, &'a RawValue>, GatewayError> {
    let map: Option<_> = serde_json::from_str(value.get()).map_err(|_| broken(member, value))?;
    Ok(map.unwrap_or_default())
}

fn list<'a>(value: &'a RawValue, member: &str) -> Result<Vec<&'a RawValue>, GatewayError> {
    let list: Option<_> = serde_json::from_str(value.get()).map_err(|_| broken(member, value))?;
    Ok(list.unwrap_or_default())
}

/// For the log, where a body has no place: what kind of JSON the function wrote, and not what is in it.
fn broken(expected: &str, value: &RawValue) -> GatewayError {
    let got = match value.get().as_bytes() {
        [b'{', ..] => "an object",
        [b'[', ..] => "a list",
        [b'"', ..] => "a string",
        [b'n', ..] => "null",
        [b't' | b'f', ..] => "a boolean",
        _ => "another number",
    };
    GatewayError::BrokenAnswer(format!("expected {expected}, got {got}").into())
}
