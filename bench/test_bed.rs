//! The test bed: one Lambda host and one DynamoDB, with all functions that are measured and a client for them.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
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
use tokio::time::timeout;
use tollgate::local::{
    dynamodb::Dynamodb, function_settings::FunctionSettings, function_url_server, host::Host, invoke_api,
    server::Server,
};

use crate::{
    counting_proxy::CountingProxy,
    loopback::listen,
    mapped_requests::Queue,
    process::{self, MemoryUse},
    scenario::TARGET,
};

/// Far longer than a start takes.
const START_TIMEOUT: Duration = Duration::from_secs(30);
const REGION: &str = "eu-test-1";

/// The services that the functions of a test bed call.
pub struct Services<'a> {
    pub dynamodb: &'a Dynamodb,
    /// The address of the proxy that counts DynamoDB's units.
    pub counting_dynamodb: SocketAddr,
    pub invoke_api: SocketAddr,
    pub queue: SocketAddr,
}

pub struct TestBed {
    pub host: Host,
    pub counting_proxy: CountingProxy,
    pub invoke_api: SocketAddr,
    pub dynamodb: Dynamodb,
    client: Client<HttpConnector, Full<Bytes>>,
    /// The function URL of each function but the target.
    urls: BTreeMap<String, Server>,
    /// Serve as long as they are kept.
    _invoke_api: Server,
    _queue: Queue,
}

impl TestBed {
    /// Starts the services, and hosts what `functions` makes of them.
    ///
    /// # Errors
    /// `functions` failed, or there is no port.
    pub async fn start(functions: impl FnOnce(&Services) -> Result<Vec<FunctionSettings>>) -> Result<Self> {
        let dynamodb = Dynamodb::start(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, None)?;
        let counting_proxy = CountingProxy::start(listen().await?, dynamodb.address)?;
        let invoke_listener = listen().await?;
        let invoke_api = invoke_listener.local_addr()?;
        let _queue = Queue::start(listen().await?)?;
        let services = Services {
            dynamodb: &dynamodb,
            counting_dynamodb: counting_proxy.address(),
            invoke_api,
            queue: _queue.address(),
        };
        let functions = functions(&services)?;
        let names: Vec<String> = functions.iter().map(|function| function.name.clone()).collect();
        let host = Host::new(REGION, functions);
        let mut urls = BTreeMap::new();
        for name in names.into_iter().filter(|name| name != TARGET) {
            let server = function_url_server::serve(listen().await?, host.clone(), &name)?;
            urls.insert(name, server);
        }
        let _invoke_api = invoke_api::serve(invoke_listener, host.clone())?;

        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(tcp);
        Ok(Self { host, counting_proxy, invoke_api, dynamodb, client, urls, _invoke_api, _queue })
    }

    /// Starts every function that has a URL, and prints the addresses.
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
        self.start_instances(function, 1).await
    }

    /// Starts instances until there are `count`, and waits until all of them ask for an event.
    pub async fn start_instances(&self, function: &str, count: usize) -> Result<()> {
        self.host.start_instances(function, count);
        let idle = timeout(START_TIMEOUT, self.host.wait_until_idle(function, count)).await;
        idle.with_context(|| format!("{function} did not start"))
    }

    /// Waits until the function's one instance asks for the next event.
    pub async fn idle(&self, function: &str) -> Result<()> {
        Ok(timeout(START_TIMEOUT, self.host.wait_until_idle(function, 1)).await?)
    }

    /// Ends all instances of the function as Lambda does, and waits until they have ended.
    pub async fn end_instances(&self, function: &str) {
        for instance in self.host.instances(function) {
            self.host.shut_down_instance(function, instance.pid).await;
        }
        self.host.wait_for(function, |instances| instances.is_empty()).await;
    }

    pub fn pid(&self, function: &str) -> Result<u32> {
        let instances = self.host.instances(function);
        Ok(instances.first().with_context(|| format!("{function} has no instance"))?.pid)
    }

    /// The address of the function URL of `function`.
    pub fn url(&self, function: &str) -> SocketAddr {
        self.urls[function].address
    }

    pub async fn cpu_time(&self, function: &str) -> Result<Duration> {
        let pid = self.pid(function)?;
        process::wait_until_asleep(pid).await?;
        process::cpu_time(pid)
    }

    pub fn memory(&self, function: &str) -> Result<MemoryUse> {
        process::memory(self.pid(function)?)
    }

    /// Sends a request on a kept connection and reads the whole response.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>> {
        let (head, body) = self.client.request(request).await?.into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    }
}
