//! `Cache-Control: max-age=0` of a request: the caller wants the answer fetched anew, and may have to be allowed to.

use http::HeaderMap;

use super::super::{
    cache_control::{Argument, Directives},
    mode_rules::{InvalidatePermission, RequestDirective},
};
use crate::item::Fields;

/// The rule for callers who ask for a new answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalidation {
    /// `requireAuthorizationForCacheControl`.
    needs_permission: bool,
    strategy: Strategy,
}

/// `unauthorizedCacheControlHeaderStrategy`: what happens to a caller who asks without permission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    FailWith403,
    #[default]
    SucceedWithResponseHeader,
    SucceedWithoutResponseHeader,
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

    /// Reads what the request asks of the cache.
    pub fn directive(self, headers: &HeaderMap, permission: InvalidatePermission) -> RequestDirective {
        if !asks_for_a_new_answer(headers) {
            return RequestDirective::Lookup;
        }
        match permission {
            InvalidatePermission::Granted => RequestDirective::Replace,
            InvalidatePermission::Missing if !self.needs_permission => RequestDirective::Replace,
            InvalidatePermission::Missing => match self.strategy {
                Strategy::FailWith403 => RequestDirective::Forbidden,
                Strategy::SucceedWithResponseHeader => RequestDirective::LookupWithWarning,
                Strategy::SucceedWithoutResponseHeader => RequestDirective::Lookup,
            },
        }
    }
}

/// True with `max-age=0`. One without a number asks for nothing.
fn asks_for_a_new_answer(headers: &HeaderMap) -> bool {
    Directives::of_request(headers).find_all("max-age").any(|argument| match argument {
        Argument::None => false,
        Argument::Text(text) => {
            let digits = text.trim();
            !digits.is_empty() && digits.bytes().all(|byte| byte == b'0')
        }
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::CACHE_CONTROL};

    use super::*;

    #[test]
    fn a_caller_without_permission_gets_what_the_strategy_says() {
        use InvalidatePermission::{Granted, Missing};
        use Strategy::{FailWith403, SucceedWithResponseHeader, SucceedWithoutResponseHeader};
        let cases = [
            ("max-age=0", true, FailWith403, Missing, RequestDirective::Forbidden),
            ("max-age=0", true, SucceedWithResponseHeader, Missing, RequestDirective::LookupWithWarning),
            ("max-age=0", true, SucceedWithoutResponseHeader, Missing, RequestDirective::Lookup),
            ("max-age=0", true, FailWith403, Granted, RequestDirective::Replace),
            ("max-age=0", false, FailWith403, Missing, RequestDirective::Replace),
            ("no-transform, Max-Age=\"0\"", false, FailWith403, Missing, RequestDirective::Replace),
            ("max-age=00", false, FailWith403, Missing, RequestDirective::Replace),
            ("max-age=10, max-age=0", false, FailWith403, Missing, RequestDirective::Replace),
            ("max-age=10", true, FailWith403, Missing, RequestDirective::Lookup),
            ("max-age=", true, FailWith403, Missing, RequestDirective::Lookup),
            ("no-cache", true, FailWith403, Missing, RequestDirective::Lookup),
            ("s-maxage=0", true, FailWith403, Missing, RequestDirective::Lookup),
        ];
        for (header, needs_permission, strategy, permission, expected) in cases {
            let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(header))]);
            let directive = Invalidation { needs_permission, strategy }.directive(&headers, permission);
            assert_eq!(directive, expected, "{header}, {needs_permission}, {strategy:?}, {permission:?}");
        }
        let invalidation = Invalidation { needs_permission: true, strategy: FailWith403 };
        assert_eq!(invalidation.directive(&HeaderMap::new(), Missing), RequestDirective::Lookup);
    }
}
