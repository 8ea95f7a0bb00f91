//! The differences of two answers: status, headers, body.

use std::collections::BTreeSet;

use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{CONTENT_TYPE, SET_COOKIE},
};

use super::{
    answer::{Answer, Content, Unreadable, bytes_in_words},
    asking::NoAnswer,
    json_difference,
    rules::RouteRules,
    text_difference,
};

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `answer`, `status`, `headers.content-type`, `body.items[0].id`, `body, line 3`
    pub what: String,
    pub left: String,
    pub right: String,
}

/// The side does not have it.
pub const NOTHING: &str = "nothing";

impl Difference {
    pub fn new(what: &str, left: impl Into<String>, right: impl Into<String>) -> Self {
        Self { what: what.to_owned(), left: left.into(), right: right.into() }
    }

    /// The same with at most so many characters of each side, from shortly before they differ.
    #[must_use]
    pub fn cut(self, most: usize) -> Self {
        let is_long = [&self.left, &self.right].into_iter().any(|text| text.chars().count() > most);
        let pairs = self.left.chars().zip(self.right.chars());
        let same = pairs.take_while(|(left, right)| left == right).count();
        let begin = if is_long { same.saturating_sub(SHOWN_BEFORE) } else { 0 };
        let cut = |text: &str| {
            let mut characters = text.chars().skip(begin);
            let shown: String = characters.by_ref().take(most).collect();
            let [before, after] =
                [begin > 0, characters.next().is_some()].map(|is_cut| if is_cut { "…" } else { "" });
            format!("{before}{shown}{after}")
        };
        Self { left: cut(&self.left), right: cut(&self.right), what: self.what }
    }
}

/// Characters that are shown before the first that differs.
const SHOWN_BEFORE: usize = 20;

/// Compares what the sides have said.
pub fn compare(
    left: &Result<Answer, NoAnswer>,
    right: &Result<Answer, NoAnswer>,
    rules: RouteRules<'_>,
) -> Vec<Difference> {
    let (left, right) = match (left, right) {
        (Ok(left), Ok(right)) => (left, right),
        (left, right) => {
            let words = |side: &Result<Answer, NoAnswer>| match side {
                Ok(answer) => status(answer.status),
                Err(reason) => reason.to_string(),
            };
            return vec![Difference::new("answer", words(left), words(right))];
        }
    };
    let mut differences = Vec::new();
    if left.status != right.status {
        differences.push(Difference::new("status", status(left.status), status(right.status)));
    }
    compare_headers(&left.headers, &right.headers, rules, &mut differences);
    compare_bodies(left, right, rules, &mut differences);
    differences
}

fn status(status: StatusCode) -> String {
    status.as_u16().to_string()
}

fn compare_headers(
    left: &HeaderMap,
    right: &HeaderMap,
    rules: RouteRules<'_>,
    differences: &mut Vec<Difference>,
) {
    let names: BTreeSet<&str> = left.keys().chain(right.keys()).map(HeaderName::as_str).collect();
    for name in names.into_iter().filter(|name| !rules.ignores_header(name)) {
        let (left, right) = (comparable(left, name), comparable(right, name));
        if left != right {
            let words = |value: Option<String>| value.unwrap_or_else(|| NOTHING.to_owned());
            differences.push(Difference::new(&format!("headers.{name}"), words(left), words(right)));
        }
    }
}

/// The value of a header as it is compared; `None`: it is not there.
fn comparable(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let mut lines: Vec<String> = if name == SET_COOKIE.as_str() {
        lines.map(|line| cookie_without_value(&line)).collect()
    } else if name == CONTENT_TYPE.as_str() {
        lines.map(|line| line.to_ascii_lowercase().replace(' ', "")).collect()
    } else {
        lines.map(|line| line.trim().to_owned()).collect()
    };
    if lines.is_empty() {
        return None;
    }
    if name == SET_COOKIE.as_str() {
        lines.sort_unstable();
    }
    Some(lines.join(", "))
}

/// Name and attributes: the value is a session's, and the time at which it ends is a moment's.
fn cookie_without_value(line: &str) -> String {
    let mut parts = line.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().split('=').next().unwrap_or_default();
    let mut attributes: Vec<String> = parts
        .map(str::to_ascii_lowercase)
        .filter(|attribute| !attribute.is_empty() && !attribute.starts_with("expires="))
        .collect();
    attributes.sort_unstable();
    [vec![format!("{name}=…")], attributes].concat().join("; ")
}

