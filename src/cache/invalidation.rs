//! `Cache-Control: max-age=0` of a request: the caller wants the answer fetched anew, and may have to be allowed to.

use http::{HeaderMap, header::CACHE_CONTROL};

use crate::item::Fields;

/// Who may have an entry replaced, and what happens to others who ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Invalidation {
    needs_permission: bool,
    strategy: Strategy,
}

/// `unauthorizedCacheControlHeaderStrategy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Strategy {
    FailWith403,
    #[default]
    SucceedWithResponseHeader,
    SucceedWithoutResponseHeader,
}

/// What a request asks of the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestDirective {
    /// The answer, from wherever.
    Lookup,
    /// The same, and to be told that it may not ask for more.
    LookupWithWarning,
    /// A new answer, in the old one's place.
    Replace,
    /// What it may not have.
    Forbidden,
}

impl Default for Invalidation {
    fn default() -> Self {
        Self { needs_permission: true, strategy: Strategy::default() }
    }
}

impl Invalidation {
    /// Reads `requireAuthorizationForCacheControl` (true) and `unauthorizedCacheControlHeaderStrategy`.
    pub fn parse(fields: &Fields<'_>) -> Self {
        const STRATEGIES: [(&str, Strategy); 3] = [
            ("FAIL_WITH_403", Strategy::FailWith403),
            ("SUCCEED_WITH_RESPONSE_HEADER", Strategy::SucceedWithResponseHeader),
            ("SUCCEED_WITHOUT_RESPONSE_HEADER", Strategy::SucceedWithoutResponseHeader),
        ];
        let default = Self::default();
        Self {
            needs_permission: fields
                .boolean("requireAuthorizationForCacheControl")
                .unwrap_or(default.needs_permission),
            strategy: fields
                .choice("unauthorizedCacheControlHeaderStrategy", &STRATEGIES)
                .unwrap_or(default.strategy),
        }
    }

    /// `has_permission`: the caller's key says `invalidateCache`.
    pub fn wish(self, headers: &HeaderMap, has_permission: bool) -> RequestDirective {
        if !asks_for_a_new_answer(headers) {
            return RequestDirective::Lookup;
        }
        if has_permission || !self.needs_permission {
            return RequestDirective::Replace;
        }
        match self.strategy {
            Strategy::FailWith403 => RequestDirective::Forbidden,
            Strategy::SucceedWithResponseHeader => RequestDirective::LookupWithWarning,
            Strategy::SucceedWithoutResponseHeader => RequestDirective::Lookup,
        }
    }
}

fn asks_for_a_new_answer(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).filter_map(|directive| directive.split_once('=')).any(
        |(name, value)| {
            let value = value.trim().trim_matches('"');
            name.trim().eq_ignore_ascii_case("max-age")
                && !value.is_empty()
                && value.bytes().all(|b| b == b'0')
        },
    )
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_caller_without_permission_gets_what_the_strategy_says() {
        let wish = |header: &'static str, needs_permission, strategy, has_permission| {
            let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(header))]);
            Invalidation { needs_permission, strategy }.wish(&headers, has_permission)
        };
        use Strategy::{FailWith403, SucceedWithResponseHeader, SucceedWithoutResponseHeader};
        let cases = [
            (("max-age=0", true, FailWith403, false), RequestDirective::Forbidden),
            (("max-age=0", true, SucceedWithResponseHeader, false), RequestDirective::LookupWithWarning),
            (("max-age=0", true, SucceedWithoutResponseHeader, false), RequestDirective::Lookup),
            (("max-age=0", true, FailWith403, true), RequestDirective::Replace),
            (("max-age=0", false, FailWith403, false), RequestDirective::Replace),
            (("no-transform, Max-Age=\"0\"", false, FailWith403, false), RequestDirective::Replace),
            (("max-age=00", false, FailWith403, false), RequestDirective::Replace),
            (("max-age=10", true, FailWith403, false), RequestDirective::Lookup),
            (("max-age=", true, FailWith403, false), RequestDirective::Lookup),
            (("no-cache", true, FailWith403, false), RequestDirective::Lookup),
            (("s-maxage=0", true, FailWith403, false), RequestDirective::Lookup),
        ];
        for (case, expected) in cases {
            let (header, needs_permission, strategy, has_permission) = case;
            assert_eq!(wish(header, needs_permission, strategy, has_permission), expected, "{case:?}");
        }
        assert_eq!(
            Invalidation { needs_permission: true, strategy: FailWith403 }.wish(&HeaderMap::new(), false),
            RequestDirective::Lookup
        );
    }
}
