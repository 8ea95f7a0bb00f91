//! The place of a variable in a format: in JSON, XML, between commas, or in plain text. A value stays one value there.
//!
//! Whatever a client sends, a line stays one line: control characters are written as escapes everywhere.

use std::{borrow::Cow, fmt::Write};

use serde_json::value::RawValue;

use crate::template::{Escape, ValueKind, WordValue};

/// The shape of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    JsonObject,
    /// A JSON list, or a lone value.
    OtherJson,
    Xml,
    /// Nothing but separators stands between the variables.
    Separated,
    /// CLF, and any other text.
    Text,
}

/// The place of one variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Json(Escape),
    Xml,
    Separated(Quotes),
    Text,
}

/// The quotes that the format itself writes around a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    Written,
    None,
}

/// Stands for what a request has not, as on API Gateway.
const MISSING: &str = "-";

impl Shape {
    /// The shape of a format, which is these literal texts with a variable between each two.
    pub fn of<T: AsRef<str>>(texts: &[T]) -> Self {
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        let begin = texts.first().copied().unwrap_or_default().trim_start();
        if begin.starts_with(['{', '[']) && is_json(&texts) {
            return if begin.starts_with('{') { Self::JsonObject } else { Self::OtherJson };
        }
        if begin.starts_with('<') {
            return Self::Xml;
        }
        let between = texts.get(1..texts.len().saturating_sub(1)).unwrap_or_default();
        let separates = |text: &&str| matches!(text.replace(['"', ' '], "").as_str(), "," | ";" | "\t" | "|");
        if !between.is_empty() && between.iter().all(separates) { Self::Separated } else { Self::Text }
    }

    /// The place at the beginning of the format.
    pub const fn begin(self) -> Place {
        match self {
            Self::JsonObject | Self::OtherJson => Place::Json(Escape::JsonValue),
            Self::Xml => Place::Xml,
            Self::Separated => Place::Separated(Quotes::None),
            Self::Text => Place::Text,
        }
    }
}

/// True if the format is JSON where each variable is a value or a part of a string.
fn is_json(texts: &[&str]) -> bool {
    let mut place = Shape::OtherJson.begin();
    let mut sample = String::new();
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            sample.push_str(&place.fit(WordValue { text: None, kind: ValueKind::Text }));
        }
        sample.push_str(text);
        place = place.after(text);
    }
    serde_json::from_str::<&RawValue>(&sample).is_ok()
}

impl Place {
    /// The place behind `text` of the format itself.
    pub fn after(self, text: &str) -> Self {
        match self {
            Self::Json(escape) => Self::Json(escape.after(text)),
            Self::Separated(quotes) => {
                let is_odd = text.matches('"').count() % 2 == 1;
                Self::Separated(match (quotes, is_odd) {
                    (Quotes::None, true) | (Quotes::Written, false) => Quotes::Written,
                    (Quotes::None, false) | (Quotes::Written, true) => Quotes::None,
                })
            }
            Self::Xml | Self::Text => self,
        }
    }

    /// Writes a value, or what stands for none.
    pub fn fit(self, value: WordValue<'_>) -> Cow<'_, str> {
        let WordValue { text, kind } = value;
        let text = text.filter(|text| !text.is_empty());
        match (self, text) {
            // A dash would be no JSON.
            (Self::Json(Escape::JsonValue), None) => "null".into(),
            (Self::Json(_) | Self::Xml | Self::Separated(_) | Self::Text, None) => MISSING.into(),
            (Self::Json(escape), text) => escape.fit(text, kind),
            (Self::Xml, text) => Escape::Markup.fit(text, kind),
            (Self::Separated(quotes), Some(text)) => in_field(text, quotes),
            (Self::Text, Some(text)) => match kind {
                ValueKind::Quoted => format!("\"{}\"", in_text(&text)).into(),
                ValueKind::Text | ValueKind::Json => in_text(&text).into(),
            },
        }
    }
}

/// RFC 4180 §2, with control characters as Apache's logs have them.
fn in_field(text: Cow<'_, str>, quotes: Quotes) -> Cow<'_, str> {
    let text = text.replace('"', "\"\"");
    let text = escaped(&text, |c| c.is_control());
    match quotes {
        Quotes::None if text.contains([',', ';', '"', '|']) => format!("\"{text}\"").into(),
        Quotes::None | Quotes::Written => text.into(),
    }
}

/// As Apache's logs have it: `\x22` for a quote.
fn in_text(text: &str) -> String {
    escaped(text, |c| c.is_control() || matches!(c, '"' | '\\' | '\u{2028}' | '\u{2029}'))
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escaped(c) {
            write!(escaped, "\\x{:02x}", u32::from(c)).expect("a text can be written to");
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> WordValue<'_> {
        WordValue { text: Some(text.into()), kind: ValueKind::Text }
    }

    #[test]
    fn a_format_has_the_shape_that_its_own_texts_say() {
        let cases: [(&[&str], Shape); 9] = [
            (&["{ \"id\":\"", "\", \"status\":", "}"], Shape::JsonObject),
            (&["[", ",", "]"], Shape::OtherJson),
            (&["{", "}"], Shape::Text),
            (&["{\"id\":\"", "\",}"], Shape::Text),
            (&["<request id=\"", "\"/>"], Shape::Xml),
            (&["", ",", ",", ""], Shape::Separated),
            (&["\"", "\",\"", "\""], Shape::Separated),
            (&["", " ", " [", "]\"", "\" ", ""], Shape::Text),
            (&["", ""], Shape::Text),
        ];
        for (texts, expected) in cases {
            assert_eq!(Shape::of(texts), expected, "{texts:?}");
        }
    }

    proptest! {
        #[test]
        fn no_value_breaks_its_line_or_its_field(text in "\\PC*|[\"',;\\\\\n\r\t\u{0}\u{2028}<>&]{1,8}") {
            let json = Place::Json(Escape::JsonString).fit(value(&text)).into_owned();
            let json = format!("\"{json}\"");
            prop_assert!(serde_json::from_str::<String>(&json).is_ok());
            let bare = Place::Json(Escape::JsonValue).fit(value(&text)).into_owned();
            prop_assert!(serde_json::from_str::<serde_json::Value>(&bare).is_ok());
            let xml = Place::Xml.fit(value(&text)).into_owned();
            prop_assert!(!xml.contains(['<', '"', '\n']));
            let plain = Place::Text.fit(value(&text)).into_owned();
            prop_assert!(!plain.contains('"') && !plain.chars().any(char::is_control));
            let quoted = Place::Separated(Quotes::Written).fit(value(&text)).into_owned();
            prop_assert!(!quoted.replace("\"\"", "").contains('"') && !quoted.chars().any(char::is_control));
            let field = Place::Separated(Quotes::None).fit(value(&text)).into_owned();
            prop_assert!(!field.contains(',') || field.starts_with('"') && field.ends_with('"'));
        }
    }
}
