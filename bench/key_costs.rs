//! The DynamoDB units and the CPU time of API keys and usage plans, by kind of key and number of instances.

use std::{
    net::Ipv4Addr,
    num::NonZeroUsize,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::json;
use tokio::time::{interval, timeout};
use tollgate::local::{
    dynamodb::Dynamodb,
    function_output::FunctionOutput,
    function_settings::FunctionSettings,
    function_url_server,
    host::Host,
    server::Server,
    tables::{TableNames, create_missing, put},
};

use crate::{
    counting_proxy::{CountingProxy, Tally},
    key_items::{self, PLAN, QUOTA},
    loopback::listen,
    process,
};

pub const INSTANCES: [usize; 3] = [1, 16, 64];
const FUNCTION: &str = "gateway";
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// After it leases have their size, and each instance knows how many there are.
const WARM_UP: Duration = Duration::from_secs(2);
const SPAN: Duration = Duration::from_secs(4);
const STEADY_PAUSE: Duration = Duration::from_millis(10);
const COLD_KEYS: u8 = 60;
/// The plan that allows one request.
const PLAN_OF_ONE: &str = "one";

/// A key by the way it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// As fast as the instances answer.
    Hot,
    /// 100 requests a second.
    Steady,
    /// No key, 100 requests a second, of one instance: how much of the CPU time is not the key's.
    SteadyWithoutKey,
    /// One request of each key, which other instances have seen.
    Cold,
    /// Its quota is used up; as fast as the instances answer.
    Refused,
    /// Its checksum is wrong; as fast as the instances answer.
    Forged,
}

impl KeyKind {
    const ALL: [Self; 6] =
        [Self::Hot, Self::Steady, Self::SteadyWithoutKey, Self::Cold, Self::Refused, Self::Forged];

    pub fn name(self) -> &'static str {
        match self {
            Self::Hot => "hot key",
            Self::Steady => "key at 100 requests a second",
            Self::SteadyWithoutKey => "no key at 100 requests a second",
            Self::Cold => "cold key",
            Self::Refused => "refused key",
            Self::Forged => "forged key",
        }
    }

    fn status(self) -> u16 {
        match self {
            Self::Hot | Self::Steady | Self::SteadyWithoutKey | Self::Cold => 200,
            Self::Refused => 429,
            Self::Forged => 403,
        }
    }

    fn is_measured_with(self, instances: usize) -> bool {
        match self {
            Self::SteadyWithoutKey => instances == 1,
            Self::Hot | Self::Steady | Self::Cold | Self::Refused | Self::Forged => true,
        }
    }
}

/// The cost of one request.
pub struct KeyCost {
    pub kind: KeyKind,
    pub instances: usize,
    pub requests: usize,
    pub write: f64,
    /// Read units of keys, plans and counters.
    pub read: f64,
    /// Read units of the look at the stages, every five seconds, whatever is requested.
    pub refresh_read: f64,
    /// `None` with several processes.
    pub cpu: Option<Duration>,
}

struct GatewayFleet {
    host: Host,
    counting_proxy: CountingProxy,
    api: Server,
    client: Client<HttpConnector, Full<Bytes>>,
    instances: usize,
    dynamodb: Dynamodb,
}

/// # Errors
/// The first answer that is not the one that must come.
pub async fn measure(gateway: &Path) -> Result<Vec<KeyCost>> {
    let mut costs = Vec::new();
    for instances in INSTANCES {
        let fleet = GatewayFleet::start(gateway, instances).await?;
        for kind in KeyKind::ALL.into_iter().filter(|kind| kind.is_measured_with(instances)) {
            costs.push(fleet.cost(kind).await?);
        }
        fleet.host.stop().await;
        fleet.dynamodb.stop().await;
    }
    Ok(costs)
}

