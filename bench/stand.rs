//! The test stand: one host, one DynamoDB, a gateway for each number of routes, and what it is compared with.

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::timeout};
use tollgate::local::{
    dynamodb::Dynamodb,
    example_api::put,
    function_output::FunctionOutput,
    function_settings::FunctionSettings,
    function_url_server,
    host::Host,
    invoke_api,
    server::Server,
    tables::{NewTable, TableNames, create, create_missing},
};

use crate::{
    cached,
    counter::Counter,
    integration::Integration,
    process::{self, MemoryUse},
};

/// How many routes the gateways have.
pub const SIZES: [usize; 3] = [10, 1_000, 10_000];
/// The bare function behind a function URL of its own.
pub const HELLO: &str = "hello";
/// The same program, called by the gateway and directly.
pub const TARGET: &str = "target";
/// The one item in it has the key `1`.
pub const ITEMS_TABLE: &str = "items";

/// Far longer than a start takes.
const START_TIMEOUT: Duration = Duration::from_secs(30);
const REGION: &str = "eu-test-1";

/// The gateway with so many routes, as a function.
pub fn gateway(routes: usize) -> String {
    format!("gateway-{routes}")
}

/// The same with a DynamoDB that counts, for whatever does not measure time.
pub fn counted(routes: usize) -> String {
    format!("counted-{routes}")
}

pub struct Stand {
    pub host: Host,
    pub counter: Counter,
    pub invoke_api: SocketAddr,
    pub dynamodb: Dynamodb,
    client: Client<HttpConnector, Full<Bytes>>,
    /// Of each function that has one.
    urls: BTreeMap<String, Server>,
    /// Serves as long as it is kept.
    _invoke_api: Server,
}

impl Stand {
    /// Writes all items and lets each gateway publish its routes.
    pub async fn start(gateway_binary: &Path, hello: &Path) -> Result<Self> {
        let dynamodb = Dynamodb::start(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, None)?;
        create(&dynamodb.database, NewTable::new(ITEMS_TABLE, "id"))?;
        put(&dynamodb.database, ITEMS_TABLE, &json!({ "id": "1", "message": "hello" }))?;
        let counter = Counter::start(listen().await?, dynamodb.address)?;
        let invoke_listener = listen().await?;
        let invoke_api = invoke_listener.local_addr()?;

        let mut functions = vec![function(HELLO, hello, Vec::new()), function(TARGET, hello, Vec::new())];
        for routes in SIZES {
            let tables = tables(routes);
            write_routes(&dynamodb, &tables, routes)?;
            let to = |address: SocketAddr| environment(&tables, address, invoke_api);
            functions.push(function(&gateway(routes), gateway_binary, to(dynamodb.address)));
            functions.push(function(&counted(routes), gateway_binary, to(counter.address())));
        }
        let (counting, lambda) = (counter.address(), invoke_api);
        functions.extend(cached::functions(&dynamodb, gateway_binary, (counting, lambda))?);
        let host = Host::new(REGION, functions);
        let mut urls = BTreeMap::new();
        let addressed = SIZES.iter().flat_map(|routes| [gateway(*routes), counted(*routes)]);
        let cached = cached::FUNCTIONS.map(str::to_owned);
        for name in addressed.chain(cached).chain([HELLO.to_owned()]) {
            let server = function_url_server::serve(listen().await?, host.clone(), &name)?;
            urls.insert(name, server);
        }
        let _invoke_api = invoke_api::serve(invoke_listener, host.clone())?;

        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(tcp);
        let stand = Self { host, counter, invoke_api, dynamodb, client, urls, _invoke_api };
        for routes in SIZES {
            stand.start_instance(&gateway(routes)).await?;
            stand.end_instance(&gateway(routes)).await;
        }
        Ok(stand)
    }

    /// Starts what has a URL, and prints where everything is.
    ///
    /// # Errors
    /// A process does not start.
    pub async fn show(&self) -> Result<()> {
        println!("DynamoDB   http://{}", self.dynamodb.address);
        println!("Invoke API http://{}", self.invoke_api);
        for (function, server) in &self.urls {
            self.start_instance(function).await?;
            let pid = self.pid(function)?;
            println!("{function}, process {pid}: http://{}/v1/tenants/7/resources-1/1", server.address);
        }
        Ok(())
    }

