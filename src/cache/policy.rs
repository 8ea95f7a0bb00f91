//! The caching of a route: the rules of one mode.

use std::{borrow::Cow, time::Duration};

use http::{HeaderMap, HeaderName, Method, StatusCode};

use super::{
    api_gateway::ApiGatewayRules,
    entry::{Entry, MOST_BODY_BYTES, is_short_head},
    key::{CacheKey, ExplainedKey, KeyHasher, KeyWriter},
    mode_rules::{Bypass, Caching, ExchangeTimes, Forwarded, ModeRules, StageCache},
    rfc9111::{self, HttpRules},
    tee::known_length,
    uncacheable::UncacheableReason,
};
use crate::{
    caller::Caller,
    clock::milliseconds,
    context::{CanaryCache, Context, StageVersion},
    item::{Fields, brief},
    message::{Note, Request, Response},
    template::parameter::RouteParameters,
};

/// The fields that mean that answers are to be stored.
const FIELDS_OF_CACHING: [&str; 9] = [
    "cacheMode",
    "cacheTtlInSeconds",
    "cacheKeyParameters",
    "cacheShared",
    "forwardUnkeyedHeaders",
    "requireAuthorizationForCacheControl",
    "unauthorizedCacheControlHeaderStrategy",
    "staleWhileRevalidate",
    "staleIfError",
];

/// The caching of a route, by its `cacheMode`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CachePolicy {
    /// `API_GATEWAY`: the route item's word counts.
    ApiGateway(ApiGatewayRules),
    /// `HTTP`: the word of requests and answers counts, by RFC 9111.
    Http(HttpRules),
}

/// The words of `cacheMode`.
#[derive(Clone, Copy, Default)]
enum CacheMode {
    #[default]
    ApiGateway,
    Http,
}

impl CachePolicy {
    /// Reads what a route item says of caching; `None` where `cachingEnabled` is not `true`.
    ///
    /// `method` is the route's, where it names one.
    pub fn parse(
        fields: &Fields<'_>,
        method: Option<&Method>,
        parameters: RouteParameters<'_>,
    ) -> Option<Self> {
        const MODES: [(&str, CacheMode); 2] =
            [("API_GATEWAY", CacheMode::ApiGateway), ("HTTP", CacheMode::Http)];
        let caching = match fields.boolean("cachingEnabled") {
            Some(true) => Caching::Enabled,
            Some(false) | None => Caching::Disabled,
        };
        if fields.value("cachingEnabled").is_none() {
            for name in FIELDS_OF_CACHING {
                if let Some(value) = fields.value(name) {
                    fields.warn(name, &brief(value), "nothing without cachingEnabled");
                }
            }
        }
        let policy = match fields.choice("cacheMode", &MODES).unwrap_or_default() {
            CacheMode::ApiGateway => {
                Self::ApiGateway(ApiGatewayRules::parse(fields, method, parameters, caching))
            }
            CacheMode::Http => Self::Http(HttpRules::parse(fields, method)),
        };
        match caching {
            Caching::Enabled => Some(policy),
            Caching::Disabled => None,
        }
    }

    /// Notes the headers that the target gets with something else in them than the client's.
    pub fn with_mapped_headers(self, mapped_headers: Vec<HeaderName>) -> Self {
        match self {
            Self::ApiGateway(rules) => Self::ApiGateway(rules),
            Self::Http(rules) => Self::Http(rules.with_mapped_headers(mapped_headers)),
        }
    }

    pub(super) fn rules(&self) -> &dyn ModeRules {
        match self {
            Self::ApiGateway(rules) => rules,
            Self::Http(rules) => rules,
        }
    }

    /// The time for which each answer is fresh; `None`: as it says itself.
    pub fn fixed_ttl(&self, stage: &StageCache) -> Option<Duration> {
        match self {
            Self::ApiGateway(rules) => Some(rules.ttl(stage)),
            Self::Http(_) => None,
        }
    }

    /// Returns the reason for which the request passes the cache by; `None` where it is answered through the cache.
    pub fn bypass(&self, context: &Context<'_>, stage: &StageCache) -> Option<Bypass> {
        self.rules().bypass(context, stage)
    }

    /// True where a change of a resource makes its answers forgotten.
    pub fn follows_changes(&self) -> bool {
        self.rules().knows_variants()
    }

    /// True where another value of the query parameter has another answer.
    pub fn keys_query_parameter(&self, name: &str) -> bool {
        self.rules().keys_query_parameter(name)
    }

    /// True where another value of the header has another answer.
    pub fn keys_header(&self, name: &HeaderName) -> bool {
        self.rules().keys_header(name)
    }