fn compare_bodies(left: &Answer, right: &Answer, rules: RouteRules<'_>, differences: &mut Vec<Difference>) {
    match (&left.content, &right.content) {
        (Ok(Content::Json(left)), Ok(Content::Json(right))) => {
            json_difference::compare(&rules.comparable(left), &rules.comparable(right), differences);
        }
        (Ok(Content::Text(left)), Ok(Content::Text(right))) => {
            differences.extend(text_difference::compare(left, right));
        }
        (Ok(left), Ok(right)) if left == right => {}
        (Ok(left), Ok(right)) => {
            differences.push(Difference::new("body", in_words(left), in_words(right)));
        }
        (left, right) => {
            let words = |content: &Result<Content, Unreadable>| match content {
                Ok(content) => in_words(content),
                Err(unreadable) => unreadable.to_string(),
            };
            differences.push(Difference::new("body", words(left), words(right)));
        }
    }
}

/// A content beside one of another kind.
fn in_words(content: &Content) -> String {
    match content {
        Content::Json(value) => format!("JSON: {value}"),
        Content::Text(text) if text.is_empty() => NOTHING.to_owned(),
        Content::Text(text) => format!("text: {text}"),
        Content::Bytes(bytes) => bytes_in_words(bytes),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderValue;

    use super::*;
    use crate::api_comparison::rules::Rules;

    fn answer(
        status: u16,
        headers: &[(&'static str, &'static str)],
        body: &'static str,
    ) -> Result<Answer, NoAnswer> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        Ok(Answer::new(StatusCode::from_u16(status).unwrap(), map, &Bytes::from_static(body.as_bytes())))
    }

    fn told(left: &Result<Answer, NoAnswer>, right: &Result<Answer, NoAnswer>) -> Vec<String> {
        let rules = Rules::default();
        let differences = compare(left, right, rules.of_route("GET /"));
        differences.into_iter().map(|it| format!("{}: {} | {}", it.what, it.left, it.right)).collect()
    }

    #[test]
    fn long_values_are_shown_from_shortly_before_they_differ() {
        let long = "=".repeat(100);
        let cut = Difference::new("body", format!("{long}left{long}"), format!("{long}right")).cut(30);
        let before = "=".repeat(20);
        assert_eq!(cut, Difference::new("body", format!("…{before}left======…"), format!("…{before}right")));
        let short = Difference::new("body", "ab", "ac");
        assert_eq!(short.clone().cut(30), short);
    }

    #[test]
    fn each_kind_of_difference_is_told_by_its_place() {
        let json = [("content-type", "application/json")];
        let equal = [
            (answer(200, &json, r#"{"a":1.0,"b":[1]}"#), answer(200, &json, r#"{"b": [1], "a": 1}"#)),
            (
                answer(200, &[("content-type", "text/html; charset=UTF-8"), ("date", "a")], "x"),
                answer(200, &[("content-type", "text/html;charset=utf-8"), ("via", "b")], "x"),
            ),
            (
                answer(200, &[("set-cookie", "s=1; Path=/; Expires=Mon"), ("set-cookie", "t=1")], ""),
                answer(200, &[("set-cookie", "t=2"), ("set-cookie", "s=2; expires=Tue; path=/")], ""),
            ),
        ];
        for (left, right) in equal {
            assert_eq!(told(&left, &right), [""; 0]);
        }
        let differing = [
            (
                answer(200, &json, "{}"),
                answer(404, &[], "{}"),
                vec!["status: 200 | 404", "headers.content-type: application/json | nothing"],
            ),
            (
                answer(200, &[], "[1,{\"a\":1}]"),
                answer(200, &[], "[2,{\"b\":null},3]"),
                vec![
                    "body[0]: 1 | 2",
                    "body[1].a: 1 | nothing",
                    "body[1].b: nothing | null",
                    "body[2]: nothing | 3",
                ],
            ),
            (
                answer(200, &[], "{\"a\":1}"),
                answer(200, &[], "{\"a\":1"),
                vec!["body: JSON: {\"a\":1} | text: {\"a\":1"],
            ),
            (answer(200, &[], "a\nb\nc"), answer(200, &[], "a\nx\nc"), vec!["body, line 2: b | x"]),
            (
                answer(200, &[("content-encoding", "gzip")], "no"),
                answer(200, &[], "no"),
                vec![
                    "headers.content-encoding: gzip | nothing",
                    "body: a body that is not in the encoding that it says (gzip) | text: no",
                ],
            ),
            (answer(204, &[], ""), Err(NoAnswer::NotHttp), vec!["answer: 204 | no HTTP response"]),
            (
                answer(200, &[("set-cookie", "s=1; Secure")], ""),
                answer(200, &[("set-cookie", "s=1")], ""),
                vec!["headers.set-cookie: s=…; secure | s=…"],
            ),
        ];
        for (left, right, expected) in differing {
            assert_eq!(told(&left, &right), expected);
        }
    }
}
