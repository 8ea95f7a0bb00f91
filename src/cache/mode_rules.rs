//! The settings that both modes have, and the questions that the rules of each mode answer.

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, SystemTime},
};

use http::{HeaderMap, HeaderName, Method, StatusCode, header::CONNECTION};

use super::{entry::Entry, key::KeyWriter, uncacheable::UncacheableReason};
use crate::{
    context::Context,
    item::Fields,
    message::{Request, Response},
};

/// API Gateway's most.
pub(super) const MOST_TTL_SECONDS: u64 = 3_600;
/// A day: a stale answer is better than none, but not for ever.
const MOST_STALE_SECONDS: u64 = 86_400;
/// The most that a DynamoDB number and a JSON number both say exactly.
pub const MOST_GENERATION: u64 = (1 << 53) - 1;

/// The settings of a route that both modes have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CommonSettings {
    /// `cacheShared`: one caller's answer may go to another.
    pub is_shared: bool,
    pub stale_times: StaleTimes,
}

/// The time for which an expired answer is still given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct StaleTimes {
    /// While a new answer is fetched.
    pub while_revalidate: Duration,
    /// If the target fails.
    pub if_error: Duration,
}

/// The caching of all routes of a stage; it counts at once and without a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageCache {
    pub(super) ttl: Option<Duration>,
    /// Part of every key: a new one empties the stage's cache.
    pub generation: u64,
}

/// `cachingEnabled` of a route: warnings of what is lost count only where it is `true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caching {
    Enabled,
    Disabled,
}

/// The rules of one mode, as a route sets them.
pub(super) trait ModeRules: Sync {
    /// The settings that both modes have.
    fn common(&self) -> &CommonSettings;

    /// Returns the reason for which the request passes the cache by; `None` where it is answered through the cache.
    fn bypass(&self, context: &Context<'_>, stage: &StageCache) -> Option<Bypass>;

    /// Writes the parts of the key that are the mode's own.
    fn write_key(&self, context: &Context<'_>, key: &mut dyn KeyWriter);

    /// True where another value of the query parameter has another key.
    fn keys_query_parameter(&self, name: &str) -> bool;

    /// True where another value of the header has another key, or a variant of its own.
    fn keys_header(&self, name: &HeaderName) -> bool;

    /// True where a list of variants may stand at a key, and a change of the resource makes its answers forgotten.
    fn knows_variants(&self) -> bool;

    /// Reads what the request asks of the cache.
    fn directive(&self, headers: &HeaderMap, permission: InvalidatePermission) -> RequestDirective;

    /// Decides what the entry is worth to a request with these headers.
    fn evaluate(&self, headers: &HeaderMap, entry: &Entry, now_ms: u64) -> Reuse;

    /// True where the client prefers no answer to one that the target must be asked for.
    fn is_only_if_cached(&self, headers: &HeaderMap) -> bool;

    /// True where the answer to somebody else's request would do, so that waiting for it is of use.
    fn may_wait(&self, context: &Context<'_>, entry: Option<&Entry>) -> bool;

    /// Finds in the request what keeps its answer from others, unless the answer says otherwise.
    fn why_not_shared(&self, context: &Context<'_>) -> Option<UncacheableReason>;

    /// True where an expired entry is given while a new answer is fetched.
    fn serves_while_revalidating(&self, headers: &HeaderMap, entry: &Entry, now_ms: u64) -> bool;

    /// True where an entry, fresh or not, is given because the target fails.
    fn serves_if_error(&self, entry: &Entry, now_ms: u64) -> bool;

    /// True where headers that do not tell answers apart reach the target.
    fn forwards_unkeyed_headers(&self) -> bool;

    /// Makes the request that the target gets, where `entry` is stored already.
    fn forwarded<'a>(&self, request: &'a Request, entry: Option<&Entry>) -> Forwarded<'a>;

    /// Checks that an answer with this head, to this request, may be stored for others.
    fn check_storable(
        &self,
        context: &Context<'_>,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<(), UncacheableReason>;

    /// Makes an entry, without its body, of an answer whose head has come.
    fn entry(
        &self,
        stage: &StageCache,
        status: StatusCode,
        headers: HeaderMap,
        times: ExchangeTimes,
    ) -> Entry;

    /// Cuts out the part of a stored answer that the request asks for.
    fn part_of(&self, request: &Request, response: Response) -> Response;
}

/// The reason why a request passes the cache by; displays in the operator's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bypass {
    /// The route stores answers to this method, and the request has another.
    Method(Method),
    /// Answers are fresh for no time.
    Ttl,
    /// Only the target can judge the request's precondition.
    Precondition,
    /// No key of HTTP mode has the body.
    Body,
    /// The target would get credentials that the key does not have: its answer is for this caller only.
    Credentials,
}

/// A caller's right to have an entry replaced: `invalidateCache` of its API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidatePermission {
    Granted,
    Missing,
}

/// The part of the cache in answering a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestDirective {
    /// The answer may come from the cache.
    Lookup,
    /// The same, and the client is warned that its wish for a new answer counted for nothing.
    LookupWithWarning,
    /// A new answer replaces the stored one.
    Replace,
    /// The client may not ask for a new answer, and gets none.
    Forbidden,
}

/// The worth of an entry to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reuse {
    Fresh,
    /// The client takes the entry as it is.
    Stale,
    /// The entry is not fresh any more, or must be confirmed each time.
    Expired,
    /// The client wants the entry to be confirmed.
    MustRevalidate,
}

