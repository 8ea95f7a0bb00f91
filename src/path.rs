//! The one canonical form of a path and a query (DESIGN §9, "Paths").
//!
//! The string that is routed is the string that is authorized, logged and forwarded: two spellings of one
//! path become one here, and what no honest client sends is refused.

use std::{borrow::Cow, fmt::Write};

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// Not legal in a query, RFC 3986 §3.4; `%` stays, so that a bad escape is kept literally. `{|}` and `[]`
/// are left as clients send them.
const NOT_IN_QUERY: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`');

/// A slash that belongs to its segment, as canonical paths have it.
pub const ESCAPED_SLASH: &str = "%2F";

/// Makes the canonical path: leading slashes collapsed, escapes of unreserved characters decoded, all other
/// escapes in upper case, illegal characters escaped.
///
/// # Errors
///
/// The fault of an unacceptable path: control characters, backslashes, invalid escapes or UTF-8, dot segments.
pub fn canonical_path(raw: &str) -> Result<String, &'static str> {
    let mut path = String::with_capacity(raw.len() + 1);
    path.push('/');
    let mut rest = raw.trim_start_matches('/').as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let escaped = escaped_byte(after).ok_or("an invalid percent-encoding")?;
            rest = &after[2..];
            push_escaped(&mut path, escaped)?;
        } else {
            push_plain(&mut path, byte)?;
        }
    }
    refuse_bad_text(&path)?;
    refuse_dot_segments(&path)?;
    Ok(path)
}

/// Makes the canonical query: what is no legal URI character is escaped, all else stays as sent.
///
/// # Errors
///
/// A control character.
pub fn canonical_query(raw: &str) -> Result<String, &'static str> {
    if raw.bytes().any(|byte| byte.is_ascii_control()) {
        return Err("a control character in the query");
    }
    Ok(utf8_percent_encode(raw, NOT_IN_QUERY).to_string())
}

/// A canonical path as routing compares it: with escapes of what may as well stand as it is decoded (`%40` is `@`), so
/// that two paths are equal here where they are with every escape decoded but `%2F`, which is no slash.
pub fn comparable(path: &str) -> Cow<'_, str> {
    const WRITTEN_EITHER_WAY: &[u8] = b"!$&'()*+,;=:@";
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let (mut comparable, mut rest) = (String::with_capacity(path.len()), path);
    while let Some((before, after)) = rest.split_once('%') {
        comparable.push_str(before);
        rest = match escaped_byte(after.as_bytes()) {
            Some(byte) if WRITTEN_EITHER_WAY.contains(&byte) => {
                comparable.push(char::from(byte));
                &after[2..]
            }
            Some(_) | None => {
                comparable.push('%');
                after
            }
        };
    }
    comparable.push_str(rest);
    Cow::Owned(comparable)
}

/// Decodes every escape but those of a slash and of `%`, so that no two paths that differ become one; `None`: an escape
/// is broken, or they spell no UTF-8.
pub fn decode_all_but_slashes(path: &str) -> Option<Cow<'_, str>> {
    if !path.contains('%') {
        return Some(Cow::Borrowed(path));
    }
    let mut parts = path.split('%');
    let mut decoded = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match escaped_byte(part.as_bytes())? {
            byte @ (b'/' | b'%') => decoded.extend(format!("%{byte:02X}").bytes()),
            byte => decoded.push(byte),
        }
        decoded.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

/// Decodes every valid escape; bytes that are no UTF-8 become U+FFFD.
pub fn decode(value: &str) -> Cow<'_, str> {
    percent_decode_str(value).decode_utf8_lossy()
}

/// The names and values of a query, decoded as forms are: `+` is a space, a bad escape stays as it is.
pub fn query_pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    query_pairs_as_sent(query).map(|(name, value)| (name, decode_form(value)))
}

/// The same, with only the names decoded.
pub fn query_pairs_as_sent(query: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode_form(name), value)
    })
}

/// The decoded names, each with its whole pair as sent: `name=value`.
pub fn query_pairs_whole(query: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        (decode_form(name), pair)
    })
}

fn decode_form(text: &str) -> Cow<'_, str> {
    if text.contains('+') { Cow::Owned(decode(&text.replace('+', " ")).into_owned()) } else { decode(text) }
}

fn escaped_byte(after: &[u8]) -> Option<u8> {
    let digit = |index: usize| char::from(*after.get(index)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

fn push_escaped(path: &mut String, byte: u8) -> Result<(), &'static str> {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => path.push(char::from(byte)),
        b'\\' => return Err("a backslash"),
        byte if byte.is_ascii_control() => return Err("a control character"),
        byte => write!(path, "%{byte:02X}").expect("a String takes all"),
    }
    Ok(())
}

fn push_plain(path: &mut String, byte: u8) -> Result<(), &'static str> {
    match byte {
        b'\\' => Err("a backslash"),
        byte if byte.is_ascii_control() => Err("a control character"),
        b' ' | b'"' | b'#' | b'<' | b'>' | b'?' | b'[' | b']' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x80.. => {
            write!(path, "%{byte:02X}").expect("a String takes all");
            Ok(())
        }
        byte => {
            path.push(char::from(byte));
            Ok(())
        }
    }
}

/// Refuses escapes that spell control characters (C1 among them) or no UTF-8.
fn refuse_bad_text(path: &str) -> Result<(), &'static str> {
    if !path.contains('%') {
        return Ok(());
    }
    let text = percent_decode_str(path).decode_utf8().map_err(|_| "escapes that are not UTF-8")?;
    if text.chars().any(char::is_control) { Err("a control character") } else { Ok(()) }
}

fn refuse_dot_segments(path: &str) -> Result<(), &'static str> {
    let dots = |segment: &str| segment.split(ESCAPED_SLASH).any(|part| part == "." || part == "..");
    if path.split('/').any(dots) { Err("a dot segment") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_has_one_canonical_spelling() {
        let cases = [
            ("", Ok("/")),
            ("/", Ok("/")),
            ("///", Ok("/")),
            ("//stage/proxy-value", Ok("/stage/proxy-value")),
            ("/stage//proxy-value", Ok("/stage//proxy-value")),
            ("/proxy-value/", Ok("/proxy-value/")),
            ("/p/%6Frders/%7Euser", Ok("/p/orders/~user")),
            ("/test%2balias@gmail.com", Ok("/test%2Balias@gmail.com")),
            ("/a%2fb", Ok("/a%2Fb")),
            ("/a/%252e%252e/b", Ok("/a/%252e%252e/b")),
            ("/caf\u{e9}", Ok("/caf%C3%A9")),
            ("/caf%c3%a9", Ok("/caf%C3%A9")),
            ("/a b\"<>^`{|}[]", Ok("/a%20b%22%3C%3E%5E%60%7B%7C%7D%5B%5D")),
            ("/a/...", Ok("/a/...")),
            ("/a/.hidden", Ok("/a/.hidden")),
            ("/a/../b", Err("a dot segment")),
            ("/a/%2e%2e/admin", Err("a dot segment")),
            ("/a/%2E./admin", Err("a dot segment")),
            ("/a/.", Err("a dot segment")),
            ("/a/x%2f..%2Fadmin", Err("a dot segment")),
            ("/..", Err("a dot segment")),
            ("/a\\b", Err("a backslash")),
            ("/a%5cb", Err("a backslash")),
            ("/a%00", Err("a control character")),
            ("/a\u{0}", Err("a control character")),
            ("/a%0d%0ab", Err("a control character")),
            ("/a%C2%85", Err("a control character")),
            ("/a%7F", Err("a control character")),
            ("/pa2%Fth/1", Err("an invalid percent-encoding")),
            ("/a%", Err("an invalid percent-encoding")),
            ("/a%4", Err("an invalid percent-encoding")),
            ("/a%+1", Err("an invalid percent-encoding")),
            ("/a%ff", Err("escapes that are not UTF-8")),
            ("/a%C0%AE", Err("escapes that are not UTF-8")),
        ];
        for (raw, expected) in cases {
            assert_eq!(canonical_path(raw).as_deref().map_err(|e| *e), expected, "{raw}");
        }
    }

    #[test]
    fn paths_are_compared_in_any_spelling() {
        let cases = [
            ("/a/@b", "/a/@b"),
            ("/a/%40b", "/a/@b"),
            ("/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40", "/!$&'()*+,;=:@"),
            // These have one spelling each, and `%2540` is not `%40`.
            ("/a%2Fb/%2540/caf%C3%A9%20%7B%7D%3F", "/a%2Fb/%2540/caf%C3%A9%20%7B%7D%3F"),
        ];
        for (path, expected) in cases {
            assert_eq!(comparable(path), expected);
        }
    }

    #[test]
    fn all_escapes_but_those_of_slashes_and_percent_signs_can_be_decoded() {
        let cases = [
            ("/a/b", Some("/a/b")),
            ("/caf%C3%A9%20%40%2a", Some("/caf\u{e9} @*")),
            ("/a%2fb%252F%25", Some("/a%2Fb%252F%25")),
            ("/a%2", None),
            ("/a%zz", None),
            ("/a%\u{e9}", None),
            ("/a%ff", None),
        ];
        for (path, expected) in cases {
            assert_eq!(decode_all_but_slashes(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn keeps_a_query_as_sent_where_it_is_legal() {
        let cases = [
            ("a=1&a=2&b", Ok("a=1&a=2&b")),
            ("email=test%2Balias@gmail.com&plus=a+b", Ok("email=test%2Balias@gmail.com&plus=a+b")),
            ("bad=%zz&cut=%4", Ok("bad=%zz&cut=%4")),
            ("q={a}|[b]", Ok("q={a}|[b]")),
            ("q=a b\"c<d>e\\f^g`h#i\u{e9}", Ok("q=a%20b%22c%3Cd%3Ee%5Cf%5Eg%60h%23i%C3%A9")),
            ("newline=%0A", Ok("newline=%0A")),
            ("q=\u{1}", Err("a control character in the query")),
            ("q=\u{7f}", Err("a control character in the query")),
        ];
        for (raw, expected) in cases {
            assert_eq!(canonical_query(raw).as_deref().map_err(|e| *e), expected, "{raw}");
        }
    }

    #[test]
    fn reads_a_query_as_a_form() {
        let pairs: Vec<_> = query_pairs("a=1&&b&c=%2B+%zz&=x&d=%ff").collect();
        let expected = [("a", "1"), ("b", ""), ("c", "+ %zz"), ("", "x"), ("d", "\u{fffd}")]
            .map(|(n, v)| (n.into(), v.into()));
        assert_eq!(pairs, expected);
    }

    proptest! {
        /// A canonical path is its own canonical path, is a legal URI path, and has no way out.
        #[test]
        fn canonical_paths_stay_as_they_are(raw in "[/.%a-f0-9A-F\\\\é {}~]{0,24}") {
            if let Ok(path) = canonical_path(&raw) {
                let again = canonical_path(&path);
                prop_assert_eq!(again.as_deref(), Ok(path.as_str()));
                prop_assert!(path.parse::<http::Uri>().is_ok());
                prop_assert!(!path.starts_with("//"));
                let decoded = decode(&path);
                prop_assert!(!decoded.split('/').any(|segment| segment == "." || segment == ".."));
            }
        }
    }
}
