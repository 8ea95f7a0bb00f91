//! The one reader of `Cache-Control` and its kin, of requests and of answers.

use std::{borrow::Cow, time::Duration};

use http::{HeaderMap, HeaderName, header::CACHE_CONTROL};

use crate::header_list::split_unquoted;

/// The directives of a message, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    list: Vec<Directive>,
    /// They stand in a field of their own for caches like this one: then `Cache-Control` and `Expires` are for others
    /// (RFC 9213 §2.1).
    pub are_targeted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Directive {
    /// In lower case.
    name: String,
    argument: Argument,
}

/// The argument of a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    None,
    /// Without its quotes.
    Text(String),
}

/// RFC 9213 §3.1: for a cache that stands where this one does.
const CDN_CACHE_CONTROL: HeaderName = HeaderName::from_static("cdn-cache-control");
/// The same by Edge Architecture 1.0 (W3C note, 2001) §2.2, which targets older than RFC 9213 still send. Of its
/// directives those that name a surrogate (`max-age=60;name`) are not for this one.
const SURROGATE_CONTROL: HeaderName = HeaderName::from_static("surrogate-control");

/// RFC 9111 §1.2.2: as much as any cache counts to, 68 years.
const MOST_SECONDS: u64 = 1 << 31;

impl Directives {
    /// Reads those of a request.
    pub fn of_request(headers: &HeaderMap) -> Self {
        Self::of(headers, &CACHE_CONTROL)
    }

    /// Reads those of an answer that are for caches like this one.
    pub fn of_answer(headers: &HeaderMap) -> Self {
        let targeted = Self::of(headers, &CDN_CACHE_CONTROL);
        if !targeted.list.is_empty() {
            return Self { are_targeted: true, ..targeted };
        }
        // It may as well say only how the answer is to be processed (`content="ESI/1.0"`).
        let surrogate = Self::of(headers, &SURROGATE_CONTROL);
        if ["max-age", "no-store"].iter().any(|name| surrogate.has(name)) {
            return Self { are_targeted: true, ..surrogate };
        }
        Self::of(headers, &CACHE_CONTROL)
    }

    fn of(headers: &HeaderMap, name: &HeaderName) -> Self {
        // A byte that is no ASCII makes no directive beside it unsaid.
        let lines = headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
        let names_surrogates = *name == SURROGATE_CONTROL;
        let is_end = |c| c == ',' || (c == ';' && !names_surrogates);
        let directives =
            |line: Cow<'_, str>| split_unquoted(&line, is_end).filter_map(directive).collect::<Vec<_>>();
        Self { list: lines.flat_map(directives).collect(), are_targeted: false }
    }

    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Reads the seconds of the first directive of that name. A text that is no number makes none, and so stale
    /// (RFC 9111 §4.2.1).
    pub fn seconds(&self, name: &str) -> Option<Duration> {
        Some(match self.find(name)? {
            Argument::None => Duration::ZERO,
            Argument::Text(text) => Duration::from_secs(seconds(text)),
        })
    }

    /// Finds the argument of the first directive of that name.
    pub fn find(&self, name: &str) -> Option<&Argument> {
        self.find_all(name).next()
    }

    /// Finds the arguments of all directives of that name.
    pub fn find_all(&self, name: &str) -> impl Iterator<Item = &Argument> {
        self.list.iter().filter(move |directive| directive.name == name).map(|directive| &directive.argument)
    }
}

fn directive(element: &str) -> Option<Directive> {
    let element = element.trim();
    if element.is_empty() || element.contains(';') {
        return None;
    }
    let Some((name, value)) = element.split_once('=') else {
        return Some(Directive { name: element.to_ascii_lowercase(), argument: Argument::None });
    };
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let argument = Argument::Text(quoted.unwrap_or(value).to_owned());
    Some(Directive { name: name.to_ascii_lowercase(), argument })
}

