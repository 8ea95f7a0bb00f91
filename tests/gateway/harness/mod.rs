//! The harness of every test: a gateway over a DynamoDB and target functions of its own, a clock that tests move,
//! terse requests.

pub mod authorizer_functions;
mod events;
mod gate;
mod invoke_api;
mod panicking;
pub mod scripted_aws;
pub mod table_client;
mod target;
pub mod tool;

use std::{
    collections::HashMap,
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use tollgate::{
    access_log::Sink,
    api_file,
    authorizers::KeyValue,
    aws::{ServiceClient, clients::ServiceClients, service::Service},
    clock::Clock,
    deployment::{self, ActiveDeployments, Origin, Publication, PublishOutcome},
    dev::{self, DevApi},
    environment::{Environment, Refresh},
    function_url::{EventHandler, EventOutcome, Invocation, StreamResponse},
    gateway::{Gateway, Instance},
    integrations::{Clients, dynamodb_client, http::HttpTargets},
    local::{
        dynamodb::Dynamodb,
        server::Server,
        tables::{self, NewTable, SortKey, TableNames},
    },
    store::Store,
};

pub use self::events::{event, read, render, render_head};
use self::invoke_api::Calls;
pub use self::invoke_api::REQUEST_ID;
pub use self::{
    gate::{Cut, CutAt, Gate, Way},
    target::{Script, Target},
};

/// 14 April 2025, 22:12:48 UTC, in milliseconds since 1970.
pub const START: u64 = 1_744_668_768_000;

/// Of the store, for what a client waits for. The gateway's own 200 ms are over at once on a machine that is busy
/// with other tests, and what they ask for is then answered from what was known before.
const PATIENCE: Duration = Duration::from_secs(1);

pub struct TestGateway {
    handler: EventHandler,
    now: Arc<AtomicU64>,
    lines: Arc<Mutex<Vec<String>>>,
    dynamodb: Option<Dynamodb>,
    table_client: aws_sdk_dynamodb::Client,
    /// All that goes to DynamoDB goes through it.
    pub gate: Gate,
    pub store: Store,
    /// The Lambda's time that is left when it gets a request.
    pub time_left: Duration,
    calls: Calls,
    _targets: Server,
}

impl TestGateway {
    /// An empty world: tables without items.
    pub fn new() -> Self {
        Self::with_environment(&[])
    }

    /// A stage `v1` with these routes, published and loaded.
    pub async fn serving(routes: &[Value]) -> Self {
        let world = Self::new();
        for route in routes {
            world.put_route(route);
        }
        world.go_live().await;
        world
    }

    pub fn with_environment(variables: &[(&str, &str)]) -> Self {
        Self::waiting(PATIENCE, variables)
    }

    /// One that waits for the store as the real one does.
    pub fn with_real_patience(variables: &[(&str, &str)]) -> Self {
        Self::waiting(Duration::from_millis(200), variables)
    }

    fn waiting(patience: Duration, variables: &[(&str, &str)]) -> Self {
        let dynamodb = Dynamodb::start(free_port(), None).unwrap();
        tables::create_missing(&dynamodb.database, &TableNames::from_environment(|_| None)).unwrap();
        let gate = Gate::start(free_port(), dynamodb.address);
        let listener = free_port();
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let now = Arc::new(AtomicU64::new(START));
        let calls = Calls { now: Arc::clone(&now), ..Calls::default() };
        let targets = Server::start(listener, invoke_api::router(calls.clone())).unwrap();
        let endpoints = [
            ("AWS_REGION", "eu-west-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{}", gate.address)),
            // Nothing of a test goes to AWS.
            ("AWS_ENDPOINT_URL", format!("http://{}", targets.address)),
            ("MAX_STALE_SECONDS", "0".to_owned()),
        ];
        let variables: HashMap<_, _> = endpoints
            .into_iter()
            .chain(variables.iter().map(|(name, value)| (*name, (*value).to_owned())))
            .collect();
        let environment = Environment::read(|name| variables.get(name).cloned()).unwrap();
        let client = ServiceClient::new(Service::DynamoDb, &environment.aws).observed(panicking::dynamodb);
        let mut store = Store::waiting(patience, client.clone(), environment.tables.clone());
        store.deployment_memory = environment.deployment_memory;
        store.function_url_auth_type = Some(environment.function_url_auth_type);
        let lines = Arc::default();
        let lambda = ServiceClient::new(Service::Lambda, &environment.aws).observed(panicking::lambda);
        let clock = Clock::Manual(Arc::clone(&now));
        let clients = Clients {
            lambda,
            dynamodb: dynamodb_client(client),
            http: HttpTargets::AsWritten,
            services: ServiceClients::new(&environment.aws, clock.clone()),
        };
        let instance = Instance { clock, sink: Sink::Memory(Arc::clone(&lines)), seed: || 1 };
        let mut gateway = Gateway::new(&store, &environment, clients, instance);
        if !variables.contains_key("REFRESH_SECONDS") {
            // A test says itself when the stages are looked at.
            let when_told = Refresh { every: Duration::MAX, ..environment.refresh };
            gateway.deployments = Arc::new(ActiveDeployments::new(store.clone(), when_told));
        }
        Self {
            handler: EventHandler::new(gateway, &environment),
            now,
            lines,
            dynamodb: Some(dynamodb),
            table_client: table_client::client(variables["AWS_ENDPOINT_URL_DYNAMODB"].as_str()),
            gate,
            store,
            time_left: Duration::from_secs(30),
            calls,
            _targets: targets,
        }
    }

    pub fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.now.load(Ordering::Relaxed))
    }

    /// The hands of the clock, in milliseconds since 1970: for a target that takes its time.
    pub fn clock(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.now)
    }

    pub fn advance(&self, by: Duration) {
        self.now.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// Writes a route item as an operator does; `stage` is `v1` unless the item says otherwise.
    pub fn put_route(&self, item: &Value) {
        let mut item = item.clone();
        item.as_object_mut().unwrap().entry("stage").or_insert_with(|| json!("v1"));
        self.put("tollgate-routes", &item);
    }

    pub fn put_stage(&self, item: &Value) {
        self.put("tollgate-stages", item);
    }

    /// Writes the example API and its tables, as `make run` does.
    pub fn put_example(&self) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tollgate.yaml");
        let api = DevApi::of(&api_file::check(path.as_ref()).unwrap().api);
        let (database, names) = (&self.dynamodb().database, TableNames::from_environment(|_| None));
        dev::write(database, &names, &api, &DevApi::default()).unwrap();
        for table in &api.tables {
            dev::seed(database, table).unwrap();
        }
    }

    pub fn put(&self, table: &str, item: &Value) {
        tables::put(&self.dynamodb().database, table, item).unwrap();
    }

    /// A key with this value.
    pub fn put_key(&self, value: &str, item: &Value) {
        let mut item = item.clone();
        item["keyHash"] = json!(KeyValue::parse(value.as_bytes()).unwrap().hash().to_string());
        self.put("tollgate-api-keys", &item);
    }

    pub fn put_plan(&self, item: &Value) {
        self.put("tollgate-usage-plans", item);
    }

    /// A table of the operator's own; keys are text.
    pub fn create_table(&self, name: &str, key: &str, sort: Option<&'static str>) {
        let sort_key = sort.map(|name| SortKey { name, kind: "S" });
        let table = NewTable { sort_key, ..NewTable::new(name, key) };
        tables::create(&self.dynamodb().database, table).unwrap();
    }

    /// The items of a table as plain JSON, in the order of their texts.
    pub async fn items(&self, table: &str) -> Vec<Value> {
        let pages = self.table_client.scan().table_name(table).into_paginator().items();
        let found = pages.send().collect::<Result<Vec<_>, _>>().await.unwrap();
        let mut items: Vec<Value> = found.into_iter().map(table_client::to_json).collect();
        items.sort_by_key(ToString::to_string);
        items
    }

    /// Past the gateway, for what no operator does.
    pub fn client(&self) -> &aws_sdk_dynamodb::Client {
        &self.table_client
    }

    /// Another instance over the same tables, which knows nothing yet.
    pub fn cold_instance(&self) -> Self {
        self.cold_instance_with(&[])
    }

    /// The same with more in its environment.
    pub fn cold_instance_with(&self, variables: &[(&str, &str)]) -> Self {
        let dynamodb = format!("http://{}", self.gate.address);
        Self::with_environment(&[&[("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.as_str())], variables].concat())
    }

    /// The same, which serves what is published.
    pub async fn another_instance(&self) -> Self {
        let another = self.cold_instance();
        another.refresh().await;
        another
    }

    /// The DynamoDB of this test.
    pub fn dynamodb(&self) -> &Dynamodb {
        self.dynamodb.as_ref().expect("the store is not lost yet")
    }

    /// DynamoDB goes away, for good.
    pub async fn lose_store(&mut self) {
        self.dynamodb.take().expect("the store is not lost yet").stop().await;
    }

    /// Publishes the stage, as an event of the routes table's stream does.
    pub async fn publish(&self, stage: &str) -> PublishOutcome {
        deployment::publish(&self.store, stage, Publication::of_edit(self.now())).await.unwrap()
    }

    /// Publishes the stage as an operator does.
    pub async fn deploy(&self, stage: &str) -> PublishOutcome {
        let origin = Origin { at: self.now(), by: "alice@laptop", message: "" };
        deployment::publish(&self.store, stage, Publication::on_request(origin)).await.unwrap()
    }

    /// Does what is left to do after an answer.
    pub async fn finish(&self) {
        self.handler.finish().await;
    }

    /// The process ends.
    pub async fn shut_down(&self) {
        self.handler.gateway.shut_down().await;
    }

    /// The last line of the access log.
    pub fn last_line(&self) -> Value {
        serde_json::from_str(self.lines.lock().unwrap().last().unwrap()).unwrap()
    }

    /// Reads the configuration again, as an instance does in the background every few seconds.
    pub async fn refresh(&self) {
        self.handler.gateway.deployments.refresh(self.now()).await;
    }

    pub fn live(&self) -> &Arc<ActiveDeployments> {
        &self.handler.gateway.deployments
    }

    /// Publishes `v1` and serves it.
    pub async fn go_live(&self) {
        let outcome = self.publish("v1").await;
        assert!(
            matches!(outcome, PublishOutcome::Published { .. } | PublishOutcome::Unchanged { .. }),
            "{outcome:#?}"
        );
        self.refresh().await;
    }

    /// The stage item's status and message.
    pub async fn stage_status(&self, stage: &str) -> String {
        let Some(row) = self.store.stage(stage).await.unwrap() else { return "no item".to_owned() };
        let text = |name: &str| row.item.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
        format!("{} {}", text("lastDeploymentStatus"), text("lastDeploymentMessage"))
    }

    /// Sends a request written as HTTP is (`GET /path`, header lines, an empty line, body), and renders the
    /// answer as text: the status, the headers in order, the body. The request id is left out.
    pub async fn send(&self, request: &str) -> String {
        self.send_event(&event(request)).await
    }

    /// Requests one after another with their answers, as a story to compare.
    pub async fn story(&self, requests: &[&str]) -> String {
        let mut story = String::new();
        for request in requests {
            story += &format!("> {}\n{}\n\n", request.replace('\n', "\n> "), self.send(request).await);
        }
        story
    }

    /// The answer's body as JSON.
    pub async fn json(&self, request: &str) -> Value {
        let answer = self.send(request).await;
        let (_, body) = answer.split_once("\n\n").unwrap_or_else(|| panic!("no body: {answer}"));
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }

    /// Sends a function-URL event.
    pub async fn send_event(&self, event: &Value) -> String {
        let rendered = render(self.answer(&event.to_string()).await).await;
        self.handler.finish().await;
        rendered
    }

    /// Sends the text of a client's event, as the Runtime API would.
    pub async fn answer(&self, event: &str) -> StreamResponse {
        match self.handle(event).await {
            EventOutcome::Response(response) => response,
            EventOutcome::Published | EventOutcome::Failed(_) => panic!("a stream event: {event}"),
        }
    }

    /// Sends the text of any event.
    pub async fn handle(&self, event: &str) -> EventOutcome {
        let invocation = Invocation {
            request_id: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef".to_owned(),
            deadline: self.now() + self.time_left,
            account_id: "123456789012".to_owned(),
            trace_id: "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1".to_owned(),
            received_at: self.now(),
        };
        self.handler.handle(&event.to_owned().into(), invocation).await
    }

    /// The functions that were called since this was last asked.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.names.lock().unwrap())
    }

    /// The event that the last function got, if one was called since this was last asked.
    pub fn called_with(&self) -> Option<Value> {
        self.calls.event.lock().unwrap().take()
    }

    /// The access log so far.
    pub fn log_lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

pub fn free_port() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}
