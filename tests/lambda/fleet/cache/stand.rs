//! Gateways without memory of their own, so that all that they keep goes through the table.

use http_body_util::BodyExt;
use serde_json::json;
use tollgate::local::{function_output::Captured, instance_pool::InstanceState, world::GATEWAY};

use super::{
    super::front::{Front, Tables},
    origin::{self, Origin},
    valve::Valve,
};
use crate::harness::soon;

pub struct Stand {
    pub front: Front,
    pub origin: Origin,
    pub valve: Valve,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    /// One whole answer of the target, and what the cache says of it.
    Whole { status: String },
    /// An error, in so many words.
    Error(u16),
    /// The process was killed.
    BrokeOff,
}

impl Stand {
    /// So many gateways, idle; each target's answer may take `timeout_ms`, of which others wait for half.
    pub async fn start(instances: usize, timeout_ms: u64) -> Self {
        let tables = Tables::start().await;
        let valve = Valve::start(tables.dynamodb.address).await;
        let origin = Origin::start().await;
        let uri = format!("http://{}", origin.address);
        let integration = json!({ "type": "HTTP_PROXY", "uri": uri, "timeoutInMillis": timeout_ms,
            "requestParameters": { "overwrite:path": "$request.path" } });
        let api = json!({ "stage": "v1", "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] });
        let route = json!({ "stage": "v1", "routeKey": "GET /{id}", "cachingEnabled": true,
            "cacheKeyParameters": "method.request.path.id", "integration": integration });
        tables.put("STAGES_TABLE", &json!({ "stage": "v1" }));
        tables.put("ROUTES_TABLE", &api);
        tables.put("ROUTES_TABLE", &route);
        let store = (tables, valve.address);
        let environment = [("CACHE_MEMORY_BYTES", "0")];
        let front = Front::start(instances, store, &Captured::default(), &environment).await;
        Self { front, origin, valve }
    }

    /// Sends `GET /v1/{id}`. What is a success must be an answer of the target, from its first byte to its last.
    pub async fn get(&self, id: &str) -> Got {
        let Ok(answer) = soon(self.front.get(&format!("/v1/{id}"), &[])).await else { return Got::BrokeOff };
        let (head, body) = answer.into_parts();
        let Ok(body) = soon(body.collect()).await else { return Got::BrokeOff };
        let body = body.to_bytes();
        // The front's word for a process that is no more.
        if head.status == 502 && body == "Internal Server Error" {
            return Got::BrokeOff;
        }
        if head.status != 200 {
            return Got::Error(head.status.as_u16());
        }
        let text =
            |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let call = text("x-call").parse().expect("the number of a call");
        assert!(body == origin::body(id, call), "{id}: a torn answer");
        Got::Whole { status: text("cache-status").to_owned() }
    }

    /// The one instance that works on something.
    pub fn busy(&self) -> u32 {
        let instances = self.front.host.instances(GATEWAY);
        let is_busy = |state| matches!(state, InstanceState::Busy | InstanceState::Returning);
        let busy: Vec<u32> = instances.iter().filter(|one| is_busy(one.state)).map(|one| one.pid).collect();
        let [pid] = busy[..] else { panic!("{instances:?}") };
        pid
    }
}
