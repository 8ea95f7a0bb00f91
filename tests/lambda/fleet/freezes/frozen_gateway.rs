//! One gateway with its servers behind proxies, a key whose every request is counted, and routes of each kind.

use std::{collections::BTreeMap, fs, net::Ipv4Addr};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::yield_now};
use tollgate::{
    authorizers::KeyValue,
    local::{
        function_output::Captured,
        function_settings::FunctionSettings,
        instance_pool::InstanceState,
        invoke_api,
        server::Server,
        tables::{NewTable, create},
        world::GATEWAY,
    },
};

use super::{
    super::{
        gateway_cluster::{GatewayCluster, Tables},
        one_key::{KeyCounts, new_key, put_key},
    },
    closing_proxy::ClosingProxy,
};
use crate::harness::{actor, host, render, soon};

pub struct FrozenGateway {
    pub store: ClosingProxy,
    pub functions: ClosingProxy,
    cluster: GatewayCluster,
    key: KeyValue,
    output: Captured,
    calls: Captured,
    _invoke_api: Server,
}

/// A kind of request, by what it makes the gateway call. All of them ask for a key, so all count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// `Invoke`.
    Function,
    /// `InvokeWithResponseStream`.
    StreamingFunction,
    /// `UpdateItem`, which counts how often it happens.
    Item,
    /// Nothing but the key's own calls.
    Mock,
}

/// The moment in which a request's event comes.
#[derive(Clone, Copy, Debug)]
pub enum EventArrival {
    /// It lies in the gateway's socket when that wakes up, as on Lambda.
    WhileFrozen,
    AfterThaw,
}

impl EventArrival {
    pub const ALL: [Self; 2] = [Self::WhileFrozen, Self::AfterThaw];
}

impl RequestKind {
    pub const ALL: [Self; 4] = [Self::Function, Self::StreamingFunction, Self::Item, Self::Mock];

    fn folder(self) -> &'static str {
        match self {
            Self::Function => "functions",
            Self::StreamingFunction => "streams",
            Self::Item => "items",
            Self::Mock => "mocks",
        }
    }

    fn path(self, number: usize) -> String {
        format!("/v1/{}/{number}", self.folder())
    }

    fn integration(self) -> Value {
        match self {
            Self::Function => json!({ "type": "AWS_PROXY", "uri": "actor" }),
            Self::StreamingFunction => {
                json!({ "type": "AWS_PROXY", "uri": "actor", "responseTransferMode": "STREAM" })
            }
            Self::Item => json!({ "type": "DYNAMODB", "action": "UpdateItem", "tableName": ITEMS,
                "key": { "id": "$request.path.id" }, "updateExpression": "ADD calls :one",
                "expressionAttributeValues": { ":one": 1 }, "returnValues": "ALL_NEW" }),
            Self::Mock => json!({ "type": "MOCK", "body": "hello" }),
        }
    }

    fn calls_a_function(self) -> bool {
        matches!(self, Self::Function | Self::StreamingFunction)
    }

    /// The whole answer to this request.
    pub fn answer(self, number: usize) -> String {
        let body = match self {
            Self::Function | Self::StreamingFunction => function_answer(number),
            Self::Item => json!({ "calls": 1, "id": number.to_string() }).to_string(),
            Self::Mock => "hello".to_owned(),
        };
        format!("200\ncontent-type: application/json\ntransfer-encoding: chunked\n\n{body}")
    }
}

const ITEMS: &str = "items";

fn function_answer(number: usize) -> String {
    json!({ "number": number }).to_string()
}

impl FrozenGateway {
    pub async fn start() -> Self {
        let tables = Tables::start().await;
        create(&tables.dynamodb.database, NewTable::new(ITEMS, "id")).expect("a table");
        let key = new_key();
        write_items(&tables, &key);
        let calls = Captured::default();
        let targets = host([FunctionSettings { output: calls.output(), ..actor(1) }]);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let invoke_api = invoke_api::serve(listener, targets).expect("an Invoke API");
        let store = ClosingProxy::open(tables.dynamodb.address).await;
        let functions = ClosingProxy::open(invoke_api.address).await;
        let endpoint = format!("http://{}", functions.address);
        let environment = [("AWS_ENDPOINT_URL_LAMBDA", &*endpoint), ("KEY_CACHE_SECONDS", "0")];
        let output = Captured::default();
        let cluster = GatewayCluster::start(1, tables, store.address, &output, &environment).await;
        Self { store, functions, cluster, key, output, calls, _invoke_api: invoke_api }
    }

