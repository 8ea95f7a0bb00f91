//! The second of the cache's two calls: the target's response is stored if it may be.
//!
//! Whatever ends a fill, a panic and a client that leaves included, frees those who wait for it.

use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{Method, StatusCode};

use super::{
    CacheKey, CacheOutcome, CacheRequest, CacheStatus, CacheStore, Entry, Lock, LockOutcome, Responses,
    Stored, StoredBody, UncacheableReason, Variants, Written,
    entry::MOST_BODY_BYTES,
    held_lock::{HeldLock, LockAttempt},
    levels::CacheSlot,
    mode_rules::{ExchangeTimes, Forwarded},
    rfc9111::{is_news, varies_on},
    status::Forward,
    tee::{Copied, known_length, tee},
};
use crate::{
    clock::milliseconds,
    compression::Compression,
    context::Context,
    error::GatewayError,
    message::{Body, Request, Response},
};

/// A request's turn to ask the target, for itself or for all who wait.
#[derive(Debug)]
#[must_use = "others may wait for what it stores"]
pub struct Fill<'a, S: CacheStore> {
    request: CacheRequest<'a>,
    claim: Claim<S>,
    forwarded: Forwarded<'static>,
    requested_at: SystemTime,
}

/// The right to fill an entry while others are answered from the stale one.
#[derive(Debug)]
#[must_use = "others are answered from the stale entry until it is filled"]
pub struct Refill<S: CacheStore>(pub(super) Box<Claim<S>>);

/// The slot that is to be filled.
#[derive(Debug)]
pub(super) struct Claim<S: CacheStore> {
    pub responses: Arc<Responses<S>>,
    /// The key at which responses to such requests are looked for.
    pub key: CacheKey,
    pub slot: CacheSlot,
    /// `None`: nobody waits.
    pub lock: Option<HeldLock<S>>,
    pub why: Forward,
}

/// The keys at which a new response is stored.
#[derive(Debug)]
struct Destination {
    key: CacheKey,
    /// The list for the key where such responses are looked for, where that changes.
    variants: Option<Variants>,
    route_key: String,
}

impl<S: CacheStore> Claim<S> {
    /// Tries to become the one for whom others wait.
    pub async fn lock(&mut self, limit: Duration, now: SystemTime) -> LockOutcome {
        let lock = Lock::filling(milliseconds(now), limit);
        let LockAttempt { taken, held } = HeldLock::take(&self.responses, &self.slot.key, lock, now).await;
        self.lock = held;
        taken
    }

    /// Starts to ask the target, now.
    pub fn begin<'a>(self, request: CacheRequest<'a>) -> Fill<'a, S> {
        let CacheRequest { policy, context, .. } = request;
        let requested_at = self.responses.clock.now();
        let forwarded = policy.forwarded(&context, self.slot.entry.as_deref());
        // Who has waited for another has less of the Lambda's time left.
        let to_target = Request { received_at: requested_at, ..forwarded.request.into_owned() };
        let forwarded = Forwarded { request: Cow::Owned(to_target), ..forwarded };
        Fill { request, claim: self, forwarded, requested_at }
    }

    /// Ends the turn without an entry. For a while nobody waits for one.
    fn leave_uncacheable(self, now_ms: u64, why: UncacheableReason) {
        if let Some(lock) = self.lock {
            lock.replace(Lock::known_uncacheable(now_ms, why));
        }
    }

    /// Stores a whole entry, at the same time as the response goes out.
    fn put(self, destination: Destination, entry: Entry) {
        let responses = Arc::clone(&self.responses);
        let now = responses.clock.now();
        if let Some(Stored::Variants(list)) = responses.levels.last_seen(&self.key, now)
            && !list.counts(&entry)
        {
            // The resource has changed while the target was asked.
            return;
        }
        if self.slot.is_degraded {
            // A table that gives no answer would only be waited for.
            if let Some(variants) = destination.variants {
                responses.levels.remember(self.key, variants.into(), now);
            }
            return responses.levels.remember(destination.key, entry.into(), now);
        }
        responses.background.spawn(self.write(destination, entry, now));
    }

    async fn write(self, destination: Destination, entry: Entry, now: SystemTime) {
        let Self { responses, key, lock, .. } = self;
        let Destination { key: entry_key, variants, route_key } = destination;
        // Who comes late, and does not see the entry yet, still finds the lock, and looks again.
        let outlives_lock = lock.as_ref().is_some_and(|lock| entry.fresh_until_ms >= lock.until_ms());
        let written = responses.levels.put(&entry_key, &route_key, entry.into(), now).await;
        let mut is_stored = written == Written::Written;
        if let Some(variants) = variants {
            let written = responses.levels.put(&key, &route_key, variants.into(), now).await;
            is_stored &= written == Written::Written;
        }
        match lock {
            Some(lock) if is_stored && outlives_lock => lock.leave(),
            Some(lock) => lock.release().await,
            None => {}
        }
    }

    /// A body that has come in pieces, and is packed only now.
    fn copied(
        self,
        destination: Destination,
        entry: Entry,
        copied: Copied,
        compression: Option<Compression>,
    ) {
        match copied {
            Copied::Whole(body) => {
                let body = stored_body(compression, &entry, body);
                self.put(destination, Entry { body, ..entry });
            }
            Copied::TooLong => self.leave_uncacheable(entry.stored_at_ms, UncacheableReason::LongBody),
            Copied::Broken => {}
        }
    }
}

