//! JSON for a reader whose terminal obeys none of it.

use serde_json::Value;

use crate::text_table::is_obeyed;

/// JSON on many lines, without the last line's end.
pub fn indented(value: &Value) -> String {
    escaped(&format!("{value:#}"))
}

/// JSON on one line, without its end.
pub fn in_a_line(value: &Value) -> String {
    escaped(&value.to_string())
}

/// Escapes what `serde_json` leaves as it is, and a terminal would obey. Such a character is in a string, where `\u009b`
/// means the same; the ASCII ones but DEL are escaped already, or are the line ends between the members.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c == '\u{7f}' || (!c.is_ascii() && is_obeyed(c)) {
            true => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped_and_means_the_same() {
        let value = json!({ "a\u{9b}": ["\u{1b}[2J\u{9b}31m\u{7f}", "\u{202a}\u{202e}\u{2066}\u{2069}", "Käse 日本 …\n"] });
        let line = in_a_line(&value);
        assert_eq!(
            line,
            r#"{"a\u009b":["\u001b[2J\u009b31m\u007f","\u202a\u202e\u2066\u2069","Käse 日本 …\n"]}"#
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), value);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&indented(&value)).unwrap(), value);
        assert_eq!(indented(&json!({ "a": 1 })), "{\n  \"a\": 1\n}");
    }
}
