//! User name and password in the text of a URL: nobody is told them.

use std::borrow::Cow;

/// Stands for what is not told.
const WITHHELD: &str = "…";

/// The text with `…` for every `user:password` before an `@`, with or without a scheme. Where it is not clear that it is
/// one, it is.
pub fn withheld(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return text.into();
    }
    let is_between = |c: char| c.is_whitespace() || c == '"';
    text.split_inclusive(is_between).map(without_userinfo).collect::<String>().into()
}

fn without_userinfo(word: &str) -> String {
    let (scheme, rest) = match word.find("://") {
        Some(at) => word.split_at(at + "://".len()),
        None => ("", word),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let has_scheme = !scheme.is_empty();
    // A password with a slash that nobody has escaped: what follows the colon is no port.
    let is_cut = has_scheme
        && authority.split_once(':').is_some_and(|(_, port)| !port.bytes().all(|byte| byte.is_ascii_digit()));
    let end = if is_cut { rest.rfind('@') } else { authority.rfind('@') };
    let is_one = |end: &usize| has_scheme || rest[..*end].contains(':');
    match end.filter(is_one) {
        Some(end) => format!("{scheme}{WITHHELD}{}", &rest[end..]),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_urls_are_withheld() {
        let cases = [
            ("https://user:hush@a.example/x", "https://…@a.example/x"),
            ("https://user@a.example", "https://…@a.example"),
            ("https://user:hu@sh@a.example:8443/x", "https://…@a.example:8443/x"),
            ("https://user:hu/sh@a.example", "https://…@a.example"),
            ("https://user:h@u/sh@a.example", "https://…@a.example"),
            ("https://user:hu?s#h@a.example", "https://…@a.example"),
            ("user:hush@a.example/x", "…@a.example/x"),
            ("https:user:hush@a.example/x", "…@a.example/x"),
            (
                r#"{"uri":"http://user:hush@a/","to":"b@c.example"}"#,
                r#"{"uri":"http://…@a/","to":"b@c.example"}"#,
            ),
            ("with http://user:hush@a/ and http://b:80/@me", "with http://…@a/ and http://b:80/@me"),
            ("GET /lit/@me", "GET /lit/@me"),
            ("https://a.example/{id}", "https://a.example/{id}"),
            ("é@é", "é@é"),
        ];
        for (text, expected) in cases {
            assert_eq!(withheld(text), expected);
        }
    }
}
