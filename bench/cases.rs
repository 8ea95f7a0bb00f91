//! The requests of each scenario, and the responses that must come: a new case is one more entry of [`all`].

use std::{cell::Cell, rc::Rc};

use anyhow::{Result, ensure};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::json;

use crate::{
    callers::{self, Issuer},
    compressed_requests,
    integration::Integration,
    key_items, mapped_requests,
    scenario::{
        CALLERS_FUNCTION, COMPRESSED_FUNCTION, CachedScenario, CallerScenario, CompressedScenario, HELLO,
        ITEMS_TABLE, MANY_FUNCTION, MAPPED_FUNCTION, MappedScenario, SIZES, Scenario, TARGET, TYPICAL,
        gateway,
    },
    test_bed::TestBed,
};

/// The word in every body.
const WORD: &[u8] = b"hello";

/// The event of a direct invoke: one that the gateway would send.
pub const EVENT: &str = include_str!("event.json");

/// One kind of request, made anew each time.
pub struct Case {
    pub scenario: Scenario,
    request: Box<dyn Fn(usize) -> Request<Full<Bytes>>>,
}

impl Case {
    /// Sends the case's request number `number`.
    ///
    /// # Errors
    /// No response, or not the one that must come.
    pub async fn send(&self, bed: &TestBed, number: usize) -> Result<()> {
        check(self.scenario, &self.send_unchecked(bed, number).await?)
    }

    /// Sends the same request and takes any response: the first one fills the cache.
    ///
    /// # Errors
    /// No response.
    pub async fn send_unchecked(&self, bed: &TestBed, number: usize) -> Result<Response<Bytes>> {
        bed.send((self.request)(number)).await
    }
}

pub fn all(bed: &TestBed, issuer: &Rc<Issuer>) -> Vec<Case> {
    let invoke = format!("http://{}/2015-03-31/functions/{TARGET}/invocations", bed.invoke_api);
    let hello = format!("http://{}/v1/tenants/7/resources-1/1", bed.url(HELLO));
    let dynamodb = format!("http://{}/", bed.dynamodb.address);
    let mut cases = vec![
        Case { scenario: Scenario::Invoke, request: Box::new(move |_| post(&invoke, EVENT)) },
        Case { scenario: Scenario::Hello, request: Box::new(move |_| get(&hello)) },
        Case { scenario: Scenario::GetItem, request: Box::new(move |_| get_item(&dynamodb)) },
    ];
    for routes in SIZES {
        cases.extend(
            Integration::ALL.map(|integration| through_gateway(bed, &gateway(routes), integration, routes)),
        );
    }
    cases.push(keyed(bed));
    cases.extend([Integration::Mock, Integration::AwsProxy].map(|integration| many(bed, integration)));
    cases.extend(cached_cases(bed));
    cases.extend(caller_cases(bed, issuer));
    cases.extend(mapped(bed));
    cases.extend(compressed(bed));
    cases
}

fn caller_cases(bed: &TestBed, issuer: &Rc<Issuer>) -> [Case; 6] {
    CallerScenario::ALL.map(|scenario| {
        let base = format!("http://{}/v1", bed.url(CALLERS_FUNCTION));
        let request = callers::requests(scenario, &base, Rc::clone(issuer));
        Case { scenario: Scenario::Caller(scenario), request }
    })
}

/// The cases of templates and services, with the one that they are compared with.
pub fn mapped(bed: &TestBed) -> [Case; 3] {
    MappedScenario::ALL.map(|scenario| {
        let base = format!("http://{}/v1", bed.url(MAPPED_FUNCTION));
        Case { scenario: Scenario::Mapped(scenario), request: mapped_requests::requests(scenario, &base) }
    })
}

/// The cases of compression, with those that they are compared with.
pub fn compressed(bed: &TestBed) -> [Case; 7] {
    CompressedScenario::ALL.map(|scenario| {
        let base = format!("http://{}/v1", bed.url(COMPRESSED_FUNCTION));
        let request = compressed_requests::requests(scenario, &base);
        Case { scenario: Scenario::Compressed(scenario), request }
    })
}

/// The cases of the cache, and the one that they are compared with.
pub fn cache(bed: &TestBed) -> Vec<Case> {
    let routes = SIZES[0];
    let mut cases = vec![through_gateway(bed, &gateway(routes), Integration::Mock, routes)];
    cases.extend(cached_cases(bed));
    cases
}

fn cached_cases(bed: &TestBed) -> [Case; 3] {
    CachedScenario::ALL.map(|scenario| cached(bed, scenario.function(), scenario))
}

/// Requests to the cached route of `function`.
pub fn cached(bed: &TestBed, function: &str, scenario: CachedScenario) -> Case {
    let base = format!("http://{}/v1/{function}", bed.url(function));
    let misses = Cell::new(0_u64);
    let request = move |_| match scenario {
        CachedScenario::MemoryHit | CachedScenario::TableHit => get(&format!("{base}-hit")),
        CachedScenario::Miss => get(&format!("{base}-{}", misses.replace(misses.get() + 1))),
    };
    Case { scenario: Scenario::Cached(scenario), request: Box::new(request) }
}

/// Requests to all routes of one integration in a row that jumps, so that no route is the hot one.
pub fn through_gateway(bed: &TestBed, function: &str, integration: Integration, routes: usize) -> Case {
    const STRIDE: usize = 617;
    let base = format!("http://{}/v1/tenants/7", bed.url(function));
    let kinds = Integration::ALL.len();
    let first = Integration::ALL.iter().position(|known| *known == integration).unwrap_or_default();
    let own_routes = routes / kinds;
    let request = move |number: usize| {
        let route = number * STRIDE % own_routes * kinds + first;
        get(&format!("{base}/resources-{route}/1"))
    };
    Case { scenario: Scenario::Gateway(integration, routes), request: Box::new(request) }
}

fn many(bed: &TestBed, integration: Integration) -> Case {
    let scenario = Scenario::Many(integration);
    Case { scenario, ..through_gateway(bed, MANY_FUNCTION, integration, TYPICAL) }
}

fn keyed(bed: &TestBed) -> Case {
    let uri = format!("http://{}/v1/tenants/7/keyed/1", bed.url(&gateway(TYPICAL)));
    let key = key_items::hot();
    Case { scenario: Scenario::Keyed, request: Box::new(move |_| get_with_key(&uri, &key)) }
}

fn get(uri: &str) -> Request<Full<Bytes>> {
    let request = Request::get(uri).header("accept", "application/json").header("user-agent", "bench");
    request.body(Full::default()).expect("a request")
}

fn get_with_key(uri: &str, key: &str) -> Request<Full<Bytes>> {
    let mut request = get(uri);
    request.headers_mut().insert("x-api-key", key.parse().expect("a header's value"));
    request
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

fn check(scenario: Scenario, response: &Response<Bytes>) -> Result<()> {
    if let Scenario::Compressed(compressed) = scenario {
        return compressed_requests::check(compressed, response);
    }
    let name = scenario.name();
    let has_word = response.body().windows(WORD.len()).any(|window| window == WORD);
    let body = String::from_utf8_lossy(response.body());
    ensure!(response.status() == 200 && has_word, "{name}: {} {body}", response.status());
    if let Scenario::Cached(cached) = scenario {
        let status = response.headers().get("cache-status").and_then(|value| value.to_str().ok());
        ensure!(status.is_some_and(|status| status.starts_with(cached.cache_status())), "{name}: {status:?}");
    }
    Ok(())
}
