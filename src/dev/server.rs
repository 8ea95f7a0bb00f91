//! The local world that serves an API, and follows its files.

use std::{collections::BTreeMap, io, mem, path::PathBuf, time::Duration};

use thiserror::Error;
use tokio::time::{sleep, timeout};

use super::{
    api::{DevApi, DevStage},
    items::{self, Change, ChangeKind},
    launch::Launcher,
    loaded::{LoadReport, StageProblems},
    seeds::seed,
    stamps::{Changed, Stamps},
};
use crate::{
    api_file::local_function::LocalFunction,
    aws::{ServiceClient, service::Service},
    clock::Clock,
    deployment::{Origin, Publication, PublishOutcome, publish},
    environment::Environment,
    error::StoreError,
    local::{
        dynamodb::Dynamodb,
        tables::TableNames,
        world::{GATEWAY, StartError, World, WorldSettings},
    },
    store::Store,
};

/// The time between two looks at the files.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);

/// A gateway that has not begun by then begins with a request.
const START_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug, Error)]
pub enum LoadError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot write what runs handlers in Node.js")]
    Bootstrap(#[source] io::Error),
    #[error("cannot write the tables")]
    Tables(#[from] dynoxide::DynoxideError),
    #[error("cannot publish the API")]
    Publish(#[from] StoreError),
    #[error("{0}")]
    Environment(String),
}

/// Serves one API after another.
pub struct DevServer {
    pub world: World,
    launcher: Launcher,
    region: String,
    tables: TableNames,
    served: DevApi,
    /// The stages that could not be published.
    refused: Vec<String>,
    function_files: BTreeMap<String, Stamps>,
    api_files: Stamps,
}

/// What was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileChange {
    Api,
    /// These functions run with it from their next event on.
    Functions(Vec<String>),
}

impl DevServer {
    /// Starts a world and serves `api` in it. Paths of functions begin at `folder`.
    ///
    /// # Errors
    ///
    /// The first thing that does not start. What was started before it ends again.
    pub async fn start(
        settings: WorldSettings,
        folder: PathBuf,
        api: DevApi,
    ) -> Result<(Self, LoadReport), LoadError> {
        let (region, tables) = (settings.region.clone(), settings.tables.clone());
        let (instances, output) = (settings.instances, settings.output.clone());
        let world = World::start(settings).await?;
        let launcher = Launcher::new(folder, world.endpoints.clone(), instances, output);
        let mut server = Self {
            launcher: launcher.map_err(LoadError::Bootstrap)?,
            world,
            region,
            tables,
            served: DevApi::default(),
            refused: Vec::new(),
            function_files: BTreeMap::new(),
            api_files: Stamps::default(),
        };
        let report = server.put(api).await?;
        server.world.host.start_instances(GATEWAY, 1);
        Ok((server, report))
    }

    pub fn served(&self) -> &DevApi {
        &self.served
    }

    /// Serves another API. With a DynamoDB of somebody else only its functions run.
    ///
    /// # Errors
    ///
    /// The tables failed.
    pub async fn load(&mut self, api: DevApi) -> Result<LoadReport, LoadError> {
        let report = self.put(api).await?;
        if !report.changes.is_empty() {
            // One that runs would look for news only now and then.
            self.world.host.restart(GATEWAY);
            self.world.host.start_instances(GATEWAY, 1);
            drop(timeout(START_TIMEOUT, self.world.host.wait_until_idle(GATEWAY, 1)).await);
        }
        Ok(report)
    }

    async fn put(&mut self, api: DevApi) -> Result<LoadReport, LoadError> {
        let mut report = LoadReport::default();
        let former = mem::replace(&mut self.served, api);
        self.host_functions(&former, &mut report).await;
        if let Some(dynamodb) = &self.world.dynamodb {
            self.load_tables(dynamodb, &former, &mut report).await?;
            self.refused = report.refused.iter().map(|problems| problems.stage.clone()).collect();
        }
        Ok(report)
    }

    /// Follows the files of the API, as they were seen before they were read.
    pub fn follow(&mut self, files: Stamps) {
        self.api_files = files;
    }

    /// The files of the API that are followed.
    pub fn files(&mut self) -> &mut Stamps {
        &mut self.api_files
    }

    /// Waits for the next change of a file. Functions that have changed run anew.
    pub async fn next_change(&mut self) -> FileChange {
        loop {
            sleep(LOOK_INTERVAL).await;
            if self.api_files.change().await == Some(Changed) {
                return FileChange::Api;
            }
            let mut changed = Vec::new();
            for function in &self.served.functions {
                let Some(files) = self.function_files.get_mut(&function.name) else { continue };
                if files.change().await == Some(Changed) {
                    changed.push(function.name.clone());
                    // What it is made of now may be another file.
                    self.world.host.set(self.launcher.settings(function));
                }
            }
            if !changed.is_empty() {
                return FileChange::Functions(changed);
            }
        }
    }

    pub async fn stop(self) {
        self.world.stop().await;
    }

    async fn host_functions(&mut self, former: &DevApi, report: &mut LoadReport) {
        let functions = &self.served.functions;
        let host = &self.world.host;
        for function in functions {
            let before = former.functions.iter().find(|before| before.name == function.name);
            let kind = match before {
                Some(before) if before == function => continue,
                Some(_) => ChangeKind::Changed,
                None => ChangeKind::Added,
            };
            let files = Stamps::of(self.launcher.watched(function));
            self.function_files.insert(function.name.clone(), files);
            host.set(self.launcher.settings(function));
            report.changes.push(change_of(function, kind));
            report.notes.extend(self.launcher.obstacle(function).await);
        }
        if self.world.invokes_its_own_functions() {
            report.notes.extend(
                self.served.missing_functions().into_iter().map(|name| {
                    format!("function {name} is not in the section functions, and routes call it")
                }),
            );
        }
        let is_gone = |before: &&LocalFunction| functions.iter().all(|function| function.name != before.name);
        for before in former.functions.iter().filter(is_gone) {
            host.remove(&before.name);
            self.function_files.remove(&before.name);
            report.changes.push(change_of(before, ChangeKind::Removed));
        }
    }

    async fn load_tables(
        &self,
        dynamodb: &Dynamodb,
        former: &DevApi,
        report: &mut LoadReport,
    ) -> Result<(), LoadError> {
        for table in self.served.tables.iter().filter(|table| !former.tables.contains(table)) {
            seed(&dynamodb.database, table)?;
            let is_known = former.tables.iter().any(|before| before.name == table.name);
            let kind = if is_known { ChangeKind::Changed } else { ChangeKind::Added };
            report.changes.push(Change { subject: format!("table {}", table.name), kind });
        }
        // Nobody publishes half of it meanwhile.
        let _paused = self.world.pause_edits().await;
        report.changes.extend(items::write(&dynamodb.database, &self.tables, &self.served, former)?);
        let store = self.store(dynamodb)?;
        let is_settled =
            |stage: &DevStage| former.stages.contains(stage) && !self.refused.contains(&stage.name);
        for stage in self.served.stages.iter().filter(|stage| !is_settled(stage)) {
            let origin = Origin { at: Clock::System.now(), by: "tollgate dev", message: "" };
            match publish(&store, &stage.name, Publication::on_request(origin)).await? {
                PublishOutcome::Invalid { problems, .. } => {
                    report.refused.push(StageProblems { stage: stage.name.clone(), problems });
                }
                PublishOutcome::Published { .. }
                | PublishOutcome::Unchanged { .. }
                | PublishOutcome::Restored { .. }
                | PublishOutcome::Applying(_)
                | PublishOutcome::LeftAlone => {}
            }
        }
        Ok(())
    }

    fn store(&self, dynamodb: &Dynamodb) -> Result<Store, LoadError> {
        let tables: Vec<(String, String)> = self.tables.environment().collect();
        let environment = Environment::read(|name| match name {
            "AWS_REGION" => Some(self.region.clone()),
            "AWS_ENDPOINT_URL_DYNAMODB" => Some(format!("http://{}", dynamodb.address)),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".to_owned()),
            _ => tables.iter().find(|(table, _)| table == name).map(|(_, value)| value.clone()),
        });
        let environment = environment.map_err(LoadError::Environment)?;
        Ok(Store::new(ServiceClient::new(Service::DynamoDb, &environment.aws), environment.tables))
    }
}

fn change_of(function: &LocalFunction, kind: ChangeKind) -> Change {
    Change { subject: format!("function {}", function.name), kind }
}
