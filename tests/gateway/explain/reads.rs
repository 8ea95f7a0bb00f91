//! An explanation reads configuration, and the cache's entry, and does nothing else.

use std::collections::BTreeSet;

use serde_json::json;

use super::{HOST, KEY, keyed_world, mock};

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_reads_configuration_and_the_cache_and_writes_nothing() {
    let guarded = json!({ "apiKeyRequired": true, "cachingEnabled": true, "throttle": { "rateLimit": 1, "burstLimit": 1 },
        "integration": { "type": "AWS_PROXY", "uri": "echo" } });
    let world = keyed_world(&[mock("GET /orders/{id}", &guarded)]).await;
    world.gate.calls();
    let endpoint = format!("http://{}", world.gate.address);
    let key = format!("x-api-key: {KEY}");
    let ran = world.tollgate_with(
        &[("AWS_ENDPOINT_URL_DYNAMODB", &endpoint)],
        &["explain", "/v1/orders/7", "-H", HOST, "-H", &key],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let calls: BTreeSet<String> = world.gate.calls().into_iter().collect();
    let expected =
        ["GetItem api-keys", "GetItem usage-plans", "Query cache", "Query deployments", "Scan stages"];
    assert_eq!(calls, expected.map(str::to_owned).into());
    // Neither the function nor a counter knows of it: the burst of 1 is there still.
    assert_eq!(world.calls(), Vec::<String>::new());
    let real = format!("GET /v1/orders/7\nx-api-key: {KEY}");
    let answer = world.send(&real).await;
    assert!(answer.starts_with("200\n"), "{answer}");
}
