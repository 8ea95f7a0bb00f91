//! A fleet of real gateways at one DynamoDB: one route that asks for a key, one key, one plan.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    hash::{BuildHasher, Hasher, RandomState},
    ops::ControlFlow,
    time::Instant,
};

use futures_util::{StreamExt, future, stream};
use http::StatusCode;
use http_body_util::{BodyExt, Collected};
use serde_json::{Value, json};
use tollgate::{
    authorizers::KeyValue,
    local::{function_output::Captured, world::GATEWAY},
};

use super::{
    freezable_proxy::FreezableProxy,
    gateway_cluster::{ClusterSize, GatewayCluster, Tables},
    one_key::{KeyCounts, new_key, put_key},
};
use crate::harness::soon;

pub struct Fleet {
    pub cluster: GatewayCluster,
    pub proxy: FreezableProxy,
    pub key: KeyValue,
    output: Captured,
}

/// One request's answer.
#[derive(Clone, Debug)]
pub struct TimedDecision {
    pub sent_at: Instant,
    pub at: Instant,
    pub decision: Decision,
    pub retry_after: Option<u64>,
}

/// The gateway's decision on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    Served,
    Throttled,
    OverQuota,
    Unavailable,
    /// The process was killed.
    NoAnswer,
}

/// The figures in the store and in the log when a fleet has ended.
#[derive(Debug)]
pub struct FinalCounts {
    /// The used part of the key's quota.
    pub used: u64,
    /// `served`, `throttled`, `overQuota` of the key, summed up.
    pub usage: BTreeMap<String, u64>,
    /// Lines with status 200, the processes that wrote them, and how many of them were admitted without the store.
    pub logged: usize,
    pub processes: BTreeSet<u32>,
    pub alone: usize,
    /// Lines that say that the store did not answer in time.
    pub failures: usize,
}

impl Fleet {
    /// Starts so many gateways, idle; `plan` is the plan's item without its id.
    pub async fn start(size: impl Into<ClusterSize>, plan: Value) -> Self {
        Self::start_with(size, plan, &[]).await
    }

    /// The same, with more in the gateways' environment.
    pub async fn start_with(size: impl Into<ClusterSize>, plan: Value, environment: &[(&str, &str)]) -> Self {
        let tables = Tables::start().await;
        let proxy = FreezableProxy::open(tables.dynamodb.address).await;
        let key = new_key();
        write_items(&tables, &key, plan);
        let output = Captured::default();
        let cluster = GatewayCluster::start(size, tables, proxy.address, &output, environment).await;
        Self { cluster, proxy, key, output }
    }

    pub async fn send(&self, key: &str) -> TimedDecision {
        let sent_at = Instant::now();
        let Ok(answer) = self.cluster.get("/v1/hello", &[("x-api-key", key)]).await else {
            // A killed process's answer may break off so early that the function URL sends none of it.
            return TimedDecision {
                sent_at,
                at: Instant::now(),
                decision: Decision::NoAnswer,
                retry_after: None,
            };
        };
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map(Collected::to_bytes).ok();
        let retry_after = head.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let decision = decision(head.status, body.as_deref());
        TimedDecision { sent_at, at: Instant::now(), decision, retry_after }
    }

    /// Sends requests, as many at a time as the gateways work on, or twice as many as there are gateways, and shows all answers so far after each,
    /// until `see` has seen enough. Those under way are answered too.
    pub async fn traffic(
        &self,
        mut see: impl FnMut(&[TimedDecision]) -> ControlFlow<()>,
    ) -> Vec<TimedDecision> {
        let goes_on = Cell::new(true);
        let requests = stream::repeat(()).take_while(|()| future::ready(goes_on.get()));
        let size = self.cluster.size;
        let at_a_time = size.requests().max(2 * size.instances);
        let answers = requests.map(|()| self.send(self.key.reveal())).buffer_unordered(at_a_time);
        let mut answers = std::pin::pin!(answers);
        let mut seen = Vec::new();
        while let Some(answer) = soon(answers.next()).await {
            seen.push(answer);
            if goes_on.get() && see(&seen).is_break() {
                goes_on.set(false);
            }
        }
        seen
    }

    /// One instance, by chance, of those that are not frozen.
    pub fn any(&self) -> Option<u32> {
        let instances = self.cluster.host.instances(GATEWAY);
        let pids: Vec<u32> = instances.iter().filter(|one| !one.frozen).map(|one| one.pid).collect();
        let random = RandomState::new().build_hasher().finish();
        pids.get(usize::try_from(random % pids.len().max(1) as u64).expect("a small number")).copied()
    }

    /// Ends it as Lambda does, and looks at what it leaves.
    pub async fn stop(self) -> FinalCounts {
        self.cluster.stop_gateways().await;
        let KeyCounts { used, usage } = KeyCounts::read(&self.cluster.tables);
        let lines = self.output.lines();
        let served: Vec<_> = lines.iter().filter(|line| line.text.contains("\"status\":200")).collect();
        let failures: Vec<_> =
            lines.iter().filter(|line| line.text.contains("\"metric\":\"Degraded\"")).collect();
        for line in &failures {
            assert!(line.text.contains("timed out after 200ms"), "{}", line.text);
        }
        let counts = FinalCounts {
            used,
            usage,
            logged: served.len(),
            processes: served.iter().map(|line| line.pid).collect(),
            alone: served.iter().filter(|line| line.text.contains("\"degraded\"")).count(),
            failures: failures.len(),
        };
        self.cluster.stop().await;
        counts
    }
}

fn decision(status: StatusCode, body: Option<&[u8]>) -> Decision {
    match (status.as_u16(), body) {
        // Even if the rest broke off.
        (200, _) => Decision::Served,
        (502, Some(b"Internal Server Error")) | (_, None) => Decision::NoAnswer,
        (429, Some(br#"{"message":"Too Many Requests"}"#)) => Decision::Throttled,
        (429, Some(br#"{"message":"Limit Exceeded"}"#)) => Decision::OverQuota,
        (503, Some(_)) => Decision::Unavailable,
        (_, Some(body)) => panic!("{status} {}", String::from_utf8_lossy(body)),
    }
}

fn write_items(tables: &Tables, key: &KeyValue, plan: Value) {
    let route = json!({ "stage": "v1", "routeKey": "GET /hello", "apiKeyRequired": true,
        "integration": { "type": "MOCK", "body": "hello" } });
    tables.put("STAGES_TABLE", &json!({ "stage": "v1" }));
    tables.put("ROUTES_TABLE", &route);
    put_key(tables, key, plan);
}
