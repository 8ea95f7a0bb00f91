//! What this instance serves: every stage with its deployment, refreshed beside requests.
//!
//! A deployment that cannot be loaded, or a stage item that cannot be read, leaves the last good one in its place.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use futures_util::future::join_all;
use tracing::warn;

use super::{
    load,
    publish::invalid_configuration,
    served::{GoesBy, Loaded, Served},
    standing::{Standing, standings},
    upkeep::{Duty, Upkeep},
};
use crate::{
    clock::{milliseconds, ms},
    error::{InvalidConfiguration, StoreError, chain},
    stages::{self, FoundStage},
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
    upkeep: Upkeep,
}

impl Live {
    pub fn new(store: Store, refresh_every: Duration) -> Self {
        Self {
            store,
            refresh_every,
            asked_at: AtomicU64::new(0),
            served: RwLock::default(),
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
            return Ok(served);
        }
        self.asked_at.store(milliseconds(now), Ordering::Relaxed);
        // What is to be written can wait for the first refresh: a request waits for this.
        Box::pin(self.load()).await.map(|(served, _)| served)
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
        if let Some(FoundStage { index, .. }) = stages::find(&served.stages, host, path)
            && served.goes_by[index] != GoesBy::Likelihood
        {
            served.loaded[index] = load::found(&self.store, &served.stages[index]).await?;
        }
        Ok(served)
    }

    /// Asks whether a stage points elsewhere, and writes what the operator is to know. When no answer comes, what is
    /// served stays.
    pub async fn refresh(&self) {
        let duties = match self.load().await {
            Ok((_, duties)) => duties,
            Err(error) => {
                warn!(
                    metric = "Degraded",
                    cause = chain(&error),
                    "the stages could not be read; the last ones are served"
                );
                return;
            }
        };
        for duty in duties {
            if let Err(error) = self.upkeep.attend(&self.store, duty).await {
                warn!(cause = chain(&error), "what is served could not be recorded");
            }
        }
    }

    async fn load(&self) -> Result<(Arc<Served>, Vec<Duty>), StoreError> {
        let previous = self.current().unwrap_or_default();
        let items = self.store.stages().await?;
        let standings = standings(&self.store, items, &previous).await?;
        standings.iter().for_each(tell_log);
        let loading = standings.iter().map(|standing| async {
            match standing.goes_by {
                GoesBy::Item | GoesBy::LastGood => {
                    let settings = &standing.settings;
                    load::loaded(&self.store, settings, previous.of(&settings.name)).await
                }
                GoesBy::Likelihood | GoesBy::Nothing => Loaded::default(),
            }
        });
        let deployments = join_all(loading).await;
        let table = &self.store.tables.stages;
        let pairs = standings.iter().zip(&deployments);
        let duties = pairs.map(|(standing, loaded)| Duty::of(table, standing, loaded)).collect();
        let served =
            Arc::new(Served::new(standings.into_iter().zip(deployments).map(|(standing, loaded)| {
                let Standing { settings, goes_by, .. } = standing;
                (settings, goes_by, loaded)
            })));
        *self.served.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&served));
        Ok((served, duties))
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