    /// Freezes the gateway when it has done all its work, lets `close` close what it will, and thaws it for a request.
    pub async fn frozen_request(
        &self,
        kind: RequestKind,
        number: usize,
        arrival: EventArrival,
        close: impl AsyncFnOnce(),
    ) -> String {
        self.cluster.idle().await;
        let [gateway] = &self.cluster.host.instances(GATEWAY)[..] else { panic!("not one gateway") };
        signal(gateway.pid, Signal::SIGSTOP);
        until(|| is_stopped(gateway.pid)).await;
        let thaw = async || {
            close().await;
            signal(gateway.pid, Signal::SIGCONT);
        };
        match arrival {
            EventArrival::AfterThaw => {
                thaw().await;
                self.answer(kind, number).await
            }
            EventArrival::WhileFrozen => {
                let thaw = async {
                    until(|| self.cluster.host.instances(GATEWAY)[0].state == InstanceState::Busy).await;
                    thaw().await;
                };
                tokio::join!(self.answer(kind, number), thaw).0
            }
        }
    }

    async fn answer(&self, kind: RequestKind, number: usize) -> String {
        let steps = json!({ "do": [{ "answer": function_answer(number) }] }).to_string();
        let headers = [("x-api-key", self.key.reveal())];
        render(&soon(self.cluster.post(&kind.path(number), &headers, steps)).await)
    }

    /// What the gateway wrote last.
    pub fn last_lines(&self) -> String {
        let lines = self.output.lines();
        let last = lines[lines.len().saturating_sub(5)..].iter();
        last.map(|line| format!("{}\n", line.text)).collect()
    }

    /// Ends the gateway, and compares what its requests have left everywhere.
    pub async fn assert_each_happened_once(self, requests: usize) {
        self.cluster.stop_gateways().await;
        let kinds = RequestKind::ALL.iter().cycle().zip(0..requests);
        let mut expected: Vec<_> = kinds
            .filter(|(kind, _)| kind.calls_a_function())
            .map(|(kind, number)| kind.path(number))
            .collect();
        let mut called: Vec<_> =
            self.calls.lines().iter().filter_map(|line| called_path(&line.text)).collect();
        expected.sort();
        called.sort();
        assert_eq!(called, expected);
        let served = BTreeMap::from([("served".to_owned(), requests as u64)]);
        let counts = KeyCounts::read(&self.cluster.tables);
        assert_eq!(counts, KeyCounts { used: requests as u64, usage: served });
        let lines = self.output.lines();
        let odd: Vec<_> = lines.iter().filter(|line| line.text.contains("egraded")).collect();
        assert!(odd.is_empty(), "{odd:#?}");
        self.cluster.stop().await;
    }
}

fn write_items(tables: &Tables, key: &KeyValue) {
    tables.put("STAGES_TABLE", &json!({ "stage": "v1" }));
    tables.put("ROUTES_TABLE", &json!({ "stage": "v1", "routeKey": "$api", "rateLimitHeaders": "off" }));
    for kind in RequestKind::ALL {
        let route_key = format!("POST /{}/{{id}}", kind.folder());
        let route = json!({ "stage": "v1", "routeKey": route_key, "apiKeyRequired": true,
            "integration": kind.integration() });
        tables.put("ROUTES_TABLE", &route);
    }
    // Each request is a write of its own.
    let quota = json!({ "limit": 1_000_000, "period": "MONTH" });
    put_key(tables, key, json!({ "quota": quota, "accuracy": "exact" }));
}

/// The path of the request that the function was called with.
fn called_path(line: &str) -> Option<String> {
    let event: Value = serde_json::from_str(line.strip_prefix("event ")?).expect("JSON");
    Some(event["rawPath"].as_str().expect("a path").to_owned())
}

async fn until(is_so: impl Fn() -> bool) {
    soon(async {
        while !is_so() {
            yield_now().await;
        }
    })
    .await;
}

/// To the process, behind the host's back: it sends the event as Lambda does, whether the process runs or not.
fn signal(pid: u32, signal: Signal) {
    kill(Pid::from_raw(pid.try_into().expect("a process id")), signal).expect("a process");
}

/// True when the kernel has stopped it.
fn is_stopped(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
    status.rsplit(')').next().is_some_and(|rest| rest.starts_with(" T"))
}
