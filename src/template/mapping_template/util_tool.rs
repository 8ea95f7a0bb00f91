//! `$util`: six functions of texts.

use std::{borrow::Cow, rc::Rc};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{java_script, work::Work};
use crate::template::{
    json_text,
    velocity::{HostObject, MethodError, Value},
};

/// The functions, for problems.
pub(super) const FUNCTIONS: [&str; 6] =
    ["escapeJavaScript", "parseJson", "urlEncode", "urlDecode", "base64Encode", "base64Decode"];

/// `$util`.
#[derive(Debug)]
pub(super) struct UtilTool {
    pub work: Rc<Work>,
}

impl HostObject for UtilTool {
    fn property(&self, _: &str) -> Option<Value> {
        None
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Result<Value, MethodError> {
        let [argument] = arguments else { return Err(MethodError::Unknown) };
        if !FUNCTIONS.contains(&method) {
            return Err(MethodError::Unknown);
        }
        let text = match argument {
            Value::Null => return Ok(Value::Null),
            Value::Text(text) => Rc::clone(text),
            other => {
                let text =
                    other.printed().ok_or_else(|| MethodError::Failed("a value too large".to_owned()))?;
                text.into()
            }
        };
        self.work.take(text.len())?;
        let result = match method {
            "escapeJavaScript" => java_script::escaped(&text),
            "urlEncode" => url_encoded(&text),
            "urlDecode" => url_decoded(&text),
            "base64Encode" => STANDARD.encode(&*text),
            "base64Decode" => base64_decoded(&text)?,
            _ => {
                let parsed = json_text::read(&text);
                return parsed.map_err(|error| MethodError::Failed(error.to_string()));
            }
        };
        self.work.take(result.len())?;
        Ok(Value::Text(result.into()))
    }
}

/// What `URLEncoder` of Java leaves as it is, besides letters and digits.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'*').remove(b'_').remove(b' ');

fn url_encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string().replace(' ', "+")
}

/// As a form: `+` is a blank. A broken escape stays as it is.
fn url_decoded(text: &str) -> String {
    let text: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// Padding may be missing, as commons-codec has it.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Both alphabets; other characters are passed over.
fn base64_decoded(text: &str) -> Result<String, MethodError> {
    let signs = text.bytes().filter_map(|byte| match byte {
        b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        b'+' | b'/' => Some(byte),
        _ => byte.is_ascii_alphanumeric().then_some(byte),
    });
    let signs: Vec<u8> = signs.collect();
    let bytes =
        FORGIVING.decode(signs).map_err(|error| MethodError::Failed(format!("no base64: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
