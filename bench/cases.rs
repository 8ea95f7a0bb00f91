//! What is requested, and what must come back: a new case is one more entry of [`all`].

use anyhow::{Result, ensure};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::json;

use crate::{
    cached::{self, Cached},
    integration::Integration,
    stand::{HELLO, ITEMS_TABLE, SIZES, Stand, TARGET, gateway},
};

/// What every answer says, whoever gives it.
const WORDS: &[u8] = b"hello";

/// The event that a direct invoke brings: one that the gateway would send.
const EVENT: &str = include_str!("event.json");

/// The way that a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The target through Lambda's Invoke API.
    Invoke,
    /// The bare function through its URL.
    Hello,
    /// DynamoDB itself.
    GetItem,
    Gateway(Integration, usize),
    /// The gateway on a cached route.
    Cached(Cached),
}

impl Way {
    pub fn name(self) -> String {
        match self {
            Self::Invoke => "direct invoke of the target".to_owned(),
            Self::Hello => "bare hello behind a function URL".to_owned(),
            Self::GetItem => "direct GetItem".to_owned(),
            Self::Gateway(integration, routes) => format!("{}, {routes} routes", integration.name()),
            Self::Cached(kind) => kind.name().to_owned(),
        }
    }

    /// The function whose process's CPU time is counted.
    pub fn function(self) -> Option<String> {
        match self {
            Self::Invoke => Some(TARGET.to_owned()),
            Self::Hello => Some(HELLO.to_owned()),
            Self::GetItem => None,
            Self::Gateway(_, routes) => Some(gateway(routes)),
            Self::Cached(kind) => Some(kind.function().to_owned()),
        }
    }
}

/// One kind of request, made anew each time.
pub struct Case {
    pub way: Way,
    pub request: Box<dyn Fn(usize) -> Request<Full<Bytes>>>,
}

impl Case {
    /// Sends the case's request number `number`.
    ///
    /// # Errors
    /// No answer, or another one than must come.
    pub async fn send(&self, stand: &Stand, number: usize) -> Result<()> {
        let answer = stand.send((self.request)(number)).await?;
        check(self.way, &answer)
    }
}

pub fn all(stand: &Stand) -> Vec<Case> {
    let invoke = format!("http://{}/2015-03-31/functions/{TARGET}/invocations", stand.invoke_api);
    let hello = format!("http://{}/v1/tenants/7/resources-1/1", stand.url(HELLO));
    let dynamodb = format!("http://{}/", stand.dynamodb.address);
    let mut cases = vec![
        Case { way: Way::Invoke, request: Box::new(move |_| post(&invoke, EVENT)) },
        Case { way: Way::Hello, request: Box::new(move |_| get(&hello)) },
        Case { way: Way::GetItem, request: Box::new(move |_| get_item(&dynamodb)) },
    ];
    for routes in SIZES {
        cases.extend(
            Integration::ALL.map(|integration| through_gateway(stand, &gateway(routes), integration, routes)),
        );
    }
    cases.extend(cached::cases(stand).into_iter().filter(|case| case.way != cached::WITHOUT));
    cases
}

/// Requests to all routes of one integration in a row that jumps, so that no route is the hot one.
pub fn through_gateway(stand: &Stand, function: &str, integration: Integration, routes: usize) -> Case {
    const STRIDE: usize = 617;
    let base = format!("http://{}/v1/tenants/7", stand.url(function));
    let kinds = Integration::ALL.len();
    let first = Integration::ALL.iter().position(|known| *known == integration).unwrap_or_default();
    let own_routes = routes / kinds;
    let request = move |number: usize| {
        let route = number * STRIDE % own_routes * kinds + first;
        get(&format!("{base}/resources-{route}/1"))
    };
    Case { way: Way::Gateway(integration, routes), request: Box::new(request) }
}

pub fn get(uri: &str) -> Request<Full<Bytes>> {
    let request = Request::get(uri).header("accept", "application/json").header("user-agent", "bench");
    request.body(Full::default()).expect("a request")
}

fn post(uri: &str, body: &'static str) -> Request<Full<Bytes>> {
    Request::post(uri).body(Full::from(body)).expect("a request")
}

fn get_item(uri: &str) -> Request<Full<Bytes>> {
    let body = json!({ "TableName": ITEMS_TABLE, "Key": { "id": { "S": "1" } } }).to_string();
    // Looked at, not verified.
    let authorization = "AWS4-HMAC-SHA256 Credential=local/20260101/eu-test-1/dynamodb/aws4_request, \
                         SignedHeaders=host;x-amz-date, Signature=0";
    Request::post(uri)
        .header("x-amz-target", "DynamoDB_20120810.GetItem")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-date", "20260101T000000Z")
        .header("authorization", authorization)
        .body(Full::from(body))
        .expect("a request")
}

fn check(way: Way, answer: &Response<Bytes>) -> Result<()> {
    let name = way.name();
    let has_words = answer.body().windows(WORDS.len()).any(|window| window == WORDS);
    let body = String::from_utf8_lossy(answer.body());
    ensure!(answer.status() == 200 && has_words, "{name}: {} {body}", answer.status());
    if let Way::Cached(kind) = way {
        let status = answer.headers().get("cache-status").and_then(|value| value.to_str().ok());
        ensure!(status.is_some_and(|status| status.starts_with(kind.status())), "{name}: {status:?}");
    }
    Ok(())
}
