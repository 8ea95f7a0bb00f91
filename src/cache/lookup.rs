//! The first of the cache's two calls: an entry in memory or in the table, or whoever must ask the target for one.
//!
//! Of many who miss at once, one asks the target; the others wait for its response, for a bounded time.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{
    Bypass, CacheKey, CacheOutcome, CacheRequest, CacheStatus, CacheStore, Entry, Fill, Lock, LockOutcome,
    LockState, Refill, Responses, Stored,
    fill::Claim,
    levels::{CacheSlot, Known},
    mode_rules::{RequestDirective, Reuse},
    status::Forward,
};
use crate::{
    clock::{milliseconds, ms},
    error::GatewayError,
};

/// The cache's answer to a request.
#[derive(Debug)]
#[must_use]
pub enum Lookup<'a, S: CacheStore> {
    /// An entry answers.
    Hit(CacheOutcome),
    /// An entry answers that is not fresh any more, and it falls to the caller to refill it.
    Stale { stale: CacheOutcome, refill: Refill<S> },
    /// The target must be asked; the fill stores its response.
    Fill(Box<Fill<'a, S>>),
    /// The request wants what the cache does not give, or may not be asked for.
    Refused(CacheOutcome),
    /// The cache has no part in it. The target must be asked.
    Bypass(CacheStatus),
}

/// The pause between two looks at an entry that somebody else fills; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const MOST_PAUSE: Duration = Duration::from_millis(200);

