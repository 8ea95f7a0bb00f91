//! The age of an answer, and its freshness lifetime (RFC 9111 §4.2).

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{AGE, DATE, ETAG, EXPIRES, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED},
};

use super::{
    super::{
        cache_control::Directives,
        entry::Entry,
        mode_rules::{ExchangeTimes, StaleTimes},
        uncacheable::UncacheableReason,
    },
    reuse::stale_times,
};
use crate::clock::{milliseconds, ms};

/// The name under which a target's `Date` passes through the gateway.
pub const REMAPPED_DATE: HeaderName = HeaderName::from_static("x-amzn-remapped-date");

/// A header of an answer that tells it from later ones, and the header of a request that asks with it.
#[derive(Clone, Debug)]
pub struct Validator {
    pub name: HeaderName,
    pub condition: HeaderName,
}

pub const VALIDATORS: [Validator; 2] = [
    Validator { name: ETAG, condition: IF_NONE_MATCH },
    Validator { name: LAST_MODIFIED, condition: IF_MODIFIED_SINCE },
];

/// As RFC 9111 §4.2.2 recommends: a tenth of the time since the last change.
const HEURISTIC_PART: u32 = 10;
/// A guess is good for so long.
const MOST_HEURISTIC: Duration = Duration::from_secs(24 * 3_600);
/// Nothing is stored for longer than a year.
const MOST_LIFETIME: Duration = Duration::from_secs(365 * 24 * 3_600);
/// So long a stale answer that the target may yet confirm is worth its place.
const CONFIRMABLE: Duration = Duration::from_secs(24 * 3_600);

pub fn has_validator(headers: &HeaderMap) -> bool {
    VALIDATORS.iter().any(|validator| headers.contains_key(&validator.name))
}

/// Makes an entry, without its body, of an answer whose head has come. The time that the answer took counts as its age
/// (§4.2.3).
pub fn entry(default: StaleTimes, status: StatusCode, mut headers: HeaderMap, times: ExchangeTimes) -> Entry {
    let ExchangeTimes { requested_at, received_at } = times;
    let age = initial_age(&headers, received_at);
    let lifetime = lifetime(status, &headers, received_at).min(MOST_LIFETIME);
    let left = age.map_or(Duration::ZERO, |age| lifetime.saturating_sub(age));
    headers.remove(AGE);
    if let Some(age) = age.filter(|age| age.as_secs() > 0) {
        headers.insert(AGE, age.as_secs().into());
    }
    let mut entry = Entry {
        stored_at_ms: milliseconds(requested_at),
        fresh_until_ms: milliseconds(requested_at + left),
        keep_until_ms: 0,
        status,
        headers,
        body: Bytes::new().into(),
        is_from_base64: false,
    };
    let stale_for = stale_times(default, &entry).longest();
    let stale_for = if has_validator(&entry.headers) { stale_for.max(CONFIRMABLE) } else { stale_for };
    entry.keep_until_ms = entry.fresh_until_ms + ms(stale_for);
    entry
}

/// §4.2.1, and §4.2.2 where the answer does not say it.
fn lifetime(status: StatusCode, headers: &HeaderMap, received_at: SystemTime) -> Duration {
    let directives = Directives::of_answer(headers);
    if let Some(lifetime) = directives.seconds("s-maxage").or_else(|| directives.seconds("max-age")) {
        return lifetime;
    }
    let date = date(headers).unwrap_or(received_at);
    if !directives.are_targeted && headers.contains_key(EXPIRES) {
        // An invalid one is in the past, above all `0`.
        let expires = read_date(headers, &EXPIRES).unwrap_or(SystemTime::UNIX_EPOCH);
        return expires.duration_since(date).unwrap_or_default();
    }
    if !is_heuristically_cacheable(status) && !directives.has("public") {
        return Duration::ZERO;
    }
    let modified = read_date(headers, &LAST_MODIFIED).unwrap_or(date);
    (date.duration_since(modified).unwrap_or_default() / HEURISTIC_PART).min(MOST_HEURISTIC)
}

/// Tells why an answer is of no use from the first moment on.
pub fn why_useless(headers: &HeaderMap) -> UncacheableReason {
    if says_lifetime(&Directives::of_answer(headers), headers) {
        UncacheableReason::Stale
    } else {
        UncacheableReason::NoLifetime
    }
}

/// True where an answer says itself for how long it is fresh, be it for no time at all.
pub fn says_lifetime(directives: &Directives, headers: &HeaderMap) -> bool {
    directives.has("s-maxage")
        || directives.has("max-age")
        || (!directives.are_targeted && headers.contains_key(EXPIRES))
}

/// RFC 9110 §15.1.
pub fn is_heuristically_cacheable(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200 | 203 | 204 | 300 | 301 | 308 | 404 | 405 | 410 | 414 | 501)
}

