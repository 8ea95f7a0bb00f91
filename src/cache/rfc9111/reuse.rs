//! Whether an entry answers a request, or the target must be asked (RFC 9111 §4).

use std::time::Duration;

use http::{
    HeaderMap,
    header::{CACHE_CONTROL, IF_MATCH, IF_UNMODIFIED_SINCE, PRAGMA},
};

use super::{
    super::{Bypass, CachePolicy, Entry},
    directives::Directives,
};
use crate::{clock::ms, message::Request};

/// What becomes of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    Fresh,
    /// The client takes it as it is.
    Stale,
    /// It is not fresh any more, or must be confirmed each time.
    Expired,
    /// The client wants it to be confirmed.
    MustRevalidate,
}

/// What a request says of caching (§5.2.1).
#[derive(Clone, Debug)]
pub struct Wishes(Directives);

impl Wishes {
    pub fn of(headers: &HeaderMap) -> Self {
        Self(Directives::of_request(headers))
    }

    /// Rather no answer than one that the target must be asked for.
    pub fn only_if_cached(&self) -> bool {
        self.0.has("only-if-cached")
    }

    /// Nothing that is not fresh any more: so says `min-fresh`, and `max-age` unless `max-stale` stands beside it.
    pub fn nothing_stale(&self) -> bool {
        self.0.has("min-fresh") || (self.0.has("max-age") && !self.0.has("max-stale"))
    }

    /// What the entry is worth to this request, whose headers these are.
    pub fn judge(&self, headers: &HeaderMap, entry: &Entry, now_ms: u64) -> Reuse {
        let (said, _) = Directives::of_answer(&entry.headers);
        let age_ms = entry.age_ms(now_ms);
        let left_ms = entry.fresh_until_ms.saturating_sub(now_ms);
        let is_within = |name| self.0.seconds(name).is_none_or(|most| age_ms <= ms(most));
        let least = self.0.seconds("min-fresh").unwrap_or_default();
        if self.wants_confirmation(headers) || !is_within("max-age") {
            return Reuse::MustRevalidate;
        }
        if said.has("no-cache") {
            return Reuse::Expired;
        }
        if entry.is_fresh(now_ms) {
            return if left_ms >= ms(least) { Reuse::Fresh } else { Reuse::MustRevalidate };
        }
        let is_kept = now_ms < entry.keep_until_ms && may_be_stale(&said);
        if is_kept && self.takes_stale(now_ms.saturating_sub(entry.fresh_until_ms)) {
            return Reuse::Stale;
        }
        Reuse::Expired
    }

    fn wants_confirmation(&self, headers: &HeaderMap) -> bool {
        let pragma =
            || headers.get(PRAGMA).is_some_and(|line| line.as_bytes().eq_ignore_ascii_case(b"no-cache"));
        self.0.has("no-cache") || (!headers.contains_key(CACHE_CONTROL) && pragma())
    }

    fn takes_stale(&self, by_ms: u64) -> bool {
        match self.0.find("max-stale") {
            None => false,
            Some(None) => true,
            Some(Some(_)) => self.0.seconds("max-stale").is_some_and(|most| by_ms <= ms(most)),
        }
    }
}

/// §4.2.4: what forbids to give an answer that is not fresh, whatever the client or the operator says.
fn may_be_stale(said: &Directives) -> bool {
    !must_be_confirmed(said) && !said.has("s-maxage")
}

fn must_be_confirmed(said: &Directives) -> bool {
    ["no-cache", "must-revalidate", "proxy-revalidate"].iter().any(|name| said.has(name))
}

/// For how long the entry is given while a new answer is fetched: as it says, or else the route (RFC 5861 §3).
pub fn stale_while_revalidate(policy: &CachePolicy, entry: &Entry) -> Duration {
    stale_for(entry, "stale-while-revalidate", policy.stale_while_revalidate)
}

/// For how long the entry is given where the target fails: as it says, or else the route (RFC 5861 §4).
pub fn stale_if_error(policy: &CachePolicy, entry: &Entry) -> Duration {
    stale_for(entry, "stale-if-error", policy.stale_if_error)
}

