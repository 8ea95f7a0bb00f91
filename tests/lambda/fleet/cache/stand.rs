//! Gateways without memory of their own, so that all that they keep goes through the table.

use std::net::Ipv4Addr;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::json;
use tokio::{net::TcpListener, sync::MutexGuard};
use tollgate::local::{
    dynamodb::Dynamodb,
    example_api::put,
    function_url,
    host::Host,
    output::Captured,
    pool::InstanceState,
    server::Server,
    tables::{TableNames, create_missing},
    world::GATEWAY,
};

use super::{
    super::stand::{TURN, gateway},
    origin::{self, Origin},
    valve::Valve,
};
use crate::harness::soon;

pub struct Stand {
    pub host: Host,
    pub origin: Origin,
    pub valve: Valve,
    instances: usize,
    client: Client<HttpConnector, Full<Bytes>>,
    api: Server,
    dynamodb: Dynamodb,
    _turn: MutexGuard<'static, ()>,
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
        let turn = TURN.lock().await;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let dynamodb = Dynamodb::start(listener, None).expect("a DynamoDB");
        let valve = Valve::start(dynamodb.address).await;
        let origin = Origin::start().await;
        let tables = TableNames::from_environment(|_| None);
        create_missing(&dynamodb.database, &tables).expect("tables");
        let uri = format!("http://{}", origin.address);
        let integration = json!({ "type": "HTTP_PROXY", "uri": uri, "timeoutInMillis": timeout_ms,
            "requestParameters": { "overwrite:path": "$request.path" } });
        let api = json!({ "stage": "v1", "routeKey": "$api", "allowPrivateIntegrations": ["127.0.0.0/8"] });
        let route = json!({ "stage": "v1", "routeKey": "GET /{id}", "cachingEnabled": true,
            "cacheKeyParameters": "method.request.path.id", "integration": integration });
        put(&dynamodb.database, tables.stages(), &json!({ "stage": "v1" })).expect("a write");
        for item in [api, route] {
            put(&dynamodb.database, tables.routes(), &item).expect("a write");
        }
        let mut settings = gateway(instances, &tables, valve.address, &Captured::default());
        settings.environment.push(("CACHE_MEMORY_BYTES".to_owned(), "0".to_owned()));
        let host = Host::new("eu-test-1", vec![settings]);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let api = function_url::serve(listener, host.clone(), GATEWAY).expect("a function URL");
        let client = Client::builder(TokioExecutor::new()).build_http();
        // The first one publishes the routes.
        host.start_instances(GATEWAY, 1);
        soon(host.wait_until_idle(GATEWAY, 1)).await;
        let stand = Self { host, origin, valve, instances, client, api, dynamodb, _turn: turn };
        stand.idle().await;
        stand
    }

    /// Waits until all gateways wait for an event, those too that take the place of killed ones.
    pub async fn idle(&self) {
        self.host.start_instances(GATEWAY, self.instances);
        soon(self.host.wait_until_idle(GATEWAY, self.instances)).await;
    }

    /// Sends `GET /v1/{id}`. What is a success must be an answer of the target, from its first byte to its last.
    pub async fn get(&self, id: &str) -> Got {
        let request = Request::get(format!("http://{}/v1/{id}", self.api.address));
        let request = request.body(Full::default()).expect("a request");
        let Ok(answer) = soon(self.client.request(request)).await else { return Got::BrokeOff };
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
        let instances = self.host.instances(GATEWAY);
        let is_busy = |state| matches!(state, InstanceState::Busy | InstanceState::Returning);
        let busy: Vec<u32> = instances.iter().filter(|one| is_busy(one.state)).map(|one| one.pid).collect();
        let [pid] = busy[..] else { panic!("{instances:?}") };
        pid
    }

    pub async fn stop(self) {
        soon(self.host.stop()).await;
        self.api.stop().await;
        self.dynamodb.stop().await;
    }
}