/// The age of the answer when it came, §4.2.3; `None`: it says so in a way that nobody can rely on, and is stale.
fn initial_age(headers: &HeaderMap, received_at: SystemTime) -> Option<Duration> {
    let mut lines = headers.get_all(AGE).iter();
    let said = match (lines.next(), lines.next()) {
        (None, _) => Duration::ZERO,
        (Some(line), None) => {
            let digits = line.to_str().ok()?;
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| Duration::from_secs(digits.parse().unwrap_or(u64::from(u32::MAX))))?
        }
        (Some(_), Some(_)) => return None,
    };
    let apparent = date(headers).and_then(|date| received_at.duration_since(date).ok()).unwrap_or_default();
    Some(said.max(Duration::from_secs(apparent.as_secs())))
}

fn date(headers: &HeaderMap) -> Option<SystemTime> {
    read_date(headers, &REMAPPED_DATE).or_else(|| read_date(headers, &DATE))
}

fn read_date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// `Thu, 01 Jan 2026 00:00:00 GMT`.
    const NOW: Duration = Duration::from_secs(1_767_225_600);

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(line).collect()
    }

    /// Seconds for which an answer of this head is still fresh when it comes.
    fn left(status: u16, lines: &[(&'static str, &'static str)]) -> u64 {
        let now = SystemTime::UNIX_EPOCH + NOW;
        let status = StatusCode::from_u16(status).unwrap();
        let times = ExchangeTimes { requested_at: now, received_at: now };
        let entry = entry(StaleTimes::default(), status, headers(lines), times);
        (entry.fresh_until_ms - entry.stored_at_ms) / 1_000
    }

    #[test]
    fn the_lifetime_follows_from_the_headers_of_the_answer() {
        const NOON: &str = "Thu, 01 Jan 2026 12:00:00 GMT";
        let cases: [(&[(&str, &str)], u64); 14] = [
            (&[], 0),
            (&[("cache-control", "max-age=60")], 60),
            (&[("cache-control", "max-age=60, s-maxage=30")], 30),
            (&[("cache-control", "max-age=60"), ("expires", NOON)], 60),
            (&[("cache-control", "max-age=60"), ("cdn-cache-control", "max-age=30")], 30),
            (&[("cdn-cache-control", "foo"), ("expires", NOON)], 0),
            (&[("expires", NOON)], 12 * 3_600),
            (&[("expires", NOON), ("x-amzn-remapped-date", "Thu, 01 Jan 2026 11:00:00 GMT")], 3_600),
            (&[("expires", NOON), ("x-amzn-remapped-date", "yesterday")], 12 * 3_600),
            (&[("expires", "0"), ("last-modified", "Mon, 01 Jan 2024 00:00:00 GMT")], 0),
            (&[("last-modified", "Wed, 31 Dec 2025 23:00:00 GMT")], 360),
            (&[("last-modified", "Mon, 01 Jan 2024 00:00:00 GMT")], 24 * 3_600),
            (&[("cache-control", "max-age=99999999999")], 365 * 24 * 3_600),
            (&[("cache-control", "max-age=nonsense"), ("expires", NOON)], 0),
        ];
        for (lines, expected) in cases {
            assert_eq!(left(200, lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn no_lifetime_is_guessed_for_a_status_that_may_pass() {
        let modified = ("last-modified", "Wed, 31 Dec 2025 23:00:00 GMT");
        let cases = [(200, 360), (404, 360), (501, 360), (201, 0), (403, 0), (503, 0), (299, 0)];
        for (status, expected) in cases {
            assert_eq!(left(status, &[modified]), expected, "{status}");
        }
        assert_eq!(left(503, &[modified, ("cache-control", "public")]), 360);
    }

    #[test]
    fn an_answer_is_as_old_as_it_says_or_as_its_date_shows() {
        let max_age = ("cache-control", "max-age=60");
        let cases: [(&[(&str, &str)], u64); 9] = [
            (&[("age", "20")], 40),
            (&[("age", "61")], 0),
            (&[("x-amzn-remapped-date", "Wed, 31 Dec 2025 23:59:50 GMT")], 50),
            (&[("x-amzn-remapped-date", "Wed, 31 Dec 2025 23:59:50 GMT"), ("age", "20")], 40),
            (&[("x-amzn-remapped-date", "Thu, 01 Jan 2026 00:00:10 GMT")], 60),
            (&[("age", "abc")], 0),
            (&[("age", "-5")], 0),
            (&[("age", "0, 0")], 0),
            (&[("age", "0"), ("age", "0")], 0),
        ];
        for (lines, expected) in cases {
            let lines: Vec<_> = lines.iter().copied().chain([max_age]).collect();
            assert_eq!(left(200, &lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn the_time_that_the_answer_took_is_part_of_its_age() {
        let requested_at = SystemTime::UNIX_EPOCH + NOW;
        let headers = headers(&[("cache-control", "max-age=60"), ("age", "5")]);
        let times = ExchangeTimes { requested_at, received_at: requested_at + Duration::from_secs(3) };
        let entry = entry(StaleTimes::default(), StatusCode::OK, headers, times);
        let response = entry.response(milliseconds(times.received_at));
        assert_eq!(response.headers()[AGE], "8");
        assert_eq!(entry.fresh_until_ms, milliseconds(requested_at) + 55_000);
    }
}
