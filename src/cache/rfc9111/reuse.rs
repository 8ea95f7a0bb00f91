//! The decision between an entry and the target (RFC 9111 §4).

use std::time::Duration;

use http::{
    HeaderMap,
    header::{CACHE_CONTROL, PRAGMA},
};

use super::super::{
    cache_control::{Argument, Directives},
    entry::Entry,
    mode_rules::{Reuse, StaleTimes},
};
use crate::clock::ms;

/// The directives of a request (§5.2.1).
#[derive(Clone, Debug)]
pub struct RequestCacheControl(Directives);

impl RequestCacheControl {
    pub fn of(headers: &HeaderMap) -> Self {
        Self(Directives::of_request(headers))
    }

    /// True where the client prefers no answer to one that the target must be asked for.
    pub fn only_if_cached(&self) -> bool {
        self.0.has("only-if-cached")
    }

    /// True where the client takes no expired answer: so says `min-fresh`, and `max-age` unless `max-stale` stands
    /// beside it.
    pub fn nothing_stale(&self) -> bool {
        self.0.has("min-fresh") || (self.0.has("max-age") && !self.0.has("max-stale"))
    }

    /// Decides what the entry is worth to this request, whose headers these are.
    pub fn evaluate(&self, headers: &HeaderMap, entry: &Entry, now_ms: u64) -> Reuse {
        let said = Directives::of_answer(&entry.headers);
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
        let is_stored = now_ms < entry.keep_until_ms && may_be_stale(&said);
        if is_stored && self.takes_stale(now_ms.saturating_sub(entry.fresh_until_ms)) {
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
            Some(Argument::None) => true,
            Some(Argument::Text(_)) => self.0.seconds("max-stale").is_some_and(|most| by_ms <= ms(most)),
        }
    }
}

/// False where the answer forbids that it is given expired, whatever the client or the operator says (§4.2.4).
fn may_be_stale(said: &Directives) -> bool {
    !must_be_confirmed(said) && !said.has("s-maxage")
}

fn must_be_confirmed(said: &Directives) -> bool {
    ["no-cache", "must-revalidate", "proxy-revalidate"].iter().any(|name| said.has(name))
}

/// The time for which the entry is given after it has expired: as it says, or else the route (RFC 5861).
pub fn stale_times(default: StaleTimes, entry: &Entry) -> StaleTimes {
    let said = Directives::of_answer(&entry.headers);
    StaleTimes {
        while_revalidate: stale_for(&said, "stale-while-revalidate", default.while_revalidate),
        if_error: stale_for(&said, "stale-if-error", default.if_error),
    }
}

fn stale_for(said: &Directives, name: &str, default: Duration) -> Duration {
    if must_be_confirmed(said) {
        return Duration::ZERO;
    }
    match said.seconds(name) {
        // Beside `s-maxage` too: who writes both means both, and other shared caches read it so.
        Some(own) => own,
        None if may_be_stale(said) => default,
        None => Duration::ZERO,
    }
}

/// True where the entry is given only after the target has said that it still holds, however fresh it is (§5.2.2.4).
pub fn needs_success(entry: &Entry) -> bool {
    Directives::of_answer(&entry.headers).has("no-cache")
}

/// True where waiting for somebody else's answer is of use: not if each request must be confirmed by itself.
pub fn may_wait(entry: &Entry) -> bool {
    entry.fresh_until_ms > entry.stored_at_ms && !needs_success(entry)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderValue, StatusCode};

    use super::*;

    /// 10 seconds old, fresh for 60, stored for 600.
    fn entry(cache_control: &'static str) -> Entry {
        Entry {
            stored_at_ms: 1_000_000,
            fresh_until_ms: 1_060_000,
            keep_until_ms: 1_600_000,
            status: StatusCode::OK,
            headers: HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(cache_control))]),
            body: Bytes::new().into(),
            is_from_base64: false,
        }
    }

    #[test]
    fn directives_of_the_request_and_the_answer_decide_on_an_entry() {
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
        for (said, age, requested, expected) in cases {
            let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(requested))]);
            let request = RequestCacheControl::of(&headers);
            let reuse = request.evaluate(&headers, &entry(said), 1_000_000 + age * 1_000);
            assert_eq!(reuse, expected, "{said:?} after {age} s, asked with {requested:?}");
        }
    }

    #[test]
    fn pragma_no_cache_counts_if_the_request_has_no_cache_control() {
        let mut headers = HeaderMap::from_iter([(PRAGMA, HeaderValue::from_static("No-Cache"))]);
        let evaluate =
            |headers: &HeaderMap| RequestCacheControl::of(headers).evaluate(headers, &entry(""), 1_001_000);
        assert_eq!(evaluate(&headers), Reuse::MustRevalidate);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=20"));
        assert_eq!(evaluate(&headers), Reuse::Fresh);
    }

    #[test]
    fn stale_directives_of_the_answer_replace_those_of_the_route() {
        let default = StaleTimes { if_error: Duration::from_secs(7), ..StaleTimes::default() };
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
            assert_eq!(stale_times(default, &entry(said)).if_error.as_secs(), expected, "{said}");
        }
        let own = stale_times(default, &entry("stale-while-revalidate=5"));
        assert_eq!(own.while_revalidate.as_secs(), 5);
    }
}
