//! Asking the target, and keeping what it answers.

use std::sync::Arc;

use http::{Method, StatusCode};

use super::{
    CacheKey, CacheStatus, CacheStore, Entry, Lock, Responses, Stored, UncacheableReason, Variants,
    asked::{CacheOutcome, CacheRequest},
    entry::MOST_BODY_BYTES,
    mode_rules::{ExchangeTimes, Reuse},
    place::CacheSlot,
    rfc9111::{is_news, varies_on},
    status::Forward,
    tee::{Copied, known_length, tee},
};
use crate::{
    clock::milliseconds,
    context::Context,
    error::GatewayError,
    message::{Request, Response},
};

/// Somebody's turn to ask the target.
#[derive(Debug)]
pub(super) struct Fill {
    /// Where the answers to such requests are looked for.
    key: CacheKey,
    place: CacheSlot,
    /// Others wait until then, at the key of the place.
    lock: Option<Lock>,
    why: Forward,
}

/// Where a new answer goes.
#[derive(Debug)]
struct Level {
    key: CacheKey,
    /// What is to stand at the key where such answers are looked for, where that changes.
    variants: Option<Variants>,
    route_key: String,
}

impl Fill {
    pub fn of(key: CacheKey, place: CacheSlot, lock: Option<Lock>, reuse: Option<Reuse>) -> Self {
        let why = place.why(reuse);
        Self { key, place, lock, why }
    }

    /// Because the caller wants it, whatever is there.
    pub fn wanted(key: CacheKey) -> Self {
        Self { place: CacheSlot::unknown(key.clone()), key, lock: None, why: Forward::Request }
    }

    fn status(&self, is_confirmed: bool, is_kept: bool) -> CacheStatus {
        CacheStatus::Forwarded { why: self.why, is_confirmed, is_kept }
    }

    fn home(&self, asked: &CacheRequest<'_>, entry: &Entry) -> Level {
        let names = varies_on(&entry.headers).unwrap_or_default();
        let route_key = asked.context.route_key.to_owned();
        let is_for_all = names.is_empty() && asked.policy.caller(&asked.context).is_none();
        if self.place.variants.is_none() && (is_for_all || !asked.policy.rules().knows_variants()) {
            return Level { key: self.place.key.clone(), variants: None, route_key };
        }
        let first = || Arc::new(Variants::since(entry.stored_at_ms, 0));
        let known = self.place.variants.clone().unwrap_or_else(first);
        let changed = known.with(&names, entry.keep_until_ms, entry.stored_at_ms);
        let key = asked.key_in(changed.as_ref().unwrap_or(&known), &self.key);
        Level { key, variants: changed, route_key }
    }
}

