//! `cacheMode: "HTTP"`: a shared cache by RFC 9111. The answers say what is stored, for how long, and for whom.
//!
//! Rules only, all of them pure: what stores and gives answers is the same as in API Gateway's mode.

mod changed_uris;
mod freshness;
mod range;
mod reuse;
mod storable;
mod validation;
mod variants;

use std::borrow::Cow;

use http::{
    HeaderMap, HeaderName, Method, StatusCode,
    header::{IF_MATCH, IF_UNMODIFIED_SINCE, RANGE},
};

pub use self::{
    changed_uris::{Uri, changed_uris},
    variants::Variants,
};
pub(super) use self::{
    freshness::why_useless,
    validation::{is_news, updated},
    variants::varies_on,
};
use self::{reuse::RequestCacheControl, validation::unconditional};
use super::{
    entry::Entry,
    key::KeyWriter,
    mode_rules::{
        Bypass, CommonSettings, ExchangeTimes, Forwarded, InvalidatePermission, ModeRules, RequestDirective,
        Reuse, StageCache, without_connection,
    },
    uncacheable::UncacheableReason,
};
use crate::{
    clock::ms,
    context::Context,
    item::Fields,
    message::{Request, Response},
};

/// The fields that only API Gateway's mode has, and who says it in HTTP mode.
const MEANINGLESS: [(&str, &str); 5] = [
    ("cacheTtlInSeconds", "nothing with cacheMode HTTP: an answer's Cache-Control says how long it is fresh"),
    (
        "cacheKeyParameters",
        "nothing with cacheMode HTTP: the key is the URI, and what an answer's Vary names",
    ),
    ("forwardUnkeyedHeaders", "nothing with cacheMode HTTP: all headers are forwarded"),
    (
        "requireAuthorizationForCacheControl",
        "nothing with cacheMode HTTP: every caller's Cache-Control counts",
    ),
    (
        "unauthorizedCacheControlHeaderStrategy",
        "nothing with cacheMode HTTP: every caller's Cache-Control counts",
    ),
];

/// The fields of a route item that count in HTTP mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRules {
    common: CommonSettings,
    /// Headers that the target gets with something else in them than the client's: `Vary` on one tells nothing.
    mapped_headers: Vec<HeaderName>,
}

impl HttpRules {
    /// Warns of fields that mean nothing where requests and answers say it.
    pub(super) fn parse(fields: &Fields<'_>, method: Option<&Method>) -> Self {
        for (name, expected) in MEANINGLESS {
            if let Some(value) = fields.value(name) {
                fields.warn(name, &value.to_string(), expected);
            }
        }
        if let Some(method) = method.filter(|method| ![Method::GET, Method::HEAD].contains(method)) {
            fields.warn(
                "cacheMode",
                "HTTP",
                &format!("GET or ANY in the route key: answers to {method} are not kept"),
            );
        }
        Self { common: CommonSettings::parse(fields), mapped_headers: Vec::new() }
    }

    pub(super) fn with_mapped_headers(self, mapped_headers: Vec<HeaderName>) -> Self {
        Self { mapped_headers, ..self }
    }
}

impl ModeRules for HttpRules {
    fn common(&self) -> &CommonSettings {
        &self.common
    }

    /// A precondition is for the target to judge (RFC 9110 §13.1), and no key has the body: a target that looks at it
    /// would answer others with what one client made of it.
    fn bypass(&self, context: &Context<'_>, _: &StageCache) -> Option<Bypass> {
        let request = context.request;
        if ![Method::GET, Method::HEAD].contains(&request.method) {
            return Some(Bypass::Method(Method::GET));
        }
        if [IF_MATCH, IF_UNMODIFIED_SINCE].iter().any(|name| request.headers.contains_key(name)) {
            return Some(Bypass::Precondition);
        }
        (!request.body.is_empty()).then_some(Bypass::Body)
    }

    /// The route is that of `GET`: a change that takes another one finds that, and a `HEAD` that has one of its own has
    /// nothing to do with its answers.
    fn write_key(&self, context: &Context<'_>, key: &mut dyn KeyWriter) {
        let request = context.request;
        key.part("routeKey", &[context.route_key.as_bytes()]);
        key.part("host", &[request.origin.domain_name.to_ascii_lowercase().as_bytes()]);
        key.part("path", &[context.full_path().as_bytes()]);
        key.part("query", &[request.query.as_bytes()]);
        key.part("callersApart", &[self.common.caller(context).is_some().to_string().as_bytes()]);
    }

    fn keys_query_parameter(&self, _: &str) -> bool {
        true
    }

    fn keys_header(&self, _: &HeaderName) -> bool {
        true
    }

    fn knows_variants(&self) -> bool {
        true
    }

    fn directive(&self, _: &HeaderMap, _: InvalidatePermission) -> RequestDirective {
        RequestDirective::Lookup
    }

    fn evaluate(&self, headers: &HeaderMap, entry: &Entry, now_ms: u64) -> Reuse {
        RequestCacheControl::of(headers).evaluate(headers, entry, now_ms)
    }

    fn is_only_if_cached(&self, headers: &HeaderMap) -> bool {
        RequestCacheControl::of(headers).only_if_cached()
    }

    fn may_wait(&self, context: &Context<'_>, entry: Option<&Entry>) -> bool {
        context.request.method != Method::HEAD
            && storable::is_like_others(context)
            && entry.is_none_or(reuse::may_wait)
    }

    fn why_not_shared(&self, context: &Context<'_>) -> Option<UncacheableReason> {
        storable::why_not_shared(context)
    }

    fn serves_while_revalidating(&self, headers: &HeaderMap, entry: &Entry, now_ms: u64) -> bool {
        let stale_for = reuse::stale_times(self.common.stale_times, entry).while_revalidate;
        !RequestCacheControl::of(headers).nothing_stale() && now_ms < entry.fresh_until_ms + ms(stale_for)
    }

    fn serves_if_error(&self, entry: &Entry, now_ms: u64) -> bool {
        let stale_for = reuse::stale_times(self.common.stale_times, entry).if_error;
        !reuse::needs_success(entry) && now_ms < entry.fresh_until_ms + ms(stale_for)
    }

    fn forwards_unkeyed_headers(&self) -> bool {
        false
    }

    fn forwarded<'a>(&self, request: &'a Request, entry: Option<&Entry>) -> Forwarded<'a> {
        let whole = without_connection(request);
        if request.method != Method::GET || request.headers.contains_key(RANGE) {
            return Forwarded { request: whole, is_conditional: false };
        }
        match entry.and_then(|entry| validation::conditional(&whole, entry)) {
            Some(request) => Forwarded { request: Cow::Owned(request), is_conditional: true },
            None => Forwarded { request: unconditional(whole), is_conditional: false },
        }
    }

    fn check_storable(
        &self,
        context: &Context<'_>,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<(), UncacheableReason> {
        storable::check_storable(context, status, headers, &self.mapped_headers)
    }

    fn entry(&self, _: &StageCache, status: StatusCode, headers: HeaderMap, times: ExchangeTimes) -> Entry {
        freshness::entry(self.common.stale_times, status, headers, times)
    }

    fn part_of(&self, request: &Request, response: Response) -> Response {
        range::part_of(request, response)
    }
}
