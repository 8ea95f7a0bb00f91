//! The cache at work: a request is answered from an entry, or by the target, whose answer becomes one.
//!
//! Of many who miss at once, one asks the target; the others wait for its answer, for a bounded time.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderName, HeaderValue, Method};
use tokio::{task::JoinSet, time::Instant};

use super::{
    Bypass, CacheKey, CachePolicy, CacheStatus, CacheStore, Entry, Lock, StageCache, Taken,
    conditional::not_modified_if_known,
    invalidation::Wish,
    levels::{Known, Levels, milliseconds},
    storable::MOST_BODY_BYTES,
    tee::{Copied, tee},
};
use crate::{
    clock::Clock,
    context::Context,
    error::GatewayError,
    message::{Body, Request, Response},
};

/// All answers that are kept.
#[derive(Debug)]
pub struct Responses<S> {
    levels: Levels<S>,
    clock: Clock,
    /// What is written beside requests.
    writes: Mutex<JoinSet<()>>,
}

/// A request on a route whose answers are kept.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub policy: &'a CachePolicy,
    pub stage: &'a StageCache,
    pub context: Context<'a>,
    /// The caller may have entries replaced.
    pub may_invalidate: bool,
    /// How long the target may take.
    pub limit: Duration,
}

/// What came of asking.
#[derive(Debug)]
pub struct Answered {
    pub outcome: Result<Response, GatewayError>,
    /// `None`: the route keeps no answers to such requests.
    pub status: Option<CacheStatus>,
    /// The table gave no answer.
    pub is_degraded: bool,
    /// The answer was stale, and it falls to the caller of this function to get a new one.
    pub refill: Option<Refill>,
}

/// The right to fill an entry while others are answered from the stale one.
#[derive(Clone, Copy, Debug)]
pub struct Refill(Lock);

/// The most for which others wait for one who fills, and for which nobody waits after it was in vain.
const MOST_LOCK: Duration = Duration::from_secs(10);
/// Between two looks at an entry that somebody else fills; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const MOST_PAUSE: Duration = Duration::from_millis(200);

const NOT_KEPT: CacheStatus = CacheStatus::Miss { is_kept: false };

const WARNING: HeaderName = HeaderName::from_static("warning");
/// RFC 7234 §5.5.7: 199 is a warning that is for people.
const MAY_NOT_INVALIDATE: HeaderValue =
    HeaderValue::from_static("199 tollgate \"Cache-Control of the request was ignored\"");

impl<S: CacheStore> Responses<S> {
    /// `memory_bytes` is what entries in memory may take, `trusted_for` how long one counts without a look into
    /// the table.
    pub fn new(store: S, clock: Clock, memory_bytes: u64, trusted_for: Duration) -> Self {
        Self { levels: Levels::new(store, memory_bytes, trusted_for), clock, writes: Mutex::default() }
    }

