//! The gateway of a file of tests, with a DynamoDB in this process and a stand-in for everybody else.

use std::{
    collections::HashMap,
    io,
    net::TcpListener,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use serde_json::Value;

use super::{
    api_under_test::ApiUnderTest,
    stand_in::StandIn,
    step_run::{FailedStep, StepRun},
    test_file::{ApiTest, TestFile},
};
use crate::{
    access_log::Sink,
    aws::{ServiceClient, clients::ServiceClients, service::Service},
    clock::{Clock, milliseconds},
    deployment::{self, Origin, Publication, PublishOutcome, Served},
    environment::Environment,
    error::{InvalidConfiguration, StoreError},
    gateway::{Gateway, Instance},
    http_client::GuardedClient,
    integrations::{Clients, dynamodb_client, http::HttpTargets},
    local::{
        dynamodb::{Dynamodb, DynamodbError},
        tables::{self, TableNames},
        token_key::TokenKey,
    },
    store::Store,
};

/// The reason why tests cannot run at all.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error("this machine gives no port, thread or random bytes")]
    Machine(#[from] io::Error),
    #[error("the tests' own DynamoDB does not work")]
    DynamoDb(#[from] DynamodbError),
    #[error("the tests' own DynamoDB does not work: {0}")]
    Database(String),
    #[error("the tests' own DynamoDB does not answer")]
    Store(#[from] StoreError),
    #[error("the API is not valid for tests: {0}")]
    Invalid(#[from] InvalidConfiguration),
    #[error("{0}")]
    Environment(String),
}

/// An API, ready to be asked.
pub struct TestWorld {
    pub(super) api: ApiUnderTest,
    /// For whom a request's route and authorizer are to be known beforehand.
    pub(super) served: Served,
    pub(super) token_key: TokenKey,
    pub(super) stand_in: StandIn,
    dynamodb: Dynamodb,
    tests: AtomicUsize,
}

/// A gateway that has served nothing yet, and its clock.
pub(super) struct TestGateway {
    pub gateway: Gateway,
    now: Arc<AtomicU64>,
    lines: Arc<Mutex<Vec<String>>>,
}

/// A test must not fail because its machine is busy.
const STORE_PATIENCE: Duration = Duration::from_secs(10);

impl TestWorld {
    /// # Errors
    ///
    /// The API is not valid, or the machine cannot run tests.
    pub async fn start(api: ApiUnderTest) -> Result<Self, WorldError> {
        let token_key = TokenKey::generate()?;
        let api = api.for_tests(&token_key.jwks());
        let served = api.served()?;
        let stand_in = StandIn::start().await?;
        let dynamodb = Dynamodb::start(TcpListener::bind("127.0.0.1:0")?, None)?;
        let world = Self { api, served, token_key, stand_in, dynamodb, tests: AtomicUsize::new(0) };
        world.put_items()?;
        world.publish().await?;
        Ok(world)
    }

    /// Runs a test; those of its steps that fail.
    ///
    /// # Errors
    ///
    /// The machine cannot run it.
    pub async fn run(&self, file: &TestFile, test: &ApiTest) -> Result<Vec<FailedStep>, WorldError> {
        let gateway = self.gateway()?;
        let mut failed = Vec::new();
        for (nth, step) in test.steps.iter().enumerate() {
            gateway.set_clock(file.now + step.at);
            let run = StepRun { world: self, gateway: &gateway, step, nth };
            failed.extend(run.run().await);
        }
        Ok(failed)
    }

    fn put_items(&self) -> Result<(), WorldError> {
        let database = &self.dynamodb.database;
        let failed = |error: dynoxide::DynoxideError| WorldError::Database(error.to_string());
        tables::create_missing(database, &TableNames::from_environment(|_| None)).map_err(failed)?;
        let put = |table: &str, item: &serde_json::Map<String, Value>| {
            tables::put(database, table, &Value::Object(item.clone())).map_err(failed)
        };
        for stage in &self.api.stages {
            put("tollgate-stages", &stage.stage)?;
            stage.routes.iter().try_for_each(|item| put("tollgate-routes", item))?;
        }
        self.api.usage_plans.iter().try_for_each(|item| put("tollgate-usage-plans", item))?;
        self.api.api_keys.iter().try_for_each(|item| put("tollgate-api-keys", item))
    }

    async fn publish(&self) -> Result<(), WorldError> {
        let store = self.store(&self.environment(0)?);
        let origin = Origin { at: SystemTime::UNIX_EPOCH, by: "tollgate test", message: "" };
        let publication = Publication::on_request(origin);
        for stage in &self.api.stages {
            let name = stage.stage.get("stage").and_then(Value::as_str).unwrap_or_default();
            match deployment::publish(&store, name, publication).await? {
                PublishOutcome::Invalid { problems, .. } => return Err(InvalidConfiguration(problems).into()),
                PublishOutcome::Published { .. }
                | PublishOutcome::Unchanged { .. }
                | PublishOutcome::Restored { .. }
                | PublishOutcome::Applying(_)
                | PublishOutcome::LeftAlone => {}
            }
        }
        Ok(())
    }

    /// A gateway with counters and a cache of its own.
    fn gateway(&self) -> Result<TestGateway, WorldError> {
        let nth = self.tests.fetch_add(1, Ordering::Relaxed) + 1;
        let names = TableNames::from_environment(|name| own_table(name, nth));
        let failed = |error: dynoxide::DynoxideError| WorldError::Database(error.to_string());
        tables::create_missing(&self.dynamodb.database, &names).map_err(failed)?;
        let environment = self.environment(nth)?;
        let store = self.store(&environment);
        let stand_in = http_stand_in(&self.stand_in);
        let of_integrations = self.environment_at(nth, &format!("http://{}", self.stand_in.address))?.aws;
        let clients = Clients {
            lambda: ServiceClient::new(Service::Lambda, &of_integrations),
            dynamodb: dynamodb_client(ServiceClient::new(Service::DynamoDb, &of_integrations)),
            http: stand_in,
            services: ServiceClients::new(&of_integrations, Clock::System),
        };
        let now = Arc::new(AtomicU64::new(0));
        let lines = Arc::default();
        let clock = Clock::Manual(Arc::clone(&now));
        let instance = Instance { clock, sink: Sink::Memory(Arc::clone(&lines)), seed: || 1 };
        let gateway = Gateway::new(&store, &environment, clients, instance);
        Ok(TestGateway { gateway, now, lines })
    }

    fn store(&self, environment: &Environment) -> Store {
        let client = ServiceClient::new(Service::DynamoDb, &environment.aws);
        Store::waiting(STORE_PATIENCE, client, environment.tables.clone())
    }

    fn environment(&self, nth: usize) -> Result<Environment, WorldError> {
        self.environment_at(nth, &format!("http://{}", self.dynamodb.address))
    }

    fn environment_at(&self, nth: usize, dynamodb: &str) -> Result<Environment, WorldError> {
        let variables: HashMap<&str, String> = HashMap::from([
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.to_owned()),
            ("AWS_ENDPOINT_URL", format!("http://{}", self.stand_in.address)),
            ("MAX_STALE_SECONDS", "0".to_owned()),
            ("REFRESH_SECONDS", "86400".to_owned()),
        ]);
        let get = |name: &str| variables.get(name).cloned().or_else(|| own_table(name, nth));
        Environment::read(get).map_err(WorldError::Environment)
    }
}

/// The tables that every test has for itself; the first gateway, which only publishes, uses none of them.
fn own_table(variable: &str, nth: usize) -> Option<String> {
    match variable {
        "COUNTERS_TABLE" => Some(format!("tollgate-counters-{nth}")),
        "CACHE_TABLE" => Some(format!("tollgate-cache-{nth}")),
        _ => None,
    }
}

fn http_stand_in(stand_in: &StandIn) -> HttpTargets {
    let client = GuardedClient::new(&["127.0.0.0/8".to_owned()]).expect("it is a range");
    let authority = stand_in.address.to_string().parse().expect("an address is an authority");
    HttpTargets::StandIn(client, authority)
}

impl TestGateway {
    fn set_clock(&self, now: SystemTime) {
        self.now.store(milliseconds(now), Ordering::Relaxed);
    }

    pub fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.now.load(Ordering::Relaxed))
    }

    /// The last access line.
    pub fn last_line(&self) -> Value {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default()
    }
}
