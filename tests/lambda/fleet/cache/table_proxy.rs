//! A proxy before the cache's table: it holds or refuses the gateways' calls, step by step.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{Request, Response},
};
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use tokio::net::TcpListener;
use tollgate::local::server::Server;

use super::latch::Latch;

/// A gateway's call of the cache's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableCall {
    Look,
    Lock,
    /// The part with this number is written.
    Part(usize),
    Unlock,
}

#[derive(Clone)]
pub enum Fault {
    /// Once: it waits before the table gets it.
    HeldBefore(Arc<Latch>),
    /// Once: it is done, and its answer waits.
    HeldAfter(Arc<Latch>),
    /// The call fails, and all later ones too.
    Refused,
    /// The call gets no answer, and no later one does.
    Silent,
}

#[derive(Clone)]
struct ProxyState {
    client: Client<HttpConnector, Full<Bytes>>,
    dynamodb: SocketAddr,
    rule: Arc<Mutex<Option<(TableCall, Fault)>>>,
    /// The fault of every call.
    all: Arc<Mutex<Option<Fault>>>,
    looks: Arc<Mutex<usize>>,
}

pub struct TableProxy {
    pub address: SocketAddr,
    state: ProxyState,
    _server: Server,
}

impl TableProxy {
    pub async fn start(dynamodb: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let state =
            ProxyState { client, dynamodb, rule: Arc::default(), all: Arc::default(), looks: Arc::default() };
        let router = Router::new().fallback(pass).with_state(state.clone());
        let server = Server::start(listener, router).expect("a server");
        Self { address: server.address, state, _server: server }
    }

    /// Sets the fault of the next such call.
    pub fn set(&self, asked: TableCall, fault: Fault) {
        *self.state.rule.lock().expect("no panic") = Some((asked, fault));
    }

    /// Everything goes through again.
    pub fn reopen(&self) {
        *self.state.rule.lock().expect("no panic") = None;
        *self.state.all.lock().expect("no panic") = None;
    }

    /// The number of lookups so far.
    pub fn looks(&self) -> usize {
        *self.state.looks.lock().expect("no panic")
    }
}

async fn pass(State(state): State<ProxyState>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a request");
    let call: Value = serde_json::from_slice(&body).expect("JSON");
    let target = head.headers["x-amz-target"].to_str().expect("text");
    let fault = asked(target, &call).and_then(|asked| state.fault_of(asked));
    match &fault {
        Some(Fault::HeldBefore(latch)) => latch.wait().await,
        Some(Fault::Refused) => return refusal(),
        Some(Fault::Silent) => std::future::pending().await,
        Some(Fault::HeldAfter(_)) | None => {}
    }
    let mut onward = Request::from_parts(head, Full::from(body));
    *onward.uri_mut() = format!("http://{}/", state.dynamodb).parse().expect("a URI");
    let answer = state.client.request(onward).await.expect("a DynamoDB").map(Body::new);
    if let Some(Fault::HeldAfter(latch)) = fault {
        latch.wait().await;
    }
    answer
}

impl ProxyState {
    fn fault_of(&self, asked: TableCall) -> Option<Fault> {
        if asked == TableCall::Look {
            *self.looks.lock().expect("no panic") += 1;
        }
        let rule = self.rule.lock().expect("no panic").take_if(|(step, _)| *step == asked);
        let mut all = self.all.lock().expect("no panic");
        if let Some((_, fault @ (Fault::Refused | Fault::Silent))) = &rule {
            *all = Some(fault.clone());
        }
        rule.map(|(_, fault)| fault).or_else(|| all.clone())
    }
}

/// `None`: something of another table.
fn asked(target: &str, call: &Value) -> Option<TableCall> {
    if call["TableName"] != "tollgate-cache" {
        return None;
    }
    let part = call["Item"]["part"]["N"].as_str();
    let is_of_lock = part == Some("-1");
    // Who was in vain puts that in the place of its lock.
    let is_lock = is_of_lock && call["Item"]["isInVain"]["BOOL"] == false;
    Some(match target.rsplit('.').next() {
        Some("Query") => TableCall::Look,
        Some("PutItem") if is_lock => TableCall::Lock,
        Some("PutItem") if !is_of_lock => {
            TableCall::Part(part.and_then(|part| part.parse().ok()).expect("a number"))
        }
        Some("PutItem" | "DeleteItem") => TableCall::Unlock,
        other => panic!("{other:?}"),
    })
}

fn refusal() -> Response<Body> {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"No"}"#;
    let response = Response::builder().status(500).header("content-type", "application/x-amz-json-1.0");
    response.body(Body::from(body)).expect("an answer")
}
