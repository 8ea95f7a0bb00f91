//! Looking for an answer: in memory, in the table, or wherever somebody else is about to put it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{
    CacheKey, CacheStatus, CacheStore, Entry, Lock, LockState, Responses, Stored, Taken,
    asked::{CacheOutcome, CacheRequest},
    fill::Fill,
    mode_rules::Reuse,
    place::{CacheSlot, Refill},
};
use crate::{
    clock::{milliseconds, ms},
    context::Context,
    error::GatewayError,
    message::Response,
};

/// What came of one look.
enum Lookup {
    CacheOutcome(CacheOutcome),
    /// It is this request's turn to ask the target.
    Fill(Fill),
    /// Somebody else asks the target.
    Wait,
}

/// Between two looks at an entry that somebody else fills; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const MOST_PAUSE: Duration = Duration::from_millis(200);

impl<S: CacheStore> Responses<S> {
    /// Answers from an entry, or by the target, alone or for all who wait.
    pub(super) async fn look_up(
        self: &Arc<Self>,
        asked: &CacheRequest<'_>,
        key: &CacheKey,
        call: &impl AsyncFn(&Context<'_>) -> Result<Response, GatewayError>,
    ) -> CacheOutcome {
        if let Some(answered) = self.remembered(asked, key) {
            return answered;
        }
        let patience = Instant::now() + asked.limit / 2;
        let mut pause = FIRST_PAUSE;
        loop {
            match self.look(asked, key, patience).await {
                Lookup::CacheOutcome(answered) => return answered,
                Lookup::Fill(fill) => return self.fill(asked, fill, call).await,
                Lookup::Wait => {}
            }
            tokio::time::sleep_until((Instant::now() + pause).min(patience)).await;
            pause = (pause * 2).min(MOST_PAUSE);
        }
    }

    /// One look into the table. Nobody waits for another one's answer beyond `patience`.
    async fn look(&self, asked: &CacheRequest<'_>, key: &CacheKey, patience: Instant) -> Lookup {
        let request = asked.context.request;
        let now = self.clock.now();
        let now_ms = milliseconds(now);
        // Boxed: a future of the SDK is kilobytes, and a hit needs none.
        let place = Box::pin(self.find(asked, key, now)).await;
        let is_degraded = place.is_degraded;
        let reuse = place.entry.as_ref().map(|entry| asked.evaluate(entry, now_ms));
        if let Some(answered) = place.entry.as_ref().and_then(|entry| self.reused(entry, reuse)) {
            return Lookup::CacheOutcome(CacheOutcome { is_degraded, ..answered });
        }
        if asked.policy.rules().is_only_if_cached(&request.headers) {
            let refused = CacheOutcome::of(Err(GatewayError::NotCached), None);
            return Lookup::CacheOutcome(CacheOutcome { is_degraded, ..refused });
        }
        let lock = place.lock.filter(|lock| lock.is_held(now_ms));
        let is_served = |entry: &Arc<Entry>| {
            asked.policy.rules().serves_while_revalidating(&request.headers, entry, now_ms)
        };
        let stale = place.entry.clone().filter(is_served);
        let is_alone = is_degraded
            || reuse == Some(Reuse::MustRevalidate)
            || !asked.policy.rules().may_wait(&asked.context, place.entry.as_deref())
            || (stale.is_none() && lock.is_some_and(Lock::is_known_uncacheable))
            || Instant::now() >= patience;
        let fill = |place, lock| Lookup::Fill(Fill::of(key.clone(), place, lock, reuse));
        if is_alone {
            return fill(place, None);
        }
        if lock.is_none() {
            let mine = Lock::filling(now_ms, asked.limit);
            let taken = Box::pin(self.levels.store.lock(&place.key, mine, now)).await;
            match (taken, &stale) {
                (Taken::Taken, Some(entry)) => {
                    let refill = Some(Refill { place, lock: mine });
                    return Lookup::CacheOutcome(CacheOutcome { refill, ..self.stale(entry) });
                }
                (Taken::Taken, None) => return fill(place, Some(mine)),
                (Taken::Unknown, _) => {
                    return fill(CacheSlot { is_degraded: true, ..place }, None);
                }
                (Taken::Busy, _) => {}
            }
        }
        stale.map_or(Lookup::Wait, |entry| Lookup::CacheOutcome(self.stale(&entry)))
    }

    /// The answer from memory alone.
    fn remembered(&self, asked: &CacheRequest<'_>, key: &CacheKey) -> Option<CacheOutcome> {
        let now = self.clock.now();
        let entry = match self.levels.remembered(key, now)? {
            Stored::Answer(entry) => entry,
            Stored::Variants(variants) => {
                let stored = self.levels.remembered(&asked.key_in(&variants, key), now)?;
                stored.answer().filter(|entry| variants.counts(entry))?
            }
        };
        self.reused(&entry, Some(asked.evaluate(&entry, milliseconds(now))))
    }

    /// What the table has: at the key, or for the variant of the URI that is asked for.
    async fn find(&self, asked: &CacheRequest<'_>, key: &CacheKey, now: SystemTime) -> CacheSlot {
        let known = self.levels.look_up(key, now).await;
        let variants = match known.stored {
            Some(Stored::Variants(variants)) => variants,
            Some(Stored::Answer(_)) | None => {
                let (entry, lock) = (known.stored.and_then(Stored::answer), known.lock);
                let is_degraded = known.is_degraded;
                return CacheSlot { key: key.clone(), variants: None, entry, lock, is_degraded };
            }
        };
        let key = asked.key_in(&variants, key);
        // A table that has just given no answer is not waited for once more.
        let mut known = if known.is_degraded {
            self.levels.without_table(&key, now)
        } else {
            self.levels.look_up(&key, now).await
        };
        let entry = known.stored.and_then(Stored::answer).filter(|entry| variants.counts(entry));
        // Who took it before then fills what does not count any more.
        let least_ms = variants.since_ms + ms(Lock::duration(asked.limit));
        if let Some(lock) = known.lock.as_mut().filter(|lock| lock.until_ms < least_ms) {
            lock.state = LockState::KnownUncacheable(None);
        }
        CacheSlot { key, variants: Some(variants), entry, lock: known.lock, is_degraded: known.is_degraded }
    }

    fn reused(&self, entry: &Entry, reuse: Option<Reuse>) -> Option<CacheOutcome> {
        match reuse? {
            Reuse::Fresh => Some(self.hit(entry)),
            Reuse::Stale => Some(self.stale(entry)),
            Reuse::Expired | Reuse::MustRevalidate => None,
        }
    }

    fn hit(&self, entry: &Entry) -> CacheOutcome {
        let now_ms = milliseconds(self.clock.now());
        let ttl = entry.fresh_until_ms.saturating_sub(now_ms) / 1_000;
        CacheOutcome::of(Ok(entry.response(now_ms)), Some(CacheStatus::Hit { ttl }))
    }

    fn stale(&self, entry: &Entry) -> CacheOutcome {
        let now_ms = milliseconds(self.clock.now());
        let by = now_ms.saturating_sub(entry.fresh_until_ms) / 1_000;
        CacheOutcome::of(Ok(entry.response(now_ms)), Some(CacheStatus::Stale { by }))
    }
}