    /// True where headers that do not tell answers apart reach the target.
    pub fn forwards_unkeyed_headers(&self) -> bool {
        self.rules().forwards_unkeyed_headers()
    }

    /// Finds in the request what keeps its answer from others, unless the answer says otherwise.
    pub fn why_not_shared(&self, context: &Context<'_>) -> Option<UncacheableReason> {
        self.rules().why_not_shared(context)
    }

    /// The caller whose alone the answer is; `None` where it is for all.
    pub fn caller<'a>(&self, context: &Context<'a>) -> Option<Cow<'a, str>> {
        self.rules().common().caller(context)
    }

    /// The key of a request's answer.
    ///
    /// In HTTP mode it is the URI's: [`Variants`](super::Variants) of it have keys of their own.
    pub(super) fn key(&self, context: &Context<'_>, stage: &StageCache) -> CacheKey {
        let mut key = KeyHasher::new(context.stage);
        self.write_key(context, stage, &mut key);
        key.finish()
    }

    /// The same key with its parts. Of a body it tells the length, and of credentials that they are there.
    pub fn explain(&self, context: &Context<'_>, stage: &StageCache) -> ExplainedKey {
        let mut parts = Vec::new();
        self.write_key(context, stage, &mut parts);
        ExplainedKey { key: self.key(context, stage), parts }
    }

    fn write_key(&self, context: &Context<'_>, stage: &StageCache, key: &mut dyn KeyWriter) {
        key.part("stage", &[context.stage.as_bytes()]);
        key.part("cacheGeneration", &[stage.generation.to_string().as_bytes()]);
        match context.version {
            StageVersion::Own | StageVersion::Canary(CanaryCache::OfStage) => {}
            StageVersion::Canary(CanaryCache::Own) => key.part("canary", &[context.deployment_id.as_bytes()]),
        }
        self.rules().write_key(context, key);
    }

    /// The context of a forwarded request: the caller is in it only where the key has it.
    pub fn forwarded_context<'a>(&self, context: &Context<'a>, request: &'a Request) -> Context<'a> {
        let caller = if self.rules().common().is_shared { Caller::default() } else { context.caller };
        Context { request, caller, ..*context }
    }

    /// The request that the target gets where nothing is stored for it.
    pub fn forwarded_request(&self, context: &Context<'_>) -> Request {
        self.forwarded(context, None).request.into_owned()
    }

    /// The request that the target gets, where `entry` is stored already.
    pub(super) fn forwarded(&self, context: &Context<'_>, entry: Option<&Entry>) -> Forwarded<'static> {
        let forwarded = self.rules().forwarded(context.request, entry);
        let mut to_target = forwarded.request.into_owned();
        // The response is for those who send it and for those who do not.
        if context.has_ignored_slash() {
            to_target.path.pop();
        }
        Forwarded { request: Cow::Owned(to_target), ..forwarded }
    }

    /// Makes an entry, without its body, of an answer whose head has come; or tells why it is not stored.
    pub(super) fn new_entry(
        &self,
        context: &Context<'_>,
        stage: &StageCache,
        response: &Response,
        times: ExchangeTimes,
    ) -> Result<Entry, UncacheableReason> {
        let (status, headers) = (response.status(), response.headers());
        self.check_storable(context, status, headers)?;
        let is_from_base64 = match response.extensions().get() {
            Some(Note::BrokenBase64) => return Err(UncacheableReason::BrokenBase64),
            Some(Note::Unfinished) => return Err(UncacheableReason::Unfinished),
            Some(Note::FromBase64) => true,
            None => false,
        };
        let entry = self.rules().entry(stage, status, headers.clone(), times);
        if milliseconds(times.received_at) >= entry.keep_until_ms {
            return Err(rfc9111::why_useless(headers));
        }
        if known_length(response).is_some_and(|bytes| bytes > MOST_BODY_BYTES) {
            return Err(UncacheableReason::LongBody);
        }
        // It may have an `Age` by now.
        if !is_short_head(&entry.headers) {
            return Err(UncacheableReason::LongHead);
        }
        Ok(Entry { is_from_base64, ..entry })
    }

    /// Checks that an answer with this head, to this request, may be stored for others.
    pub(super) fn check_storable(
        &self,
        context: &Context<'_>,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<(), UncacheableReason> {
        self.rules().check_storable(context, status, headers)?;
        if is_short_head(headers) { Ok(()) } else { Err(UncacheableReason::LongHead) }
    }

    /// Makes of `entry` what a 304 with these headers says that it is now.
    pub(super) fn revalidated(&self, entry: &Entry, headers: &HeaderMap, times: ExchangeTimes) -> Entry {
        rfc9111::updated(self.rules().common().stale_times, entry, headers, times)
    }
}