fn stale_for(entry: &Entry, name: &str, default: Duration) -> Duration {
    let (said, _) = Directives::of_answer(&entry.headers);
    match said.seconds(name) {
        _ if must_be_confirmed(&said) => Duration::ZERO,
        // Beside `s-maxage` too: who writes both means both, and other shared caches read it so.
        Some(own) => own,
        None if may_be_stale(&said) => default,
        None => Duration::ZERO,
    }
}

/// §5.2.2.4: whether the entry is given only after the target has said that it still holds, however fresh it is.
pub fn needs_success(entry: &Entry) -> bool {
    Directives::of_answer(&entry.headers).0.has("no-cache")
}

/// Whether waiting for somebody else's answer is of any use: not if each request must be confirmed by itself.
pub fn may_wait(entry: &Entry) -> bool {
    entry.fresh_until_ms > entry.stored_at_ms && !needs_success(entry)
}

/// Preconditions that only the target can judge (RFC 9110 §13.1), and a body, which no key has: a target that looks
/// at it would answer others with what one client made of it.
pub fn bypass(request: &Request) -> Option<Bypass> {
    if [IF_MATCH, IF_UNMODIFIED_SINCE].iter().any(|name| request.headers.contains_key(name)) {
        return Some(Bypass::Precondition);
    }
    (!request.body.is_empty()).then_some(Bypass::Body)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderValue, StatusCode};

    use super::*;

    /// 10 seconds old, fresh for 60, kept for 600.
    fn entry(cache_control: &'static str) -> Entry {
        Entry {
            stored_at_ms: 1_000_000,
            fresh_until_ms: 1_060_000,
            keep_until_ms: 1_600_000,
            status: StatusCode::OK,
            headers: HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(cache_control))]),
            body: Bytes::new(),
            is_from_base64: false,
        }
    }

    #[test]
    fn the_request_and_the_answer_say_what_may_be_given_again() {
        use Reuse::{Expired, Fresh, MustRevalidate, Stale};
        let cases = [
            ("", 59, "", Fresh),
            ("", 60, "", Expired),
            ("no-cache", 1, "", Expired),
            ("", 1, "no-cache", MustRevalidate),
            ("", 1, "max-age=0", MustRevalidate),
            ("", 10, "max-age=10", Fresh),
            ("", 11, "max-age=10", MustRevalidate),
            ("", 10, "min-fresh=50", Fresh),
            ("", 11, "min-fresh=50", MustRevalidate),
            ("", 61, "max-stale", Stale),
            ("", 70, "max-stale=10", Stale),
            ("", 71, "max-stale=10", Expired),
            ("", 600, "max-stale", Expired),
            ("must-revalidate", 61, "max-stale", Expired),
            ("proxy-revalidate", 61, "max-stale", Expired),
            ("s-maxage=60", 61, "max-stale", Expired),
        ];
        for (said, age, asked, expected) in cases {
            let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(asked))]);
            let judged = Wishes::of(&headers).judge(&headers, &entry(said), 1_000_000 + age * 1_000);
            assert_eq!(judged, expected, "{said:?} after {age} s, asked with {asked:?}");
        }
    }

    #[test]
    fn pragma_counts_where_there_is_no_cache_control() {
        let mut headers = HeaderMap::from_iter([(PRAGMA, HeaderValue::from_static("No-Cache"))]);
        let judge = |headers: &HeaderMap| Wishes::of(headers).judge(headers, &entry(""), 1_001_000);
        assert_eq!(judge(&headers), Reuse::MustRevalidate);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=20"));
        assert_eq!(judge(&headers), Reuse::Fresh);
    }

    #[test]
    fn the_answers_own_word_on_stale_answers_comes_before_the_routes() {
        let policy = CachePolicy { stale_if_error: Duration::from_secs(7), ..CachePolicy::default() };
        let cases = [
            ("", 7),
            ("stale-if-error=60", 60),
            ("stale-if-error=0", 0),
            ("stale-if-error=60, must-revalidate", 0),
            ("no-cache", 0),
            ("s-maxage=10", 0),
            ("s-maxage=10, stale-if-error=60", 60),
            ("stale-if-error=soon", 0),
        ];
        for (said, expected) in cases {
            assert_eq!(stale_if_error(&policy, &entry(said)).as_secs(), expected, "{said}");
        }
        assert_eq!(stale_while_revalidate(&policy, &entry("stale-while-revalidate=5")).as_secs(), 5);
    }
}
