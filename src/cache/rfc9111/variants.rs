//! The answers of one URI: one for all, or several that `Vary` or callers tell apart (RFC 9111 §4.1).
//!
//! If there are several, a list of what tells them apart stands at the URI's key, and each has a key of its
//! own. A list also says since when answers count: a new one makes all older answers forgotten at once.

use http::{
    HeaderMap, HeaderName,
    header::{ACCEPT_ENCODING, ACCEPT_LANGUAGE, COOKIE, VARY},
};

use super::super::{
    entry::Entry,
    key::{CacheKey, KeyHasher, KeyWriter},
};
use crate::{header_list::tokens, message::Request};

/// A list of the headers that tell the answers of a URI apart, besides the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variants {
    /// Sorted.
    names: Vec<HeaderName>,
    /// Answers that were asked for before that moment do not count. Milliseconds since 1970.
    pub since_ms: u64,
    /// Until then it must be stored at least.
    pub keep_until_ms: u64,
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

impl Variants {
    /// With nothing to tell apart: what is known of the URI is forgotten.
    pub fn since(now_ms: u64, keep_until_ms: u64) -> Self {
        Self { names: Vec::new(), since_ms: now_ms, keep_until_ms }
    }

    /// Reads a list from the `Vary` that the table has. One that names nothing that can be read tells nothing apart.
    pub(in super::super) fn read(headers: &HeaderMap, since_ms: u64, keep_until_ms: u64) -> Self {
        Self { names: varies_on(headers).unwrap_or_default(), since_ms, keep_until_ms }
    }

    /// The bytes that it takes in memory, about.
    pub(in super::super) fn weight(&self) -> u64 {
        let names: usize = self.names.iter().map(|name| name.as_str().len() + 64).sum();
        (names + 256) as u64
    }

    /// The headers that tell answers apart.
    pub fn names(&self) -> &[HeaderName] {
        &self.names
    }

    /// True where an answer is not from before the URI was forgotten.
    pub fn counts(&self, entry: &Entry) -> bool {
        entry.stored_at_ms >= self.since_ms
    }

    /// Makes a list with `names` too, for as long as an answer is stored that was asked for at `requested_at_ms`. `None`:
    /// this one says all of that.
    pub fn with(&self, names: &[HeaderName], keep_until_ms: u64, requested_at_ms: u64) -> Option<Self> {
        if names.iter().all(|name| self.names.contains(name)) && keep_until_ms <= self.keep_until_ms {
            return None;
        }
        let mut all = [&self.names, names].concat();
        all.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        all.dedup();
        // Twice as long, so that it need not be written with each answer.
        let keep_until_ms = keep_until_ms + keep_until_ms.saturating_sub(requested_at_ms);
        Some(Self { names: all, since_ms: self.since_ms, keep_until_ms })
    }

    /// The key of the answer to this request; `caller` is whose alone it is.
    pub fn key(&self, uri: &CacheKey, request: &Request, caller: Option<&str>) -> CacheKey {
        let mut key = KeyHasher::of_variant(uri);
        key.part("caller", caller.map(str::as_bytes).as_slice());
        for name in &self.names {
            let values = values(name, request);
            key.part(name.as_str(), &values.iter().map(String::as_bytes).collect::<Vec<_>>());
        }
        key.finish()
    }
}

/// Reads the names in `Vary`, sorted; `None`: nobody can tell what the answer depends on.
pub fn varies_on(headers: &HeaderMap) -> Option<Vec<HeaderName>> {
    let mut names = Vec::new();
    for line in headers.get_all(VARY) {
        for name in tokens(line.to_str().ok()?) {
            // `*` is a token too.
            names.push(name.parse().ok().filter(|_| name != "*")?);
        }
    }
    names.sort_by(|one: &HeaderName, other| one.as_str().cmp(other.as_str()));
    names.dedup();
    Some(names)
}