/// The request that the target gets.
#[derive(Debug)]
pub(super) struct Forwarded<'a> {
    pub request: Cow<'a, Request>,
    /// True where it asks whether the entry still holds.
    pub is_conditional: bool,
}

/// The moments between which an answer was made.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExchangeTimes {
    pub requested_at: SystemTime,
    pub received_at: SystemTime,
}

impl CommonSettings {
    pub fn parse(fields: &Fields<'_>) -> Self {
        Self {
            is_shared: fields.boolean("cacheShared").unwrap_or(false),
            stale_times: StaleTimes {
                while_revalidate: seconds(fields, "staleWhileRevalidate", MOST_STALE_SECONDS)
                    .unwrap_or_default(),
                if_error: seconds(fields, "staleIfError", MOST_STALE_SECONDS).unwrap_or_default(),
            },
        }
    }

    /// The caller whose alone the answer is; `None` where it is for all.
    pub fn caller<'a>(&self, context: &Context<'a>) -> Option<Cow<'a, str>> {
        if self.is_shared { None } else { context.caller.identity() }
    }
}

impl StaleTimes {
    pub fn longest(self) -> Duration {
        self.while_revalidate.max(self.if_error)
    }
}

impl StageCache {
    /// Reads what a stage item says of caching; `None`: it is not clear, and any guess might bring back what was
    /// purged, or store it for too long.
    pub fn parse(fields: &Fields<'_>) -> Option<Self> {
        let ttl = seconds(fields, "cacheTtlInSeconds", MOST_TTL_SECONDS);
        let generation = fields.integer("cacheGeneration", 0..=MOST_GENERATION);
        let is_clear = |name, is_read| is_read || fields.value(name).is_none();
        (is_clear("cacheTtlInSeconds", ttl.is_some()) && is_clear("cacheGeneration", generation.is_some()))
            .then(|| Self { ttl, generation: generation.unwrap_or(0) })
    }
}

pub(super) fn seconds<'a>(fields: &Fields<'a>, name: &'a str, most: u64) -> Option<Duration> {
    fields.integer(name, 0..=most).map(Duration::from_secs)
}

impl fmt::Display for Bypass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method(stored) => write!(f, "only answers to {stored} are kept"),
            Self::Ttl => f.write_str("cacheTtlInSeconds is 0"),
            Self::Precondition => f.write_str("If-Match or If-Unmodified-Since is for the target to judge"),
            Self::Body => f.write_str("the request has a body"),
            Self::Credentials => f.write_str(
                "forwardUnkeyedHeaders, and the request has a cookie or Authorization that is not in the key",
            ),
        }
    }
}

/// Leaves out `Connection`: it goes no further anyway. The headers that it names would not either, and the key may have
/// them.
pub(super) fn without_connection(request: &Request) -> Cow<'_, Request> {
    let mut forwarded = Cow::Borrowed(request);
    if request.headers.contains_key(CONNECTION) {
        forwarded.to_mut().headers.remove(CONNECTION);
    }
    forwarded
}
