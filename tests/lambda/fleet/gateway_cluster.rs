//! Real gateways behind one function URL, at one DynamoDB.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Mutex, MutexGuard},
};
use tollgate::local::{
    dynamodb::Dynamodb,
    function_output::Captured,
    function_settings::FunctionSettings,
    function_url_server,
    host::Host,
    server::Server,
    tables::{TableNames, create_missing, put},
    world::GATEWAY,
};

use crate::harness::{release_gateway, soon};

/// The tables that the gateways share.
pub struct Tables {
    pub dynamodb: Dynamodb,
    pub names: TableNames,
    _turn: MutexGuard<'static, ()>,
}

/// So many gateways, each with so many requests at a time.
#[derive(Clone, Copy, Debug)]
pub struct ClusterSize {
    pub instances: usize,
    pub events_at_a_time: usize,
}

impl ClusterSize {
    /// The requests that all of them work on at a time.
    pub fn requests(self) -> usize {
        self.instances * self.events_at_a_time
    }
}

impl From<usize> for ClusterSize {
    fn from(instances: usize) -> Self {
        Self { instances, events_at_a_time: 1 }
    }
}

pub struct GatewayCluster {
    pub host: Host,
    pub tables: Tables,
    pub size: ClusterSize,
    api: Server,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// One fleet at a time: two of them would keep each other from the CPU until calls to the store time out.
static TURN: Mutex<()> = Mutex::const_new(());

impl Tables {
    /// Empty ones.
    pub async fn start() -> Self {
        let turn = TURN.lock().await;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let dynamodb = Dynamodb::start(listener, None).expect("a DynamoDB");
        let names = TableNames::from_environment(|_| None);
        create_missing(&dynamodb.database, &names).expect("tables");
        Self { dynamodb, names, _turn: turn }
    }

    /// The name of the table that this variable of the gateways' environment has.
    pub fn name(&self, variable: &str) -> String {
        let (_, name) = self.names.environment().find(|(known, _)| known == variable).expect("a table");
        name
    }

    pub fn put(&self, variable: &str, item: &Value) {
        put(&self.dynamodb.database, &self.name(variable), item).expect("a write");
    }
}

impl GatewayCluster {
    /// Starts so many gateways, idle, which reach DynamoDB at `store`, with more in their environment.
    pub async fn start(
        size: impl Into<ClusterSize>,
        tables: Tables,
        store: SocketAddr,
        output: &Captured,
        more: &[(&str, &str)],
    ) -> Self {
        let settings = Self::settings(&tables, store, output, more);
        Self::start_as(settings, size, tables).await
    }

    /// The function that reaches DynamoDB at `store`.
    pub fn settings(
        tables: &Tables,
        store: SocketAddr,
        output: &Captured,
        more: &[(&str, &str)],
    ) -> FunctionSettings {
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let store = ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), format!("http://{store}"));
        FunctionSettings {
            environment: tables.names.environment().chain([store]).chain(more).collect(),
            output: output.output(),
            ..FunctionSettings::new(GATEWAY, release_gateway())
        }
    }

    /// Starts so many gateways with these settings, idle.
    pub async fn start_as(settings: FunctionSettings, size: impl Into<ClusterSize>, tables: Tables) -> Self {
        let size = size.into();
        let settings = FunctionSettings {
            instances: NonZeroUsize::new(size.instances).expect("at least one"),
            events_at_a_time: NonZeroUsize::new(size.events_at_a_time).expect("at least one"),
            ..settings
        };
        let host = Host::new("eu-test-1", vec![settings]);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let api = function_url_server::serve(listener, host.clone(), GATEWAY).expect("a function URL");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let cluster = Self { host, tables, size, api, client };
        // The first one publishes the routes.
        cluster.wait_for(1).await;
        cluster.idle().await;
        cluster
    }

    /// Waits until all gateways wait for an event, those too that take the place of killed ones.
    pub async fn idle(&self) {
        self.wait_for(self.size.instances).await;
    }

    async fn wait_for(&self, instances: usize) {
        self.host.start_instances(GATEWAY, instances);
        soon(self.host.wait_until_idle(GATEWAY, instances)).await;
    }

    /// Sends `GET {path}`; an error where the answer breaks off before its head has come.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Result<Response<Incoming>, Error> {
        let mut request = Request::get(format!("http://{}{path}", self.api.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.client.request(request.body(Full::default()).expect("a request")).await
    }

    /// Sends `POST {path}`, and reads the whole answer.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: String) -> Response<Bytes> {
        let mut request = Request::post(format!("http://{}{path}", self.api.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(body)).expect("a request");
        let (head, body) = self.client.request(request).await.expect("an answer").into_parts();
        Response::from_parts(head, body.collect().await.expect("all of it").to_bytes())
    }

    /// Stops the gateways; what they have written is still there.
    pub async fn stop_gateways(&self) {
        soon(self.host.stop()).await;
    }

    pub async fn stop(self) {
        self.stop_gateways().await;
        self.api.stop().await;
        self.tables.dynamodb.stop().await;
    }
}