/// The values that the target gets under `name`.
fn values(name: &HeaderName, request: &Request) -> Vec<String> {
    if *name == COOKIE {
        return request.cookies.clone();
    }
    let lines = request.headers.get_all(name).iter();
    let mut values: Vec<_> =
        lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect();
    // Lists of tokens, which may have space around them, in any case. In `Accept` a parameter's value may count by
    // letter, and stand in quotes.
    // An empty line counts: an empty `Accept-Encoding` says something else than none (RFC 9110 §12.5.3).
    if [ACCEPT_ENCODING, ACCEPT_LANGUAGE].contains(name) {
        let elements = values.iter().flat_map(|line| line.split(','));
        values = elements.map(|element| element.trim().to_ascii_lowercase()).collect();
    }
    // The gateway adds the client's address.
    if *name == FORWARDED_FOR {
        values.push(request.origin.source_ip.clone());
    }
    values
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::{cache::tests::key, testing::TestRequest};

    fn vary(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (VARY, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn a_vary_that_cannot_be_read_or_has_a_star_names_no_headers() {
        let names = |lines: &[&'static str]| {
            varies_on(&vary(lines)).map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]), Some(vec![]));
        assert_eq!(names(&["Foo, Bar,,", "foo"]), Some(vec!["bar".to_owned(), "foo".to_owned()]));
        for unknown in [&["*"] as &[_], &["*, *"], &["", "*"], &["Foo, *"], &["a b"]] {
            assert_eq!(names(unknown), None, "{unknown:?}");
        }
    }

    #[test]
    fn a_list_grows_by_the_names_of_an_answer_and_lasts_twice_as_long() {
        let list = Variants::since(5, 9).with(&varies_on(&vary(&["Foo, Bar"])).unwrap(), 20, 10).unwrap();
        assert_eq!((list.since_ms, list.keep_until_ms), (5, 30));
        let known = varies_on(&vary(&["foo"])).unwrap();
        assert_eq!(list.with(&known, 30, 10), None, "nothing new");
        assert!(list.with(&known, 31, 10).is_some(), "for longer");
    }

    #[test]
    fn headers_that_vary_names_and_the_caller_tell_answers_apart() {
        let of = |names: &'static str, world: &TestRequest, caller| {
            let names = varies_on(&vary(&[names])).unwrap();
            Variants::since(0, 0).with(&names, 1, 0).unwrap().key(&key(1), &world.request, caller)
        };
        let plain = || TestRequest::new("");
        let same = [
            ("Foo", plain().header("other", "1"), plain().header("other", "2")),
            ("Accept-Language", plain().header("accept-language", "en, de"), {
                plain().header("accept-language", " EN,  de")
            }),
        ];
        for (names, one, other) in same {
            assert_eq!(of(names, &one, None), of(names, &other, None), "{names}");
        }
        let apart = [
            ("Foo", plain().header("foo", "1"), plain().header("foo", "2")),
            ("Foo", plain(), plain().header("foo", "")),
            ("Foo, Bar", plain().header("foo", "1"), plain().header("bar", "1")),
            ("Accept-Language", plain().header("accept-language", "en, de"), {
                plain().header("accept-language", "de, en")
            }),
            ("Accept", plain().header("accept", "text/html;p=\"A\""), {
                plain().header("accept", "text/html;p=\"a\"")
            }),
            ("Accept", plain().header("accept", "text/html;p=\"1,2\""), {
                plain().header("accept", "text/html;p=\"1, 2\"")
            }),
            ("Cookie", plain().cookies(&["a=1"]), plain().cookies(&["a=2"])),
        ];
        for (names, one, other) in apart {
            assert_ne!(of(names, &one, None), of(names, &other, None), "{names}");
        }
        assert_ne!(of("Foo", &plain(), Some("ada")), of("Foo", &plain(), Some("bob")));
        let mut elsewhere = plain();
        elsewhere.request.origin.source_ip = "192.0.2.2".to_owned();
        assert_ne!(of("X-Forwarded-For", &plain(), None), of("X-Forwarded-For", &elsewhere, None));
    }
}