fn seconds(text: &str) -> u64 {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    text.parse().map_or(MOST_SECONDS, |seconds: u64| seconds.min(MOST_SECONDS))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_directive_inside_of_quotes_counts_for_nothing(inside in "[ !#-~]{0,20}", seconds in 0..1_000_000u64) {
            let inside = inside.replace('\\', "\\\\");
            let line = format!("x=\"{inside}, max-age=1\", max-age={seconds}");
            let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::try_from(line).unwrap())]);
            let directives = Directives::of_request(&headers);
            prop_assert_eq!(directives.seconds("max-age"), Some(Duration::from_secs(seconds)));
        }
    }

    fn lines(name: &HeaderName, lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (name.clone(), HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn the_first_max_age_counts_and_one_that_is_no_number_makes_zero_seconds() {
        let cases: [(&[&str], Option<u64>); 17] = [
            (&[], None),
            (&["max-age=60"], Some(60)),
            (&["MaX-aGe=60"], Some(60)),
            (&["max-age=0060"], Some(60)),
            (&["max-age=\"60\""], Some(60)),
            (&["foo, , max-age=60"], Some(60)),
            (&["max-age=60, max-age=5"], Some(60)),
            (&["public", "max-age=60"], Some(60)),
            (&["max-age=99999999999999999999"], Some(1 << 31)),
            (&["x=\"max-age=60\", max-age=1"], Some(1)),
            (&["x=\"a\\\", max-age=60\", max-age=1"], Some(1)),
            (&["max-age='60'"], Some(0)),
            (&["max-age=-60"], Some(0)),
            (&["max-age=60.0"], Some(0)),
            (&["max-age=60a"], Some(0)),
            (&["max-age"], Some(0)),
            (&["max-age =60"], None),
        ];
        for (given, expected) in cases {
            let directives = Directives::of_request(&lines(&CACHE_CONTROL, given));
            assert_eq!(directives.seconds("max-age"), expected.map(Duration::from_secs), "{given:?}");
        }
    }

    #[test]
    fn private_counts_in_a_malformed_line_too() {
        for line in ["private; max-age=60", "x=1;private", "private, x=\u{e9}"] {
            let value = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(CACHE_CONTROL, value)]);
            assert!(Directives::of_answer(&headers).has("private"), "{line}");
        }
        let quoted = lines(&CACHE_CONTROL, &["x=\"a; private\", max-age=60"]);
        assert!(!Directives::of_answer(&quoted).has("private"));
        // Of structured fields these are parameters, which nobody must understand (RFC 9213 §2.1).
        let targeted = lines(&CDN_CACHE_CONTROL, &["max-age=60;x=1"]);
        assert_eq!(Directives::of_answer(&targeted).seconds("max-age"), Some(Duration::from_secs(60)));
    }

    #[test]
    fn cdn_cache_control_and_surrogate_control_replace_cache_control() {
        let mut headers = lines(&CACHE_CONTROL, &["no-store"]);
        assert!(Directives::of_answer(&headers).has("no-store"));
        headers.insert(CDN_CACHE_CONTROL, HeaderValue::from_static(""));
        assert!(Directives::of_answer(&headers).has("no-store"), "RFC 9213 §2.1: empty is as if not there");
        headers.insert(CDN_CACHE_CONTROL, HeaderValue::from_static("max-age=60"));
        let directives = Directives::of_answer(&headers);
        assert!(!directives.has("no-store") && directives.has("max-age") && directives.are_targeted);
        for (surrogate, expected) in
            [("content=\"ESI/1.0\"", true), ("max-age=60;other", true), ("max-age=60, content=\"x\"", false)]
        {
            let mut headers = lines(&CACHE_CONTROL, &["private"]);
            headers.insert(SURROGATE_CONTROL, HeaderValue::from_static(surrogate));
            assert_eq!(Directives::of_answer(&headers).has("private"), expected, "{surrogate}");
        }
    }
}
