//! `cacheMode: "API_GATEWAY"`: the rules of API Gateway's cache. The route item says what is stored, for how long, and
//! by which key.
//!
//! Without its traps: callers are kept apart, a failure is never stored, and what is not in the key does not reach
//! the target.

mod invalidation;
mod key_parameters;

use std::{borrow::Cow, time::Duration};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, Method, StatusCode,
    header::{AUTHORIZATION, COOKIE, HOST, PROXY_AUTHORIZATION, SET_COOKIE, VARY},
};

use self::{
    invalidation::Invalidation,
    key_parameters::{KeyParameters, OF_A_BODY},
};
use super::{
    entry::{Entry, is_of_one_request, is_storable_status},
    key::{API_KEY, KeyWriter},
    mode_rules::{
        Bypass, Caching, CommonSettings, ExchangeTimes, Forwarded, InvalidatePermission, MOST_TTL_SECONDS,
        ModeRules, RequestDirective, Reuse, StageCache, seconds, without_connection,
    },
    uncacheable::UncacheableReason,
};
use crate::{
    caller::{Caller, TokenPlace},
    clock::{milliseconds, ms},
    context::Context,
    header_list::tokens,
    item::Fields,
    message::{Request, Response},
    template::parameter::RouteParameters,
};

/// API Gateway's default.
const DEFAULT_TTL: Duration = Duration::from_secs(300);
/// Methods that are there to change something.
const CHANGES: [Method; 3] = [Method::PUT, Method::PATCH, Method::DELETE];

/// The fields of a route item that count in API Gateway's mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiGatewayRules {
    common: CommonSettings,
    /// The method whose answers are stored; those of `GET` answer `HEAD` too.
    method: Method,
    /// `None`: as the stage says.
    ttl: Option<Duration>,
    key_parameters: KeyParameters,
    forwards_unkeyed_headers: bool,
    invalidation: Invalidation,
}

impl ApiGatewayRules {
    pub(super) fn parse(
        fields: &Fields<'_>,
        method: Option<&Method>,
        parameters: RouteParameters<'_>,
        caching: Caching,
    ) -> Self {
        if let Some(method) = method.filter(|method| CHANGES.contains(method)) {
            match caching {
                Caching::Enabled => fields.warn("cachingEnabled", "true", &format!(
                    "GET, HEAD or a POST that only reads: a {method} that is answered from the cache does not reach the target"
                )),
                Caching::Disabled => {}
            }
        }
        Self {
            method: method.filter(|method| *method != Method::HEAD).cloned().unwrap_or(Method::GET),
            ttl: seconds(fields, "cacheTtlInSeconds", MOST_TTL_SECONDS),
            key_parameters: KeyParameters::parse(fields, parameters, caching),
            forwards_unkeyed_headers: fields.boolean("forwardUnkeyedHeaders").unwrap_or(false),
            invalidation: Invalidation::parse(fields),
            common: CommonSettings::parse(fields),
        }
    }

    /// The time for which an answer is fresh; zero: nothing is stored.
    pub(super) fn ttl(&self, stage: &StageCache) -> Duration {
        self.ttl.or(stage.ttl).unwrap_or(DEFAULT_TTL)
    }

    /// True where answers to requests of this method may come from the cache.
    fn covers(&self, method: &Method) -> bool {
        *method == self.method || (*method == Method::HEAD && self.method == Method::GET)
    }

    /// True where the target would get credentials that the key does not have: its answer is for this caller only.
    fn forwards_unkeyed_credentials(&self, context: &Context<'_>) -> bool {
        let headers = &context.request.headers;
        let has_unkeyed = |name: &HeaderName, is_there| is_there && !self.key_parameters.has_header(name);
        let has_caller = context.caller.api_key_id.is_some() && !self.common.is_shared;
        self.forwards_unkeyed_headers
            && ([AUTHORIZATION, PROXY_AUTHORIZATION]
                .iter()
                .any(|name| has_unkeyed(name, headers.contains_key(name)))
                || has_unkeyed(&COOKIE, !context.request.cookies.is_empty())
                || has_unkeyed(&API_KEY, headers.contains_key(API_KEY) && !has_caller))
            || (self.common.is_shared && self.forwards_unkeyed_token(context))
    }

    /// True where the target would get the token that the route's authorizer has let the caller in with.
    fn forwards_unkeyed_token(&self, context: &Context<'_>) -> bool {
        let is_unkeyed = |place: &TokenPlace| match place {
            TokenPlace::Header(name) => {
                self.forwards_unkeyed_headers && !self.key_parameters.has_header(name)
            }
            TokenPlace::Querystring(name) => !self.key_parameters.has_query_parameter(name),
        };
        context.caller.principal.is_some_and(|principal| principal.token_places().iter().any(is_unkeyed))
    }

    /// True where all headers that the answer depends on, by its own word, are in the key or were never forwarded.
    fn covers_vary(&self, headers: &HeaderMap) -> bool {
        headers.get_all(VARY).iter().all(|line| {
            let Ok(line) = line.to_str() else { return false };
            tokens(line).all(|name| {
                let is_keyed = name.parse().is_ok_and(|name| self.key_parameters.has_header(&name));
                name != "*" && (is_keyed || !self.forwards_unkeyed_headers)
            })
        })
    }
}

impl ModeRules for ApiGatewayRules {
    fn common(&self) -> &CommonSettings {
        &self.common
    }

