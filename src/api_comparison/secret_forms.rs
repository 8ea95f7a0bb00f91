//! The forms in which an API may send a secret back: percent-encoded, in JSON, in HTML, in base64.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Escaped but for the unreserved characters (RFC 3986 §2.3).
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Escaped as by JavaScript's `encodeURIComponent`.
const OF_COMPONENTS: AsciiSet = UNRESERVED.remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*');
/// Escaped as in a form (URL standard), where a space is `+`.
const OF_FORMS: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b' ');
/// Escaped as in a path, where `/:@=+` stay.
const OF_PATHS: AsciiSet = UNRESERVED.remove(b'/').remove(b':').remove(b'@').remove(b'=').remove(b'+');

/// The value and its other forms; none of them is empty, and some may be alike.
pub fn forms(value: &str) -> Vec<String> {
    let mut forms = vec![value.to_owned()];
    forms.extend(percent_encoded(value));
    forms.extend(json_escaped(value));
    forms.extend(html_escaped(value));
    forms.extend(in_base64(value));
    forms
}

/// With the hexadecimal digits in capitals, and in small letters.
fn percent_encoded(value: &str) -> impl Iterator<Item = String> {
    let encoded = |set| utf8_percent_encode(value, set).to_string();
    let forms = [
        encoded(NON_ALPHANUMERIC),
        encoded(&UNRESERVED),
        encoded(&OF_COMPONENTS),
        encoded(&OF_FORMS).replace(' ', "+"),
        encoded(&OF_PATHS),
    ];
    forms.into_iter().flat_map(|form| [with_small_digits(&form), form])
}

/// `%2F` as `%2f`.
fn with_small_digits(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut small = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(2.min(part.len()));
        small.push_str(&format!("%{}{rest}", digits.to_ascii_lowercase()));
    }
    small
}

/// As most write it, in ASCII only, and as some do for pages: without `<`, `>`, `&` and `/`.
fn json_escaped(value: &str) -> impl Iterator<Item = String> {
    let quoted = Value::from(value).to_string();
    let plain = quoted[1..quoted.len() - 1].to_owned();
    let ascii = in_units(&plain, |c| !c.is_ascii());
    let for_pages = in_units(&plain, |c| matches!(c, '<' | '>' | '&'));
    [plain, ascii, for_pages].into_iter().flat_map(|form| [form.replace('/', "\\/"), form])
}

/// The text with `\u00fc` in the place of such characters.
fn in_units(text: &str, is_escaped: fn(char) -> bool) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if is_escaped(c) {
            let units =
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
            escaped.push_str(&units);
        } else {
            escaped.push(c);
        }
    }
    escaped
}

fn html_escaped(value: &str) -> impl Iterator<Item = String> {
    let plain = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quotes =
        [("\"", "'"), ("&quot;", "'"), ("&quot;", "&#39;"), ("&quot;", "&#x27;"), ("&#34;", "&#39;")];
    quotes.into_iter().map(move |(double, single)| plain.replace('"', double).replace('\'', single))
}

/// The whole value, with and without padding, and what is sure of it inside of a longer text, such as `user:value`: the
/// characters that hold bits of the value only, wherever it begins in a group of three bytes.
fn in_base64(value: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for engine in [BASE64_STANDARD, BASE64_URL_SAFE] {
        let whole = engine.encode(value);
        forms.push(whole.trim_end_matches('=').to_owned());
        forms.push(whole);
        for before in 0..3 {
            let encoded = engine.encode([&[0; 3][..before], value.as_bytes()].concat());
            let (begin, end) = ((before * 8).div_ceil(6), (before + value.len()) * 8 / 6);
            forms.push(encoded[begin..end].to_owned());
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_these_forms() {
        let forms = forms("a/<\"ü+'& z");
        for form in [
            "a/<\"ü+'& z",
            "a%2F%3C%22%C3%BC%2B%27%26%20z",
            "a%2f%3c%22%c3%bc%2b%27%26%20z",
            "a%2F%3C%22%C3%BC%2B'%26%20z",
            "a%2F%3C%22%C3%BC%2B%27%26+z",
            "a/%3C%22%C3%BC+%27%26%20z",
            "a/<\\\"ü+'& z",
            "a\\/<\\\"\\u00fc+'& z",
            "a/\\u003c\\\"ü+'\\u0026 z",
            "a/&lt;&quot;ü+&#39;&amp; z",
            "YS88IsO8KycmIHo=",
            "YS88IsO8KycmIHo",
        ] {
            assert!(forms.iter().any(|known| known == form), "{form}: {forms:#?}");
        }
    }

    #[test]
    fn base64_of_a_longer_text_shows_no_secret() {
        for before in ["", "u:", "us:", "user:", "x"] {
            let whole = BASE64_STANDARD.encode(format!("{before}s3cr3t-value!"));
            assert!(in_base64("s3cr3t-value").iter().any(|form| whole.contains(form)), "{before}");
        }
    }
}
