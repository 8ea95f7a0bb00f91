//! A server that plays Lambda's Invoke API.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    body::Body as AxumBody,
    extract::{ConnectInfo, State},
};
use http::{Request, Response};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{
    aws::{ServiceClient, service::Service as AwsService},
    environment::{Aws, Endpoints, Secret},
};

/// A Lambda that always answers the same, and remembers what it was asked.
#[derive(Clone)]
pub struct Service {
    answer: Arc<dyn Fn() -> Response<AxumBody> + Send + Sync>,
    pub calls: Arc<Mutex<Vec<String>>>,
    pub events: Arc<Mutex<Vec<Value>>>,
    clients: Arc<Mutex<BTreeSet<SocketAddr>>>,
}

impl Service {
    pub fn new(answer: impl Fn() -> Response<AxumBody> + Send + Sync + 'static) -> Self {
        Self {
            answer: Arc::new(answer),
            calls: Arc::default(),
            events: Arc::default(),
            clients: Arc::default(),
        }
    }

    pub async fn start(&self) -> ServiceClient {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = client_of(&listener);
        let router = axum::Router::new().fallback(serve).with_state(self.clone());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        client
    }

    pub fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    /// The number of connections on which the calls came.
    pub fn connections(&self) -> usize {
        self.clients.lock().unwrap().len()
    }
}

async fn serve(
    State(service): State<Service>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request<AxumBody>,
) -> Response<AxumBody> {
    service.clients.lock().unwrap().insert(client);
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get("x-amz-invocation-type").map_or("-", |kind| kind.to_str().unwrap());
    service.calls.lock().unwrap().push(format!("{} {} {kind}", parts.method, parts.uri));
    let event = body.collect().await.unwrap().to_bytes();
    service.events.lock().unwrap().push(serde_json::from_slice(&event).unwrap());
    (service.answer)()
}

pub fn client_of(listener: &TcpListener) -> ServiceClient {
    let aws = Aws {
        region: "eu-west-1".to_owned(),
        access_key_id: "id".to_owned(),
        secret_access_key: Secret("secret".to_owned()),
        session_token: None,
        endpoints: Endpoints::all_at(&format!("http://{}", listener.local_addr().unwrap())),
    };
    ServiceClient::new(AwsService::Lambda, &aws)
}

pub fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<AxumBody>) -> Response<AxumBody> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}
