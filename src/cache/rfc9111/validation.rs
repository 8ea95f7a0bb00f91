//! The question whether an entry still holds, and the entry after a 304 (RFC 9111 §3.2 and §4.3).

use std::borrow::Cow;

use http::{
    HeaderMap, HeaderName,
    header::{AGE, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, DATE, ETAG},
};

use super::{
    super::{
        entry::Entry,
        mode_rules::{ExchangeTimes, StaleTimes},
    },
    freshness::{self, REMAPPED_DATE, VALIDATORS, Validator, has_validator},
    reuse::may_wait,
};
use crate::message::Request;

/// The fields that describe the stored body, which a 304 does not bring.
const OF_THE_BODY: [HeaderName; 6] = [
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_RANGE,
    ETAG,
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("x-amzn-remapped-content-length"),
];

/// Makes the request whose answer is worth storing: what the client has already is no matter.
pub fn unconditional(request: Cow<'_, Request>) -> Cow<'_, Request> {
    let mut unconditional = request;
    for Validator { condition, .. } in &VALIDATORS {
        if unconditional.headers.contains_key(condition) {
            unconditional.to_mut().headers.remove(condition);
        }
    }
    unconditional
}

/// Makes the request that asks whether `entry` still holds; `None`: it has nothing to ask that with.
pub fn conditional(request: &Request, entry: &Entry) -> Option<Request> {
    if !has_validator(&entry.headers) {
        return None;
    }
    let mut request = unconditional(Cow::Borrowed(request)).into_owned();
    for Validator { name, condition } in VALIDATORS {
        if let Some(value) = entry.headers.get(name) {
            request.headers.insert(condition, value.clone());
        }
    }
    Some(request)
}

/// Makes of `entry` what a 304 with these `headers` says that it is now: as new, with what they say.
pub fn updated(default: StaleTimes, entry: &Entry, headers: &HeaderMap, times: ExchangeTimes) -> Entry {
    let mut all = entry.headers.clone();
    // It was the age of what is confirmed now.
    all.remove(AGE);
    for name in headers.keys().filter(|name| !OF_THE_BODY.contains(name)) {
        all.remove(name);
        for value in headers.get_all(name) {
            all.append(name, value.clone());
        }
    }
    let Entry { body, is_from_base64, .. } = entry.clone();
    Entry { body, is_from_base64, ..freshness::entry(default, entry.status, all, times) }
}

/// True where `updated` says more than `entry`, so that others need not ask.
pub fn is_news(entry: &Entry, updated: &Entry, now_ms: u64) -> bool {
    let is_given_again = updated.is_fresh(now_ms) && may_wait(updated);
    let names = entry.headers.keys().chain(updated.headers.keys());
    let mut lasting = names.filter(|name| ![AGE, DATE, REMAPPED_DATE].contains(name));
    let lines = |of: &Entry, name| of.headers.get_all(name).iter().cloned().collect::<Vec<_>>();
    is_given_again || lasting.any(|name| lines(entry, name) != lines(updated, name))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use bytes::Bytes;
    use http::StatusCode;

    use super::*;
    use crate::testing::{TestRequest, show};

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), http::HeaderValue::from_static(value))
        };
        lines.iter().map(line).collect()
    }

    const AT_ONCE: ExchangeTimes =
        ExchangeTimes { requested_at: SystemTime::UNIX_EPOCH, received_at: SystemTime::UNIX_EPOCH };

    fn entry(lines: &[(&'static str, &'static str)]) -> Entry {
        let entry = freshness::entry(StaleTimes::default(), StatusCode::OK, headers(lines), AT_ONCE);
        Entry { body: Bytes::from_static(b"kept").into(), ..entry }
    }

    #[test]
    fn the_target_is_asked_with_the_validators_of_the_entry_not_of_the_client() {
        let world =
            TestRequest::new("").header("if-none-match", "\"mine\"").header("if-modified-since", "never");
        let entry = entry(&[("etag", "W/\"a\""), ("last-modified", "Thu, 01 Jan 1970 00:00:00 GMT")]);
        let request = conditional(&world.request, &entry).unwrap();
        assert_eq!(request.headers["if-none-match"], "W/\"a\"");
        assert_eq!(request.headers["if-modified-since"], "Thu, 01 Jan 1970 00:00:00 GMT");
        assert!(unconditional(Cow::Borrowed(&world.request)).headers.is_empty());
    }

    #[test]
    fn an_entry_without_a_validator_makes_no_conditional_request() {
        assert!(conditional(&TestRequest::new("").request, &entry(&[("x", "y")])).is_none());
    }

    #[test]
    fn a_304_replaces_all_headers_but_those_that_describe_the_body() {
        let stored = entry(&[
            ("etag", "\"a\""),
            ("content-encoding", "gzip"),
            ("content-type", "text/plain"),
            ("x-kept", "1"),
            ("x-new", "1"),
            ("age", "50"),
        ]);
        let answer = headers(&[
            ("etag", "\"b\""),
            ("content-encoding", "br"),
            ("content-type", "text/html"),
            ("x-new", "2"),
            ("cache-control", "max-age=60"),
        ]);
        let updated = updated(StaleTimes::default(), &stored, &answer, AT_ONCE);
        assert_eq!(updated.fresh_until_ms, 60_000);
        assert_eq!(
            show(updated.response(0)),
            "200 | age=0 | cache-control=max-age=60 | content-encoding=gzip | content-type=text/html \
             | etag=\"a\" | x-kept=1 | x-new=2 | kept"
        );
    }
}
