//! How a value is written where it is put, so that it stays one value there.
//!
//! Where a word stands is known from the document's type and from the text before it, when the item is read.

use std::borrow::Cow;

use http::{HeaderName, header};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, value::RawValue};

use crate::media_type::essence;

/// Where in a document a word stands, and so how its value is escaped there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// Where a JSON value is wanted.
    JsonValue,
    /// Between the quotes of a JSON string.
    JsonString,
    /// The same, right behind a backslash of the document's own.
    JsonBackslash,
    /// HTML or XML, in text and in attributes.
    Markup,
    /// JavaScript, where a value is wanted.
    ScriptValue,
    /// Between these quotes of a JavaScript string.
    ScriptString(u8),
    /// A name or a value of a form, or a query's.
    Form,
    /// A URI, in a header: `Location`, `Link`.
    Uri,
    /// A cookie's value.
    Cookie,
    /// Any other header. What no header can have, control characters, stays.
    Header,
    /// Between the quotes of a header's quoted string (RFC 9110 §5.6.4).
    HeaderString,
    /// Any other document: as it is.
    Plain,
}

/// What a value is by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A client can write it.
    Text,
    /// A number of ours or the operator's own text: what is JSON stays JSON where a value is wanted.
    Json,
    /// Text that brings quotes of its own.
    Quoted,
}

/// Outside of an escape illegal in a URI, besides `%`.
const NOT_IN_URI: &AsciiSet = &CONTROLS
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
const NOT_IN_COOKIE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\');
/// Means something in a form (URL standard, `application/x-www-form-urlencoded`).
const NOT_IN_FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

impl Escape {
    /// Of the first word of a body with this `Content-Type`.
    pub fn in_body(content_type: &str) -> Self {
        let media_type = essence(content_type).to_ascii_lowercase();
        let (_, subtype) = media_type.split_once('/').unwrap_or_default();
        match subtype.rsplit('+').next() {
            Some("json" | "x-ndjson" | "jsonl" | "x-jsonlines" | "json-seq") => Self::JsonValue,
            Some("html" | "xml") => Self::Markup,
            Some("javascript" | "x-javascript" | "ecmascript") => Self::ScriptValue,
            Some("x-www-form-urlencoded") => Self::Form,
            _ => Self::Plain,
        }
    }

    /// Of the first word within a header's value.
    pub fn in_header(name: &HeaderName) -> Self {
        match *name {
            header::LOCATION | header::CONTENT_LOCATION | header::LINK => Self::Uri,
            header::SET_COOKIE | header::COOKIE => Self::Cookie,
            _ => Self::Header,
        }
    }

