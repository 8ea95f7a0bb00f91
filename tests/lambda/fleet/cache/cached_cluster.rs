//! Gateways without cache memory, so that every entry goes through the table.

use http_body_util::BodyExt;
use serde_json::json;
use tollgate::local::{function_output::Captured, instance_pool::InstanceState, world::GATEWAY};

use super::{
    super::gateway_cluster::{ClusterSize, GatewayCluster, Tables},
    numbered_target::{self, NumberedTarget},
    table_proxy::TableProxy,
};
use crate::harness::soon;

pub struct CachedCluster {
    pub cluster: GatewayCluster,
    pub origin: NumberedTarget,
    pub table: TableProxy,
}

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchOutcome {
    /// One whole answer of the target, with its `cache-status`.
    Whole { status: String },
    /// A refusal or a failure with this status.
    Error(u16),
    /// The process was killed.
    BrokeOff,
}

impl CachedCluster {
    /// Starts so many gateways, idle. An answer of the target may take `timeout_ms`; others wait for half of that.
    pub async fn start(size: impl Into<ClusterSize>, timeout_ms: u64) -> Self {
        let tables = Tables::start().await;
        let table = TableProxy::start(tables.dynamodb.address).await;
        let origin = NumberedTarget::start().await;
        let uri = format!("http://{}", origin.address);
        let integration = json!({ "type": "HTTP_PROXY", "uri": uri, "timeoutInMillis": timeout_ms,
            "requestParameters": { "overwrite:path": "$request.path" } });
        let api = json!({ "stage": "v1", "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] });
        let route = json!({ "stage": "v1", "routeKey": "GET /{id}", "cachingEnabled": true,
            "cacheKeyParameters": "method.request.path.id", "integration": integration });
        tables.put("STAGES_TABLE", &json!({ "stage": "v1" }));
        tables.put("ROUTES_TABLE", &api);
        tables.put("ROUTES_TABLE", &route);
        let environment = [("CACHE_MEMORY_BYTES", "0")];
        let cluster =
            GatewayCluster::start(size, tables, table.address, &Captured::default(), &environment).await;
        Self { cluster, origin, table }
    }

    /// Sends `GET /v1/{id}`. What is a success must be an answer of the target, from its first byte to its last.
    pub async fn get(&self, id: &str) -> FetchOutcome {
        let Ok(answer) = soon(self.cluster.get(&format!("/v1/{id}"), &[])).await else {
            return FetchOutcome::BrokeOff;
        };
        let (head, body) = answer.into_parts();
        let Ok(body) = soon(body.collect()).await else { return FetchOutcome::BrokeOff };
        let body = body.to_bytes();
        // The function URL's answer for a process that has ended.
        if head.status == 502 && body == "Internal Server Error" {
            return FetchOutcome::BrokeOff;
        }
        if head.status != 200 {
            return FetchOutcome::Error(head.status.as_u16());
        }
        let text =
            |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let call = text("x-call").parse().expect("the number of a call");
        assert!(body == numbered_target::body(id, call), "{id}: a torn answer");
        FetchOutcome::Whole { status: text("cache-status").to_owned() }
    }

    /// The one instance that works on something.
    pub fn busy(&self) -> u32 {
        let instances = self.cluster.host.instances(GATEWAY);
        let is_busy = |state| matches!(state, InstanceState::Busy | InstanceState::Returning);
        let busy: Vec<u32> = instances.iter().filter(|one| is_busy(one.state)).map(|one| one.pid).collect();
        let [pid] = busy[..] else { panic!("{instances:?}") };
        pid
    }
}
