//! Looking for an answer: in memory, in the table, or wherever somebody else is about to put it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{
    CacheKey, CacheStatus, CacheStore, Entry, Lock, LockState, Responses, Taken,
    asked::{CacheOutcome, CacheRequest},
    fill::Fill,
    levels::Known,
    place::{CacheSlot, Refill},
    rfc9111::{Reuse, Variants},
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
        let is_degraded = place.known.is_degraded;
        let judged = place.known.entry.as_ref().map(|entry| asked.judge(entry, now_ms));
        if let Some(answered) = place.known.entry.as_ref().and_then(|entry| self.reused(entry, judged)) {
            return Lookup::CacheOutcome(CacheOutcome { is_degraded, ..answered });
        }
        if asked.policy.is_only_if_cached(&request.headers) {
            let refused = CacheOutcome::of(Err(GatewayError::NotCached), None);
            return Lookup::CacheOutcome(CacheOutcome { is_degraded, ..refused });
        }
        let lock = place.known.lock.filter(|lock| lock.is_held(now_ms));
        let is_given =
            |entry: &Arc<Entry>| asked.policy.is_given_while_revalidating(&request.headers, entry, now_ms);
        let stale = place.known.entry.clone().filter(is_given);
        let is_alone = is_degraded
            || judged == Some(Reuse::MustRevalidate)
            || !asked.policy.may_wait(&asked.context, place.known.entry.as_deref())
            || (stale.is_none() && lock.is_some_and(Lock::is_in_vain))
            || Instant::now() >= patience;
        let fill = |place, lock| Lookup::Fill(Fill::of(key.clone(), place, lock, judged));
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
                    let known = Known { is_degraded: true, ..place.known };
                    return fill(CacheSlot { known, ..place }, None);
                }
                (Taken::Busy, _) => {}
            }
        }
        stale.map_or(Lookup::Wait, |entry| Lookup::CacheOutcome(self.stale(&entry)))
    }

    /// The answer from memory alone.
    fn remembered(&self, asked: &CacheRequest<'_>, key: &CacheKey) -> Option<CacheOutcome> {
        let now = self.clock.now();
        let entry = self.levels.remembered(key, now)?;
        let entry = match Variants::of(&entry) {
            None => entry,
            Some(variants) => {
                let entry = self.levels.remembered(&asked.key_in(&variants, key), now)?;
                Some(entry).filter(|entry| variants.counts(entry))?
            }
        };
        self.reused(&entry, Some(asked.judge(&entry, milliseconds(now))))
    }

    /// What the table has: at the key, or for the variant of the URI that is asked for.
    async fn find(&self, asked: &CacheRequest<'_>, key: &CacheKey, now: SystemTime) -> CacheSlot {
        let known = self.levels.look_up(key, now).await;
        let Some(variants) = known.entry.as_deref().and_then(Variants::of) else {
            return CacheSlot { key: key.clone(), variants: None, known };
        };
        let key = asked.key_in(&variants, key);
        // A table that has just given no answer is not waited for once more.
        let mut known = if known.is_degraded {
            self.levels.without_table(&key, now)
        } else {
            self.levels.look_up(&key, now).await
        };
        known.entry = known.entry.filter(|entry| variants.counts(entry));
        // Who took it before then fills what does not count any more.
        let least_ms = variants.since_ms + ms(Lock::duration(asked.limit));
        if let Some(lock) = known.lock.as_mut().filter(|lock| lock.until_ms < least_ms) {
            lock.state = LockState::KnownUncacheable(None);
        }
        CacheSlot { key, variants: Some(variants), known }
    }

    fn reused(&self, entry: &Entry, judged: Option<Reuse>) -> Option<CacheOutcome> {
        match judged? {
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