    /// Where one stands after `text` of the document itself. Words between change nothing: they are made to fit.
    pub fn after(self, text: &str) -> Self {
        let mut place = self;
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            place = match (place, byte) {
                (Self::JsonValue, b'"') => Self::JsonString,
                (Self::JsonString | Self::JsonBackslash, b'"') => Self::JsonValue,
                (Self::JsonString | Self::JsonBackslash, b'\\') => match bytes.next() {
                    Some(_) => Self::JsonString,
                    None => Self::JsonBackslash,
                },
                (Self::JsonBackslash, _) => Self::JsonString,
                (Self::ScriptValue, b'"' | b'\'' | b'`') => Self::ScriptString(byte),
                (Self::ScriptString(quote), _) if byte == quote => Self::ScriptValue,
                (Self::Header, b'"') => Self::HeaderString,
                (Self::HeaderString, b'"') => Self::Header,
                (Self::ScriptString(_) | Self::HeaderString, b'\\') => {
                    bytes.next();
                    place
                }
                _ => place,
            };
        }
        place
    }

    /// Writes `value`, or what stands for none.
    pub fn fit(self, value: Option<Cow<'_, str>>, kind: ValueKind) -> Cow<'_, str> {
        let Some(value) = value else {
            return if matches!(self, Self::JsonValue | Self::ScriptValue) {
                "null".into()
            } else {
                "".into()
            };
        };
        let encoded = |set| utf8_percent_encode(&value, set).to_string().into();
        match self {
            Self::JsonValue | Self::ScriptValue if kind == ValueKind::Json && is_json(&value) => value,
            Self::JsonValue => quoted(&value).into(),
            Self::JsonString => json_escaped(&value).into(),
            // The document's own backslash is made one that means itself.
            Self::JsonBackslash => format!("\\{}", json_escaped(&value)).into(),
            Self::ScriptValue => format!("\"{}\"", script_escaped(&value)).into(),
            Self::ScriptString(_) => script_escaped(&value).into(),
            Self::Markup => markup_escaped(&in_own_quotes(value, kind)).into(),
            Self::Form => encoded(NOT_IN_FORM),
            Self::Uri => encoded(NOT_IN_URI),
            Self::Cookie => encoded(NOT_IN_COOKIE),
            Self::HeaderString => value.replace('\\', "\\\\").replace('"', "\\\"").into(),
            Self::Header | Self::Plain => in_own_quotes(value, kind),
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

fn in_own_quotes(value: Cow<'_, str>, kind: ValueKind) -> Cow<'_, str> {
    match kind {
        ValueKind::Quoted => quoted(&value).into(),
        ValueKind::Text | ValueKind::Json => value,
    }
}

/// A JSON string. What would end a script around it, or a line of one, is written as an escape.
fn quoted(value: &str) -> String {
    let quoted = Value::from(value).to_string();
    quoted.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn json_escaped(value: &str) -> String {
    let quoted = quoted(value);
    quoted[1..quoted.len() - 1].to_owned()
}

/// All but letters and digits as `\u003c`: nothing of it ends a string, a comment or the element around the script.
fn script_escaped(value: &str) -> String {
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
fn markup_escaped(value: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: [&str; 12] = [
        "\",\"admin\":true,\"x\":\"",
        "\\",
        "\\\"",
        "\\\\\",\"admin\":true,\"",
        "'; alert(1); '",
        "`${alert(1)}`",
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a\u{2028}b\u{2029}c",
        "\u{0}\u{1}\u{7f}\u{85}\r\nx-evil: 1",
        "]]>-->&quot;",
        "ü😀 ; Domain=evil.example, b=2",
    ];

    fn filled(content_type: &str, document: &str, value: &str) -> String {
        let mut place = Escape::in_body(content_type);
        let mut filled = String::new();
        for (nth, text) in document.split('@').enumerate() {
            if nth > 0 {
                filled.push_str(&place.fit(Some(value.into()), ValueKind::Text));
            }
            place = place.after(text);
            filled.push_str(text);
        }
        filled
    }

    #[test]
    fn json_has_a_clients_text_as_one_string_wherever_it_stands() {
        let documents =
            [r#"{"v": "@"}"#, r#"{"v": @}"#, r#"{"e\"{": "\\", "v": "@"}"#, r#"["\\\"", {"v": @}, "@"]"#];
        for value in HOSTILE {
            for document in documents {
                let text = filled("application/problem+JSON; charset=utf-8", document, value);
                let json: Value =
                    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
                let found = json.get("v").or_else(|| json[1].get("v"));
                assert_eq!(found, Some(&Value::from(value)), "{text}");
            }
            let in_a_page = filled("application/json", r#"{"v": "@"}"#, value);
            assert!(!in_a_page.contains(['<', '\u{2028}', '\u{2029}']), "{in_a_page}");
            let behind_a_backslash = filled("application/json", r#"{"v": "\@"}"#, value);
            let json: Value = serde_json::from_str(&behind_a_backslash).unwrap();
            assert_eq!(json, serde_json::json!({ "v": format!("\\{value}") }));
        }
    }

    #[test]
    fn markup_and_scripts_keep_their_structure() {
        let outside =
            |text: &str, odd: &str| text.chars().any(|c| odd.contains(c) || (c.is_control() && c != '\t'));
        for value in HOSTILE {
            for content_type in ["text/html", "application/xhtml+xml", "application/xml"] {
                let text = filled(content_type, "@", value);
                assert!(!outside(&text, "<>\"'`=\\\u{2028}\u{2029}"), "{text}");
            }
            for document in ["@", "'@'", "`@`", "\"a\\\"@\"", "// don't @", "f('\\'', @)"] {
                let text = filled("text/javascript", document, value);
                let inner = document.split('@').fold(text, |text, part| text.replacen(part, "", 1));
                let inner = inner.replace(r"\u", "");
                assert!(inner.trim_matches('"').bytes().all(|byte| byte.is_ascii_alphanumeric()), "{inner}");
            }
        }
        assert_eq!(filled("text/javascript", "f(@)", "a'b"), r#"f("a\u0027b")"#);
        assert_eq!(filled("text/javascript", "f('@')", "a'b"), r"f('a\u0027b')");
        assert_eq!(filled("text/plain", "<@>", "a'b\"\\"), "<a'b\"\\>");
        assert_eq!(
            filled("application/x-www-form-urlencoded", "a=@&b=1", "1&b=2 ü"),
            "a=1%26b%3D2%20%C3%BC&b=1"
        );
    }

    #[test]
    fn a_header_keeps_its_structure() {
        let cases = [
            (
                "link",
                "<https://a.example/@>; rel=\"x\"",
                "b>; rel=\"y",
                "<https://a.example/b%3E;%20rel=%22y>; rel=\"x\"",
            ),
            ("location", "/a@?b=1", "/%2Fx ü", "/a/%2Fx%20%C3%BC?b=1"),
            ("set-cookie", "a=@; Path=/", "1; Domain=x,\"\\", "a=1%3B%20Domain=x%2C%22%5C; Path=/"),
            (
                "content-disposition",
                "attachment; filename=\"@\"",
                "a\"; b=\\",
                "attachment; filename=\"a\\\"; b=\\\\\"",
            ),
            ("x-any", "\"\\\"\" @", "a\"b", "\"\\\"\" a\"b"),
        ];
        for (name, document, value, expected) in cases {
            let name = HeaderName::from_static(name);
            let (before, after) = document.split_once('@').unwrap();
            let place = Escape::in_header(&name).after(before);
            let fitted = place.fit(Some(value.into()), ValueKind::Text);
            assert_eq!(format!("{before}{fitted}{after}"), expected, "{name}");
        }
    }
}