impl<S: CacheStore> Responses<S> {
    /// Asks the target, and keeps its answer if it may be kept.
    pub(super) async fn fill(
        self: &Arc<Self>,
        asked: &CacheRequest<'_>,
        fill: Fill,
        call: &impl AsyncFn(&Context<'_>) -> Result<Response, GatewayError>,
    ) -> CacheOutcome {
        let CacheRequest { policy, context, .. } = asked;
        let is_degraded = fill.place.is_degraded;
        let stale = fill.place.entry.clone();
        let forwarded = policy.rules().forwarded(context.request, stale.as_deref());
        let asked_at = self.clock.now();
        // Who has waited for another has less of the Lambda's time left.
        let mut request = Request { received_at: asked_at, ..forwarded.request.into_owned() };
        // The answer is for those who send it and for those who do not.
        if context.has_ignored_slash() {
            request.path.pop();
        }
        let outcome = call(&policy.forwarded_context(context, &request)).await;
        let times = ExchangeTimes { requested_at: asked_at, received_at: self.clock.now() };
        let now_ms = milliseconds(times.received_at);
        let failed_with = outcome.as_ref().map(Response::status).ok();
        let is_failure = failed_with.is_none_or(|status| status.is_server_error());
        let better =
            stale.as_ref().filter(|entry| is_failure && policy.rules().serves_if_error(entry, now_ms));
        if let Some(entry) = better {
            let status = CacheStatus::StaleOnError { why: fill.why, status: failed_with };
            self.unlock(fill, None);
            return CacheOutcome {
                is_degraded,
                ..CacheOutcome::of(Ok(entry.response(now_ms)), Some(status))
            };
        }
        let answered = match (outcome, stale) {
            (Err(error), _) => {
                let status = fill.status(false, false);
                self.unlock(fill, None);
                CacheOutcome::of(Err(error), Some(status))
            }
            (Ok(response), Some(entry))
                if forwarded.is_conditional && response.status() == StatusCode::NOT_MODIFIED =>
            {
                self.confirmed(asked, fill, (&entry, &response), times)
            }
            (Ok(response), _) => self.answered(asked, fill, response, times),
        };
        CacheOutcome { is_degraded, ..answered }
    }

    /// The entry still holds, says the target.
    fn confirmed(
        self: &Arc<Self>,
        asked: &CacheRequest<'_>,
        fill: Fill,
        (entry, response): (&Entry, &Response),
        times: ExchangeTimes,
    ) -> CacheOutcome {
        let now_ms = milliseconds(times.received_at);
        let updated = asked.policy.revalidated(entry, response.headers(), times);
        // What it says now may be for this caller only, as any other answer.
        let may_keep = asked.policy.check_storable(&asked.context, updated.status, &updated.headers);
        let is_kept = may_keep.is_ok() && is_news(entry, &updated, now_ms);
        let status = fill.status(true, is_kept);
        let response = updated.response(now_ms);
        if is_kept {
            let home = fill.home(asked, &updated);
            self.keep(fill, home, updated);
        } else {
            self.unlock(fill, may_keep.err().map(|why| Lock::known_uncacheable(now_ms, why)));
        }
        CacheOutcome::of(Ok(response), Some(status))
    }

    /// The target has given a new answer.
    fn answered(
        self: &Arc<Self>,
        asked: &CacheRequest<'_>,
        fill: Fill,
        response: Response,
        times: ExchangeTimes,
    ) -> CacheOutcome {
        let CacheRequest { policy, stage, context, .. } = asked;
        let not_kept = |fill: Fill, response, next| {
            let status = fill.status(false, false);
            self.unlock(fill, next);
            CacheOutcome::of(Ok(response), Some(status))
        };
        // It has no body to keep.
        if context.request.method == Method::HEAD {
            return not_kept(fill, response, None);
        }
        let entry = match policy.new_entry(context, stage, &response, times) {
            Ok(entry) => entry,
            // A target that fails is asked by one after another of those who wait, not by all at once.
            Err(_) if response.status().is_server_error() => return not_kept(fill, response, None),
            Err(why) => {
                let in_vain = Lock::known_uncacheable(milliseconds(times.received_at), why);
                return not_kept(fill, response, Some(in_vain));
            }
        };
        let home = fill.home(asked, &entry);
        // Of a body whose length is not known nobody can say what becomes of it.
        let status = fill.status(false, known_length(&response).is_some());
        let (head, body) = response.into_parts();
        let responses = Arc::clone(self);
        let body = tee(body, MOST_BODY_BYTES, move |copied| responses.copied(fill, home, entry, copied));
        CacheOutcome::of(Ok(Response::from_parts(head, body)), Some(status))
    }

    fn copied(self: &Arc<Self>, fill: Fill, home: Level, entry: Entry, copied: Copied) {
        match copied {
            Copied::Whole(body) => self.keep(fill, home, Entry { body, ..entry }),
            Copied::TooLong => {
                self.unlock(
                    fill,
                    Some(Lock::known_uncacheable(entry.stored_at_ms, UncacheableReason::LongBody)),
                );
            }
            Copied::Broken => self.unlock(fill, None),
        }
    }

    fn keep(self: &Arc<Self>, fill: Fill, home: Level, entry: Entry) {
        let now = self.clock.now();
        if let Some(Stored::Variants(list)) = self.levels.last_seen(&fill.key, now)
            && !list.counts(&entry)
        {
            // The resource has changed while the target was asked.
            return self.unlock(fill, None);
        }
        let Fill { key, place, lock, .. } = fill;
        let Level { key: home, variants, route_key } = home;
        if place.is_degraded {
            // A table that gives no answer would only be waited for.
            if let Some(variants) = variants {
                self.levels.remember(key, variants.into(), now);
            }
            return self.levels.remember(home, entry.into(), now);
        }
        let responses = Arc::clone(self);
        self.spawn_background(async move {
            // Who comes late, and does not see the entry yet, still finds the lock, and looks again.
            let outlives_lock = lock.is_some_and(|lock| entry.fresh_until_ms >= lock.until_ms);
            let mut is_kept = responses.levels.put(&home, &route_key, entry.into(), now).await;
            if let Some(variants) = variants {
                is_kept &= responses.levels.put(&key, &route_key, variants.into(), now).await;
            }
            if let Some(lock) = lock.filter(|_| !(is_kept && outlives_lock)) {
                responses.levels.store.unlock(&place.key, lock, None, now).await;
            }
        });
    }

    fn unlock(self: &Arc<Self>, Fill { place, lock, .. }: Fill, next: Option<Lock>) {
        if let Some(lock) = lock {
            let responses = Arc::clone(self);
            self.spawn_background(async move {
                let now = responses.clock.now();
                responses.levels.store.unlock(&place.key, lock, next, now).await;
            });
        }
    }
}
