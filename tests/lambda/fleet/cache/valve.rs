//! What stands between the gateways and the cache's table: it holds or refuses what they ask, step by step.

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

use super::hold::Hold;

/// What a gateway asks of the cache's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Look,
    Lock,
    /// The part with this number is written.
    Part(usize),
    Unlock,
}

#[derive(Clone)]
pub enum Fate {
    /// Once: it waits before the table gets it.
    HeldBefore(Arc<Hold>),
    /// Once: it is done, and its answer waits.
    HeldAfter(Arc<Hold>),
    /// It fails, and all that comes after it.
    Refused,
    /// It gets no answer, and neither does what comes after it.
    Silent,
}

#[derive(Clone)]
struct Door {
    client: Client<HttpConnector, Full<Bytes>>,
    dynamodb: SocketAddr,
    rule: Arc<Mutex<Option<(Asked, Fate)>>>,
    /// What befalls everything.
    all: Arc<Mutex<Option<Fate>>>,
    looks: Arc<Mutex<usize>>,
}

pub struct Valve {
    pub address: SocketAddr,
    door: Door,
    _server: Server,
}

impl Valve {
    pub async fn start(dynamodb: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let client = Client::builder(TokioExecutor::new()).build_http();
        let door =
            Door { client, dynamodb, rule: Arc::default(), all: Arc::default(), looks: Arc::default() };
        let router = Router::new().fallback(pass).with_state(door.clone());
        let server = Server::start(listener, router).expect("a server");
        Self { address: server.address, door, _server: server }
    }

    /// What befalls the next one that asks this.
    pub fn set(&self, asked: Asked, fate: Fate) {
        *self.door.rule.lock().expect("no panic") = Some((asked, fate));
    }

    /// Everything goes through again.
    pub fn reopen(&self) {
        *self.door.rule.lock().expect("no panic") = None;
        *self.door.all.lock().expect("no panic") = None;
    }

    /// How often gateways have looked for an entry.
    pub fn looks(&self) -> usize {
        *self.door.looks.lock().expect("no panic")
    }
}

async fn pass(State(door): State<Door>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a request");
    let call: Value = serde_json::from_slice(&body).expect("JSON");
    let target = head.headers["x-amz-target"].to_str().expect("text");
    let fate = asked(target, &call).and_then(|asked| door.fate_of(asked));
    match &fate {
        Some(Fate::HeldBefore(hold)) => hold.pass().await,
        Some(Fate::Refused) => return refusal(),
        Some(Fate::Silent) => std::future::pending().await,
        Some(Fate::HeldAfter(_)) | None => {}
    }
    let mut onward = Request::from_parts(head, Full::from(body));
    *onward.uri_mut() = format!("http://{}/", door.dynamodb).parse().expect("a URI");
    let answer = door.client.request(onward).await.expect("a DynamoDB").map(Body::new);
    if let Some(Fate::HeldAfter(hold)) = fate {
        hold.pass().await;
    }
    answer
}

impl Door {
    fn fate_of(&self, asked: Asked) -> Option<Fate> {
        if asked == Asked::Look {
            *self.looks.lock().expect("no panic") += 1;
        }
        let rule = self.rule.lock().expect("no panic").take_if(|(step, _)| *step == asked);
        let mut all = self.all.lock().expect("no panic");
        if let Some((_, fate @ (Fate::Refused | Fate::Silent))) = &rule {
            *all = Some(fate.clone());
        }
        rule.map(|(_, fate)| fate).or_else(|| all.clone())
    }
}

/// `None`: something of another table.
fn asked(target: &str, call: &Value) -> Option<Asked> {
    if call["TableName"] != "tollgate-cache" {
        return None;
    }
    let part = call["Item"]["part"]["N"].as_str();
    let is_of_lock = part == Some("-1");
    // Who was in vain puts that in the place of its lock.
    let is_lock = is_of_lock && call["Item"]["isInVain"]["BOOL"] == false;
    Some(match target.rsplit('.').next() {
        Some("Query") => Asked::Look,
        Some("PutItem") if is_lock => Asked::Lock,
        Some("PutItem") if !is_of_lock => {
            Asked::Part(part.and_then(|part| part.parse().ok()).expect("a number"))
        }
        Some("PutItem" | "DeleteItem") => Asked::Unlock,
        other => panic!("{other:?}"),
    })
}

fn refusal() -> Response<Body> {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"No"}"#;
    let response = Response::builder().status(500).header("content-type", "application/x-amz-json-1.0");
    response.body(Body::from(body)).expect("an answer")
}
