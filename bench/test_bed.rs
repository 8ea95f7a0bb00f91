//! The test bed: one Lambda host and one DynamoDB, with all functions that are measured and a client for them.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
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
use tokio::time::timeout;
use tollgate::local::{dynamodb::Dynamodb, function_url_server, host::Host, invoke_api, server::Server};

use crate::{
    counting_proxy::CountingProxy,
    functions::FunctionSources,
    loopback::listen,
    process::{self, MemoryUse},
    scenario::{SIZES, TARGET, gateway},
};

/// Far longer than a start takes.
const START_TIMEOUT: Duration = Duration::from_secs(30);
const REGION: &str = "eu-test-1";

pub struct TestBed {
    pub host: Host,
    pub counting_proxy: CountingProxy,
    pub invoke_api: SocketAddr,
    pub dynamodb: Dynamodb,
    client: Client<HttpConnector, Full<Bytes>>,
    /// The function URL of each function but the target.
    urls: BTreeMap<String, Server>,
    /// Serves as long as it is kept.
    _invoke_api: Server,
}

impl TestBed {
    /// Writes all items and lets each gateway publish its routes.
    pub async fn start(gateway_binary: &Path, hello_binary: &Path) -> Result<Self> {
        let dynamodb = Dynamodb::start(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, None)?;
        let counting_proxy = CountingProxy::start(listen().await?, dynamodb.address)?;
        let invoke_listener = listen().await?;
        let invoke_api = invoke_listener.local_addr()?;
        let counting_dynamodb = counting_proxy.address();
        let sources = FunctionSources {
            gateway_binary,
            hello_binary,
            dynamodb: &dynamodb,
            counting_dynamodb,
            invoke_api,
        };
        let functions = sources.functions()?;
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
        let bed = Self { host, counting_proxy, invoke_api, dynamodb, client, urls, _invoke_api };
        for routes in SIZES {
            bed.start_instance(&gateway(routes)).await?;
            bed.end_instance(&gateway(routes)).await;
        }
        Ok(bed)
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