    pub async fn stop(self) {
        self.host.stop().await;
        self.dynamodb.stop().await;
    }

    /// Waits until the function's one instance asks for an event.
    pub async fn start_instance(&self, function: &str) -> Result<()> {
        self.host.start_instances(function, 1);
        self.idle(function).await.with_context(|| format!("{function} did not start"))
    }

    /// Waits until the function's one instance asks for the next event.
    pub async fn idle(&self, function: &str) -> Result<()> {
        Ok(timeout(START_TIMEOUT, self.host.wait_until_idle(function, 1)).await?)
    }

    pub async fn end_instance(&self, function: &str) {
        if let Ok(pid) = self.pid(function) {
            self.host.shut_down_instance(function, pid).await;
            self.host.wait_for(function, |instances| instances.is_empty()).await;
        }
    }

    pub fn pid(&self, function: &str) -> Result<u32> {
        let instances = self.host.instances(function);
        Ok(instances.first().with_context(|| format!("{function} has no instance"))?.pid)
    }

    /// Where the function URL of `function` is.
    pub fn url(&self, function: &str) -> SocketAddr {
        self.urls[function].address
    }

    pub async fn cpu_time(&self, function: &str) -> Result<Duration> {
        let pid = self.pid(function)?;
        process::settled(pid).await?;
        process::cpu_time(pid)
    }

    pub fn memory(&self, function: &str) -> Result<MemoryUse> {
        process::memory(self.pid(function)?)
    }

    /// Sends a request on a kept connection and reads the whole answer.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>> {
        let (head, body) = self.client.request(request).await?.into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    }
}

pub async fn listen() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}

pub fn function(name: &str, program: &Path, environment: Vec<(String, String)>) -> FunctionSettings {
    FunctionSettings {
        environment,
        instances: NonZeroUsize::MIN,
        output: FunctionOutput::new(|line| {
            if !line.text.contains("\"requestId\"") {
                eprintln!("{}: {}", line.function, line.text);
            }
        }),
        ..FunctionSettings::new(name, program)
    }
}

pub fn environment(tables: &TableNames, dynamodb: SocketAddr, lambda: SocketAddr) -> Vec<(String, String)> {
    let mut environment: Vec<_> = tables.environment().collect();
    environment.push(("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), format!("http://{dynamodb}")));
    environment.push(("AWS_ENDPOINT_URL_LAMBDA".to_owned(), format!("http://{lambda}")));
    environment
}

/// `1000-routes`, …
pub fn tables(routes: usize) -> TableNames {
    named_tables(&routes.to_string())
}

/// `cached-routes`, …
pub fn named_tables(of: &str) -> TableNames {
    TableNames::from_environment(|variable| {
        let name = variable.to_lowercase().replace("_table", "").replace('_', "-");
        Some(format!("{of}-{name}"))
    })
}

/// Routes of all integrations in turn.
fn write_routes(dynamodb: &Dynamodb, tables: &TableNames, routes: usize) -> Result<()> {
    create_missing(&dynamodb.database, tables)?;
    put(&dynamodb.database, tables.stages(), &json!({ "stage": "v1" }))?;
    for (number, integration) in (0..routes).zip(Integration::ALL.into_iter().cycle()) {
        let item = json!({
            "stage": "v1",
            "routeKey": format!("GET /tenants/{{tenant}}/resources-{number}/{{id}}"),
            "description": "One of many",
            "integration": settings(integration),
        });
        put(&dynamodb.database, tables.routes(), &item)?;
    }
    Ok(())
}

fn settings(integration: Integration) -> Value {
    match integration {
        Integration::Mock => json!({ "type": "MOCK", "body": r#"{"message":"hello"}"# }),
        Integration::AwsProxy => json!({ "type": "AWS_PROXY", "uri": TARGET }),
        Integration::Dynamodb => json!({
            "type": "DYNAMODB", "action": "GetItem", "tableName": ITEMS_TABLE, "key": { "id": "$request.path.id" },
        }),
    }
}
