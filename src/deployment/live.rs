//! What this instance serves: every stage with its deployment, refreshed beside requests.
//!
//! A deployment that cannot be loaded, or a stage item that cannot be read, leaves the last good one in its place.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use futures_util::future::join_all;
use tracing::warn;

use super::{
    load::{self, Next},
    look::{Freshness, LookTimes, LookUnderWay},
    publish::invalid_configuration,
    served::{GoesBy, LoadState, Loaded, Served},
    standing::{Standing, standings},
    upkeep::{Duty, Upkeep},
};
use crate::{
    circuit_breaker::CircuitBreaker,
    clock::milliseconds,
    environment::Refresh,
    error::{InvalidConfiguration, StoreError, chain},
    store::Store,
};

/// Keeps the deployments of all stages at hand.
#[derive(Debug)]
pub struct Live {
    store: Store,
    times: LookTimes,
    /// The last look that was started by itself, and not given up.
    under_way: Mutex<Option<LookUnderWay>>,
    breaker: CircuitBreaker,
    served: RwLock<Option<Arc<Served>>>,
    /// What the last look found, until it is adopted.
    pending: Mutex<Option<Found>>,
    /// What is to be written of what was adopted.
    duties: Mutex<Vec<Duty>>,
    looks: AtomicU64,
    /// The number of the last look that was adopted.
    adopted: AtomicU64,
    upkeep: Upkeep,
}

/// The stages at one moment, and whether that is how they are now.
#[derive(Clone, Debug)]
pub struct Current {
    pub served: Arc<Served>,
    pub freshness: Freshness,
}

/// What a look at the store found.
#[derive(Debug)]
struct Found {
    /// Its number.
    look: u64,
    began_at: SystemTime,
    stages: Vec<(Standing, Next)>,
}

impl Found {
    /// Says if the store answered all that it was asked.
    fn is_good(&self) -> bool {
        let is_unread = |next: &Next| matches!(next, Next::Is(Loaded { state: LoadState::Unread, .. }));
        !self.stages.iter().any(|(_, next)| is_unread(next))
    }
}

