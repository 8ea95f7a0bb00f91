//! What each mode says to the questions that the cache asks on a request's way.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode, header::RANGE};

use super::{
    CachePolicy, Entry, Mode, StageCache, UncacheableReason,
    forwarded::without_connection,
    invalidation::RequestDirective,
    rfc9111::{self, Reuse, Wishes},
    storable::{MOST_BODY_BYTES, has_room_for},
    tee::known_length,
};
use crate::{
    clock::{milliseconds, ms},
    context::Context,
    message::{Note, Request, Response},
};

/// API Gateway's default.
const DEFAULT_TTL: Duration = Duration::from_secs(300);

/// The request that the target gets.
#[derive(Debug)]
pub(super) struct Forwarded<'a> {
    pub request: Cow<'a, Request>,
    /// It asks whether the entry still holds.
    pub is_conditional: bool,
}

impl CachePolicy {
    /// With headers that the target gets with something else in them than the client's.
    pub fn with_mapped_headers(self, mapped_headers: Vec<HeaderName>) -> Self {
        Self { mapped_headers, ..self }
    }

    /// Whether a change of a resource makes its answers forgotten.
    pub fn follows_changes(&self) -> bool {
        self.mode == Mode::Http
    }

    /// Whether a list of what tells answers apart may stand at their key.
    pub(super) fn looks_for_variants(&self) -> bool {
        self.mode == Mode::Http
    }

    /// What the request asks of the cache, where callers must be allowed to.
    pub(super) fn wish(&self, headers: &HeaderMap, may_invalidate: bool) -> RequestDirective {
        match self.mode {
            Mode::ApiGateway => self.invalidation.wish(headers, may_invalidate),
            Mode::Http => RequestDirective::Lookup,
        }
    }

    /// What the entry is worth to the request.
    pub(super) fn judge(&self, headers: &HeaderMap, entry: &Entry, now_ms: u64) -> Reuse {
        match self.mode {
            Mode::ApiGateway if entry.is_fresh(now_ms) => Reuse::Fresh,
            Mode::ApiGateway => Reuse::Expired,
            Mode::Http => Wishes::of(headers).judge(headers, entry, now_ms),
        }
    }

    /// Whether the caller would rather have no answer than one that the target must be asked for.
    pub(super) fn is_only_if_cached(&self, headers: &HeaderMap) -> bool {
        self.mode == Mode::Http && Wishes::of(headers).only_if_cached()
    }

    /// Whether the answer to somebody else's request would do, so that waiting for it is of use.
    pub(super) fn may_wait(&self, context: &Context<'_>, entry: Option<&Entry>) -> bool {
        context.request.method != Method::HEAD
            && (self.mode == Mode::ApiGateway
                || (rfc9111::is_like_others(context) && entry.is_none_or(rfc9111::may_wait)))
    }

    /// What in the request keeps its answer from others, unless the answer says otherwise.
    pub fn why_for_itself(&self, context: &Context<'_>) -> Option<UncacheableReason> {
        match self.mode {
            Mode::ApiGateway => None,
            Mode::Http => rfc9111::why_for_itself(context),
        }
    }

    /// Whether an entry that is not fresh any more is given while a new answer is fetched.
    pub(super) fn is_given_while_revalidating(
        &self,
        headers: &HeaderMap,
        entry: &Entry,
        now_ms: u64,
    ) -> bool {
        let stale_for = match self.mode {
            Mode::ApiGateway => self.stale_while_revalidate,
            Mode::Http if Wishes::of(headers).nothing_stale() => return false,
            Mode::Http => rfc9111::stale_while_revalidate(self, entry),
        };
        now_ms < entry.fresh_until_ms + ms(stale_for)
    }

    /// Whether an entry, fresh or not, is given where the target fails.
    pub(super) fn is_given_if_error(&self, entry: &Entry, now_ms: u64) -> bool {
        let stale_for = match self.mode {
            Mode::ApiGateway => self.stale_if_error,
            Mode::Http if rfc9111::needs_success(entry) => return false,
            Mode::Http => rfc9111::stale_if_error(self, entry),
        };
        now_ms < entry.fresh_until_ms + ms(stale_for)
    }

