//! What this instance serves: every stage with its deployment, refreshed beside requests.
//!
//! A deployment that cannot be loaded, or a stage item that cannot be read, leaves the last good one in its place.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use futures_util::future::join_all;
use tracing::warn;

use super::{
    load::{self, Next},
    publish::invalid_configuration,
    served::{GoesBy, Loaded, Served},
    standing::{Standing, standings},
    upkeep::{Duty, Upkeep},
};
use crate::{
    clock::{milliseconds, ms},
    error::{InvalidConfiguration, StoreError, chain},
    stages::FoundStage,
    store::Store,
};

/// Keeps the deployments of all stages at hand.
#[derive(Debug)]
pub struct Live {
    store: Store,
    refresh_every: Duration,
    /// Milliseconds since 1970, when the store was last asked.
    asked_at: AtomicU64,
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

/// What a look at the store found.
#[derive(Debug)]
struct Found {
    /// Its number.
    look: u64,
    stages: Vec<(Standing, Next)>,
}

impl Live {
    pub fn new(store: Store, refresh_every: Duration) -> Self {
        Self {
            store,
            refresh_every,
            asked_at: AtomicU64::new(0),
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

    /// What is served now. Only the very first call may have to ask the store.
    ///
    /// # Errors
    ///
    /// The store could not be read, and never has been.
    pub async fn served(&self, now: SystemTime) -> Result<Arc<Served>, StoreError> {
        if let Some(served) = self.current() {
            return Ok(if served.is_put_away { self.brought_back() } else { served });
        }
        self.asked_at.store(milliseconds(now), Ordering::Relaxed);
        let found = Box::pin(self.found()).await?;
        // What is to be written can wait for the first refresh: a request waits for this.
        drop(self.replace(found));
        Ok(self.current().unwrap_or_default())
    }

    /// Whether it is time to ask the store again. Says yes to one caller only.
    pub fn is_due(&self, now: SystemTime) -> bool {
        let asked_at = self.asked_at.load(Ordering::Relaxed);
        // A clock that was set back must not put it off.
        let due = milliseconds(now).abs_diff(asked_at) >= ms(self.refresh_every);
        due && self
            .asked_at
            .compare_exchange(asked_at, milliseconds(now), Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }

    /// What would serve this host and path, and nothing else: an operator asks. Publishes nothing.
    ///
    /// # Errors
    ///
    /// The store could not be read.
    pub async fn look_at(&self, host: &str, path: &str) -> Result<Served, StoreError> {
        let items = self.store.stages().await?;
        let standings = standings(&self.store, items, &Served::default()).await?;
        let mut served = Served::new(standings.into_iter().map(|standing| {
            let Standing { settings, goes_by, .. } = standing;
            (settings, goes_by, Loaded::default())
        }));
        if let Some(FoundStage { index, .. }) = served.stage_of(host, path)
            && served.goes_by[index] != GoesBy::Likelihood
        {
            served.loaded[index] = load::found(&self.store, &served.stages[index]).await?;
        }
        Ok(served)
    }

    /// Asks whether a stage points elsewhere, and serves what it finds: [`Live::look`], then [`Live::adopt`].
    pub async fn refresh(&self) {
        self.look().await;
        self.adopt().await;
    }

    /// Asks whether a stage points elsewhere, beside requests. When no answer comes, what is served stays.
    pub async fn look(&self) {
        match self.found().await {
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

    async fn found(&self) -> Result<Found, StoreError> {
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
        Ok(Found { look, stages: standings.into_iter().zip(nexts).collect() })
    }

    /// Serves what was found, unless a later look was quicker. Requests that come meanwhile wait.
    fn replace(&self, Found { look, mut stages }: Found) -> Vec<Duty> {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        if self.adopted.fetch_max(look, Ordering::Relaxed) > look {
            return Vec::new();
        }
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
                Next::Is(Loaded { resolved, follows, refused, is_settled }) => {
                    let resolved = resolved
                        .and_then(|resolved| load::brought_back(&self.store, &settings.name, resolved));
                    Loaded { resolved, follows, refused, is_settled }
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
