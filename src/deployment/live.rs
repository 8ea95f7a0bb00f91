//! What this instance serves: every stage with its deployment, refreshed beside requests.
//!
//! A deployment that cannot be loaded, or a stage item that cannot be read, leaves the last good one in its place.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use futures_util::{FutureExt, future::join_all};
use serde_json::{Map, Value};
use tracing::{error, warn};

use super::{Deployment, Outcome, Snapshot, Source, Trigger, parse, publish};
use crate::{
    clock::{milliseconds, ms},
    error::{GatewayError, InvalidConfiguration, StoreError},
    stages::{self, FoundStage, Salvaged, StageSettings},
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
}

/// All stages at one moment.
#[derive(Debug, Default)]
pub struct Served {
    stages: Vec<StageSettings>,
    /// For each of `stages`.
    deployments: Vec<Loaded>,
}

/// What came of loading a stage's deployment.
#[derive(Clone, Debug)]
struct Loaded {
    /// The last good one.
    deployment: Option<(String, Arc<Deployment>)>,
    /// Loading it again would bring nothing new: it worked, or its items are invalid.
    settled: bool,
}

/// The stage that serves a request.
#[derive(Clone, Copy, Debug)]
pub struct ServedStage<'a> {
    pub settings: &'a StageSettings,
    pub deployment_id: &'a str,
    pub deployment: &'a Deployment,
    /// The canonical path below the base path.
    pub path: &'a str,
}

impl Served {
    /// # Errors
    ///
    /// No stage serves this host and path, or the stage has never had a valid deployment.
    pub fn find<'a>(&'a self, host: &str, path: &'a str) -> Result<ServedStage<'a>, GatewayError> {
        let Some(FoundStage { index, path }) = stages::find(&self.stages, host, path) else {
            return Err(GatewayError::StageNotFound { host: host.to_owned(), path: path.to_owned() });
        };
        let settings = &self.stages[index];
        match &self.deployments[index].deployment {
            Some((id, deployment)) => Ok(ServedStage { settings, deployment_id: id, deployment, path }),
            None => Err(GatewayError::StageUnavailable { stage: settings.name.clone() }),
        }
    }

    fn of(&self, name: &str) -> Option<(&StageSettings, &Loaded)> {
        let index = self.stages.iter().position(|stage| stage.name == name)?;
        Some((&self.stages[index], &self.deployments[index]))
    }
}

impl Live {
    pub fn new(store: Store, refresh_every: Duration) -> Self {
        Self { store, refresh_every, asked_at: AtomicU64::new(0), served: RwLock::default() }
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
        Box::pin(self.load()).await
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
        let (mut stages, mut unclear) = self.stages(&Served::default()).await?;
        let clear = stages.len();
        stages.append(&mut unclear);
        let mut deployments = vec![Loaded { deployment: None, settled: true }; stages.len()];
        if let Some(FoundStage { index, .. }) = stages::find(&stages, host, path)
            && let Some(id) = stages[..clear].get(index).and_then(|stage| stage.deployment_id.clone())
        {
            deployments[index].deployment = self.kept(&stages[index], id).await?;
        }
        Ok(Served { stages, deployments })
    }

    /// Asks whether a stage points elsewhere. When no answer comes, what is served stays.
    pub async fn refresh(&self) {
        if let Err(error) = self.load().await {
            warn!(
                metric = "Degraded",
                cause = cause(&error),
                "the stages could not be read; the last ones are served"
            );
        }
    }