impl GatewayFleet {
    async fn start(gateway: &Path, instances: usize) -> Result<Self> {
        let dynamodb = Dynamodb::start(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, None)?;
        let counting_proxy = CountingProxy::start(listen().await?, dynamodb.address)?;
        let tables = TableNames::from_environment(|_| None);
        write_items(&dynamodb, &tables)?;
        let endpoint = format!("http://{}", counting_proxy.address());
        let function = FunctionSettings {
            environment: vec![("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), endpoint)],
            instances: NonZeroUsize::new(instances).context("no instances")?,
            output: FunctionOutput::new(|line| {
                if line.text.contains("Degraded") {
                    eprintln!("{}", line.text);
                }
            }),
            ..FunctionSettings::new(FUNCTION, gateway)
        };
        let host = Host::new("eu-test-1", vec![function]);
        let api = function_url_server::serve(listen().await?, host.clone(), FUNCTION)?;
        let client = Client::builder(TokioExecutor::new()).build_http();
        let fleet = Self { host, counting_proxy, api, client, instances, dynamodb };
        fleet.start_instances().await?;
        Ok(fleet)
    }

    async fn start_instances(&self) -> Result<()> {
        // The first one publishes the routes.
        for count in [1, self.instances] {
            self.host.start_instances(FUNCTION, count);
            timeout(START_TIMEOUT, self.host.wait_until_idle(FUNCTION, count)).await?;
        }
        Ok(())
    }

    /// Replaces the instances by others, which know the plan.
    async fn renew_instances(&self) -> Result<()> {
        for instance in self.host.instances(FUNCTION) {
            self.host.shut_down_instance(FUNCTION, instance.pid).await;
        }
        self.host.wait_for(FUNCTION, |instances| instances.is_empty()).await;
        self.start_instances().await?;
        self.requests(KeyKind::Hot, WARM_UP).await.map(drop)
    }

    async fn cost(&self, kind: KeyKind) -> Result<KeyCost> {
        if kind == KeyKind::Refused {
            // The one request that its quota allows.
            self.send(Some(&refused_key())).await?;
        }
        self.requests(kind, WARM_UP).await?;
        if kind == KeyKind::Cold {
            self.renew_instances().await?;
        }
        self.counting_proxy.take();
        let cpu = self.cpu_time().await?;
        let requests = self.requests(kind, SPAN).await?;
        let spent = self.cpu_time().await?.zip(cpu).map(|(after, before)| after - before);
        let tally = self.counting_proxy.take();
        // The sum of nothing is -0.
        let each = |units: f64| units.abs() / requests as f64;
        let refresh = |name: &str| name.ends_with("-stages");
        Ok(KeyCost {
            kind,
            instances: self.instances,
            requests,
            write: each(tally.values().map(|units| units.write).sum()),
            read: each(read(&tally, |name| !refresh(name))),
            refresh_read: each(read(&tally, refresh)),
            cpu: spent.map(|spent| spent.div_f64(requests as f64)),
        })
    }

    async fn cpu_time(&self) -> Result<Option<Duration>> {
        let [only] = self.host.instances(FUNCTION)[..] else { return Ok(None) };
        process::wait_until_asleep(only.pid).await?;
        Ok(Some(process::cpu_time(only.pid)?))
    }

    /// Sends requests for so long, and counts them.
    async fn requests(&self, kind: KeyKind, span: Duration) -> Result<usize> {
        let status = kind.status();
        let send = |key: Option<String>| async move {
            let got = self.send(key.as_deref()).await?;
            ensure!(got == status, "{}: {got} instead of {status}", kind.name());
            Ok(())
        };
        let end = Instant::now() + span;
        let in_time = |_: &_| future::ready(Instant::now() < end);
        let continuously = |key| stream::repeat(Some(key)).take_while(in_time).boxed_local();
        let steadily = |key: Option<String>| {
            let ticks = stream::unfold((interval(STEADY_PAUSE), key), |(mut ticks, key)| async {
                ticks.tick().await;
                Some((key.clone(), (ticks, key)))
            });
            ticks.take_while(in_time).boxed_local()
        };
        let keys = match kind {
            KeyKind::Hot => continuously(key_items::hot()),
            KeyKind::Steady => steadily(Some(steady_key())),
            KeyKind::SteadyWithoutKey => steadily(None),
            KeyKind::Cold => stream::iter((0..COLD_KEYS).map(cold_key).map(Some)).boxed_local(),
            KeyKind::Refused => continuously(refused_key()),
            KeyKind::Forged => continuously(key_items::hot().replace("tg_0", "tg_1")),
        };
        let sent = keys.map(send).buffer_unordered(self.instances);
        sent.try_fold(0, |count, ()| future::ready(Ok(count + 1))).await
    }

    /// Sends a request to the route that requires a key, or without a key to the one that does not.
    async fn send(&self, key: Option<&str>) -> Result<u16> {
        let base = format!("http://{}/v1", self.api.address);
        let request = match key {
            Some(key) => Request::get(format!("{base}/hello")).header("x-api-key", key),
            None => Request::get(format!("{base}/open")),
        };
        let (head, body) = self.client.request(request.body(Full::default())?).await?.into_parts();
        body.collect().await?;
        Ok(head.status.as_u16())
    }
}

fn read(tally: &Tally, counts: impl Fn(&str) -> bool) -> f64 {
    tally.iter().filter(|(name, _)| counts(name)).map(|(_, units)| units.read).sum()
}

fn steady_key() -> String {
    key_items::generate(0, 1)
}

fn refused_key() -> String {
    key_items::generate(0, 2)
}

fn cold_key(number: u8) -> String {
    key_items::generate(1, number)
}

fn write_items(dynamodb: &Dynamodb, tables: &TableNames) -> Result<()> {
    create_missing(&dynamodb.database, tables)?;
    put(&dynamodb.database, tables.stages(), &json!({ "stage": "v1" }))?;
    let integration = json!({ "type": "MOCK", "body": "hello" });
    for (route_key, requires_key) in [("GET /hello", true), ("GET /open", false)] {
        let route = json!({ "stage": "v1", "routeKey": route_key, "apiKeyRequired": requires_key,
            "integration": integration });
        put(&dynamodb.database, tables.routes(), &route)?;
    }
    key_items::write_plan(dynamodb, tables, PLAN, QUOTA)?;
    key_items::write_plan(dynamodb, tables, PLAN_OF_ONE, 1)?;
    let write_key = |value: &str, id: &str, plan| key_items::write_key(dynamodb, tables, value, id, plan);
    write_key(&key_items::hot(), "hot", PLAN)?;
    write_key(&steady_key(), "steady", PLAN)?;
    write_key(&refused_key(), "refused", PLAN_OF_ONE)?;
    (0..COLD_KEYS).try_for_each(|number| write_key(&cold_key(number), &format!("cold-{number}"), PLAN))
}
