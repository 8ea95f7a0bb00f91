//! Text as strings, scripts, markup and parts of URIs have it.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC};
use serde_json::Value;

/// Outside of an escape illegal in a URI, besides `%` (RFC 3986 §2).
pub const NOT_IN_URI: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// No cookie's octet (RFC 6265 §4.1.1).
pub(super) const NOT_IN_COOKIE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\');
/// Means something in a form (URL standard, `application/x-www-form-urlencoded`).
pub(super) const NOT_IN_FORM: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// A JSON string. What would end a script around it, or a line of one, is written as an escape.
pub(super) fn quoted(value: &str) -> String {
    let quoted = Value::from(value).to_string();
    quoted.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

pub(super) fn json_escaped(value: &str) -> String {
    let quoted = quoted(value);
    quoted[1..quoted.len() - 1].to_owned()
}

/// All but letters and digits as `\u003c`: nothing of it ends a string, a comment or the element around the script.
pub(super) fn script_escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for unit in value.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() => escaped.push(char::from(byte)),
            Ok(_) | Err(_) => escaped.push_str(&format!("\\u{unit:04x}")),
        }
    }
    escaped
}

/// Also what would begin another attribute where one has no quotes, and what means something in a script within a page.
pub(super) fn markup_escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' | '`' | '=' | '\\' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => {
                escaped.push_str(&format!("&#{};", u32::from(c)));
            }
            // No character of XML 1.0, not even as a reference.
            c if c.is_control() && c != '\t' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
