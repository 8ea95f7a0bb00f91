//! The share of requests that a canary gets, and the header that says otherwise.

use serde_json::{Value, json};

use super::{Versions, body};
use crate::harness::TestGateway;

async fn canarys(world: &TestGateway, requests: usize) -> usize {
    let mut canarys = 0;
    for _ in 0..requests {
        canarys += usize::from(body(world, "GET /v1").await == "canary");
    }
    canarys
}

#[tokio::test]
async fn a_canary_of_0_percent_gets_no_request_and_one_of_100_percent_gets_each() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    for (percent, expected) in [(json!(0), 0), (json!(100), 300), (json!("0"), 0), (json!(100.0), 300)] {
        versions.with(&world, json!({ "percentTraffic": percent })).await;
        assert_eq!(canarys(&world, 300).await, expected, "{percent}");
    }
    versions.with(&world, json!({})).await;
    assert_eq!(canarys(&world, 300).await, 0, "no percentTraffic");
}

#[tokio::test]
async fn a_canary_of_30_percent_gets_about_as_many_requests_and_one_of_half_a_percent_a_few() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    // Six standard deviations of a binomial distribution: 1,500 p ± 6 √(1,500 p (1 − p)).
    for (percent, least, most) in [(30.0, 344, 556), (0.5, 1, 23)] {
        versions.with(&world, json!({ "percentTraffic": percent })).await;
        let canarys = canarys(&world, 1_500).await;
        assert!((least..=most).contains(&canarys), "{percent} %: {canarys}");
    }
}

#[tokio::test]
async fn the_header_that_the_canary_names_chooses_the_version() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    let sent = |value: &str| format!("GET /v1\nX-Canary: {value}");
    for (percent, drawn, header, cases) in [
        (
            0,
            "stage",
            json!("x-canary"),
            [("always", "canary"), ("TRUE", "canary"), (" 1 ", "canary"), ("never", "stage")],
        ),
        (
            100,
            "canary",
            json!("X-Canary"),
            [("never", "stage"), ("False", "stage"), ("0", "stage"), ("always", "canary")],
        ),
    ] {
        versions.with(&world, json!({ "percentTraffic": percent, "header": header })).await;
        for (value, expected) in cases {
            assert_eq!(body(&world, &sent(value)).await, expected, "{percent} %, {value}");
        }
        for other in ["", "yes", "10"] {
            assert_eq!(body(&world, &sent(other)).await, drawn, "{percent} %, {other}");
        }
        // A canary that names no header is chosen by none.
        for header in [Value::Null, json!("x-other")] {
            versions.with(&world, json!({ "percentTraffic": percent, "header": header })).await;
            for (value, _) in cases {
                assert_eq!(body(&world, &sent(value)).await, drawn, "{percent} %, {header}, {value}");
            }
        }
    }
}

#[tokio::test]
async fn a_stage_without_a_canary_asks_the_store_for_nothing_more() {
    let world = TestGateway::new();
    let versions = Versions::of_texts(&world).await;
    world.gate.calls();
    assert_eq!(canarys(&world, 20).await, 20);
    assert_eq!(world.gate.calls(), [""; 0]);
    versions.with(&world, json!({ "percentTraffic": 0 })).await;
    world.gate.calls();
    assert_eq!(canarys(&world, 20).await, 0);
    assert_eq!(world.gate.calls(), [""; 0], "only a canary's answers are counted");
}