impl<S: CacheStore> Refill<S> {
    /// Starts to ask the target for `request`, which is the one that was answered stale.
    pub fn begin(self, request: CacheRequest<'_>) -> Fill<'_, S> {
        self.0.begin(request)
    }
}

impl<S: CacheStore> Fill<'_, S> {
    /// The request's context as the target may see it.
    pub fn context(&self) -> Context<'_> {
        self.request.policy.forwarded_context(&self.request.context, &self.forwarded.request)
    }

    /// Stores the target's response if it may be, and gives the response for the client: that one, the entry that it
    /// confirms, or a stale one in the place of a failure.
    pub fn store(self, response: Result<Response, GatewayError>) -> CacheOutcome {
        let is_degraded = self.claim.slot.is_degraded;
        CacheOutcome { is_degraded, ..self.stored(response) }
    }

    fn stored(self, response: Result<Response, GatewayError>) -> CacheOutcome {
        let times =
            ExchangeTimes { requested_at: self.requested_at, received_at: self.claim.responses.clock.now() };
        let now_ms = milliseconds(times.received_at);
        let why = self.claim.why;
        let failed_with = response.as_ref().map(Response::status).ok();
        let is_failure = failed_with.is_none_or(|status| status.is_server_error());
        let stale = self.claim.slot.entry.clone();
        let is_better = |entry: &&Arc<Entry>| self.request.policy.rules().serves_if_error(entry, now_ms);
        if let Some(entry) = stale.as_ref().filter(is_better).filter(|_| is_failure) {
            let status = CacheStatus::StaleOnError { why, status: failed_with };
            return CacheOutcome::new(Ok(entry.response(now_ms)), status);
        }
        match (response, stale) {
            (Err(error), _) => CacheOutcome::new(Err(error), why.not_stored()),
            (Ok(response), Some(entry))
                if self.forwarded.is_conditional && response.status() == StatusCode::NOT_MODIFIED =>
            {
                self.confirmed(&entry, &response, times)
            }
            (Ok(response), _) => self.answered(response, times),
        }
    }

    /// The entry still holds, says the target.
    fn confirmed(self, entry: &Entry, response: &Response, times: ExchangeTimes) -> CacheOutcome {
        let CacheRequest { policy, context, .. } = self.request;
        let now_ms = milliseconds(times.received_at);
        let updated = policy.revalidated(entry, response.headers(), times);
        // What it says now may be for this caller only, as any other response.
        let storable = policy.check_storable(&context, updated.status, &updated.headers);
        let is_stored = storable.is_ok() && is_news(entry, &updated, now_ms);
        let status = CacheStatus::Forwarded { why: self.claim.why, is_confirmed: true, is_stored };
        let response = updated.response(now_ms);
        if is_stored {
            let destination = self.destination(&updated);
            self.claim.put(destination, updated);
        } else if let Err(why) = storable {
            self.claim.leave_uncacheable(now_ms, why);
        }
        CacheOutcome::new(Ok(response), status)
    }

    /// The target has given a new response.
    fn answered(self, response: Response, times: ExchangeTimes) -> CacheOutcome {
        let CacheRequest { policy, stage, context, .. } = self.request;
        let why = self.claim.why;
        // It has no body to keep.
        if context.request.method == Method::HEAD {
            return CacheOutcome::new(Ok(response), why.not_stored());
        }
        let entry = policy.new_entry(&context, stage, &response, times);
        let entry = match entry {
            Ok(entry) => entry,
            Err(reason) => {
                // A target that fails is asked by one after another of those who wait, not by all at once.
                if !response.status().is_server_error() {
                    self.claim.leave_uncacheable(milliseconds(times.received_at), reason);
                }
                return CacheOutcome::new(Ok(response), why.not_stored());
            }
        };
        let destination = self.destination(&entry);
        // Of a body whose length is not known nobody can say what becomes of it.
        let is_stored = known_length(&response).is_some();
        let status = CacheStatus::Forwarded { why, is_confirmed: false, is_stored };
        let (claim, compression) = (self.claim, self.request.compression);
        let (mut head, body) = response.into_parts();
        let body = match body {
            Body::Whole(bytes) => {
                let body = stored_body(compression, &entry, bytes);
                // The client's bytes are the same: they are packed once.
                let (of_body, bytes) = body.response().into_parts();
                head.extensions.extend(of_body.extensions);
                claim.put(destination, Entry { body, ..entry });
                bytes
            }
            Body::Stream(stream) => tee(stream, MOST_BODY_BYTES, move |copied| {
                claim.copied(destination, entry, copied, compression);
            }),
        };
        CacheOutcome::new(Ok(Response::from_parts(head, body)), status)
    }

    fn destination(&self, entry: &Entry) -> Destination {
        let Self { request, claim: Claim { key, slot, .. }, .. } = self;
        let names = varies_on(&entry.headers).unwrap_or_default();
        let route_key = request.context.route_key.to_owned();
        let is_for_all = names.is_empty() && request.policy.caller(&request.context).is_none();
        if slot.variants.is_none() && (is_for_all || !request.policy.rules().knows_variants()) {
            return Destination { key: slot.key.clone(), variants: None, route_key };
        }
        let first = || Arc::new(Variants::since(entry.stored_at_ms, 0));
        let known = slot.variants.clone().unwrap_or_else(first);
        let changed = known.with(&names, entry.keep_until_ms, entry.stored_at_ms);
        let key = request.variant_key(changed.as_ref().unwrap_or(&known), key);
        Destination { key, variants: changed, route_key }
    }
}

/// Each client of a body in base64 gets it in another form, so that stays as it is.
fn stored_body(compression: Option<Compression>, entry: &Entry, body: Bytes) -> StoredBody {
    let compression = compression.filter(|_| !entry.is_from_base64);
    match compression.and_then(|it| it.packed(entry.status, &entry.headers, &body)) {
        Some(packed) => StoredBody::Packed(packed),
        None => StoredBody::Plain(body),
    }
}
