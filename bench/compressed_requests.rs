//! Routes with bodies of 10 KB on an API that compresses: their items and their requests.

use std::io::Write;

use anyhow::{Result, ensure};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{
    Request, Response,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING},
};
use http_body_util::Full;
use serde_json::{Value, json};
use tollgate::local::{
    dynamodb::Dynamodb,
    tables::{TableNames, create_missing, put},
};

use crate::scenario::CompressedScenario;

/// With them an answer has about 10 KB.
const ORDERS: usize = 90;

/// Writes a stage with a route for answers, one whose answers are kept, and one for requests.
///
/// # Errors
/// A write fails.
pub fn write_items(dynamodb: &Dynamodb, tables: &TableNames) -> Result<()> {
    create_missing(&dynamodb.database, tables)?;
    put(&dynamodb.database, tables.stages(), &json!({ "stage": "v1" }))?;
    let api = json!({ "stage": "v1", "routeKey": "$api", "minimumCompressionSize": 1_000 });
    put(&dynamodb.database, tables.routes(), &api)?;
    let long = json!({ "type": "MOCK", "headers": { "content-type": "application/json" }, "body": orders() });
    let short = json!({ "type": "MOCK", "body": r#"{"message":"hello"}"# });
    for (route_key, is_kept, integration) in
        [("GET /orders", false, &long), ("GET /kept", true, &long), ("POST /orders", false, &short)]
    {
        let route = json!({ "stage": "v1", "routeKey": route_key, "cachingEnabled": is_kept,
            "integration": integration });
        put(&dynamodb.database, tables.routes(), &route)?;
    }
    Ok(())
}

/// Makes the requests of a scenario, sent to the gateway at `base`.
pub fn requests(scenario: CompressedScenario, base: &str) -> Box<dyn Fn(usize) -> Request<Full<Bytes>>> {
    let plain = Bytes::from(orders());
    let packed = gzip(&plain);
    let (uri, body, coding) = match scenario {
        CompressedScenario::PlainAnswer => (format!("{base}/orders"), None, None),
        CompressedScenario::GzipAnswer => (format!("{base}/orders"), None, Some("gzip")),
        CompressedScenario::ZstdAnswer => (format!("{base}/orders"), None, Some("zstd")),
        CompressedScenario::KeptPlain => (format!("{base}/kept"), None, None),
        CompressedScenario::KeptGzip => (format!("{base}/kept"), None, Some("gzip")),
        CompressedScenario::PlainRequest => (format!("{base}/orders"), Some(plain), None),
        CompressedScenario::GzipRequest => (format!("{base}/orders"), Some(packed), Some("gzip")),
    };
    Box::new(move |_| {
        let request = Request::builder().uri(&uri).header("user-agent", "bench");
        let request = match (&body, coding) {
            (None, None) => request,
            (None, Some(coding)) => request.header(ACCEPT_ENCODING, coding),
            (Some(_), None) => request.method("POST"),
            (Some(_), Some(coding)) => request.method("POST").header(CONTENT_ENCODING, coding),
        };
        request.body(Full::from(body.clone().unwrap_or_default())).expect("a request")
    })
}

/// # Errors
/// The response is in another coding than the scenario's.
pub fn check(scenario: CompressedScenario, response: &Response<Bytes>) -> Result<()> {
    let name = scenario.name();
    let coding = response.headers().get(CONTENT_ENCODING).and_then(|coding| coding.to_str().ok());
    ensure!(
        response.status() == 200 && coding == scenario.coding(),
        "{name}: {} {coding:?}",
        response.status()
    );
    Ok(())
}

fn orders() -> String {
    let order = |number: usize| {
        let mixed = number.wrapping_mul(2_654_435_761) % 1_000_003;
        let status = ["open", "paid", "sent"][mixed % 3];
        json!({ "id": format!("order-{mixed:06}"), "customer": format!("c-{}", mixed % 977), "message": "hello",
            "status": status, "total": mixed })
    };
    (0..ORDERS).map(order).collect::<Value>().to_string()
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory can be written to");
    encoder.finish().expect("memory can be written to").into()
}