    async fn load(&self) -> Result<Arc<Served>, StoreError> {
        let previous = self.current().unwrap_or_default();
        let (mut stages, mut unclear) = self.stages(&previous).await?;
        let loading = stages.iter().map(|stage| self.loaded(stage, previous.of(&stage.name)));
        let mut deployments = join_all(loading).await;
        deployments.resize(stages.len() + unclear.len(), Loaded { deployment: None, settled: false });
        stages.append(&mut unclear);
        let served = Arc::new(Served { stages, deployments });
        *self.served.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&served));
        Ok(served)
    }

    /// All stages in the order in which they are searched: first those whose place is clear.
    async fn stages(
        &self,
        previous: &Served,
    ) -> Result<(Vec<StageSettings>, Vec<StageSettings>), StoreError> {
        let (mut stages, mut unclear) = (Vec::new(), Vec::new());
        for item in &self.store.stages().await? {
            match self.settings(item, previous) {
                Some(Salvaged::Whole(settings)) => stages.push(settings),
                Some(Salvaged::Place(settings)) => unclear.push(settings),
                None => {}
            }
        }
        // The first with a base path serves it: whatever order the table gives, and never one that only may be there.
        stages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((stages, unclear))
    }

    /// What a stage item says. One that does not say what it serves leaves the last good one in its place; an
    /// instance that has none knows at least where the stage is, and that it cannot serve it.
    fn settings(&self, item: &Map<String, Value>, previous: &Served) -> Option<Salvaged> {
        let table = &self.store.tables.stages;
        let invalid = match StageSettings::parse(table, item) {
            (Ok(settings), _) => return Some(Salvaged::Whole(settings)),
            (Err(invalid), _) => invalid,
        };
        let name = item.get("stage").and_then(Value::as_str).unwrap_or_default();
        invalid_configuration(name, &invalid);
        let salvaged = StageSettings::salvage(table, item)?;
        let last_good = previous.of(name).filter(|(_, loaded)| loaded.deployment.is_some());
        match (salvaged, last_good) {
            (Salvaged::Place(_), Some((last, _))) => Some(Salvaged::Whole(last.clone())),
            (Salvaged::Whole(mut settings), Some((last, _))) => {
                // A limit that cannot be read does not lift the one that there was.
                settings.throttle = settings.throttle.or_else(|| last.throttle.clone());
                settings.cache = settings.cache.or_else(|| last.cache.clone());
                Some(Salvaged::Whole(settings))
            }
            (salvaged, None) => Some(salvaged),
        }
    }

    /// The stage's deployment, loaded only if the stage points elsewhere or has other variables than before, or if
    /// it points nowhere and its item was repaired.
    async fn loaded(&self, stage: &StageSettings, previous: Option<(&StageSettings, &Loaded)>) -> Loaded {
        if let Some((settings, loaded)) = previous
            && loaded.settled
            && settings.deployment_id == stage.deployment_id
            && settings.stage_variables == stage.stage_variables
            && (stage.deployment_id.is_some() || settings.has_problems == stage.has_problems)
        {
            return loaded.clone();
        }
        let last_good = previous.and_then(|(_, loaded)| loaded.deployment.clone());
        match self.caught(stage).await {
            Ok(Some(deployment)) => Loaded { deployment: Some(deployment), settled: true },
            Ok(None) => Loaded { deployment: last_good, settled: true },
            Err(error) => {
                error!(
                    metric = "Degraded",
                    stage = stage.name,
                    cause = cause(&error),
                    "a deployment could not be loaded"
                );
                Loaded { deployment: last_good, settled: false }
            }
        }
    }

    /// A panic over one stage's items is a failure of that stage, and of no other.
    async fn caught(&self, stage: &StageSettings) -> Result<Option<(String, Arc<Deployment>)>, StoreError> {
        let outcome = AssertUnwindSafe(self.deployment(stage)).catch_unwind().await;
        // The panic's own words are in the log already.
        outcome.unwrap_or_else(|_| Err(StoreError::new("loading the deployment", "it panicked")))
    }

    async fn deployment(
        &self,
        stage: &StageSettings,
    ) -> Result<Option<(String, Arc<Deployment>)>, StoreError> {
        let id = match &stage.deployment_id {
            Some(id) => id.clone(),
            None => match publish(&self.store, &stage.name, Trigger::Edit).await? {
                Outcome::Published { deployment_id, .. } | Outcome::Unchanged { deployment_id, .. } => {
                    deployment_id
                }
                Outcome::Invalid { problems, .. } => {
                    invalid_configuration(&stage.name, &InvalidConfiguration(problems));
                    return Ok(None);
                }
                Outcome::LeftAlone => return Ok(None),
            },
        };
        self.kept(stage, id).await
    }

    /// A deployment as it was published, with the variables that the stage has now.
    async fn kept(
        &self,
        stage: &StageSettings,
        id: String,
    ) -> Result<Option<(String, Arc<Deployment>)>, StoreError> {
        let Some(bytes) = self.store.snapshot(&id).await? else {
            return Err(StoreError::new("reading the deployment", format!("there is no deployment {id}")));
        };
        let Snapshot { items } = Snapshot::unpack(&id, &bytes)?;
        let table = &self.store.tables.routes;
        let source =
            Source { table, stage: &stage.name, items: &items, stage_variables: &stage.stage_variables };
        match parse(source).deployment {
            Ok(deployment) => Ok(Some((id, Arc::new(deployment)))),
            Err(invalid) => {
                invalid_configuration(&stage.name, &invalid);
                Ok(None)
            }
        }
    }

    fn current(&self) -> Option<Arc<Served>> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The log line that the metric `ConfigurationInvalid` is read from.
pub fn invalid_configuration(stage: &str, invalid: &InvalidConfiguration) {
    error!(metric = "ConfigurationInvalid", stage, problems = %invalid, "items are invalid; what was served stays");
}

fn cause(error: &StoreError) -> String {
    crate::error::chain(error)
}