impl<S: CacheStore> Responses<S> {
    /// Looks for an entry; without one, says how the request gets its response.
    pub async fn lookup<'a>(self: &Arc<Self>, request: CacheRequest<'a>) -> Lookup<'a, S> {
        match request.policy.bypass(&request.context, request.stage) {
            Some(Bypass::Method(_) | Bypass::Ttl) => return Lookup::Bypass(CacheStatus::Unused),
            Some(Bypass::Credentials | Bypass::Precondition | Bypass::Body) => {
                return Lookup::Bypass(CacheStatus::Bypass);
            }
            None => {}
        }
        let key = request.key();
        match request.directive() {
            RequestDirective::Forbidden => {
                let error = GatewayError::InvalidationForbidden;
                Lookup::Refused(CacheOutcome::new(Err(error), CacheStatus::Bypass))
            }
            RequestDirective::Replace => {
                let slot = CacheSlot::unknown(key.clone());
                let responses = Arc::clone(self);
                let claim = Claim { responses, key, slot, lock: None, why: Forward::Request };
                Lookup::Fill(Box::new(claim.begin(request)))
            }
            RequestDirective::Lookup | RequestDirective::LookupWithWarning => {
                match self.remembered(&request, &key) {
                    Some(hit) => Lookup::Hit(hit),
                    None => self.search(request, &key).await,
                }
            }
        }
    }

    /// Looks into the table until there is an entry, or a turn to ask the target.
    async fn search<'a>(self: &Arc<Self>, request: CacheRequest<'a>, key: &CacheKey) -> Lookup<'a, S> {
        let patience = Instant::now() + request.limit / 2;
        let mut pause = FIRST_PAUSE;
        loop {
            if let Some(lookup) = self.look(request, key, patience).await {
                return lookup;
            }
            tokio::time::sleep_until((Instant::now() + pause).min(patience)).await;
            pause = (pause * 2).min(MOST_PAUSE);
        }
    }

    /// One look into the table; `None` where somebody else asks the target. Nobody waits for that beyond `patience`.
    async fn look<'a>(
        self: &Arc<Self>,
        request: CacheRequest<'a>,
        key: &CacheKey,
        patience: Instant,
    ) -> Option<Lookup<'a, S>> {
        let (rules, headers) = (request.policy.rules(), &request.context.request.headers);
        let now = self.clock.now();
        let now_ms = milliseconds(now);
        // Boxed: a future of the SDK is kilobytes, and a hit needs none.
        let slot = Box::pin(self.find(&request, key, now)).await;
        let is_degraded = slot.is_degraded;
        let reuse = slot.entry.as_ref().map(|entry| request.evaluate(entry, now_ms));
        if let Some(hit) = slot.entry.as_ref().and_then(|entry| self.reused(entry, reuse)) {
            return Some(Lookup::Hit(CacheOutcome { is_degraded, ..hit }));
        }
        if rules.is_only_if_cached(headers) {
            let refused = CacheOutcome::new(Err(GatewayError::NotCached), CacheStatus::Unused);
            return Some(Lookup::Refused(CacheOutcome { is_degraded, ..refused }));
        }
        let lock = slot.lock.filter(|lock| lock.is_held(now_ms));
        let is_served = |entry: &Arc<Entry>| rules.serves_while_revalidating(headers, entry, now_ms);
        let stale = slot.entry.clone().filter(is_served);
        let is_alone = is_degraded
            || reuse == Some(Reuse::MustRevalidate)
            || !rules.may_wait(&request.context, slot.entry.as_deref())
            || (stale.is_none() && lock.is_some_and(Lock::is_known_uncacheable))
            || Instant::now() >= patience;
        let why = slot.why(reuse);
        let claim = Claim { responses: Arc::clone(self), key: key.clone(), slot, lock: None, why };
        if is_alone {
            return Some(Lookup::Fill(Box::new(claim.begin(request))));
        }
        if lock.is_none()
            && let Some(lookup) = self.take_turn(claim, request, stale.as_deref(), now).await
        {
            return Some(lookup);
        }
        stale.map(|entry| Lookup::Hit(self.stale(&entry)))
    }

    /// Tries to be the one who asks the target for all who wait; `None` where somebody else is.
    async fn take_turn<'a>(
        &self,
        mut claim: Claim<S>,
        request: CacheRequest<'a>,
        stale: Option<&Entry>,
        now: SystemTime,
    ) -> Option<Lookup<'a, S>> {
        match (claim.lock(request.limit, now).await, stale) {
            (LockOutcome::Taken, Some(entry)) => {
                Some(Lookup::Stale { stale: self.stale(entry), refill: Refill(Box::new(claim)) })
            }
            (LockOutcome::Taken, None) => Some(Lookup::Fill(Box::new(claim.begin(request)))),
            (LockOutcome::Unknown, _) => {
                claim.slot.is_degraded = true;
                Some(Lookup::Fill(Box::new(claim.begin(request))))
            }
            (LockOutcome::Busy, _) => None,
        }
    }

    /// Answers from memory alone.
    fn remembered(&self, request: &CacheRequest<'_>, key: &CacheKey) -> Option<CacheOutcome> {
        let now = self.clock.now();
        let entry = match self.levels.remembered(key, now)? {
            Stored::Answer(entry) => entry,
            Stored::Variants(variants) => {
                let stored = self.levels.remembered(&request.variant_key(&variants, key), now)?;
                stored.answer().filter(|entry| variants.counts(entry))?
            }
        };
        self.reused(&entry, Some(request.evaluate(&entry, milliseconds(now))))
    }

    /// Reads both levels, at the key or at that of the request's variant.
    async fn find(&self, request: &CacheRequest<'_>, key: &CacheKey, now: SystemTime) -> CacheSlot {
        let Known { stored, lock, is_degraded } = self.levels.look_up(key, now).await;
        let variants = match stored {
            Some(Stored::Variants(variants)) => variants,
            Some(Stored::Answer(entry)) => {
                return CacheSlot { key: key.clone(), variants: None, entry: Some(entry), lock, is_degraded };
            }
            None => return CacheSlot { lock, is_degraded, ..CacheSlot::unknown(key.clone()) },
        };
        let key = request.variant_key(&variants, key);
        // A table that has just given no answer is not waited for once more.
        let Known { stored, mut lock, is_degraded } = if is_degraded {
            self.levels.without_table(&key, now)
        } else {
            self.levels.look_up(&key, now).await
        };
        let entry = stored.and_then(Stored::answer).filter(|entry| variants.counts(entry));
        // Who took it before then fills what does not count any more.
        let least_ms = variants.since_ms + ms(Lock::duration(request.limit));
        if let Some(lock) = lock.as_mut().filter(|lock| lock.until_ms < least_ms) {
            lock.state = LockState::KnownUncacheable(None);
        }
        CacheSlot { key, variants: Some(variants), entry, lock, is_degraded }
    }

    fn reused(&self, entry: &Entry, reuse: Option<Reuse>) -> Option<CacheOutcome> {
        match reuse? {
            Reuse::Fresh => Some(self.fresh(entry)),
            Reuse::Stale => Some(self.stale(entry)),
            Reuse::Expired | Reuse::MustRevalidate => None,
        }
    }

    fn fresh(&self, entry: &Entry) -> CacheOutcome {
        let now_ms = milliseconds(self.clock.now());
        let ttl = entry.fresh_until_ms.saturating_sub(now_ms) / 1_000;
        CacheOutcome::new(Ok(entry.response(now_ms)), CacheStatus::Hit { ttl })
    }

    fn stale(&self, entry: &Entry) -> CacheOutcome {
        let now_ms = milliseconds(self.clock.now());
        let by = now_ms.saturating_sub(entry.fresh_until_ms) / 1_000;
        CacheOutcome::new(Ok(entry.response(now_ms)), CacheStatus::Stale { by })
    }
}
