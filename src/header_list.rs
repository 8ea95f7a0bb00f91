//! Lists in header fields: elements between commas (RFC 9110 §5.6.1). Empty elements are no elements.

use http::{HeaderMap, HeaderName};

/// The elements of a list of tokens, such as `Vary` or `Connection`. Tokens are never quoted.
pub fn tokens(line: &str) -> impl Iterator<Item = &str> {
    not_empty(line.split(','))
}

/// The tokens of all lines of a field, but those of lines that are not ASCII.
pub fn tokens_of<'a>(headers: &'a HeaderMap, field: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(field).iter().filter_map(|line| line.to_str().ok()).flat_map(tokens)
}

/// The elements of a list that may have quoted strings in it, such as `Accept` or `Cache-Control`.
pub fn elements(line: &str) -> impl Iterator<Item = &str> {
    not_empty(split_unquoted(line, |c| c == ','))
}

/// The elements of a list of entity tags, such as `If-None-Match`. A backslash in a tag escapes nothing (RFC 9110 §8.8.3).
pub fn entity_tags(line: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    not_empty(line.split(move |c| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    }))
}

/// The parts of `text` between separators that stand in no quoted string (RFC 9110 §5.6.4), as they are.
pub fn split_unquoted(text: &str, is_separator: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |c| {
        if is_escaped {
            is_escaped = false;
        } else {
            is_escaped = is_quoted && c == '\\';
            is_quoted ^= c == '"';
        }
        !is_quoted && is_separator(c)
    })
}

fn not_empty<'a>(elements: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    elements.map(str::trim).filter(|element| !element.is_empty())
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderValue, VARY};

    use super::*;

    #[test]
    fn a_comma_in_quotes_separates_only_tokens() {
        type Elements = &'static [&'static str];
        #[rustfmt::skip]
        let cases: [(&str, Elements, Elements, Elements); 6] = [
            ("",                &[],                      &[],                   &[]),
            (" ,a ,\t, b",      &["a", "b"],              &["a", "b"],           &["a", "b"]),
            (r#""a,b", c"#,     &[r#""a"#, r#"b""#, "c"], &[r#""a,b""#, "c"],    &[r#""a,b""#, "c"]),
            (r#"x="a\",b", c"#, &[r#"x="a\""#, r#"b""#, "c"], &[r#"x="a\",b""#, "c"], &[r#"x="a\""#, r#"b", c"#]),
            (r#""a\", b"#,      &[r#""a\""#, "b"],        &[r#""a\", b"#],      &[r#""a\""#, "b"]),
            (r#"a\,b"#,         &[r"a\", "b"],            &[r"a\", "b"],        &[r"a\", "b"]),
        ];
        for (line, as_tokens, as_elements, as_entity_tags) in cases {
            assert_eq!(tokens(line).collect::<Vec<_>>(), as_tokens, "{line}");
            assert_eq!(elements(line).collect::<Vec<_>>(), as_elements, "{line}");
            assert_eq!(entity_tags(line).collect::<Vec<_>>(), as_entity_tags, "{line}");
        }
    }

    #[test]
    fn a_field_of_several_lines_is_one_list() {
        let lines =
            [&b"a, b"[..], b"\xe9, x", b"c"].map(|line| (VARY, HeaderValue::from_bytes(line).unwrap()));
        assert_eq!(tokens_of(&HeaderMap::from_iter(lines), &VARY).collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
