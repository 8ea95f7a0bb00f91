//! A proxy in front of DynamoDB that counts the units of every call.

use std::{
    collections::BTreeMap,
    io, mem,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{Request, Response, StatusCode, header::CONTENT_LENGTH},
    response::IntoResponse,
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tollgate::local::server::Server;

/// DynamoDB's limit for a request is far below.
const BODY_LIMIT: usize = 32 << 20;

/// Units by operation and table: `Query 1000-deployments`.
pub type Tally = BTreeMap<String, Units>;

#[derive(Clone, Copy, Debug, Default)]
pub struct Units {
    pub calls: usize,
    pub read: f64,
    pub write: f64,
}

#[derive(Clone)]
struct ProxyState {
    client: Client<HttpConnector, Full<Bytes>>,
    dynamodb: SocketAddr,
    tally: Arc<Mutex<Tally>>,
}

pub struct CountingProxy {
    server: Server,
    tally: Arc<Mutex<Tally>>,
}

impl CountingProxy {
    /// # Errors
    /// The listener has no address any more.
    pub fn start(listener: TcpListener, dynamodb: SocketAddr) -> io::Result<Self> {
        let tally = Arc::new(Mutex::default());
        let client = Client::builder(TokioExecutor::new()).build_http();
        let state = ProxyState { client, dynamodb, tally: Arc::clone(&tally) };
        let router = Router::new().fallback(pass_on).with_state(state);
        Ok(Self { server: Server::start(listener, router)?, tally })
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Returns the units since the last call, and begins anew.
    pub fn take(&self) -> Tally {
        mem::take(&mut *self.tally.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn pass_on(State(state): State<ProxyState>, request: Request<Body>) -> Response<Body> {
    match state.pass_on(request).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

impl ProxyState {
    async fn pass_on(&self, request: Request<Body>) -> Result<Response<Body>> {
        let (mut head, body) = request.into_parts();
        let mut call: Value = serde_json::from_slice(&to_bytes(body, BODY_LIMIT).await?)?;
        call["ReturnConsumedCapacity"] = json!("TOTAL");
        let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let action = target.unwrap_or_default().rsplit('.').next().unwrap_or_default().to_owned();
        head.uri = format!("http://{}/", self.dynamodb).parse()?;
        head.headers.remove(CONTENT_LENGTH);
        let body = Full::from(call.to_string());
        let (head, body) = self.client.request(Request::from_parts(head, body)).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        self.count(&action, &consumed(&call, serde_json::from_slice(&body)?));
        Ok(Response::from_parts(head, Body::from(body)))
    }

    fn count(&self, action: &str, consumed: &Value) {
        let several = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
        for table in several {
            let name = format!("{action} {}", table["TableName"].as_str().unwrap_or("?"));
            let units = table["CapacityUnits"].as_f64().unwrap_or(f64::NAN);
            let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
            let sum = tally.entry(name).or_default();
            sum.calls += 1;
            match action {
                "GetItem" | "BatchGetItem" | "Query" | "Scan" | "TransactGetItems" => sum.read += units,
                _ => sum.write += units,
            }
        }
    }
}

/// Returns the consumed capacity of a call. A write whose condition does not hold costs as much as the item is large,
/// and its response does not say so: ours are all below 1 KB.
fn consumed(call: &Value, mut answer: Value) -> Value {
    let is_refused =
        answer["__type"].as_str().is_some_and(|kind| kind.ends_with("#ConditionalCheckFailedException"));
    if is_refused {
        return json!({ "TableName": call["TableName"], "CapacityUnits": 1.0 });
    }
    answer["ConsumedCapacity"].take()
}
