//! `escapeJavaScript` of commons-lang 2.6.

use std::fmt::Write;

/// The text with whatever a JavaScript string in either quotes cannot hold as escapes; a slash too, and everything
/// that is not ASCII, in UTF-16 units.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(plain @ (b'\'' | b'"' | b'\\' | b'/')) => {
                escaped.push('\\');
                escaped.push(char::from(plain));
            }
            Ok(8) => escaped.push_str("\\b"),
            Ok(b'\t') => escaped.push_str("\\t"),
            Ok(b'\n') => escaped.push_str("\\n"),
            Ok(12) => escaped.push_str("\\f"),
            Ok(b'\r') => escaped.push_str("\\r"),
            Ok(plain @ 32..=127) => escaped.push(char::from(plain)),
            // Writing to a text cannot fail.
            Ok(_) | Err(_) => drop(write!(escaped, "\\u{unit:04X}")),
        }
    }
    escaped
}