    fn bypass(&self, context: &Context<'_>, stage: &StageCache) -> Option<Bypass> {
        if !self.covers(&context.request.method) {
            Some(Bypass::Method(self.method.clone()))
        } else if self.ttl(stage).is_zero() {
            Some(Bypass::Ttl)
        } else {
            self.forwards_unkeyed_credentials(context).then_some(Bypass::Credentials)
        }
    }

    fn write_key(&self, context: &Context<'_>, key: &mut dyn KeyWriter) {
        let request = context.request;
        key.part("routeKey", &[context.route_key.as_bytes()]);
        // A `HEAD` is answered with the head of what a `GET` would get.
        let method = if request.method == Method::HEAD { &Method::GET } else { &request.method };
        key.part("method", &[method.as_str().as_bytes()]);
        // A target may put it into links.
        key.part("host", &[request.origin.domain_name.to_ascii_lowercase().as_bytes()]);
        if !self.common.is_shared {
            let Caller { api_key_id, principal, .. } = context.caller;
            key.part("apiKeyId", api_key_id.map(str::as_bytes).as_slice());
            if let Some(principal) = principal {
                key.part("principal", &[principal.identity().as_str().as_bytes()]);
                // A target sees them: one token of a caller may be good for less than another.
                key.part("authorizer", &[principal.digest().as_bytes()]);
            }
        }
        // It has no parameter of the path that could be named.
        if context.route_key == "$default" {
            key.part("path", &[context.path.as_bytes()]);
        }
        self.key_parameters.write(context, key);
        if !request.body.is_empty() {
            key.part("body", &[&request.body]);
            for header in OF_A_BODY {
                let lines = request.headers.get_all(&header);
                key.part(header.as_str(), &lines.iter().map(|line| line.as_bytes()).collect::<Vec<_>>());
            }
        }
    }

    fn keys_query_parameter(&self, name: &str) -> bool {
        self.key_parameters.has_query_parameter(name)
    }

    fn keys_header(&self, name: &HeaderName) -> bool {
        self.key_parameters.has_header(name) || *name == HOST || OF_A_BODY.contains(name)
    }

    fn knows_variants(&self) -> bool {
        false
    }

    fn directive(&self, headers: &HeaderMap, permission: InvalidatePermission) -> RequestDirective {
        self.invalidation.directive(headers, permission)
    }

    fn evaluate(&self, _: &HeaderMap, entry: &Entry, now_ms: u64) -> Reuse {
        if entry.is_fresh(now_ms) { Reuse::Fresh } else { Reuse::Expired }
    }

    fn is_only_if_cached(&self, _: &HeaderMap) -> bool {
        false
    }

    fn may_wait(&self, context: &Context<'_>, _: Option<&Entry>) -> bool {
        context.request.method != Method::HEAD
    }

    fn why_not_shared(&self, _: &Context<'_>) -> Option<UncacheableReason> {
        None
    }

    fn serves_while_revalidating(&self, _: &HeaderMap, entry: &Entry, now_ms: u64) -> bool {
        now_ms < entry.fresh_until_ms + ms(self.common.stale_times.while_revalidate)
    }

    fn serves_if_error(&self, entry: &Entry, now_ms: u64) -> bool {
        now_ms < entry.fresh_until_ms + ms(self.common.stale_times.if_error)
    }

    fn forwards_unkeyed_headers(&self) -> bool {
        self.forwards_unkeyed_headers
    }

    fn forwarded<'a>(&self, request: &'a Request, _: Option<&Entry>) -> Forwarded<'a> {
        let request = if self.forwards_unkeyed_headers {
            self.key_parameters.without_unkeyed_conditions(without_connection(request))
        } else {
            Cow::Owned(self.key_parameters.without_unkeyed_headers(request))
        };
        Forwarded { request, is_conditional: false }
    }

    /// Not a failure (tomorrow's caller need not have it), nothing that is one caller's or depends on what the
    /// key does not have, and nothing that is only a part.
    fn check_storable(
        &self,
        _: &Context<'_>,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<(), UncacheableReason> {
        let is_failure = status.is_server_error() || !is_storable_status(status);
        if is_failure || is_of_one_request(status) || is_of_what_no_key_has(status) {
            Err(UncacheableReason::Status(status))
        } else if headers.contains_key(SET_COOKIE) {
            Err(UncacheableReason::SetCookie)
        } else if !self.covers_vary(headers) {
            Err(UncacheableReason::Vary)
        } else {
            Ok(())
        }
    }

    fn entry(
        &self,
        stage: &StageCache,
        status: StatusCode,
        headers: HeaderMap,
        times: ExchangeTimes,
    ) -> Entry {
        let stored_at_ms = milliseconds(times.received_at);
        let fresh_until_ms = stored_at_ms + ms(self.ttl(stage));
        let keep_until_ms = fresh_until_ms + ms(self.common.stale_times.longest());
        let (body, is_from_base64) = (Bytes::new().into(), false);
        Entry { stored_at_ms, fresh_until_ms, keep_until_ms, status, headers, body, is_from_base64 }
    }

    fn part_of(&self, _: &Request, response: Response) -> Response {
        response
    }
}

/// True where the status says something of who asks, of the rest of the query, or of headers that may be forwarded
/// all the same.
fn is_of_what_no_key_has(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_ACCEPTABLE
            | StatusCode::PROXY_AUTHENTICATION_REQUIRED
            | StatusCode::URI_TOO_LONG
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
    )
}