    /// What the target gets of the request, where `entry` is what there is.
    pub(super) fn forwarded<'a>(&self, request: &'a Request, entry: Option<&Entry>) -> Forwarded<'a> {
        let as_it_is = request.method != Method::GET || request.headers.contains_key(RANGE);
        let whole = || without_connection(request);
        let conditional = || entry.and_then(|entry| rfc9111::conditional(whole(), entry));
        let (request, is_conditional) = match self.mode {
            Mode::ApiGateway => (self.of_the_key(request), false),
            Mode::Http if as_it_is => (whole(), false),
            Mode::Http => match conditional() {
                Some(request) => (Cow::Owned(request), true),
                None => (rfc9111::unconditional(whole()), false),
            },
        };
        Forwarded { request, is_conditional }
    }

    /// An answer to this request, whose head has come, as an entry without its body; or why it is not kept.
    pub(super) fn new_entry(
        &self,
        (context, stage): (&Context<'_>, &StageCache),
        response: &Response,
        (asked_at, received_at): (SystemTime, SystemTime),
    ) -> Result<Entry, UncacheableReason> {
        let (status, headers) = (response.status(), response.headers());
        self.may_keep(context, status, headers)?;
        let is_from_base64 = match response.extensions().get() {
            Some(Note::BrokenBase64) => return Err(UncacheableReason::BrokenBase64),
            Some(Note::Unfinished) => return Err(UncacheableReason::Unfinished),
            Some(Note::FromBase64) => true,
            None => false,
        };
        let entry = self.entry(stage, (status, headers.clone()), (asked_at, received_at));
        if milliseconds(received_at) >= entry.keep_until_ms {
            return Err(rfc9111::why_useless(headers));
        }
        if known_length(response).is_some_and(|bytes| bytes > MOST_BODY_BYTES) {
            return Err(UncacheableReason::LongBody);
        }
        // It may have an `Age` by now.
        if !has_room_for(&entry.headers) {
            return Err(UncacheableReason::LongHead);
        }
        Ok(Entry { is_from_base64, ..entry })
    }

    /// Proves that an answer with this head, to this request, may be kept.
    pub(super) fn may_keep(
        &self,
        context: &Context<'_>,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<(), UncacheableReason> {
        match self.mode {
            Mode::ApiGateway => self.may_keep_a_call(status, headers)?,
            Mode::Http => rfc9111::may_store(context, status, headers, &self.mapped_headers)?,
        }
        if has_room_for(headers) { Ok(()) } else { Err(UncacheableReason::LongHead) }
    }

    fn entry(
        &self,
        stage: &StageCache,
        (status, headers): (StatusCode, HeaderMap),
        (asked_at, received_at): (SystemTime, SystemTime),
    ) -> Entry {
        match self.mode {
            Mode::ApiGateway => {
                let stored_at_ms = milliseconds(received_at);
                let fresh_until_ms = stored_at_ms + ms(self.ttl(stage));
                let stale_for = self.stale_while_revalidate.max(self.stale_if_error);
                let keep_until_ms = fresh_until_ms + ms(stale_for);
                let (body, is_from_base64) = (Bytes::new(), false);
                Entry { stored_at_ms, fresh_until_ms, keep_until_ms, status, headers, body, is_from_base64 }
            }
            Mode::Http => rfc9111::entry(self, status, headers, (asked_at, received_at)),
        }
    }

    /// The part of an entry's answer that the request asks for.
    pub(super) fn part_of(&self, request: &Request, response: Response) -> Response {
        match self.mode {
            Mode::ApiGateway => response,
            Mode::Http => rfc9111::part_of(request, response),
        }
    }

    /// How long each answer is fresh; `None`: as it says itself.
    pub fn fixed_ttl(&self, stage: &StageCache) -> Option<Duration> {
        (self.mode == Mode::ApiGateway).then(|| self.ttl(stage))
    }

    /// How long an answer is fresh; zero: nothing is kept.
    pub(super) fn ttl(&self, stage: &StageCache) -> Duration {
        self.ttl.or(stage.ttl).unwrap_or(DEFAULT_TTL)
    }
}