impl Live {
    pub fn new(store: Store, refresh: Refresh) -> Self {
        Self {
            store,
            times: LookTimes::new(refresh),
            under_way: Mutex::default(),
            breaker: CircuitBreaker::default(),
            served: RwLock::default(),
            pending: Mutex::default(),
            duties: Mutex::default(),
            looks: AtomicU64::new(1),
            adopted: AtomicU64::new(0),
            upkeep: Upkeep::default(),
        }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What is served now. The store is asked before only at the very first call, and where the last good look is
    /// longer ago than it may be.
    ///
    /// # Errors
    ///
    /// The store could not be read, and never has been.
    pub async fn served(self: &Arc<Self>, now: SystemTime) -> Result<Current, StoreError> {
        let Some(served) = self.current() else {
            self.times.asked(now);
            let found = Box::pin(self.found(now)).await?;
            // What is to be written can wait for the first refresh: a request waits for this.
            drop(self.replace(found));
            return Ok(Current { served: self.at_hand(), freshness: Freshness::Fresh });
        };
        if self.times.freshness(now) == Freshness::Fresh {
            let served = if served.is_put_away { self.brought_back() } else { served };
            return Ok(Current { served, freshness: Freshness::Fresh });
        }
        // There is memory for one deployment, and the look may find another one.
        drop(served);
        let freshness = Box::pin(self.look_first(now)).await;
        Ok(Current { served: self.at_hand(), freshness })
    }

    /// Starts a look if it is time for one: at the same time as a request's own work, and never before it. If Lambda
    /// freezes the process meanwhile, the answer is taken with the next request.
    pub fn look_if_due(self: &Arc<Self>, now: SystemTime) {
        if self.times.is_due(now) {
            *self.under_way() = Some(self.started(now));
        }
    }

    /// Looks before an answer, for no longer than a client waits for the store. Requests that come together share one
    /// look, which goes on when nobody waits for it any more.
    async fn look_first(self: &Arc<Self>, now: SystemTime) -> Freshness {
        if let Some(look) = self.shared_look(now) {
            if self.store.while_a_client_waits(look.ended()).await.is_none() {
                self.give_up(&look, now);
            }
            self.adopt_found();
        }
        self.times.freshness(now)
    }

    /// The look that other requests wait for already, or a new one; `None`: the store keeps failing.
    fn shared_look(self: &Arc<Self>, now: SystemTime) -> Option<LookUnderWay> {
        let mut under_way = self.under_way();
        if let Some(look) = under_way.as_ref().filter(|look| look.may_be_joined(now, &self.store)) {
            return Some(look.clone());
        }
        let started = self.breaker.allows(milliseconds(now)).then(|| self.started(now))?;
        Some(under_way.insert(started).clone())
    }

    fn started(self: &Arc<Self>, now: SystemTime) -> LookUnderWay {
        self.times.asked(now);
        let live = Arc::clone(self);
        LookUnderWay::start(now, async move { live.look(now).await })
    }

    /// The next request asks again.
    fn give_up(&self, look: &LookUnderWay, now: SystemTime) {
        if self.under_way().take_if(|other| other.is(look)).is_some() {
            self.breaker.failed(milliseconds(now));
        }
    }

    /// Asks whether a stage points elsewhere, and serves what it finds: [`Live::look`], then [`Live::adopt`].
    pub async fn refresh(&self, now: SystemTime) {
        self.look(now).await;
        self.adopt().await;
    }

    /// Asks whether a stage points elsewhere. When no answer comes, what is served stays.
    pub async fn look(&self, now: SystemTime) {
        let found = self.found(now).await;
        match &found {
            Ok(found) if found.is_good() => self.breaker.answered(),
            Ok(_) | Err(_) => self.breaker.failed(milliseconds(now)),
        }
        match found {
            Ok(found) => {
                let mut pending = self.pending();
                // A look that was slow must not hide what a later one has seen.
                if pending.as_ref().is_none_or(|other| other.look < found.look) {
                    *pending = Some(found);
                }
            }
            Err(error) => {
                warn!(
                    metric = "Degraded",
                    cause = chain(&error),
                    "the stages could not be read; the last ones are served"
                );
            }
        }
    }

    /// Serves what the last look found. Between requests: a deployment that changes is put away before the new one is
    /// resolved, and an instance has memory for one of them.
    pub fn adopt_found(&self) {
        let found = self.pending().take();
        if let Some(found) = found {
            let duties = self.replace(found);
            self.duties.lock().unwrap_or_else(PoisonError::into_inner).extend(duties);
        }
    }

    /// The same, and writes what the operator is to know: after an answer.
    pub async fn adopt(&self) {
        self.adopt_found();
        let duties = mem::take(&mut *self.duties.lock().unwrap_or_else(PoisonError::into_inner));
        for duty in duties {
            if let Err(error) = self.upkeep.attend(&self.store, duty, || self.put_away()).await {
                warn!(cause = chain(&error), "what is served could not be recorded");
            }
        }
        // No request need wait for it.
        if self.current().is_some_and(|served| served.is_put_away) {
            drop(self.brought_back());
        }
    }

    /// Makes room for the work of a publisher: deployments are resolved again by the next look or request.
    pub fn put_away(&self) {
        for (_, next) in self.pending().iter_mut().flat_map(|found| &mut found.stages) {
            next.put_away();
        }
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(all) = served.take() {
            let mut all = Arc::unwrap_or_clone(all);
            all.put_away();
            *served = Some(Arc::new(all));
        }
    }

    async fn found(&self, began_at: SystemTime) -> Result<Found, StoreError> {
        let look = self.looks.fetch_add(1, Ordering::Relaxed);
        // This look may be adopted long after, and holds no deployment that is to make room meanwhile.
        let mut previous = self.current().map(Arc::unwrap_or_clone).unwrap_or_default();
        previous.put_away();
        let items = self.store.stages().await?;
        let standings = standings(&self.store, items, &previous).await?;
        standings.iter().for_each(tell_log);
        let nexts = standings.iter().map(|standing| async {
            match standing.goes_by {
                GoesBy::Item | GoesBy::LastGood => {
                    let settings = &standing.settings;
                    load::next(&self.store, settings, previous.of(&settings.name)).await
                }
                GoesBy::Likelihood | GoesBy::Nothing => Next::Is(Loaded::default()),
            }
        });
        let nexts = join_all(nexts).await;
        Ok(Found { look, began_at, stages: standings.into_iter().zip(nexts).collect() })
    }

    /// Serves what was found, unless a later look was quicker. Requests that come meanwhile wait.
    fn replace(&self, found: Found) -> Vec<Duty> {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        if self.adopted.fetch_max(found.look, Ordering::Relaxed) > found.look {
            return Vec::new();
        }
        if found.is_good() {
            self.times.answered(found.began_at);
        }
        let mut stages = found.stages;
        let mut former = served.take().map(Arc::unwrap_or_clone).unwrap_or_default();
        for (standing, next) in &mut stages {
            if let Some((_, loaded)) = former.of(&standing.settings.name) {
                next.keep(&standing.settings, loaded);
            }
        }
        former.put_away();
        let (mut duties, mut loaded) = (Vec::new(), Vec::new());
        for (standing, next) in stages {
            let settings = &standing.settings;
            let former = former.of(&settings.name).and_then(|(_, loaded)| loaded.resolved.clone());
            let next = match next {
                Next::Is(Loaded { resolved, follows, refused, state }) => {
                    let resolved = resolved
                        .and_then(|resolved| load::brought_back(&self.store, &settings.name, resolved));
                    Loaded { resolved, follows, refused, state }
                }
                Next::Becomes(snapshot) => load::replacement(&self.store, settings, snapshot, former),
            };
            duties.push(Duty::of(&self.store.tables.stages, &standing, &next));
            loaded.push((standing.settings, standing.goes_by, next));
        }
        *served = Some(Arc::new(Served::new(loaded.into_iter())));
        duties
    }

    fn brought_back(&self) -> Arc<Served> {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        let mut all = served.take().map(Arc::unwrap_or_clone).unwrap_or_default();
        for (stage, loaded) in all.stages.iter().zip(&mut all.loaded) {
            let resolved = loaded.resolved.take();
            loaded.resolved =
                resolved.and_then(|resolved| load::brought_back(&self.store, &stage.name, resolved));
        }
        all.is_put_away = false;
        let all = Arc::new(all);
        *served = Some(Arc::clone(&all));
        all
    }

    /// What is served, with its deployments.
    fn at_hand(&self) -> Arc<Served> {
        let served = self.current().unwrap_or_default();
        if served.is_put_away { self.brought_back() } else { served }
    }

    fn under_way(&self) -> MutexGuard<'_, Option<LookUnderWay>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending(&self) -> MutexGuard<'_, Option<Found>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self) -> Option<Arc<Served>> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn tell_log(standing: &Standing) {
    if !standing.problems.is_empty() {
        invalid_configuration(&standing.name, &InvalidConfiguration(standing.problems.clone()));
    }
}