    /// Answers from an entry, or by `call`, which gets the request's context as the target may see it.
    pub async fn answer(
        self: &Arc<Self>,
        asked: &Asked<'_>,
        call: impl AsyncFn(&Context<'_>) -> Result<Response, GatewayError>,
    ) -> Answered {
        let Asked { policy, stage, context, may_invalidate, .. } = asked;
        let request = context.request;
        match policy.bypass(context, stage) {
            Some(Bypass::Method(_) | Bypass::Ttl) => return Answered::of(call(context).await, None),
            Some(Bypass::Credentials) => {
                let answered = Answered::of(call(context).await, Some(CacheStatus::Bypass));
                return self.told(answered, request, false);
            }
            None => {}
        }
        let key = policy.key_of(context, stage);
        let wish = policy.invalidation.wish(&request.headers, *may_invalidate);
        let answered = match wish {
            Wish::Forbidden => {
                return Answered::of(Err(GatewayError::InvalidationForbidden), Some(CacheStatus::Bypass));
            }
            Wish::Replace => {
                let fill = Fill { key, lock: None, known: Known::default() };
                self.fill(asked, fill, &call).await.refreshed()
            }
            Wish::Lookup | Wish::LookupWithWarning => self.look_up(asked, key, &call).await,
        };
        self.told(answered, request, wish == Wish::LookupWithWarning)
    }

    /// Gets a new answer in the place of a stale one that was given.
    pub async fn refill(
        self: &Arc<Self>,
        asked: &Asked<'_>,
        Refill(lock): Refill,
        call: impl AsyncFn(&Context<'_>) -> Result<Response, GatewayError>,
    ) {
        let key = asked.policy.key_of(&asked.context, asked.stage);
        let fill = Fill { key, lock: Some(lock), known: Known::default() };
        if let Ok(response) = self.fill(asked, fill, &call).await.outcome {
            drain(response.into_body()).await;
        }
    }

    /// Waits for what is being written.
    pub async fn settle(&self) {
        let mut writes = mem::take(&mut *self.writes.lock().unwrap_or_else(PoisonError::into_inner));
        while writes.join_next().await.is_some() {}
    }

    async fn look_up(
        self: &Arc<Self>,
        asked: &Asked<'_>,
        key: CacheKey,
        call: &impl AsyncFn(&Context<'_>) -> Result<Response, GatewayError>,
    ) -> Answered {
        if let Some(entry) = self.levels.remembered(&key, self.clock.now()) {
            return self.hit(&entry);
        }
        let patience = Instant::now() + asked.limit / 2;
        let mut pause = FIRST_PAUSE;
        loop {
            let now = self.clock.now();
            let now_ms = milliseconds(now);
            // Boxed: a future of the SDK is kilobytes, and a hit needs none.
            let known = Box::pin(self.levels.look_up(&key, now)).await;
            if let Some(entry) = known.entry.as_ref().filter(|entry| entry.is_fresh(now_ms)) {
                return Answered { is_degraded: known.is_degraded, ..self.hit(entry) };
            }
            let lock = known.lock.filter(|lock| now_ms < lock.until_ms);
            let is_alone = known.is_degraded
                || asked.context.request.method == Method::HEAD
                || lock.is_some_and(|lock| lock.is_in_vain)
                || Instant::now() >= patience;
            if is_alone {
                return self.fill(asked, Fill { key, lock: None, known }, call).await;
            }
            let stale = known
                .entry
                .as_ref()
                .filter(|entry| now_ms < entry.fresh_until_ms + ms(asked.policy.stale_while_revalidate));
            if lock.is_none() {
                let mine = Lock { until_ms: now_ms + ms(lock_time(asked.limit)), is_in_vain: false };
                let taken = Box::pin(self.levels.store.lock(&key, mine, now)).await;
                match (taken, stale) {
                    (Taken::Taken, Some(entry)) => {
                        return Answered { refill: Some(Refill(mine)), ..self.stale(entry) };
                    }
                    (Taken::Taken, None) => {
                        return self.fill(asked, Fill { key, lock: Some(mine), known }, call).await;
                    }
                    (Taken::Unknown, _) => {
                        let known = Known { is_degraded: true, ..known };
                        return self.fill(asked, Fill { key, lock: None, known }, call).await;
                    }
                    (Taken::Busy, _) => {}
                }
            }
            if let Some(entry) = stale {
                return self.stale(entry);
            }
            tokio::time::sleep_until((Instant::now() + pause).min(patience)).await;
            pause = (pause * 2).min(MOST_PAUSE);
        }
    }

    /// Asks the target, and keeps its answer if it may be kept.
    async fn fill(
        self: &Arc<Self>,
        asked: &Asked<'_>,
        fill: Fill,
        call: &impl AsyncFn(&Context<'_>) -> Result<Response, GatewayError>,
    ) -> Answered {
        let Asked { policy, stage, context, .. } = asked;
        let is_degraded = fill.known.is_degraded;
        let stale = fill.known.entry.clone();
        // Who has waited for another has less of the Lambda's time left.
        let received_at = self.clock.now();
        let request = Request { received_at, ..policy.forwarded(context.request).into_owned() };
        let outcome = call(&policy.forwarded_context(context, &request)).await;
        let now_ms = milliseconds(self.clock.now());
        let is_failure = outcome.as_ref().map_or(true, |response| response.status().is_server_error());
        if is_failure {
            self.unlock(fill, None);
            let stale = stale.filter(|entry| now_ms < entry.fresh_until_ms + ms(policy.stale_if_error));
            return match stale {
                Some(entry) => Answered { is_degraded, ..self.stale(&entry) },
                None => Answered { is_degraded, ..Answered::of(outcome, Some(NOT_KEPT)) },
            };
        }
        let Ok(response) = outcome else { unreachable!("a failure was answered") };
        let is_read = context.request.method != Method::HEAD;
        if !is_read || !policy.may_keep(response.status(), response.headers()) {
            let in_vain = Lock { until_ms: now_ms + ms(MOST_LOCK), is_in_vain: true };
            self.unlock(fill, Some(in_vain).filter(|_| is_read));
            return Answered { is_degraded, ..Answered::of(Ok(response), Some(NOT_KEPT)) };
        }
        let fresh_until_ms = now_ms + ms(policy.ttl(stage));
        let entry = Entry {
            stored_at_ms: now_ms,
            fresh_until_ms,
            keep_until_ms: fresh_until_ms + ms(policy.stale_for()),
            status: response.status(),
            headers: response.headers().clone(),
            body: Bytes::new(),
        };
        let (head, body) = response.into_parts();
        let (responses, route_key) = (Arc::clone(self), context.route_key.to_owned());
        let body = tee(body, MOST_BODY_BYTES, move |copied| responses.copied(fill, entry, route_key, copied));
        let status = CacheStatus::Miss { is_kept: true };
        Answered { is_degraded, ..Answered::of(Ok(Response::from_parts(head, body)), Some(status)) }
    }

    fn copied(self: &Arc<Self>, fill: Fill, entry: Entry, route_key: String, copied: Copied) {
        match copied {
            Copied::Whole(body) => self.keep(fill, Entry { body, ..entry }, route_key),
            Copied::TooLong => {
                let until_ms = entry.stored_at_ms + ms(MOST_LOCK);
                self.unlock(fill, Some(Lock { until_ms, is_in_vain: true }));
            }
            Copied::Broken => self.unlock(fill, None),
        }
    }

    fn keep(self: &Arc<Self>, Fill { key, lock, known }: Fill, entry: Entry, route_key: String) {
        if known.is_degraded {
            // A table that gives no answer would only be waited for.
            return self.levels.remember(key, entry, self.clock.now());
        }
        let responses = Arc::clone(self);
        self.beside(async move {
            let now = responses.clock.now();
            // Who comes late, and does not see the entry yet, still finds the lock, and looks again.
            let outlives_lock = lock.is_some_and(|lock| entry.fresh_until_ms >= lock.until_ms);
            let is_kept = responses.levels.keep(&key, &route_key, entry, now).await;
            if let Some(lock) = lock.filter(|_| !(is_kept && outlives_lock)) {
                responses.levels.store.unlock(&key, (lock, None), now).await;
            }
        });
    }

    fn unlock(self: &Arc<Self>, Fill { key, lock, .. }: Fill, next: Option<Lock>) {
        if let Some(lock) = lock {
            let responses = Arc::clone(self);
            self.beside(async move {
                let now = responses.clock.now();
                responses.levels.store.unlock(&key, (lock, next), now).await;
            });
        }
    }

    /// At the same time as the answer goes out. What Lambda's freezing interrupts is a miss more.
    fn beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        while writes.try_join_next().is_some() {}
        writes.spawn(work);
    }

    /// With the headers that tell the client, and without the body that it has.
    fn told(&self, answered: Answered, request: &Request, is_warned: bool) -> Answered {
        let Answered { status, .. } = answered;
        let outcome = answered.outcome.map(|mut response| {
            if let Some(status) = status {
                status.apply(&mut response);
            }
            if is_warned {
                response.headers_mut().append(WARNING, MAY_NOT_INVALIDATE);
            }
            if status == Some(CacheStatus::Bypass) {
                return response;
            }
            let (response, unsent) = not_modified_if_known(request, response);
            if let Some(body) = unsent {
                self.beside(drain(body));
            }
            response
        });
        Answered { outcome, ..answered }
    }

    fn hit(&self, entry: &Entry) -> Answered {
        let now_ms = milliseconds(self.clock.now());
        let ttl = entry.fresh_until_ms.saturating_sub(now_ms) / 1_000;
        Answered::of(Ok(entry.response(now_ms)), Some(CacheStatus::Hit { ttl }))
    }

    fn stale(&self, entry: &Entry) -> Answered {
        let now_ms = milliseconds(self.clock.now());
        let by = now_ms.saturating_sub(entry.fresh_until_ms) / 1_000;
        Answered::of(Ok(entry.response(now_ms)), Some(CacheStatus::Stale { by }))
    }
}

/// Somebody's turn to ask the target.
struct Fill {
    key: CacheKey,
    /// Others wait until then.
    lock: Option<Lock>,
    known: Known,
}

impl Answered {
    fn of(outcome: Result<Response, GatewayError>, status: Option<CacheStatus>) -> Self {
        Self { outcome, status, is_degraded: false, refill: None }
    }

    /// The caller wanted it from the target.
    fn refreshed(self) -> Self {
        let status = self.status.map(|status| match status {
            CacheStatus::Miss { is_kept } => CacheStatus::Refresh { is_kept },
            other => other,
        });
        Self { status, ..self }
    }
}

/// A filler that dies frees the others soon; one that is slow keeps them until half of their own time is over.
fn lock_time(limit: Duration) -> Duration {
    (limit / 2).min(MOST_LOCK)
}

/// In milliseconds.
fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Reads what nobody reads: a body is kept when its last byte has gone by.
async fn drain(mut body: Body) {
    while let Some(Ok(_)) = body.next().await {}
}
