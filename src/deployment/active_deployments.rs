//! The deployments that this instance serves, one of each stage: looked for beside requests, or before one if the last
//! look is too long ago.
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

use tracing::warn;

use super::{
    look::{Freshness, LookTimes, LookUnderWay},
    look_result::{LookResult, ResolvedStage},
    served::Served,
    status_report::{ReportProgress, StatusReport, StatusReporter},
};
use crate::{
    circuit_breaker::CircuitBreaker,
    clock::milliseconds,
    environment::Refresh,
    error::{StoreError, chain},
    store::Store,
};

/// Keeps the deployments of all stages at hand.
#[derive(Debug)]
pub struct ActiveDeployments {
    store: Store,
    times: LookTimes,
    /// The last look that was started by itself, and not given up.
    under_way: Mutex<Option<LookUnderWay>>,
    breaker: CircuitBreaker,
    served: RwLock<Option<Arc<Served>>>,
    /// The result of the last look, until it is adopted.
    pending: Mutex<Option<LookResult>>,
    /// Reports on what was adopted, yet to be written.
    reports: Mutex<Vec<StatusReport>>,
    looks: AtomicU64,
    /// The number of the last look that was adopted.
    adopted: AtomicU64,
    reporter: StatusReporter,
}

/// The stages at one moment, and whether that is how they are now.
#[derive(Clone, Debug)]
pub struct CurrentStages {
    pub served: Arc<Served>,
    pub freshness: Freshness,
}

impl ActiveDeployments {
    pub fn new(store: Store, refresh: Refresh) -> Self {
        Self {
            store,
            times: LookTimes::new(refresh),
            under_way: Mutex::default(),
            breaker: CircuitBreaker::default(),
            served: RwLock::default(),
            pending: Mutex::default(),
            reports: Mutex::default(),
            looks: AtomicU64::new(1),
            adopted: AtomicU64::new(0),
            reporter: StatusReporter::default(),
        }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The stages as they are served now. The store is asked before only at the very first call, and where the last good look is
    /// longer ago than it may be.
    ///
    /// # Errors
    ///
    /// The store could not be read, and never has been.
    pub async fn served(self: &Arc<Self>, now: SystemTime) -> Result<CurrentStages, StoreError> {
        let Some(served) = self.current() else {
            self.times.asked(now);
            let found = Box::pin(self.read(now)).await?;
            // The reports can wait for the first refresh: a request waits for this.
            drop(self.replace(found));
            return Ok(CurrentStages { served: self.at_hand(), freshness: Freshness::Fresh });
        };
        if self.times.freshness(now) == Freshness::Fresh {
            let served = if served.is_unloaded { self.reloaded() } else { served };
            return Ok(CurrentStages { served, freshness: Freshness::Fresh });
        }
        // There is memory for one deployment, and the look may find another one.
        drop(served);
        let freshness = Box::pin(self.look_first(now)).await;
        Ok(CurrentStages { served: self.at_hand(), freshness })
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
        let deployments = Arc::clone(self);
        LookUnderWay::start(now, async move { deployments.look(now).await })
    }

    /// The next request asks again.
    fn give_up(&self, look: &LookUnderWay, now: SystemTime) {
        if self.under_way().take_if(|other| other.is(look)).is_some() {
            self.breaker.failed(milliseconds(now));
        }
    }

    /// Asks whether a stage points elsewhere, and serves what it finds: [`Self::look`], then [`Self::adopt`].
    pub async fn refresh(&self, now: SystemTime) {
        self.look(now).await;
        self.adopt().await;
    }

    /// Asks whether a stage points elsewhere. When no answer comes, what is served stays.
    pub async fn look(&self, now: SystemTime) {
        let found = self.read(now).await;
        match &found {
            Ok(found) if found.is_good() => self.breaker.answered(),
            Ok(_) | Err(_) => self.breaker.failed(milliseconds(now)),
        }
        match found {
            Ok(found) => {
                let mut pending = self.pending();
                // A look that was slow must not hide what a later one has seen.
                if pending.as_ref().is_none_or(|other| other.number < found.number) {
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

    /// Serves the stages that the last look found. Between requests: a deployment that changes is unloaded before the new one is
    /// resolved, and an instance has memory for one of them.
    pub fn adopt_found(&self) {
        // Held until it is served: requests that have waited for the same look do not go on before.
        let mut pending = self.pending();
        if let Some(found) = pending.take() {
            let reports = self.replace(found);
            self.reports.lock().unwrap_or_else(PoisonError::into_inner).extend(reports);
        }
    }

    /// The same, and writes the reports for the operator: after an answer.
    pub async fn adopt(&self) {
        self.adopt_found();
        let reports = mem::take(&mut *self.reports.lock().unwrap_or_else(PoisonError::into_inner));
        for report in reports {
            // Boxed: it is rare, and else every request would be a future with room for it.
            if let Err(error) = Box::pin(self.send(report)).await {
                warn!(cause = chain(&error), "what is served could not be recorded");
            }
        }
        // No request need wait for it.
        if self.current().is_some_and(|served| served.is_unloaded) {
            drop(self.reloaded());
        }
    }

    async fn send(&self, report: StatusReport) -> Result<(), StoreError> {
        match self.reporter.confirm(&self.store, report).await? {
            ReportProgress::Done => Ok(()),
            ReportProgress::ProblemsToWrite(report) => {
                self.unload();
                self.reporter.write_problems(&self.store, *report).await
            }
        }
    }

    /// Makes room for the work of a publisher: deployments are resolved again by the next look or request.
    pub fn unload(&self) {
        if let Some(found) = &mut *self.pending() {
            found.unload();
        }
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(all) = served.take() {
            let mut all = Arc::unwrap_or_clone(all);
            all.unload();
            *served = Some(Arc::new(all));
        }
    }

    async fn read(&self, began_at: SystemTime) -> Result<LookResult, StoreError> {
        let number = self.looks.fetch_add(1, Ordering::Relaxed);
        // This look may be adopted long after, and holds no deployment that is to make room meanwhile.
        let mut previous = self.current().map(Arc::unwrap_or_clone).unwrap_or_default();
        previous.unload();
        LookResult::read(&self.store, &previous, number, began_at).await
    }

    /// Serves the stages of a look, unless a later look was quicker. Requests that come meanwhile wait.
    fn replace(&self, mut found: LookResult) -> Vec<StatusReport> {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        if self.adopted.fetch_max(found.number, Ordering::Relaxed) > found.number {
            return Vec::new();
        }
        if found.is_good() {
            self.times.answered(found.began_at);
        }
        let mut former = served.take().map(Arc::unwrap_or_clone).unwrap_or_default();
        found.keep(&former);
        former.unload();
        let (mut stages, mut reports) = (Vec::new(), Vec::new());
        for found in found.stages {
            let ResolvedStage { stage, report } = found.resolve(&self.store, &former);
            stages.push(stage);
            reports.push(report);
        }
        *served = Some(Arc::new(Served::new(stages)));
        reports
    }

    fn reloaded(&self) -> Arc<Served> {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        let all = served.take().map(Arc::unwrap_or_clone).unwrap_or_default();
        let all = Arc::new(all.reloaded(&self.store));
        *served = Some(Arc::clone(&all));
        all
    }

    /// The stages with their deployments in memory.
    fn at_hand(&self) -> Arc<Served> {
        let served = self.current().unwrap_or_default();
        if served.is_unloaded { self.reloaded() } else { served }
    }

    fn under_way(&self) -> MutexGuard<'_, Option<LookUnderWay>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending(&self) -> MutexGuard<'_, Option<LookResult>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self) -> Option<Arc<Served>> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
